"""Inputs made to hurt: every shape costs time linear in its size, in every stage, and little memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.clean import clean
from flows.extract import extract
from flows.read import page
from flows.records import Media, Page, Reject, Source
from flows.restore import restore
from flows.stitch import stitch

ROOT = Path(__file__).resolve().parents[1]
PROSE = (
    "同志们：今天我们召开全县项目推进会，总结去年的工作，部署今年的任务。要坚持“项目为王”，一件一件抓落实！"
)
SIZE = 30_000
"""Characters of a shape; it is taken at half of that, too."""
GROWTH = 3.2
"""Times the time that twice the size may take: linear is 2, quadratic 4."""
SLACK = 0.12
"""CPU seconds that are noise."""
MOST = 15.0
"""CPU seconds that any stage may take for a shape of the full size."""

Shape = Callable[[int], str]


def of(unit: str) -> Shape:
    """The unit over and over."""
    return lambda n: unit * (n // len(unit))


def numbered(pattern: str) -> Shape:
    """A line over and over, with a number in it that grows."""
    return lambda n: "".join(pattern.format(i) for i in range(n // len(pattern)))


def html(body: Shape) -> Shape:
    """A page around a body."""
    return lambda n: f"<html><head><title>讲话</title></head><body><p>{PROSE}</p>{body(n)}</body></html>"


def nested(opening: str, closing: str) -> Shape:
    """One inside the other."""
    return lambda n: (d := n // len(opening + closing)) and opening * d + PROSE + closing * d


PLAIN: dict[str, Shape] = {
    "one character": of("的"),
    "opening brackets": of("("),
    "full-width opening brackets": of("（"),
    "bracket and numeral": of("(一"),
    "bracketed numerals": of("（一）"),
    "question marks": of("?"),
    "full-width question marks": of("？"),
    "pairs of question marks": of("??a"),
    "pairs of question marks in Chinese": of("看??催的"),
    "numerals as items": of("一、"),
    "numerals that do not begin": of("。二、"),
    "lines of one width": of("字" * 40 + "\n"),
    "item lines": numbered("{}、抓项目\n"),
    "broken entities": of("&#"),
    "ampersands": of("&"),
    "escaped ampersands": of("&amp;"),
    "doubly escaped": of("&amp;amp;lt;"),
    "angle brackets": of("<"),
    "closing angles": of("</"),
    "half tags": of("<p"),
    "open comments": of("<!--"),
    "open CDATA": of("<![CDATA["),
    "zero-width spaces": of("\u200b"),
    "zero-width between characters": of("字\u200b"),
    "pinyin": of("字(zì)"),
    "pinyin in traditional text": of("務（wù）"),
    "broken pinyin": of("頂?shù)葐栴}"),
    "torn notes": of("?yōu)"),
    "private use": of("\ue087"),
    "private use in text": of("的\ue087?碌墓"),
    "replacement characters": of("字\ufffd"),
    "nested brackets": nested("（", "）"),
    "three kinds of nested brackets": nested("【〔（", "）〕】"),
    "counters": of("1/2/3"),
    "counters inside words": of("先锋作3/7用"),
    "counter lines": numbered("{}/9\n"),
    "pages of pages": of("第1页/共3页\n"),
    "digits": of("1234567890"),
    "years": of("二〇一九年"),
    "dates": of("2019年3月4日"),
    "number lines": numbered("{}\n"),
    "one long address": lambda n: "http://www.example.cn/" + "a/" * (n // 2),
    "addresses": of("http://www.example.cn/a.html "),
    "www": of("www."),
    "line ends": of("\r\n"),
    "line ends as letters": of("字\\r\\n"),
    "one-character lines": of("的\n"),
    "one line without a mark": of(
        "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家"
    ),
    "the same paragraph": of(PROSE + "\n"),
    "the same line": of("谢谢大家\n"),
    "the same two lines": of("甲乙丙丁\n戊己庚辛\n"),
    "lines that begin alike": lambda n: "".join(PROSE[: i % 50 + 1] + "\n" for i in range(n // 26)),
    "a body twice": lambda n: numbered("{}号项目开工了，大家再加一把劲。\n")(n // 2) * 2,
    "fields": of("发文时间：2019-01-01\n"),
    "addresses as fields": of("来源URL：http://a.cn/\n"),
    "breadcrumbs": of("当前位置：首页>>"),
    "notices": of("版权说明：本文档由用户提供，温馨提示：试读结束，还剩8页未读\n"),
    "titles": of("在全县工作会议上的讲话\n"),
    "greetings": of("同志们：\n"),
    "traditional phrases": of("乾隆年間乾坤"),
    "mojibake": lambda n: (PROSE * (n // len(PROSE) // 3)).encode().decode("latin-1"),
    "misread as GBK": lambda n: (PROSE * (n // len(PROSE))).encode().decode("gb18030", "replace"),
    "letters inside words": of("杜M绝"),
    "stars": of("*"),
    "hashes": of("#"),
    "underscores": of("_a"),
    "links in Markdown": of("[a](b)"),
    "open links in Markdown": of("!["),
    "table rows in Markdown": of("|a|b|\n"),
    "backslashes": of("\\"),
    "quotes": of("“"),
    "dashes": of("——"),
    "dots": of("……"),
    "spaces between characters": of("政 府　工\u00a0作 "),
    "carriage returns": of("字\r"),
    "combining marks": of("\u0301"),
    "beyond the basic plane": of("😀𠀀"),
    "deep JSON": nested('{"text":', "}"),
    "deep lists": of("["),
    "a JSON record": lambda n: '{"text": "' + PROSE * (n // len(PROSE)) + '"}',
    "keys of a JSON record": lambda n: '{"text": "同志们好", ' + numbered('"k{}": 1, ')(n) + '"z": 1}',
}
MARKUP: dict[str, Shape] = {
    "nested blocks": html(nested("<div>", "</div>")),
    "open blocks": html(of("<div>")),
    "open bold": html(of("<b>字")),
    "open links": html(of("<p><a href=x>链接")),
    "crossed tags": html(of("<b><p>字</b>")),
    "paragraphs": html(of("<p>同志们，今天开会。</p>")),
    "line breaks": html(of("同志们，今天开会。<br>")),
    "table cells": html(lambda n: "<table><tr>" + "<td>1</td>" * (n // 10) + "</tr></table>"),
    "nested tables": html(nested("<table><tr><td>", "</td></tr></table>")),
    "open lists": html(of("<ul><li>字")),
    "attributes": html(lambda n: "<p " + numbered('a{}="1" ')(n) + ">同志们</p>"),
    "one long style": html(lambda n: '<p style="' + "display:none;" * (n // 13) + '">同志们</p>'),
    "hidden elements": html(of('<span style="font-size:0">x</span>字')),
    "comments": html(of("<!-- x -->字")),
    "open script": html(lambda n: "<script>" + "<" * n),
    "ruby": html(of("<ruby>字<rt>zì</rt></ruby>")),
    "links": html(of('<a href="a.html">关于我们联系方式</a>')),
    "page links": html(numbered('<a href="a_{0}.html">{0}</a>')),
    "open menus": html(of("<select><option>")),
    "open drawings": html(of("<svg><g>")),
    "meta fields": lambda n: (
        "<html><head>" + '<meta name="pubdate" content="2019-01-01">' * (n // 42) + PROSE
    ),
    "title elements": lambda n: "<title>讲话" * (n // 9) + f"<p>{PROSE}</p>",
    "entities": html(of("&nbsp;&#21516;")),
    "preformatted": html(lambda n: "<pre>" + "字 \n" * (n // 3)),
}
SHAPES = PLAIN | MARKUP


def page_of(text: str, media: Media = "text/plain") -> Page:
    return Page(id="a", source=Source(file="a"), media=media, text=text)


def read(text: str) -> Page | Reject:
    return page(text.encode("utf-8", "replace"), Source(file="a"))


def through(text: str) -> object:
    """Read to clean, and the speech of it."""
    found = read(text)
    for stage in (extract, restore, clean):
        if isinstance(found, Reject):
            return found
        found = stage(found)
    return found if isinstance(found, Reject) else stitch([found])


STAGES: dict[str, Callable[[str], object]] = {
    "read to stitch": through,
    "read": read,
    "extract": lambda text: extract(page_of(text, "text/html")),
    "restore": lambda text: restore(page_of(text)),
    "clean": lambda text: clean(page_of(text)),
    "stitch": lambda text: stitch([page_of(text)]),
}


def cpu(stage: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    stage(text)
    return time.process_time() - started


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What a stage loads once is not what a page costs."""
    for text in (PROSE, "關於??項目的（de）講話", f"<html><body><p>{PROSE}</p><p>{PROSE}</p></body></html>"):
        for stage in STAGES.values():
            stage(text)


@pytest.mark.parametrize("name", SHAPES)
def test_linear_in_every_stage(name: str) -> None:
    whole, half = SHAPES[name](SIZE), SHAPES[name](SIZE // 2)
    for stage, work in STAGES.items():
        spent = cpu(work, whole)
        assert spent < MOST, f"{stage}: {spent:.1f} s"
        if spent > SLACK and spent > GROWTH * cpu(work, half):  # perhaps noise: the best of some runs tells
            best = min(cpu(work, whole) for _ in range(2))
            least = min(cpu(work, half) for _ in range(2))
            assert best < GROWTH * least + SLACK, f"{stage}: {least:.2f} s, twice the size {best:.2f} s"


MILLIONS = {
    "a million brackets": "(" * 1_000_000,
    "a million question marks": "?" * 1_000_000,
    "a million bracketed numerals": "（一" * 500_000,
    "10 MB in one line": PROSE.replace("！", "，") * (10_000_000 // len(PROSE.encode())),
    "the same line 300,000 times": "谢谢\n" * 300_000,
    "100,000 lines": "".join(f"第{i}号\n" for i in range(100_000)),
    "the same paragraph 20,000 times": (PROSE + "\n") * 20_000,
    "100,000 table cells": "<html><table><tr>" + "<td>1</td>" * 100_000,
    "100,000 nested tags": "<html><body>" + "<div>" * 100_000 + PROSE,
}
MEGABYTES = 100
"""Memory that a page may take for each MB of its bytes, beside what any page takes."""
ANY_PAGE_MB = 150


@pytest.mark.parametrize("name", MILLIONS)
def test_large_ones_are_taken_in_seconds(name: str) -> None:
    assert cpu(through, MILLIONS[name]) < 30


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="only Linux tells a process's peak")
def test_memory_is_bounded() -> None:
    """In a process of its own, since the most memory a process had can't be measured again."""
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from test_hostile import SHAPES, through
def peak():
    status = open("/proc/self/status").read()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
through(SHAPES["paragraphs"](1000))
base = peak()
for name in {("one character", "one-character lines", "pinyin", "table cells", "open bold", "links")!r}:
    text = SHAPES[name](200_000)
    through(text)
    most = {ANY_PAGE_MB} + {MEGABYTES} * len(text.encode()) / (1 << 20)
    assert peak() - base < most, (name, peak() - base, most)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
