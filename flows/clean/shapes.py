"""The kinds of line around a body, told by their form: titles, datelines, salutations, prose."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from flows.clean.draft import fold
from flows.clean.rules import LONGEST, any_of, rows

_COMMA = re.compile(r"[,，。;；]")
_ENDS = tuple("。!?！？")
_NO_TITLE = tuple("—―－─–-<>")
_PROSE = 30
"""Characters from which a line with a comma or a full stop is prose. Headings and links are shorter."""
_CLOSED = tuple("。！？!?…”’」』）)")
_DOTS = re.compile(r"[\u3400-\u9fff，、](?:…{1,2}|\.{3,12})$")
_MARK = 20
"""Characters of the words that show a cut."""
_GOES_ON = tuple("，、：:")
_VERSE = 9
"""Characters of the longest verse, which may end in a comma."""
_KEYWORDS = 4
"""Words with spaces between that are no title but keywords."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = 8
"""Letters from which a line without Chinese says something; fewer are units or abbreviations in a table."""


def has_shape(line: str, *shapes: str) -> bool:
    """Whether a line is of one of the shapes of ``shapes.tsv``.

    >>> has_shape("——2007年9月12日在全县大会上", "dateline"), has_shape("同志们：", "title")
    (True, False)
    """
    if len(line) > LONGEST:
        return False
    return _shapes(*shapes).fullmatch(fold(line)) is not None


@lru_cache(maxsize=256)  # several rules ask it of the lines above a body
def is_title(line: str) -> bool:
    """Whether a line is the title of a speech or a report, not the line that tells when and where.

    >>> is_title("在全市工作会议上的讲话"), is_title("——在人民代表大会上的报告")
    (True, False)
    """
    return (
        has_shape(line, "title")
        and not has_shape(line, "caption", "part")
        and not line.startswith(_NO_TITLE)
        and len(line.split(maxsplit=_KEYWORDS)) < _KEYWORDS
    )


def is_bare_title(line: str) -> bool:
    """Whether a page's first line can be its title though it names no kind of text.

    >>> is_bare_title("以实干开创新局面"), is_bare_title("某县县长 张三")
    (True, False)
    """
    return not line.startswith(_NO_TITLE) and not has_shape(line, "dateline", "speaker", "caption")


def is_prose(line: str) -> bool:
    """Whether a line is a sentence or more, as against a heading, a name or a link.

    >>> is_prose("今年以来，全县上下抓项目、促投资、稳增长，各项工作取得了新的成绩。"), is_prose("首页")
    (True, False)
    """
    return (len(line) >= _PROSE and bool(_COMMA.search(line))) or line.endswith(_ENDS)


def begins_body(line: str) -> bool:
    """Whether the speech itself begins here at the latest: a salutation, a numbered heading, or prose."""
    return is_prose(line) or has_shape(line, "salutation", "heading", "part")


def comes_to_a_close(text: str) -> bool:
    """Whether a text ends as speeches and papers do: with thanks, a call, a signature or a day.

    >>> comes_to_a_close("同志们：\\n我就讲这些。"), comes_to_a_close("各乡镇要抓好招")
    (True, False)
    """
    last = text.rsplit("\n", 1)[-1]
    return last.endswith(("！", "!")) or has_shape(last[-LONGEST:], "closing", "dateline", "speaker")


def is_foreign(lines: list[str]) -> bool:
    """Whether lines are written without Chinese, in Latin letters, and thank nobody.

    >>> is_foreign(["Leave a Reply"]), is_foreign(["GDP 120"]), is_foreign(["谢谢 Thank you"])
    (True, False, False)
    """
    text = "\n".join(lines)[:1000]
    if _HAN.search(text):
        return False
    return sum(map(str.isalpha, text)) >= _LATIN and "thank" not in text.lower()


def stops_midway(text: str) -> bool:
    """Whether a text stops inside a sentence, or where its last line lacks the mark that ends one.

    >>> stops_midway("今后五年的奋斗目标是，"), stops_midway("某县人民政府"), stops_midway("各乡镇要抓好招")
    (True, False, True)
    """
    return not text.endswith(_CLOSED) and not comes_to_a_close(text)


def cut_mark(text: str) -> str | None:
    """The end of a text that says by itself that it goes on: a comma or a colon, or dots right behind a word.

    >>> cut_mark("今后五年的奋斗目标是，"), cut_mark("全县共投入资金......"), cut_mark("路在脚下。\\n……")
    ('今后五年的奋斗目标是，', '全县共投入资金......', None)
    """
    last = text.rsplit("\n", 1)[-1]
    cut = (last.endswith(_GOES_ON) and len(last) > _VERSE) or _DOTS.search(last)
    return last[-_MARK:] if cut else None


@cache
def _shapes(*shapes: str) -> re.Pattern[str]:
    return any_of(row["pattern"] for row in rows("clean/shapes.tsv") if row["shape"] in shapes)
