"""Lines made of the words of a screen (buttons, menus, comment boxes), and stamps of time and counts."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from flows.clean.draft import fold
from flows.clean.notice import is_spoken
from flows.clean.rules import any_word, rows

LONGEST = 90
"""Characters of the longest line of a screen that is looked at."""
_MOSTLY, _PARTLY = 0.8, 0.67
"""Share of a line that its words must cover: of any line; of a short one that is no sentence."""
_READER = re.compile("[您你]")
"""Whom a screen addresses, even in words that speakers use too (您必须登录)."""
_LABEL = 30
"""Characters of the longest label."""
_MARKS = re.compile(r"[\s\d|/·•┊.,:?!~×+%()<>»«‹›\[\]【】《》“”\"'*\-–—_~&©★☆✩●○◆■▲▼△▽↑↓→←◀▶\u200b\ufeff]")
_NUMBERED = re.compile(r"\s*[(]?\d{1,2}[.、)](?!\d)")
_DATE = re.compile(r"(?:\d{4}|\d{2})[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_TIME = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?|星期[一二三四五六日天]|周[一二三四五六日]|-?\d{1,2}[~-]-?\d{1,2}℃|[晴阴]|多云"
)
_STAMPED = re.compile(
    r"(?:发表|发布|编辑|更新|分享|上传|收藏)于|最后由|(?:今天|现在)是|IP属地|次播放|浏览|阅读|人气"
)
_PUBLISHED = re.compile(r"^(?:\d{4}[-/.年]\d|.{0,60}(?:发表|发布|分享|上传)于)")
_MOST_NAMES = 16
"""Characters of names (a poster, a channel, a place) that a stamp may hold beside its words and numbers."""


def is_interface(line: str, *, weak: bool = False) -> bool:
    """Whether a line is made of words of ``interface-words.tsv``, numbers and marks.

    One word that only a screen says must be among them, unless ``weak``, for lines among the site's own.
    Other characters may stand between, fewer where the line is a sentence or says what speakers say.

    >>> is_interface("转藏 分享 献花(0)"), is_interface("关注留守儿童"), is_interface("评论", weak=True)
    (True, False, True)
    """
    line = line.strip()
    if not 0 < len(line) <= LONGEST or _NUMBERED.match(line):
        return False
    form = fold(line)
    if not weak and not _strong().search(form):
        return False
    share, strong = _cover(form)
    if share == 1:
        return strong or (weak and any(map(str.isalnum, line)))
    if not strong or (is_spoken(line) and not _READER.search(line)):
        return False
    return share >= _MOSTLY or (share >= _PARTLY and len(line) <= _LABEL and line[-1] not in "。；;")


def stamp(line: str) -> tuple[tuple[str, str], ...] | None:
    """The facts in a line of date, counts and buttons above or below an article; None if it is no such line.

    >>> stamp("原创 小张 某区发布 2023-05-06 18:30 发表于山东")
    (('published', '原创 小张 某区发布 2023-05-06 18:30 发表于山东'),)
    >>> stamp("今天是2001年5月6日 星期日"), stamp("2007年9月12日 张三")
    ((), None)
    """
    form = fold(line.strip())
    if not 6 <= len(form) <= LONGEST or "《" in form or form[-1] in "。!?;":
        return None
    rest, days = _DATE.subn(" ", form)
    if not days:
        return None
    rest = _TIME.sub(" ", rest)
    tokens = [token for token in re.split(r"[\s|·•┊/,:()\[\]]+", rest) if token]
    names, stamped = 0, bool(_STAMPED.search(form))
    for token in tokens:
        share, strong = _cover(token)
        stamped = stamped or (share == 1 and strong)
        names += len(token) if share < 1 else 0
        if names > _MOST_NAMES:  # most datelines end here, at their first token
            return None
    if not stamped:
        return None
    return (("published", line.strip()),) if _PUBLISHED.match(form) else ()


def _cover(form: str) -> tuple[float, bool]:
    """The share of a text's letters that words cover at best, and whether a strong one is among them. Each
    position is looked at once for each word that begins with its character."""
    best: list[tuple[int, bool]] = [(0, False)] * (len(form) + 1)
    letters = 0
    for at, character in enumerate(form):
        covered, strong = best[at]
        if not _MARKS.match(character):
            letters += 1
        best[at + 1] = max(best[at + 1], best[at])
        for word, is_strong in _by_first().get(character, ()):
            if form.startswith(word, at):
                end = at + len(word)
                best[end] = max(best[end], (covered + len(word), strong or is_strong))
    covered, strong = best[-1]
    return (min(covered / letters, 1), strong) if letters else (1, False)


@cache
def _strong() -> re.Pattern[str]:
    """A word that only a screen says: asked first, since few lines have one."""
    return any_word(row["word"] for row in rows("clean/interface-words.tsv") if row["strength"] == "strong")


@cache
def _by_first() -> dict[str, list[tuple[str, bool]]]:
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in rows("clean/interface-words.tsv"):
        found[row["word"][0]].append((row["word"], row["strength"] == "strong"))
    return dict(found)
