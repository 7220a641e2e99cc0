"""Reports cut into fragments as sites cut them: what the benches of stitching are made of."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

WITHHELD = 0.1
GENERIC = 1 / 3
LONGEST = 6000
"""Characters of a report that are used: what is cut is alike everywhere in it."""
NUMERALS = "一二三四五六七八九"
FILES, NUMBERED = "files numbered by name", 1000
"""A kind of its own, and from where on its reports are numbered."""
TITLES = [
    f"在{place}{meeting}上的讲话"
    for place in ("全市", "全县", "全省", "全区")
    for meeting in (
        "经济工作会议",
        "三级干部大会",
        "农村工作会议",
        "安全生产会议",
        "春节后收心会",
        "招商引资大会",
    )
]
MENU = [
    "网站首页 | 新闻中心 | 领导讲话 | 政务公开",
    "您现在的位置：首页 > 领导讲话",
    "【打印本页】 【关闭窗口】",
]
OTHER_MENU = ["文秘之友 · 讲话稿大全", "上一篇：没有了", "本站文章均来自网络，仅供学习参考"]


@dataclass
class Made:
    """One report as fragments: their files by page number, and what is to come of them."""

    number: int
    kind: str
    title: str
    specific: bool
    text: str
    files: list[tuple[int, str, str]] = field(default_factory=list)
    """Page number, file name, content."""
    held: set[int] = field(default_factory=set)
    pages: int = 0
    counted: bool = True
    """Whether the pages say how many they are."""
    linked: bool = True
    """Whether pages that don't say so link to the next one."""


def cut(text: str, pages: int, dice: random.Random) -> list[str]:
    """A text in pieces of about one size, cut anywhere: mostly inside a sentence, as windows do."""
    size = len(text) / pages
    bounds = [0, *(int(size * n + dice.uniform(-0.2, 0.2) * size) for n in range(1, pages)), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]


def overlapping(pieces: list[str], dice: random.Random) -> list[str]:
    """Each piece begins with the end of the one before: 60 to 400 characters of it, half of them with other
    punctuation."""
    made = [pieces[0]]
    for before, piece in pairwise(pieces):
        again = before[-min(len(before) // 2, dice.randrange(60, 400)) :]
        if dice.random() < 0.5:
            again = again.replace("，", ",").replace("；", "，")
        made.append(again + piece)
    return made


def record(url: str, title: str, text: str) -> str:
    return json.dumps({"url": url, "title": title, "text": text}, ensure_ascii=False)


def html(title: str, text: str, menu: Sequence[str], pager: str, url: str) -> str:
    lines = "<br><br>\n".join(line for line in text.split("\n") if line.strip())
    above = "".join(f"<div>{line}</div>" for line in menu)
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{url}"></head>'
        f'<body>{above}<h1>{title}</h1><div class="content">{lines}</div>'
        f'<div class="page">{pager}</div></body></html>'
    )


def suffixed(made: Made, pieces: list[str], dice: random.Random) -> None:
    """``_2.html``, and a link to the next page."""
    made.counted, stem = False, f"http://www.yiwang.example.cn/jianghua/{1_000_000 + made.number}"
    for n, piece in enumerate(pieces, 1):
        url = stem + (f"_{n}.html" if n > 1 else ".html")
        pager = f'<a href="{stem}_{n + 1}.html">下一页</a>' if n < len(pieces) else ""
        made.files.append((n, f"{n}.html", html(made.title, piece, MENU, pager, url)))


def queried(made: Made, pieces: list[str], dice: random.Random) -> None:
    """``?page=2``, and 共5页 第2页."""
    for n, piece in enumerate(pieces, 1):
        url = f"http://www.erwang.example.cn/show.asp?id={made.number}&page={n}"
        text = f"{piece}\n第{n}页/共{len(pieces)}页"
        made.files.append((n, f"{n}.json", record(url, made.title, text)))


def named(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Plain text with a title and 第2页/共5页, without an address."""
    for n, piece in enumerate(pieces, 1):
        made.files.append((n, f"{n}.txt", f"{made.title}\n第{n}页/共{len(pieces)}页\n{piece}\n"))


def repeated(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Pages that begin with the end of the one before."""
    queried(made, overlapping(pieces, dice), dice)


def inside(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Numbered fragments inside one page."""
    made.pages = 1
    text = "\n".join(f"{n}、{piece}" for n, piece in enumerate(pieces, 1))
    url = f"http://www.sanwang.example.cn/read/{2_000_000 + made.number}.html"
    made.files.append((1, "1.json", record(url, made.title, text)))


def two_sites(made: Made, pieces: list[str], dice: random.Random, copies: bool = False) -> None:
    """Some pages from one site, the others from another, with other lines around them."""
    total = len(pieces)
    first = set(dice.sample(range(1, total + 1), dice.randrange(1, total)))
    shared = set(dice.sample(range(1, total + 1), 1)) if copies else set()
    for n, piece in enumerate(pieces, 1):
        pager = f"第{n}页/共{total}页"
        if n in first or n in shared:
            url = f"http://www.siwang.example.cn/a/{3_000_000 + made.number}_{n}.html"
            made.files.append((n, f"{n}a.html", html(made.title, piece, MENU, pager, url)))
        if n not in first or n in shared:
            url = f"http://www.wuwang.example.cn/article.aspx?id={made.number}&page={n}"
            made.files.append((n, f"{n}b.html", html(made.title, piece, OTHER_MENU, pager, url)))


def two_sites_and_a_copy(made: Made, pieces: list[str], dice: random.Random) -> None:
    """The same, with one page on both sites."""
    two_sites(made, pieces, dice, copies=True)


def bare(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Plain text with a title and a bare 2/5 below, without an address."""
    for n, piece in enumerate(pieces, 1):
        made.files.append((n, f"{n}.txt", f"{made.title}\n{piece}\n{n}/{len(pieces)}\n"))


def titled(made: Made, pieces: list[str], dice: random.Random) -> None:
    """讲话（二） at addresses that have nothing in common."""
    made.counted = made.linked = False
    for n, piece in enumerate(pieces, 1):
        url = f"http://www.liuwang.example.cn/read/{dice.getrandbits(48):012x}.html"
        title = f"{made.title}（{NUMERALS[n - 1]}）"
        made.files.append((n, f"{n}.html", html(title, piece, MENU, "", url)))


def fielded(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Records that have the page's number and count as fields, without an address."""
    names = dice.choice((("page", "total_pages"), ("page_no", "pages"), ("页码", "共几页")))
    for n, piece in enumerate(pieces, 1):
        fields = {"title": made.title, "text": piece, **dict(zip(names, (n, len(pieces)), strict=True))}
        made.files.append((n, f"{n}.json", json.dumps(fields, ensure_ascii=False)))


def linked(made: Made, pieces: list[str], dice: random.Random) -> None:
    """上一页 and 下一页 at addresses that have nothing in common."""
    made.counted = False
    urls = [f"http://www.qiwang.example.cn/read/{dice.getrandbits(48):012x}.html" for _ in pieces]
    for n, piece in enumerate(pieces):
        pager = f'<a href="{urls[n - 1]}">上一页</a> ' if n else ""
        pager += f'<a href="{urls[n + 1]}">下一页</a>' if n + 1 < len(pieces) else ""
        made.files.append((n + 1, f"{n + 1}.html", html(made.title, piece, MENU, pager, urls[n])))


def numbered_files(made: Made, pieces: list[str], dice: random.Random) -> None:
    """Plain text that nothing but the file names numbers; the first has a title."""
    for n, piece in enumerate(pieces, 1):
        made.files.append((n, f"{n}.txt", f"{made.title}\n{piece}\n" if n == 1 else f"{piece}\n"))


KINDS: dict[str, Callable[[Made, list[str], random.Random], None]] = {
    "_2.html": suffixed,
    "?page=2": queried,
    "第2页/共5页": named,
    "overlapping": repeated,
    "in one page": inside,
    "two sites": two_sites,
    "two sites, a page on both": two_sites_and_a_copy,
}


LOOSE: dict[str, Callable[[Made, list[str], random.Random], None]] = {
    "page and pages of a record": fielded,
    "links alone": linked,
    "讲话（二）": titled,
    "a bare 2/5": bare,
}
"""Kinds whose pages say where they stand in words that may mean something else, or by links alone."""


def make(shared: Path, folder: Path, dice: random.Random) -> tuple[list[Made], list[Path]]:
    """Fragments of all reports as files, less those withheld."""
    reports = shared / "corpora" / "reports"
    with (shared / "corpora" / "reports.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    made, paths = [], []
    for number, row in enumerate(rows):
        text = "\n".join(
            line.replace("**", "").strip()
            for line in (reports / f"{row['id']}.txt").read_text("utf-8").splitlines()[3:]
        )
        begin = dice.randrange(max(1, len(text) - LONGEST))
        specific = dice.random() > GENERIC
        place = row["region"].split("/")[-1] or row["province"]
        title = f"{row['file_year']}年{place}政府工作报告" if specific else dice.choice(TITLES)
        kind = dice.choice(list(KINDS))
        text = text[begin : begin + dice.randrange(LONGEST // 2, LONGEST)].strip()
        one = Made(number, kind, title, specific, text)
        one.pages = dice.randrange(2, 10)
        KINDS[kind](one, cut(text, one.pages, dice), dice)
        paths += _write(one, folder, dice)
        made.append(one)
    return made, paths


def make_loose(reports: Sequence[Made], kind: str, folder: Path, dice: random.Random) -> list[Made]:
    """Every fourth of the reports again, in one of the loose kinds."""
    made = []
    for report in reports[list(LOOSE).index(kind) :: 4]:
        one = Made(report.number, kind, report.title, report.specific, report.text)
        one.pages = dice.randrange(2, 10)
        LOOSE[kind](one, cut(one.text, one.pages, dice), dice)
        _write(one, folder, dice)
        made.append(one)
    return made


def _write(one: Made, folder: Path, dice: random.Random) -> list[Path]:
    """The files of a report, less those withheld."""
    paths = []
    for page, name, content in one.files:
        if dice.random() >= WITHHELD:
            one.held.add(page)
            path = folder / f"{one.number:04}-{name}"
            path.write_text(content, encoding="utf-8")
            paths.append(path)
    return paths


def make_numbered_files(reports: Sequence[Made], folder: Path, dice: random.Random) -> list[Made]:
    """Every seventh of the reports again, as files numbered by their names alone; none is withheld."""
    made = []
    for report in reports[::7]:
        one = Made(NUMBERED + report.number, FILES, dice.choice(TITLES), False, report.text)
        one.pages = dice.randrange(2, 6)
        one.held = set(range(1, one.pages + 1))
        numbered_files(one, cut(one.text, one.pages, dice), dice)
        for _, name, content in one.files:
            (folder / f"{one.number}-{name}").write_text(content, encoding="utf-8")
        made.append(one)
    return made
