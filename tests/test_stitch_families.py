"""Families: parts of one speech from several sites meet, and never parts of two."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import export_bytes, exported, take_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_stitch import load, page, plain

from flows import coordinator
from flows.catalog import Catalog
from flows.catalog import families as catalog_families
from flows.catalog import writer as catalog_writer
from flows.stitch import stitch

POSITIVE, NEGATIVE = load("families.json"), load("families-negative.json")
TITLE = "在2012年永嘉县经济工作会议上的讲话"
TEXTS = [fields["text"] for fields in POSITIVE[0]["input"]["pages"]]
OTHER = NEGATIVE[1]["input"]["pages"][2]["text"]


@pytest.mark.parametrize("case", POSITIVE + NEGATIVE, ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    speeches = stitch([page(fields) for fields in case["input"]["pages"]], several=True)
    got = [
        {key: plain(getattr(speech, key)) for key in expected}
        for speech, expected in zip(speeches, case["expected"], strict=True)
    ]
    assert got == case["expected"], case["why"]


@given(st.sampled_from(POSITIVE + NEGATIVE), st.data())
def test_any_part_in_any_order_is_a_function_of_the_set(case: dict[str, Any], data: st.DataObject) -> None:
    """And every page that came is in one speech, its text not lost."""
    pages = [page(fields) for fields in case["input"]["pages"]]
    some = data.draw(st.lists(st.sampled_from(pages), unique_by=lambda p: p.id, min_size=1))
    speeches = stitch(some, several=True)
    assert speeches == stitch(sorted(some, key=lambda p: p.id), several=True)
    assert sorted(i for s in speeches for i in s.pages) == sorted(p.id for p in some)
    texts = {id_: speech.text for speech in speeches for id_ in speech.pages}
    bare = {id_: "".join(filter(str.isalnum, text)) for id_, text in texts.items()}
    assert all("".join(filter(str.isalnum, p.text)) in bare[p.id] for p in some)


def write(folder: Path, name: str, number: int, text: str, site: str, title: str = TITLE) -> Path:
    folder.mkdir(exist_ok=True)
    url = f"http://www.{site}.example.cn/read.asp?id=7&page={number}"
    path = folder / f"{name}.json"
    record = {"url": url, "title": title, "text": f"{text}\n第{number}页/共4页"}
    path.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A speech from two sites, page 3 on both; a third site's page 2 of another speech of that title."""
    folder = tmp_path_factory.mktemp("dumps")
    held = [("jia", 0), ("yi", 1), ("jia", 2), ("yi", 2), ("yi", 3)]
    paths = [write(folder, f"{site}{n}", n + 1, TEXTS[n], site) for site, n in held]
    return [*paths, write(folder, "bing1", 2, OTHER, "bing")]


@pytest.fixture(scope="module")
def whole(dumps: list[Path], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    archive = tmp_path_factory.mktemp("whole")
    take_in(archive, *dumps)
    return export_bytes(archive)


def test_two_sites_make_the_whole(whole: bytes) -> None:
    joined, other = sorted(json.loads(whole), key=lambda speech: -len(speech["text"]))
    assert joined["text"] == "".join(TEXTS) and joined["missing_pages"] == []
    assert len(joined["sources"]) == 5
    assert other["text"] == OTHER and other["missing_pages"] == [1, 3, 4]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_split_into_runs(data: st.DataObject, dumps: list[Path], whole: bytes) -> None:
    order = data.draw(st.permutations(dumps))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(dumps) - 1), max_size=4)))
    with TemporaryDirectory() as folder:
        for start, end in zip([0, *cuts], [*cuts, len(dumps)], strict=True):
            take_in(Path(folder), *order[start:end])
        assert export_bytes(Path(folder)) == whole
        with Catalog.open(Path(folder)) as catalog:
            assert catalog.lost_pages() == 0 and not catalog.unfinished("embedded")
        again = take_in(Path(folder), *dumps)
        assert (again.speeches["made"], again.index) == (0, {"told": 0, "removed": 0})


def test_a_family_falls_apart_when_one_site_has_it_all(dumps: list[Path], tmp_path: Path) -> None:
    """The pages that complete the one site's own copy come months later; nothing is lost, all ids resolve."""
    archive = tmp_path / "archive"
    take_in(archive, *dumps)
    ids = {speech["id"] for speech in exported(archive)}
    rest = [write(tmp_path / "rest", f"jia{n}", n + 1, TEXTS[n], "jia") for n in (1, 3)]
    take_in(archive, *rest)
    by_count = sorted(exported(archive), key=lambda speech: -len(speech["sources"]))
    assert [len(speech["sources"]) for speech in by_count] == [4, 3, 1]
    assert [speech["missing_pages"] for speech in by_count] == [[], [1], [1, 3, 4]]
    take_in(tmp_path / "at once", *rest, *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "at once")
    with Catalog.open(archive) as catalog:
        assert None not in map(catalog.resolve, ids) and catalog.lost_pages() == 0


def test_a_title_that_too_many_have_joins_nothing(
    dumps: list[Path], whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the last of them comes first or last, or all at once."""
    monkeypatch.setattr(catalog_families, "MOST", 2)
    take_in(tmp_path / "at once", *dumps)
    assert len(exported(tmp_path / "at once")) == 3
    for order in (dumps, dumps[::-1]):
        archive = tmp_path / order[0].stem
        for dump in order:
            take_in(archive, dump)
        assert export_bytes(archive) == export_bytes(tmp_path / "at once")
    monkeypatch.undo()
    with catalog_writer.Writer.open(tmp_path / "at once") as catalog:
        catalog.db.execute("INSERT INTO stale_groups SELECT DISTINCT group_key, 'pages' FROM pages")
    take_in(tmp_path / "at once")
    assert export_bytes(tmp_path / "at once") == whole


def test_one_page_more_of_a_title_that_many_have_costs_one_speech(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages without an address; in which order they come does not matter, nor that they first were few."""
    monkeypatch.setattr(catalog_families, "MOST", 2)
    pages = []
    for n in range(9):
        path = tmp_path / f"{n}.txt"
        path.write_text(
            f"在全县经济工作会议上的讲话\n第{n % 3 + 1}页/共3页\n第{n}件事。{TEXTS[n % 4]}\n", "utf-8"
        )
        pages.append(path)
    take_in(tmp_path / "archive", *pages[:7])
    assert take_in(tmp_path / "archive", pages[7]).speeches["made"] == 1
    take_in(tmp_path / "archive", pages[8])
    for path in pages[::-1]:
        take_in(tmp_path / "back", path)
    assert len(exported(tmp_path / "archive")) == len(pages)
    assert export_bytes(tmp_path / "archive") == export_bytes(tmp_path / "back")


def test_pages_without_an_address_in_any_order_and_split(tmp_path: Path) -> None:
    pages = []
    for n, text in enumerate(TEXTS, 1):
        path = tmp_path / f"{n}.txt"
        path.write_text(f"在全县经济工作会议上的讲话\n第{n}页/共4页\n{text}\n", "utf-8")
        pages.append(path)
    take_in(tmp_path / "whole", *pages)
    for path in (pages[2], pages[0], pages[3], pages[1]):
        take_in(tmp_path / "one by one", path)
    (speech,) = exported(tmp_path / "whole")
    assert speech["missing_pages"] == [] and "狠抓招商引资和园区配套" in speech["text"]
    assert export_bytes(tmp_path / "whole") == export_bytes(tmp_path / "one by one")


def linked(folder: Path) -> list[Path]:
    """A speech on four pages that links alone put in order."""
    urls = [f"http://www.jia.example.cn/read/{name}.html" for name in ("9f3a", "07be", "c4d8", "5512")]
    paths = []
    for n, text in enumerate(TEXTS):
        pager = f'<a href="{urls[n - 1]}">上一页</a> ' if n else ""
        pager += f'<a href="{urls[n + 1]}">下一页</a>' if n < 3 else ""
        paths.append(folder / f"{n}.html")
        paths[-1].write_text(
            f'<html><head><title>{TITLE}</title><link rel="canonical" href="{urls[n]}"></head><body>'
            f"<h1>{TITLE}</h1><div><p>{text}</p></div><div>{pager}</div></body></html>",
            "utf-8",
        )
    return paths


def titled(folder: Path) -> list[Path]:
    """The same as plain text under （一）, （二） …"""
    paths = []
    for number, text in zip("一二三四", TEXTS, strict=True):
        paths.append(folder / f"{number}.txt")
        paths[-1].write_text(f"{TITLE}（{number}）\n{text}\n", "utf-8")
    return paths


@pytest.mark.parametrize("write_pages", [linked, titled])
def test_loose_pages_in_any_order_and_split(
    write_pages: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    pages = write_pages(tmp_path)
    take_in(tmp_path / "whole", *pages)
    ids = set()
    for path in (pages[2], pages[0], pages[3], pages[1]):
        take_in(tmp_path / "one by one", path)
        ids |= {speech["id"] for speech in exported(tmp_path / "one by one")}
    (speech,) = exported(tmp_path / "whole")
    assert (speech["text"].replace("\n", ""), speech["missing_pages"]) == (
        "".join(TEXTS).replace("\n", ""),
        [],
    )
    assert export_bytes(tmp_path / "whole") == export_bytes(tmp_path / "one by one")
    assert take_in(tmp_path / "one by one", *pages).speeches["made"] == 0
    with Catalog.open(tmp_path / "one by one") as catalog:
        assert None not in map(catalog.resolve, ids) and catalog.lost_pages() == 0


def test_links_order_more_pages_of_a_title_than_numbers_may() -> None:
    """Twelve speeches of four pages each, of one title and site."""
    pages = [
        page(
            {
                "id": f"{speech:02}{n}",
                "title": "在全县经济工作会议上的讲话",
                "site": "a.cn",
                "url": f"http://a.cn/{speech}/x{n}",
                "prev_url": f"http://a.cn/{speech}/x{n - 1}" if n else None,
                "next_url": f"http://a.cn/{speech}/x{n + 1}" if n < 3 else None,
                "text": text,
            }
        )
        for speech in range(12)
        for n, text in enumerate(TEXTS)
    ]
    assert [len(speech.pages) for speech in stitch(pages, several=True)] == [4] * 12


@pytest.mark.parametrize("calls", [1, 2])
def test_killed_while_a_family_is_made(
    calls: int, dumps: list[Path], whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before or after the groups are known, the next run ends as if nothing had been."""
    take_in(tmp_path, *dumps[:2])
    done = 0

    def stopped(self: coordinator.Run, *items: object) -> None:
        nonlocal done
        done += 1
        if done == calls:
            raise KeyboardInterrupt
        real(self, *items)  # type: ignore[arg-type]

    real = coordinator.Run._put_speeches
    monkeypatch.setattr(coordinator.Run, "_put_speeches", stopped)
    with pytest.raises(KeyboardInterrupt):
        take_in(tmp_path, *dumps)
    monkeypatch.undo()
    with Catalog.open(tmp_path) as catalog:
        assert catalog.unfinished("embedded") and catalog.lost_pages() == 0
    take_in(tmp_path)
    assert export_bytes(tmp_path) == whole
