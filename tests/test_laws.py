"""The laws of the catalog, over the real steps: idempotent, order-free, nothing lost, stable ids."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import generated_site
import pytest
from conftest import SAMPLES, export_bytes, exported, take_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.catalog import Catalog
from flows.cli import main
from flows.records import page_id

SPEECHES = {
    "a.txt": "在全县项目推进会上的讲话\n同志们：\n今天我们开会。去年引进项目12个，投资3.5亿元。\n"
    + "一要抓招商，二要抓落地，三要抓服务。各乡镇、各部门要主动出击，务求实效。\n谢谢大家！\n",
    "b.txt": "在全县安全生产会议上的讲话\n同志们：\n安全生产责任重于泰山。各单位要排查隐患，限期整改。\n"
    "节日期间要落实值班制度，确保不发生事故。\n",
    "empty.txt": " \n",
    "binary.txt": "a\0b\0c",
}


def write_dumps(folder: Path) -> list[Path]:
    for name, text in SPEECHES.items():
        (folder / name).write_text(text, encoding="utf-8")
    copy = SPEECHES["a.txt"].replace("，", ",").replace("同志们：\n", "")
    (folder / "copy.txt").write_text(copy, encoding="utf-8")
    (folder / "same.txt").write_text(SPEECHES["b.txt"], encoding="utf-8")
    halves = (
        "会议强调招商工作很重要，各部门要主动出击。下一步，各部门要加强配合，把责任落",
        "到实处，坚决完成全年任务。\n以上几点，请大家认真贯彻落实。",
    )
    for number, half in enumerate(halves, 1):
        page = f"在全市招商工作会议上的讲话\n第{number}页/共2页\n{half}\n"
        (folder / f"p{number}.txt").write_text(page, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_dumps(tmp_path_factory.mktemp("dumps"))


@pytest.fixture(scope="module")
def site_dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A site of 20 speeches, one of them uploaded 10 times more, with lines of its own on every page."""
    return generated_site.write_site(tmp_path_factory.mktemp("site"), 20, copies=10)


@pytest.fixture(scope="module")
def whole_site(site_dumps: list[Path], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    archive = tmp_path_factory.mktemp("whole-site")
    assert take_in(archive, *site_dumps).sites["learned"] == 5
    return export_bytes(archive)


@pytest.fixture(scope="module")
def whole(dumps: list[Path], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The export of all dumps taken in at once, in order."""
    archive = tmp_path_factory.mktemp("whole")
    take_in(archive, *dumps)
    return export_bytes(archive)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_split_into_runs_make_the_same_archive(
    data: st.DataObject, dumps: list[Path], whole: bytes
) -> None:
    order = data.draw(st.permutations(dumps))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(dumps) - 1), max_size=4)))
    with TemporaryDirectory() as folder:
        for start, end in zip([0, *cuts], [*cuts, len(dumps)], strict=True):
            take_in(Path(folder), *order[start:end])
        assert export_bytes(Path(folder)) == whole


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_a_site_is_learned_to_add_does_not_depend_on_the_order(
    data: st.DataObject, site_dumps: list[Path], whole_site: bytes
) -> None:
    """Lines are learned, and speeches made anew, in other runs; the archive ends the same, and complete."""
    order = data.draw(st.permutations(site_dumps))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order) - 1), max_size=3)))
    with TemporaryDirectory() as folder:
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            take_in(Path(folder), *order[start:end])
        assert export_bytes(Path(folder)) == whole_site
        with Catalog.open(Path(folder)) as catalog:
            assert catalog.lost_pages() == 0 and not catalog.unfinished("embedded")
        again = take_in(Path(folder), *order)
        assert (again.sites, again.speeches["joined"]) == ({"learned": 0, "unlearned": 0, "remade": 0}, 0)


def test_the_same_dumps_again_change_nothing(dumps: list[Path], tmp_path: Path) -> None:
    take_in(tmp_path, *dumps)
    before = exported(tmp_path)
    again = take_in(tmp_path, *reversed(dumps))
    assert again.dumps == {"new": 0, "changed": 0, "unchanged": len(dumps)}
    assert again.pages == {"read": 0, "new": 0, "known": 0}
    assert again.index == {"told": 0, "removed": 0}
    assert exported(tmp_path) == before, "not even the run that made a speech may change"


def test_every_page_is_in_a_speech_or_a_reject(dumps: list[Path], tmp_path: Path) -> None:
    report = take_in(tmp_path, *dumps)
    assert report.pages["read"] == report.pages["new"] + report.pages["known"]
    assert report.pages["read"] + sum(report.rejects.values()) == len(dumps)
    assert report.rejects == {"binary": 1, "empty": 1}
    assert report.archive["speeches"] == report.archive["canonical"] + report.archive["variants"]
    files = {s["file"] for speech in exported(tmp_path) for s in speech["sources"]}
    assert files == {str(d) for d in dumps if d.name not in ("binary.txt", "empty.txt")}
    with Catalog.open(tmp_path) as catalog:
        assert catalog.lost_pages() == 0


def test_an_id_once_given_resolves_for_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dumps").mkdir()
    dumps = write_dumps(tmp_path / "dumps")
    dumps.sort(key=lambda d: page_id(d.read_bytes()), reverse=True)  # each later page may take the id over
    given_ids: set[str] = set()
    for dump in dumps:
        take_in(tmp_path / "archive", dump)
        given_ids |= {s["id"] for s in exported(tmp_path / "archive")}
        given_ids |= {s["cluster"] for s in exported(tmp_path / "archive")}
    now = {s["id"] for s in exported(tmp_path / "archive")}
    assert given_ids > now, "some id was given up, or this test shows nothing"
    with Catalog.open(tmp_path / "archive") as catalog:
        assert {catalog.resolve(i) for i in given_ids} == now
    for i in given_ids - now:
        for field in ("id", "cluster"):
            capsys.readouterr()
            assert main(["search", f"{field}:{i}", "--json", "--archive", str(tmp_path / "archive")]) == 0
            found = json.loads(capsys.readouterr().out)
            assert found["total"] >= 1 and {r["id"] for r in found["results"]} <= now


def test_a_copy_is_a_variant_and_two_files_of_one_page_are_one_speech(
    whole: bytes, dumps: list[Path]
) -> None:
    by_file = {Path(s["file"]).name: speech for speech in json.loads(whole) for s in speech["sources"]}
    assert by_file["a.txt"]["cluster"] == by_file["copy.txt"]["cluster"]
    assert by_file["a.txt"]["id"] != by_file["copy.txt"]["id"]
    assert by_file["b.txt"]["id"] == by_file["same.txt"]["id"]
    assert by_file["p1.txt"]["id"] == by_file["p2.txt"]["id"]
    assert "把责任落到实处" in by_file["p1.txt"]["text"]


def test_a_changed_dump_adds_what_is_new_and_loses_nothing(tmp_path: Path) -> None:
    dump, archive = tmp_path / "a.txt", tmp_path / "archive"
    dump.write_text(SPEECHES["a.txt"], "utf-8")
    take_in(archive, dump)
    dump.write_text(SPEECHES["b.txt"], "utf-8")
    report = take_in(archive, dump)
    assert report.dumps == {"new": 0, "changed": 1, "unchanged": 0}
    assert len(exported(archive)) == 2


def test_the_order_of_the_samples_does_not_matter(tmp_path: Path) -> None:
    files = sorted(SAMPLES.iterdir())
    take_in(tmp_path / "forth", *files)
    for file in reversed(files):
        take_in(tmp_path / "back", file)
    assert export_bytes(tmp_path / "forth") == export_bytes(tmp_path / "back")
