"""After a refresh an archive equals one made today by the same rules, whatever rules made it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import generated_site
import msgspec
import pytest
from conftest import SAMPLES, export_bytes, exported, take_in
from test_crash import die_at, in_child
from test_laws import write_dumps

from flows import coordinator, resources, rules, steps
from flows.catalog import FILE, Catalog
from flows.catalog import rules as catalog_rules
from flows.catalog import writer as catalog_writer
from flows.catalog.writer import Writer
from flows.cli import main
from flows.coordinator import Run
from flows.plan import Plan, make_plan
from flows.progress import Progress
from flows.records import Page, Reject, Source, Speech
from flows.report import Report
from flows.settings import Fields, Settings


def refresh(archive: Path, *paths: Path) -> Report:
    """What ``ingest --refresh`` does, in this process."""
    with Writer.open(archive) as catalog:
        todo = make_plan([str(p) for p in paths], catalog) if paths else Plan()
        run = Run(Settings(archive=archive), catalog, Progress(quiet=True), steps.in_process)
        with run.reported(lambda: todo):
            catalog.flag_refresh()
            steps.steps(run, todo)
    return run.report


@contextlib.contextmanager
def other_rules(monkeypatch: pytest.MonkeyPatch, **fingerprints: str) -> Iterator[pytest.MonkeyPatch]:
    """Rules that go by other fingerprints; what they are is the test's to say."""
    with monkeypatch.context() as patch:
        found = {**rules.fingerprints(), **fingerprints}
        patch.setattr(rules, "fingerprints", lambda: found)
        yield patch


def sound(archive: Path) -> bool:
    with Catalog.open(archive) as catalog:
        left = catalog.db.execute("SELECT count(*) FROM before_refresh").fetchone()[0]
        return not catalog.unfinished("embedded") and catalog.lost_pages() == 0 and not left


@pytest.fixture
def dumps(tmp_path: Path) -> list[Path]:
    (tmp_path / "dumps").mkdir()
    return write_dumps(tmp_path / "dumps")


def shouted(page: Page) -> Page:
    """A rule that earlier versions had and this one has not: it changes text, number, and so the group."""
    count = page.count + 1 if page.count else None
    return replace(page, text=page.text + "\n此行多余。", count=count)


def by_earlier_rules(patch: pytest.MonkeyPatch, archive: Path, *dumps: Path) -> None:
    patch.setattr(steps, "PAGE_STAGES", (*steps.PAGE_STAGES, ("shout", shouted)))
    take_in(archive, *dumps)


def test_pages_made_by_other_rules_are_made_again(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier") as patch:
        by_earlier_rules(patch, archive, *dumps)
        before = exported(archive)
        assert all("此行多余" in s["text"] for s in before)
    for dump in dumps:
        dump.unlink()
    report = refresh(archive)
    for dump in write_dumps(tmp_path / "dumps"):
        assert dump in dumps
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today")
    assert (report.refresh["pages"], report.refresh["speeches"]) == (5, len(before))
    assert sound(archive)
    again = refresh(archive)
    assert not any(again.refresh.values()) and again.speeches["made"] == 0
    assert not any(exported(archive)[n]["run"] == again.run for n in range(4))


def test_what_did_not_change_is_not_made_again(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another fingerprint alone (a comment in the code) changes nothing, not even the runs."""
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier", speeches="earlier", copies="earlier"):
        take_in(archive, *dumps)
    before = exported(archive)
    report = refresh(archive)
    assert not any(report.refresh.values()) and exported(archive) == before and sound(archive)
    assert report.index == {"told": 0, "removed": 0}


def test_tags_made_by_other_rules_are_made_again(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.tag import tag

    archive = tmp_path / "archive"

    def all_townships(speech: Speech) -> Speech:
        return replace(tag(speech), level="township")

    with other_rules(monkeypatch, speeches="earlier") as patch:
        patch.setattr(steps, "tag", all_townships)
        take_in(archive, *dumps)
    report = refresh(archive)
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today")
    made = len(exported(archive))
    changed = {"pages": 0, "speeches": made, "level": made, "region": 0, "date": 0, "clusters": 0}
    assert report.refresh == changed


def test_copies_found_by_other_rules_are_found_again(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, copies="earlier") as patch:
        patch.setattr("flows.worker.sign", lambda _text: ())
        take_in(archive, *dumps)
        assert all(s["cluster"] == s["id"] for s in exported(archive))
    report = refresh(archive)
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today")
    assert report.refresh["clusters"] == 1 and report.refresh["pages"] == 0


def test_a_changed_reference_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A furniture line less in a copy of the reference folder, then the folder as it is."""
    folder = tmp_path / "reference"
    shutil.copytree(resources.reference(""), folder)
    before = rules.fingerprints()
    with monkeypatch.context() as patch:
        patch.setattr(rules, "reference", lambda name: folder / name)
        rules.fingerprints.cache_clear()
        assert rules.fingerprints() == before
        with (folder / "clean" / "furniture.tsv").open("a") as file:
            file.write("# another line\n")
        rules.fingerprints.cache_clear()
        changed = rules.fingerprints()
    rules.fingerprints.cache_clear()
    assert {name for name in before if before[name] != changed[name]} == {"pages"}


def test_every_stage_and_reference_folder_has_its_fingerprint() -> None:
    package = Path(rules.__file__).parent
    stages = {"read", "extract", "restore", "clean", "stitch", "tag", "dedupe"}
    assert stages <= {part for parts in rules.CODE.values() for part in parts}
    folders = {p.name for p in resources.reference("").iterdir() if p.is_dir()}
    assert folders <= {part for parts in rules.DATA.values() for part in parts}
    for part in (part for parts in rules.CODE.values() for part in parts):
        assert (package / part).exists(), part


def test_a_page_that_is_rejected_now_keeps_its_bytes(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a reject with its place, as in a fresh archive; should rules take it again, it comes back."""
    archive = tmp_path / "archive"
    take_in(archive, *dumps)
    whole = export_bytes(archive)

    def strict(page: Page) -> Page | Reject:
        if "安全生产" in page.text:
            return Reject(reason="no-body", detail="too safe", source=page.source, stage="clean")
        return page

    with other_rules(monkeypatch, pages="strict") as patch:
        patch.setattr(steps, "PAGE_STAGES", (*steps.PAGE_STAGES, ("strict", strict)))
        report = refresh(archive)
        take_in(tmp_path / "strict", *dumps)
        assert export_bytes(archive) == export_bytes(tmp_path / "strict") and sound(archive)
        assert report.archive == take_in(tmp_path / "strict").archive
        with Catalog.open(archive) as one, Catalog.open(tmp_path / "strict") as other:
            assert [r for r, _ in one.rejects()] == [r for r, _ in other.rejects()]
    refresh(archive)
    assert export_bytes(archive) == whole and sound(archive)
    assert take_in(archive).archive["rejects"] == 2


def test_a_rejected_page_comes_back_with_its_file_too(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    take_in(archive, *dumps)
    whole = export_bytes(archive)
    nothing = Reject(reason="empty", detail="", source=Source(file=""), stage="clean")
    with other_rules(monkeypatch, pages="strict") as patch:
        patch.setattr(steps, "PAGE_STAGES", [("none", lambda page: replace(nothing, source=page.source))])
        refresh(archive)
        assert exported(archive) == []
    for dump in dumps:
        os.utime(dump)
    with sqlite3.connect(archive / FILE) as db:
        db.execute("UPDATE dumps SET sha256 = '', mtime_ns = 0")
    take_in(archive, *dumps)
    assert export_bytes(archive) == whole and sound(archive)


def test_learned_lines_follow_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, dumps = tmp_path / "archive", generated_site.write_site(tmp_path / "dumps", 20)
    with other_rules(monkeypatch, pages="earlier") as patch:
        by_earlier_rules(patch, archive, *dumps)
    refresh(archive)
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today") and sound(archive)


def test_records_are_read_by_the_field_names_they_came_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "a.jsonl"
    dump.write_text(
        json.dumps({"zw": "同志们：今天我们开会，部署工作。", "bt": "在全县大会上的讲话"}), "utf-8"
    )
    archive, named = tmp_path / "archive", {"text_fields": "zw", "title_fields": "bt"}
    with Writer.open(archive, create=True) as catalog, other_rules(monkeypatch, pages="earlier") as patch:
        patch.setattr(steps, "PAGE_STAGES", (*steps.PAGE_STAGES, ("shout", shouted)))
        run = Run(Settings(archive=archive, **named), catalog, Progress(quiet=True), steps.in_process)
        todo = make_plan([str(dump)], catalog)
        with run.reported(lambda: todo):
            steps.steps(run, todo)
        kept = catalog.db.execute("SELECT fields FROM run_fields").fetchall()
        assert msgspec.json.decode(kept[0][0], type=Fields) == Fields(text=("zw",), title=("bt",))
    assert refresh(archive).refresh["pages"] == 1
    (found,) = exported(archive)
    assert found["title"] == "在全县大会上的讲话" and found["text"] == "同志们：今天我们开会，部署工作。"


def test_the_samples_made_again_are_what_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of dump: what the archive keeps of a page is all that is needed to make it again."""
    with other_rules(monkeypatch, pages="earlier", speeches="earlier"):
        take_in(tmp_path, SAMPLES)
    before = exported(tmp_path)
    assert not any(refresh(tmp_path).refresh.values())
    assert exported(tmp_path) == before


def test_new_pages_come_by_new_rules_beside_a_refresh(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier") as patch:
        by_earlier_rules(patch, archive, *dumps[:4])
    take_in(archive, *dumps[4:])
    with Catalog.open(archive) as catalog:
        assert catalog_rules.stale(catalog.db) == ["pages"], (
            "an ingest does not make old pages new in silence"
        )
    refresh(archive, *dumps)
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today")


BOUNDARIES = [
    (catalog_writer.Writer, "flag_refresh"),
    (catalog_writer.Writer, "put_remade"),
    (catalog_writer.Writer, "learn_earlier_pages"),
    (catalog_writer.Writer, "learn_site"),
    (catalog_writer.Writer, "put_speeches"),
    (catalog_writer.Writer, "end_refresh"),
    (coordinator.Run, "find_copies"),
]


@pytest.fixture(scope="module")
def earlier_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The archive of a site as earlier rules made it, and the export of one made today."""
    folder = tmp_path_factory.mktemp("earlier")
    dumps = generated_site.write_site(folder / "dumps", 17)
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        other_rules(monkeypatch, pages="earlier", speeches="earlier") as patch,
    ):
        by_earlier_rules(patch, folder / "archive", *dumps)
    take_in(folder / "today", *dumps)
    return folder / "archive", export_bytes(folder / "today")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), BOUNDARIES, ids=lambda x: getattr(x, "__name__", x))
def test_killed_while_it_refreshes(
    owner: type,
    step: str,
    after: bool,
    earlier_site: tuple[Path, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next run, told to refresh or not once the refresh has begun, ends it."""
    monkeypatch.setattr("flows.refresh.PAGES_IN_A_TASK", 3)
    archive = tmp_path / "archive"
    shutil.copytree(earlier_site[0], archive)

    def refresh_and_die() -> None:
        die_at(owner, step, after)
        refresh(archive)

    assert in_child(refresh_and_die) == -signal.SIGKILL
    if (step, after) == ("flag_refresh", False):
        refresh(archive)
    else:
        take_in(archive)
    assert export_bytes(archive) == earlier_site[1] and sound(archive)


def test_a_page_that_kills_its_process_stays_as_it_is(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier") as patch:
        by_earlier_rules(patch, archive, *dumps)
    with Catalog.open(archive) as catalog:
        (poison,) = catalog.db.execute("SELECT page FROM sources WHERE file LIKE '%b.txt'").fetchone()

    def deadly(work, jobs, workers):  # type: ignore[no-untyped-def]
        for job in jobs:
            if work == "pages again" and job["span"][0] <= poison <= job["span"][1]:
                return
            yield from steps.in_process(work, [job], workers)

    with Writer.open(archive) as catalog:
        run = Run(Settings(archive=archive), catalog, Progress(quiet=True), deadly)
        with run.reported():
            catalog.flag_refresh()
            steps.steps(run, Plan())
    assert list(run.report.faults.values()) == [1]
    kept = [s for s in exported(archive) if "此行多余" in s["text"]]
    assert [s["id"] for s in kept] == [poison] and sound(archive)


def told(*args: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(a) for a in args])
    return status, out.getvalue(), err.getvalue()


def test_a_person_is_told_what_to_do(
    dumps: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier"):
        take_in(archive, *dumps)
    status, out, err = told("ingest", dumps[0].parent, "--archive", archive)
    assert status == 0 and out.startswith("Nothing new") and err.count("\n") == 1
    assert "jianghua ingest --refresh" in err
    refresh(archive)
    status, out, err = told("ingest", "--refresh", "--archive", archive)
    assert (status, out, err) == (0, "Nothing to refresh: the archive is made by the present rules.\n", "")
    assert told("ingest", "--archive", archive)[2].count("jianghua ingest PATH") == 1
    status, _, err = told("ingest", "--refresh", "--archive", tmp_path / "none")
    assert status == 2 and "no archive" in err and not (tmp_path / "none").exists()


def test_the_rejects_of_a_dump_file_are_read_once_for_all_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page that is rejected now has its reject, and none is left of those that are not any more."""
    dump = tmp_path / "a.jsonl"
    records = [
        {"title": f"在第{n}次会议上的讲话", "text": f"同志们：\n今天部署第{n}号工作。"} for n in range(20)
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records] + ["{broken"] * 3
    dump.write_text("\n".join(lines), "utf-8")
    archive = tmp_path / "archive"
    with other_rules(monkeypatch, pages="earlier"):
        take_in(archive, dump)

    def odd_ones(page: Page) -> Page | Reject:
        number = int(page.title.split("第")[1].split("次")[0])
        if number % 2 == 0:
            return page
        return Reject(reason="empty", detail="by this rule", source=page.source, stage="clean")

    read: list[str] = []
    rejects = catalog_rules._rejects

    def counted(db: sqlite3.Connection, dump: str) -> dict[str, list[int]]:
        read.append(dump)
        return rejects(db, dump)

    with other_rules(monkeypatch, pages="between") as patch:
        patch.setattr(catalog_rules, "_rejects", counted)
        patch.setattr(steps, "PAGE_STAGES", (*steps.PAGE_STAGES, ("odd", odd_ones)))
        refresh(archive)
        assert read == [str(dump)]
    with Catalog.open(archive) as catalog:
        reasons = [reject.reason for reject, _ in catalog.rejects()]
        assert sorted(reasons) == ["bad-record"] * 3 + ["empty"] * 10
    refresh(archive)
    with Catalog.open(archive) as catalog:
        assert [reject.reason for reject, _ in catalog.rejects()] == ["bad-record"] * 3
        assert catalog.totals()["speeches"] == 20
