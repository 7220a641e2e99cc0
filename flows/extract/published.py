"""When the site put the page up."""

from __future__ import annotations

import re
from functools import cache

from flows.extract.fieldlines import CLOCK, DAY, FIELD_LINE, label_alone, labels
from flows.extract.links import meta
from flows.extract.tables import table
from flows.extract.tree import Block, Tree
from flows.read import iso_time

ABOVE = 48
"""Blocks above the body in which field lines are looked for."""
WITHIN = 3
"""Blocks of the body that may still be field lines."""
_LABELLED, _PLAIN, _CLOCKED, _BESIDE = 4, 2, 2, 1
"""What a line's date is worth: behind 发布时间, behind 时间, with a time of day, beside 来源 or 作者."""

_WEEKDAY = re.compile(r"[,，（(]?\s?(?:星期|周)[一二三四五六日天]\s?[)）]?")
_HAN = "〇○零一二三四五六七八九"
_HAN_DATE = re.compile(
    rf"([{_HAN}]{{4}})年([一二三四五六七八九十]{{1,2}})月([一二三四五六七八九十廿]{{1,3}})日"
)
_SHORT_YEAR = re.compile(r"(?<![\d.-])(\d{2})(?=[-/.]\d{1,2}[-/.]\d{1,2}(?!\d))")
_DIGIT = re.compile(r"\d")
_AFTERNOON = re.compile(r"\d\s?[Pp][Mm]\b|下午|晚上")
_BARE_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_IN_URL = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/]?([01]\d)[-/]?([0-3]\d)(?!\d)")


def published_of(tree: Tree, start: int, end: int, url: str | None) -> str | None:
    """A day or a time: from a field line near the body, a meta tag, a script, ``<time>``.

    A visible time is finer than a meta day; where the two name different days, the visible line wins,
    since it is what a reader can check. A bare day is taken only where the page's address says the same.
    """
    stated = moment(meta(tree, "published") or "") or _in_scripts(tree.scripts)
    stated = stated.removesuffix("T00:00:00") if stated else None
    seen = _visible(tree.blocks, start, end)
    if seen and stated and seen[:10] == stated[:10]:
        return max(seen, stated, key=len)
    if seen or stated:
        return seen or stated
    times = (iso_time(time) for time in tree.times)
    return next((time for time in times if time), None) or _beside_url(tree.blocks, start, end, url)


def moment(text: str, labelled: bool = False) -> str | None:
    """The first day or time in a text, ISO 8601. A year of two digits is one behind a label alone.

    >>> moment("2005年08月30日, 星期二 13:22"), moment("二〇〇九年三月十五日"), moment("03-05 09:12")
    ('2005-08-30T13:22:00', '2009-03-15', None)
    >>> moment("发布时间：09-03-05 10:20", labelled=True), moment("2005-5-7 9:23 PM")
    ('2009-03-05T10:20:00', '2005-05-07')
    """
    if text.isascii() and text.isdigit():
        return _of_digits(text)
    text = _HAN_DATE.sub(_arabic, _WEEKDAY.sub(" ", text[:1000]))
    if labelled and not DAY.search(text):
        text = _SHORT_YEAR.sub(lambda m: ("20" if m[1] < "50" else "19") + m[1], text, count=1)
    found = iso_time(text)
    return found[:10] if found and _AFTERNOON.search(text) else found


def _of_digits(text: str) -> str | None:
    """20090305, 20090305091200, or a Unix time."""
    if len(text) in (8, 14) and text[:2] in ("19", "20"):
        clock = f" {text[8:10]}:{text[10:12]}:{text[12:]}" if len(text) == 14 else ""
        return iso_time(f"{text[:4]}-{text[4:6]}-{text[6:8]}{clock}")
    return iso_time(text) if len(text) in (10, 13) else None


def _visible(blocks: list[Block], start: int, end: int) -> str | None:
    """The best-labelled date, the nearest above the body first, then at its head, then behind it."""
    best, best_rank = None, 0
    above = range(start - 1, max(0, start - ABOVE) - 1, -1)
    for at in (*above, *range(start, min(start + WITHIN, end)), *range(max(start, end - 1), end + WITHIN)):
        if at >= len(blocks):
            break
        text = _with_next(blocks, at)
        rank = _rank(text, blocks[at].links, inside=start <= at < end, behind=at >= end)
        if rank < _LABELLED and _of_event(blocks[at : at + 2]):
            continue
        if rank > best_rank and (time := moment(_after_label(text), rank >= _LABELLED)):
            best, best_rank = time, rank
    return best


def _rank(text: str, links: int, inside: bool, behind: bool) -> int:
    """What the date in a line is worth; 0 for a line that is no field line."""
    if len(text) > FIELD_LINE or not (_DIGIT.search(text) or _HAN_DATE.search(text)):
        return 0
    if any(word in text for word in table("labels.tsv")["clock"]):
        return 0
    found = labels()
    labelled = bool(found["published"].search(text))
    rank = _LABELLED if labelled else _PLAIN if found["plain"].search(text) else 0
    clock = bool(CLOCK.search(text))
    if links * 2 > len(text) and (behind or not (clock or rank)):
        return 0
    rank += _CLOCKED * clock
    rank += _BESIDE * bool(
        DAY.search(text) and (found["source"].search(text) or found["author"].search(text))
    )
    return rank if labelled or not inside or rank > _PLAIN + _CLOCKED else 0


def _of_event(lines: list[Block]) -> bool:
    """时间 beside 地点: when people met."""
    return any(word in line.text[:FIELD_LINE] for line in lines for word in table("labels.tsv")["event"])


def _with_next(blocks: list[Block], at: int) -> str:
    """A line, with the next one where it is a label alone."""
    text = blocks[at].text
    if label_alone(text) and at + 1 < len(blocks) and len(blocks[at + 1].text) < 40:
        return f"{text} {blocks[at + 1].text}"
    return text


def _after_label(text: str) -> str:
    found = labels()["published"].search(text) or labels()["plain"].search(text)
    return text[found.end() :] if found and moment(text[found.end() :], labelled=True) else text


def _in_scripts(scripts: list[str]) -> str | None:
    for script in scripts:
        for found in _assigned().finditer(script):
            if time := moment(found[1].replace("\\/", "/").strip()):
                return time
    return None


def _beside_url(blocks: list[Block], start: int, end: int, url: str | None) -> str | None:
    """A day alone on its line that the page's address repeats (/202203/01/, t20220301_)."""
    found = _IN_URL.search(url or "")
    day = iso_time("-".join(found.groups())) if found else None
    near = blocks[max(0, start - ABOVE) : start] + blocks[end : end + WITHIN]
    if not day:
        return None
    for block in near:
        bare = _BARE_DAY.match(block.text) if len(block.text) <= FIELD_LINE else None
        if bare and iso_time(bare[0]) == day:
            return day
    return None


def _arabic(date: re.Match[str]) -> str:
    year = "".join(str(max(0, _HAN.index(c) - 2)) for c in date[1])
    return f"{year}年{_small(date[2])}月{_small(date[3])}日"


def _small(number: str) -> int:
    """A Chinese number below forty.

    >>> _small("十"), _small("二十一"), _small("廿三"), _small("三")
    (10, 21, 23, 3)
    """
    tens, ten, ones = number.replace("廿", "二十").rpartition("十")
    digits = "一二三四五六七八九"
    return (digits.find(tens) + 1 if tens else bool(ten)) * 10 + (digits.find(ones) + 1 if ones else 0)


@cache
def _assigned() -> re.Pattern[str]:
    names = "|".join(table("script_names.tsv")["published"])
    return re.compile(rf"""(?<![\w])(?:{names})["']?\s{{0,3}}[:=>]\s{{0,3}}["']?([^"'\n;,<>]{{6,40}})""")
