"""A site's own notices, told by classes of words that meet in them and by the lack of a speaker's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from flows.clean.draft import fold
from flows.clean.rules import rows
from flows.clean.shapes import has_shape, is_title

LONGEST = 300
"""Characters of the longest notice. Longer lines are prose, or several notices told apart by sentence."""
_LONGEST_INSIDE = 100
_LONGEST_UNMARKED = 100
"""Characters up to which a notice may do without a word that no speech says of itself."""
_BULLET = re.compile(r"\s*[•·*◆★●■|>①-⑳-]{0,3}\s*(?:[(]?\d{1,2}[.、)]|[问答QA]:)?\s*")
_TITLES = re.compile(r"《[^《》]{1,80}》|“[^“”]{1,40}”|〔[^〔〕]{1,40}〕")
_TITLE_WORDS = ("讲话", "发言", "报告", "致辞", "演讲")
_TITLE_PHRASE = re.compile(
    rf"[^,。;:!?《》]{{2,60}}(?:{'|'.join(_TITLE_WORDS)})(?:稿|范文|材料|模板)?(?=由|是|系|一文|来|的|相关|范文|[,。;:!]|$)"
)
_SENTENCES = re.compile(r"(?<=[。!?！？…])")
_MOST_TERMS = 40


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of ``notices.tsv``."""

    name: str
    words: frozenset[str]
    truncated: str


def notice(text: str, *, inside: bool = False) -> Notice | None:
    """What kind of notice a line or a sentence is; None for a speaker's words, and where it is not clear.

    ``inside``: between a speech's paragraphs, where only what no speech says of itself is a notice.

    >>> notice("本资料来源于网络，如有不妥请告知站长。").name
    'notice-provenance'
    >>> notice("要加强网站管理，未经审核的稿件不得转载，防止侵权。") is None
    True
    """
    if not 4 <= len(text.strip()) <= (_LONGEST_INSIDE if inside else LONGEST):
        return None
    form = fold(text)
    bullet = _BULLET.match(form)
    numbered = bool(bullet and any(map(str.isdigit, bullet[0])))
    if (inside or numbered or len(form) > _LONGEST_UNMARKED) and not _words()["marks"].search(form):
        return None
    if is_spoken(text):
        return None
    classes = _classes(form)
    return next((kind for kind in notices() if kind.words <= classes), None)


@lru_cache(maxsize=256)  # asked by several rules of the lines at the edges
def is_spoken(text: str) -> bool:
    """Whether a text holds a speaker's or an office's words, other than in the titles it names.

    >>> is_spoken("全县要抓好落实。"), is_spoken("《在全县大会上的讲话》由会员上传")
    (True, False)
    """
    form = _TITLES.sub("", fold(text))
    if any(word in form for word in _TITLE_WORDS):
        form = _TITLE_PHRASE.sub("", form)
    return has_shape(text, "salutation") or bool(_words()["speech"].search(_words()["excuse"].sub("", form)))


def asks_the_reader(text: str) -> bool:
    """Whether a sentence holds words of two classes that a site's notices are made of, and none of a speaker.

    >>> asks_the_reader("如果喜欢就下载吧，价低环保！"), asks_the_reader("路走对了，就不怕远。")
    (True, False)
    """
    form = fold(text)
    return not is_spoken(text) and len(_classes(form) - {"speech", "excuse", "inside", "aim"}) > 1


def names_a_site(text: str) -> bool:
    """Whether a text holds a word by which sites call themselves.

    >>> names_a_site("某某资料站 / 领导讲话"), names_a_site("以实干开创新局面")
    (True, False)
    """
    form = fold(text)
    return bool(_words()["site"].search(form) or _words()["marks"].search(form))


def sentences(line: str) -> list[str]:
    """The sentences of a line, each with its end mark.

    >>> sentences("谢谢大家！下载本文")
    ['谢谢大家！', '下载本文']
    """
    return [part for part in _SENTENCES.split(line) if part]


def terms_start(lines: list[str], first: int) -> int | None:
    """Number of the line that heads a site's terms, where nothing but terms and buttons follows it.

    >>> terms_start(["谢谢大家！", "使用须知", "1. 资料仅供个人学习。", "2. 一经售出，概不退换。"], 0)
    1
    """
    found = None
    for number in range(len(lines) - 1, max(first, len(lines) - _MOST_TERMS) - 1, -1):
        line = lines[number]
        if has_shape(line, "terms"):
            below = [text for text in lines[number + 1 :] if len(text) >= 10]
            if below and 2 * sum(
                notice(_BULLET.sub("", fold(text), count=1)) is not None for text in below
            ) >= len(below):
                found = number
        elif len(line) > LONGEST or is_spoken(line) or has_shape(line, "dateline", "closing"):
            break
    return found


def _classes(form: str) -> set[str]:
    classes = {name for name, words in _words().items() if words.search(form)}
    named = _TITLES.search(form) or any(map(is_title, re.split(r"[,:]|由|一文", form[:80])))
    return classes | {"paper"} if named else classes


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return {row["class"]: re.compile(row["pattern"]) for row in rows("clean/notice-words.tsv")}


@cache
def notices() -> tuple[Notice, ...]:
    """The kinds of notice, in the order of the file."""
    return tuple(
        Notice(row["name"], frozenset(row["words"].split()), row["truncated"])
        for row in rows("clean/notices.tsv")
    )
