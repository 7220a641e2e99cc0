"""A site's own notices, told by classes of words that meet in them and by the lack of a speaker's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from flows.clean.draft import Draft, fold
from flows.clean.rules import by_place, match, rows
from flows.clean.shapes import begins_body, has_shape, is_prose, is_title

LONGEST = 300
"""Characters of the longest notice. Longer lines are prose, or several notices told apart by sentence."""
_LONGEST_INSIDE = 100
_LONGEST_UNMARKED = 100
"""Characters up to which a notice may do without a word that no speech says of itself."""
_BULLET = re.compile(r"\s*[•·*◆★●■|>①-⑳-]{0,3}\s*(?:[(]?\d{1,2}[.、)]|[问答QA]:)?\s*")
_TITLES = re.compile(r"《[^《》]{1,80}》|“[^“”]{1,40}”|〔[^〔〕]{1,40}〕")
_TITLE_PHRASE = re.compile(
    r"[^,。;:!?《》]{2,60}(?:讲话|发言|报告|致辞|演讲)(?:稿|范文|材料|模板)?(?=由|是|系|一文|来|的|相关|范文|[,。;:!]|$)"
)
_SENTENCES = re.compile(r"(?<=[。!?！？…])")
_MOST_TERMS = 40
_MOST_SENTENCES = 5
_EDGE = 12
"""Lines at each edge of a page that may hold a sentence of the site behind or before one of the body."""


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


def is_spoken(text: str) -> bool:
    """Whether a text holds a speaker's or an office's words, other than in the titles it names.

    >>> is_spoken("全县要抓好落实。"), is_spoken("《在全县大会上的讲话》由会员上传")
    (True, False)
    """
    form = _TITLE_PHRASE.sub("", _TITLES.sub("", fold(text)))
    return has_shape(text, "salutation") or bool(_words()["speech"].search(_words()["excuse"].sub("", form)))


def sentences(line: str) -> list[str]:
    """The sentences of a line, each with its end mark.

    >>> sentences("谢谢大家！下载本文")
    ['谢谢大家！', '下载本文']
    """
    return [part for part in _SENTENCES.split(line) if part]


def part_notices(draft: Draft) -> None:
    """Put notices that run on behind the last sentences, or stand before the first, on lines of their own.

    >>> draft = Draft("本文由网友上传，仅供参考。同志们：\\n我们开会。\\n谢谢大家！本文档下载后可编辑。")
    >>> part_notices(draft)
    >>> draft.lines
    ['本文由网友上传，仅供参考。', '同志们：', '我们开会。', '谢谢大家！', '本文档下载后可编辑。']
    """
    lines = draft.lines
    edge = range(min(_EDGE, len(lines)))
    first = next((n for n in edge if begins_body(lines[n]) and not notice(lines[n])), None)
    if first is not None:
        lines[first] = _part_first(lines[first])
    last = next((-1 - n for n in edge if _holds_body(lines[-1 - n])), None)
    if last is not None:
        lines[last] = _part_last(lines[last])
    draft.text = "\n".join(lines)


def _part_first(line: str) -> str:
    """Notices, and what they sum up before the address to the hearers, apart from what follows."""
    parts = sentences(line)
    end = 0
    for number, part in enumerate(parts[:_MOST_SENTENCES]):
        if number + 1 < len(parts) and notice(part):
            address = re.split("[:：]", parts[number + 1])[0] + ":"
            end = number + 1 if end == number or has_shape(address, "salutation") else end
    return "\n".join(filter(None, ["".join(parts[:end]), "".join(parts[end:])]))


def _part_last(line: str) -> str:
    """Notices behind the last sentence apart from it, one a line."""
    parts = sentences(line)
    end = len(parts)
    while end > 1 and len(parts) - end < _MOST_SENTENCES:
        part = parts[end - 1].strip()
        if not (notice(part) or match(part, by_place("line"))):
            break
        end -= 1
    return "\n".join(["".join(parts[:end]), *parts[end:]])


def _holds_body(line: str) -> bool:
    return (is_prose(line) or len(sentences(line)) > 1) and not notice(line)


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
