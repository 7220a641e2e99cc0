"""The lines a site puts between title and text: when, whence, by whom."""

from __future__ import annotations

import re
from functools import cache

from flows.extract.tables import table

FIELD_LINE = 120
"""Characters of the longest field line."""
LABEL = 12
"""Characters of the longest label."""

_DATE = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
_WEEKDAY = r"[,，（(]?\s?(?:星期|周)[一二三四五六日天]\s?[)）]?"
DAY = re.compile(_DATE)
CLOCK = re.compile(rf"{_DATE}\s?日?(?:\s?{_WEEKDAY})?[T\s\u3000]{{0,4}}\d{{1,2}}[:：]\d{{2}}")
_YEAR = r"(?:\d{4}|[〇○零一二三四五六七八九]{4})年"
_NUMBER = r"[\d一二三四五六七八九十]{1,3}"
DATELINE = re.compile(rf"[（(〔][ \u3000]?{_YEAR}{_NUMBER}月{_NUMBER}日[ \u3000]?[）)〕]")
"""The day on which it was spoken, as it stands below a title."""
_POSTED = re.compile(r"发表于|发布于|发布时间|张贴|回复|评论于|\bby\b|\d{1,5}\s?[楼#]|#\s?\d")


def field_line(text: str) -> bool:
    """Is it a line of the site about the text (发布时间：… 来源：…), not the speaker's own dateline?

    >>> field_line("2022-02-13 09:57　来源：某某网"), field_line("（2007年9月12日）")
    (True, False)
    """
    if len(text) > FIELD_LINE or not has_colon(text) or text.endswith("。"):
        return False
    if CLOCK.search(text):
        return True
    found = [kind for kind, pattern in labels().items() if pattern.search(text)]
    return bool(found) and found != ["plain"]  # 时间：2007年9月12日 may be the speaker's


def signed(text: str) -> bool:
    """Is it a field line that tells by whom, whence or when: one that parts a title from its text?

    >>> signed("作者：秦小山 时间：2005-08-22 19:13"), signed("会议时间：2007年9月12日 9:00")
    (True, False)
    """
    return field_line(text) and any(labels()[kind].search(text) for kind in ("author", "source", "published"))


def label_alone(text: str) -> bool:
    """Is it a label whose value is the next line?

    >>> label_alone("来源："), label_alone("同志们：")
    (True, False)
    """
    return len(text) < LABEL and text[-1] in ":：" and (signed(text) or bool(labels()["plain"].search(text)))


def stamp(text: str) -> bool:
    """Is it the line a forum or blog puts on each post: who posted it, to the minute?

    >>> stamp("由某某张贴 @ 2005-06-14 03:25:55 (370)"), stamp("会议时间：2007年9月12日 9:00")
    (True, False)
    """
    return len(text) <= FIELD_LINE and has_colon(text) and bool(CLOCK.search(text) and _POSTED.search(text))


def has_colon(text: str) -> bool:
    """What every label and every time of day has; asked first, since most lines have none."""
    return ":" in text or "：" in text


@cache
def labels() -> dict[str, re.Pattern[str]]:
    """For each kind of field the pattern of its labels, colon and all.

    >>> labels()["published"].search("成文日期：2009年3月5日") is None
    True
    >>> labels()["source"].search("来 源：新华网").end()
    4
    """
    rows = table("labels.tsv")
    found = {kind: _labelled(rows[kind]) for kind in ("published", "source", "author", "other")}
    # 日期 alone is a label where no other word makes it another date's: 成文日期, 会议时间
    return found | {"plain": re.compile(f"(?<![一-鿿]){_labelled(rows['plain']).pattern}")}


def _labelled(words: list[str]) -> re.Pattern[str]:
    spaced = "|".join("[ \\u3000]{0,3}".join(word) for word in words)
    return re.compile(rf"(?:{spaced})[ \u3000]?[:：]\s?")
