"""Field lines (``发文时间：2006-02-15``): taken off the body, kept in the head, read as facts."""

from __future__ import annotations

import re

from flows.clean.draft import fold
from flows.clean.rules import label_endings, label_pattern, labels
from flows.host import host

_LONGEST_LINE = 300
_COUNT = re.compile(r"[^，。；,;]{0,30}")
"""How many, how large, of what kind: counts are short and no sentence."""
_COUNTER = re.compile(r"\d{1,9}")
_DAY = r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?"
_CLOCK = r"(\d{1,2})\s?:\s?(\d{2})(?:\s?:\s?(\d{2}))?"
_BARS = " \t\u3000|丨｜•·┊【[（("
"""What sites put between fields."""
_BARE_MOMENT = re.compile(rf"\s*{_DAY}\s*{_CLOCK}\s*")
_BARE_DAY = re.compile(rf"\s*{_DAY}\s*")
_DAY_WITHOUT_YEAR = re.compile(rf"\d{{1,2}}-\d{{1,2}} {_CLOCK}")
_BUTTONS = re.compile(r"[^【】]{1,8}】(?:\s?【[^【】]{1,8}】?){0,4}")
"""Buttons in brackets before the first field, less their outer brackets."""
_STAMPED = re.compile(rf"(.{{1,60}}?)\s({_DAY}(?:\s{_CLOCK})?)")
"""A source, and right behind it when the site took the text over."""
_URL = re.compile(r"https?://[^\s\"'<>，。；）】]{4,500}")
_SPLIT_ENDING = re.compile(r"\s+(?=\.(?:s?html?|aspx?|jsp|php)\b)")

_SOURCES = frozenset(("来源", "信息来源", "文章来源", "稿件来源"))

Field = tuple[str, str, str]
"""Kind, label and value."""


def fields(line: str, following: str = "") -> list[Field]:
    """The fields that a line is made of; none if it is not a field line.

    ``following`` is the next line: counters stand there in some scrapes (``阅读：``, ``175``).

    >>> fields("时间：2023-03-30  来源：政府官网")
    [('time', '时间', '2023-03-30'), ('note', '来源', '政府官网')]
    >>> fields("来源：市水务局 2022-03-10 11:51")
    [('note', '来源', '市水务局'), ('published', '', '2022-03-10 11:51')]
    >>> fields("2018-11-20 | 来 源：某某网【作者：某人】")
    [('published', '', '2018-11-20'), ('note', '来源', '某某网'), ('note', '作者', '某人')]
    >>> fields("时间就是生命：我们要抓紧。")
    []
    """
    if len(line) > _LONGEST_LINE:
        return []
    folded = fold(line)
    if _BARE_MOMENT.fullmatch(folded):
        return [("published", "", line.strip())]
    found = list(label_pattern().finditer(folded))
    if not found:
        return []
    lead = folded[: found[0].start()].strip(_BARS)
    if _BUTTONS.fullmatch(lead):
        lead = ""
    without_year = bool(_DAY_WITHOUT_YEAR.fullmatch(lead))
    if lead and not (without_year or _BARE_MOMENT.fullmatch(lead) or _BARE_DAY.fullmatch(lead)):
        return []
    ends = [label.start() for label in found[1:]] + [len(line)]
    names = ["".join(label[1].split()) for label in found]
    result = [
        (labels()[name], name, line[label.end() : end].strip(_BARS).rstrip(_closing(folded, label.start())))
        for name, label, end in zip(names, found, ends, strict=True)
    ]
    if lead:
        result.insert(0, ("note" if without_year else "published", "", lead))
    result = [field for one in result for field in _apart(*one)]
    kind, label, value = result[-1]
    if (kind == "summary" and value) or any(f[0] == "counter" and not _COUNT.fullmatch(f[2]) for f in result):
        return []
    if any(said.endswith(("。", "！", "？")) for _, _, said in result):  # a sentence with a colon in it
        return []
    if kind == "counter" and not value and _COUNTER.fullmatch(following.strip()):
        result[-1] = (kind, label, following.strip())
    return result


def _apart(kind: str, label: str, value: str) -> list[Field]:
    """A source apart from the moment behind it."""
    stamped = _STAMPED.fullmatch(value) if label in _SOURCES else None
    return [(kind, label, stamped[1]), ("published", "", stamped[2])] if stamped else [(kind, label, value)]


def loose_field(line: str) -> list[Field]:
    """The field that a line beside other field lines is, though the list does not name its label.

    >>> loose_field("馆藏编号：0012"), loose_field("我们的目标：再上一个台阶")
    ([('note', '馆藏编号', '0012')], [])
    """
    found = label_endings().fullmatch(re.sub(r"^\s*【([^【】]{2,10})】", r"\1:", fold(line)).strip())
    return [("note", "".join(found[1].split()), found[2].strip())] if found else []


def _closing(folded: str, start: int) -> str:
    """The bracket that closes a field whose label stands behind an opening one."""
    return {"【": "】", "[": "]］", "(": ")）"}.get(folded[start - 1 : start], "")


def is_day(line: str) -> bool:
    """Whether a line is a day and nothing else, as sites print it above an article.

    >>> is_day("2006年02月18日"), is_day("（2006年2月16日）")
    (True, False)
    """
    return bool(_BARE_DAY.fullmatch(fold(line)))


def is_stamped_day(line: str) -> bool:
    """Whether a line is a day as systems print it, and nothing else: when a page was put up.

    >>> is_stamped_day("2022-03-05"), is_stamped_day("2007年9月12日"), is_stamped_day("2007.9.12")
    (True, False, False)
    """
    return is_day(line) and any(mark in line for mark in "-/")


def is_written_day(line: str) -> bool:
    """Whether a line is a day as papers are dated, not as systems print it.

    >>> is_written_day("2012年3月5日"), is_written_day("2012-03-05")
    (True, False)
    """
    return is_day(line) and "年" in line


def address(value: str) -> str | None:
    """The URL in a field's value, mended where a space stands before its ending; None where there is none.

    >>> address("https://www.example.cn/doc/1088 .html")
    'https://www.example.cn/doc/1088.html'
    """
    found = _URL.search(_SPLIT_ENDING.sub("", value))
    return found[0] if found and host(found[0]) else None
