"""Lines learned from repetition: what is a site's own goes, what its writers share stays, in any order."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import generated_site as site
import pytest
from conftest import ROOT, export_bytes, exported, take_in
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.clean import site_lines
from flows.clean.site_lines import PageLines, drop_site_lines, page_lines, shared, standing, texts
from flows.records import Page, Source
from flows.report import Report, show
from flows.spool import Seen

CASES = [
    case
    for file in ("real-shaped", "negative")
    for case in json.loads((ROOT / f"tests/cases/site_lines/{file}.json").read_text("utf-8"))
]
FURNITURE = [*site.TOP, site.INSIDE, *(line.split("，")[0] for line in site.BOTTOM)]
ODD_LINES = st.lists(st.text(alphabet="县长讲话会议0１9，。 |（）\u2028\r\t", max_size=30), max_size=30)


def a_page(number: int, text: str, *, title: str | None = None, page: int | None = None) -> Page:
    url = f"http://{site.HOST}/{number}.html"
    return Page(
        id=f"{number:016x}",
        source=Source(file=str(number)),
        media="text/plain",
        text=text,
        title=title,
        number=page,
        url=url,
        site=site.HOST,
    )


def learned(pages: list[Page]) -> dict[str, bool]:
    """What would be learned of pages that each are a group of their own: line to whether everywhere."""
    found = shared([page_lines(page, page.id) for page in pages])
    read = {key: line for page in reversed(pages) for key, line in texts(page, found).items()}
    return {line: found[key] for key, line in read.items() if not standing(line)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_the_cases(case: dict[str, str]) -> None:
    """On 20 bodies of one site, at the edge of each: the site's line is learned, the writers' is not."""
    pages = [a_page(n, "\n".join([*site.body(n), case["input"]])) for n in range(20)]
    assert (case["input"] in learned(pages)) == (case["expected"] == "site"), case["why"]


def furnished(count: int, *, inside: bool) -> list[Page]:
    """Pages of which all hold the site's line, in their midst or at their end."""
    pages = []
    for n in range(count):
        lines = site.body(n, paragraphs=30)
        lines.insert(len(lines) // 2 if inside else len(lines), site.INSIDE)
        pages.append(a_page(n, "\n".join(lines)))
    return pages


@pytest.mark.parametrize(
    ("count", "inside", "wanted"),
    [(7, False, None), (8, False, False), (15, True, None), (16, True, True), (16, False, True)],
)
def test_inside_a_body_more_must_share_it(count: int, inside: bool, wanted: bool | None) -> None:
    assert learned(furnished(count, inside=inside)).get(site.INSIDE) is wanted


def test_what_few_of_the_bodies_share_is_not_learned() -> None:
    pages = furnished(9, inside=False) + [a_page(n, "\n".join(site.body(n))) for n in range(100, 121)]
    assert site.INSIDE in learned(pages)
    more = [a_page(n, "\n".join(site.body(n))) for n in range(200, 202)]
    assert site.INSIDE not in learned(pages + more)


def cut(lines: list[str], dice: random.Random) -> list[str]:
    return lines[: dice.randrange(len(lines) // 2, len(lines))]


def masked(lines: list[str], dice: random.Random) -> list[str]:
    who = dice.sample(["河道", "园区", "投资", "公路", "卫生", "林权"], 2)
    return [line.replace(who[0], "某").replace(who[1], "XX") for line in lines]


def pointed(lines: list[str], dice: random.Random) -> list[str]:
    return [line.replace("，", dice.choice([",", "， "])).replace("。", ". ") for line in lines]


@pytest.mark.parametrize("change", [lambda lines, _: lines, cut, masked, pointed])
def test_uploads_of_one_speech_are_one_body(change: Any) -> None:
    """Though every line of it is on 60 pages, it is not the site's: 12 other speeches are too few to say."""
    dice = random.Random(11)
    lines = site.body(1, paragraphs=24)
    pages = [a_page(n, "\n".join(change(lines, dice))) for n in range(60)]
    assert learned(pages) == {}
    pages += [a_page(n, "\n".join(site.body(n))) for n in range(100, 112)]
    assert learned(pages) == {}


def test_numbered_pages_of_one_speech_are_one_body() -> None:
    title, running = "周明远在鹤川县干部大会上的讲话", "鹤川县干部大会专辑"
    parts = [a_page(n, f"{running}\n" + "\n".join(site.body(n)), title=title, page=n) for n in range(1, 30)]
    assert learned(parts) == {}
    grouped = [page_lines(replace(page, title=None, number=None), "url:stem") for page in parts]
    assert shared(grouped) == {}, "also where only their addresses say so"


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(24)))
def test_the_order_of_the_pages_does_not_matter(order: list[int]) -> None:
    pages = [page_lines(page, page.id) for page in furnished(24, inside=True)]
    assert shared([pages[n] for n in order]) == shared(pages) != {}


@settings(max_examples=60, deadline=None)
@given(lines=ODD_LINES, other=ODD_LINES, title=st.none() | st.text(max_size=9))
def test_what_is_dropped_is_a_learned_line_and_told(
    lines: list[str], other: list[str], title: str | None
) -> None:
    """For any text: no exception, nothing but whole learned lines goes, and the edits replay."""
    page = a_page(1, "\n".join(lines))
    keys = page_lines(a_page(2, "\n".join(other), title=title), "").lines
    everywhere = frozenset(key & ~1 for key in keys if key & 1)
    edge = everywhere | frozenset(key for key in keys if not key & 1)
    done = drop_site_lines(page, edge, everywhere)
    assert drop_site_lines(page, frozenset(), frozenset()) is page
    if done is page:
        return
    assert done.text.strip() and {edit.rule for edit in done.edits} <= {"site-line", "title-line"}
    gone = {line for edit in done.edits for line in edit.before.split("\n") if line}
    assert all(texts(a_page(3, line, title=line), edge) for line in gone)
    left = re.sub("\r\n?|\u2028", "\n", page.text)
    for edit in reversed(done.edits):
        assert left[edit.start : edit.start + len(edit.before)] == edit.before
        left = left[: edit.start] + edit.after + left[edit.start + len(edit.before) :]
    assert left.split() == done.text.split()


def drop(page: Page, *lines: str) -> Page:
    keys = frozenset(key & ~1 for line in lines for key in page_lines(a_page(9, line), "").lines)
    return drop_site_lines(page, keys, keys)


def test_a_page_of_nothing_but_learned_lines_keeps_them() -> None:
    page = a_page(1, "\n".join(site.TOP))
    assert drop(page, *site.TOP) is page


def test_most_of_a_long_page_was_never_the_sites() -> None:
    lines = site.body(1, paragraphs=2)
    page = a_page(1, "\n".join([*(f"{line}{'又' * n}" for n, line in enumerate(site.TOP * 30)), *lines]))
    assert drop(page, *page.text.split("\n")[:-4]) is page


def test_a_title_that_is_the_sites_gives_way() -> None:
    text = "在鹤川县干部大会上的讲话\n同志们：\n今天开会。"
    done = drop(a_page(1, text, title=site.TOP[0]), site.TOP[0])
    assert (done.title, done.text) == ("在鹤川县干部大会上的讲话", "同志们：\n今天开会。")


def text_of(archive: Path) -> str:
    return "\n".join(speech["text"] for speech in exported(archive))


def test_whole_and_page_by_page_end_alike_and_without_furniture(tmp_path: Path) -> None:
    """20 pages, HTML and JSONL, with lines that no rule knows: at once, and one a run."""
    dumps = site.write_site(tmp_path / "dumps", 20)
    report = take_in(tmp_path / "whole", tmp_path / "dumps")
    assert report.sites == {"learned": 5, "unlearned": 0, "remade": 0}
    reports = [take_in(tmp_path / "parts", dump) for dump in dumps]
    assert sum(r.sites["learned"] for r in reports) == 5
    assert sum(r.sites["remade"] for r in reports) == 7 + 15, "at the 8th body and at the 16th"
    assert export_bytes(tmp_path / "parts") == export_bytes(tmp_path / "whole")
    text = text_of(tmp_path / "whole")
    assert [line for line in FURNITURE if line in text] == []
    assert [text.count(line) for line in site.STANDING] == [20] * len(site.STANDING)
    assert all({"rule": "site-line", "count": 3} in s["edits"] for s in exported(tmp_path / "whole"))
    again = take_in(tmp_path / "whole", tmp_path / "dumps")
    assert again.sites == {"learned": 0, "unlearned": 0, "remade": 0}
    assert "lines learned" in show(report) and "speeches made anew" in show(reports[7])
    assert "sites" not in show(again)


def test_what_a_site_gives_up_comes_back(tmp_path: Path) -> None:
    """The site changes its dress: of 28 bodies 8 have the old lines, too few to tell they are its own."""
    site.write_site(tmp_path / "dumps", 8)
    take_in(tmp_path / "archive", tmp_path / "dumps")
    assert site.TOP[0] not in text_of(tmp_path / "archive")
    for n in range(100, 120):
        site.write_page(tmp_path / "dumps", n, "\n".join(site.body(n)), f"在鹤川县第{n}次工作会议上的讲话")
    report = take_in(tmp_path / "archive", tmp_path / "dumps")
    assert report.sites == {"learned": 0, "unlearned": 4, "remade": 8}
    assert report.speeches["made"] == 28
    assert text_of(tmp_path / "archive").count(site.TOP[0]) == 8
    take_in(tmp_path / "whole", tmp_path / "dumps")
    assert export_bytes(tmp_path / "archive") == export_bytes(tmp_path / "whole")


def test_without_an_address_nothing_is_learned(tmp_path: Path) -> None:
    (tmp_path / "dumps").mkdir()
    for n in range(20):
        text = site.furnished(site.body(n), n)
        (tmp_path / f"dumps/{n}.txt").write_text(f"在鹤川县第{n}次工作会议上的讲话\n{text}", "utf-8")
    report = take_in(tmp_path / "archive", tmp_path / "dumps")
    assert report.sites == {"learned": 0, "unlearned": 0, "remade": 0}
    assert text_of(tmp_path / "archive").count(site.INSIDE) == 20


def test_a_new_page_beyond_the_sample_costs_no_second_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large site is looked at anew only where a page comes among its sample, and then at that alone."""
    looked: list[int] = []

    def counted(sample: list[PageLines]) -> dict[int, bool]:
        looked.append(len(sample))
        return shared(sample)

    monkeypatch.setattr(site_lines, "SAMPLE", 10)
    monkeypatch.setattr(site_lines, "shared", counted)
    pages = sorted(furnished(40, inside=True), key=lambda page: page_lines(page, page.id).rank)
    seen = Seen(path="/a", file="/a", size=1, mtime_ns=1, seen_ns=1, sha256="")
    with Writer.open(tmp_path, create=True) as catalog:
        for taken in (pages[1:20], pages[20:], pages[:1]):
            catalog.take_in([seen, *taken], "r", lambda page: page.id)
            catalog.learn_site(site.HOST)
        assert looked == [10, 10] and catalog.stale_sites() == []


def test_what_was_learned_can_be_read(tmp_path: Path) -> None:
    site.write_site(tmp_path / "dumps", 9)
    take_in(tmp_path / "archive", tmp_path / "dumps")
    with Catalog.open(tmp_path / "archive") as catalog:
        lines = {text for (text,) in catalog.db.execute("SELECT text FROM learned_lines")}
    assert set(site.TOP) < lines and not lines & set(site.STANDING)


def test_the_report_names_the_sites_part() -> None:
    report = Report(run="r", started="2026-01-01T00:00:00Z")
    report.sites = {"learned": 3, "unlearned": 1, "remade": 12}
    assert "sites     3 lines learned, 1 unlearned, 12 speeches made anew" in show(report)
