"""What was not taken: where its bytes are, and a second try that costs only what is new."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import export_bytes, exported, take_in
from test_crash import die_at, in_child
from test_forget import jianghua

from flows import steps
from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.plan import REFUSED, retry_plan
from flows.progress import Progress
from flows.records import Page, Reject, Source
from flows.report import Report, show
from flows.settings import Settings
from flows.spool import Seen

GOOD = [
    {"text": "同志们：\n今天召开全县招商引资工作会议，部署今年的任务。", "title": "在招商会议上的讲话"},
    {"text": "同志们：\n今天召开全县防汛工作会议，请大家提高认识。", "title": "在防汛会议上的讲话"},
]
NAMED = {"zw": "同志们：\n今天召开全县林业工作会议，总结去年的工作。", "title": "在林业会议上的讲话"}


def retry(archive: Path, **fields: str) -> Report:
    """What ``rejects --retry`` does, in this process."""
    with Writer.open(archive) as catalog:
        todo = retry_plan(catalog)
        run = Run(Settings(archive=archive, **fields), catalog, Progress(quiet=True), steps.in_process)
        with run.reported(lambda: todo), run.retried():
            steps.steps(run, todo)
    return run.report


def write_records(path: Path, records: Iterable[object]) -> None:
    body = "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records)
    path.write_bytes(gzip.compress(body.encode()))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two good records, one whose fields no one knows, one that is no JSON; and a file that is no text."""
    write_records(tmp_path / "a.jsonl.gz", [*GOOD, NAMED, "{broken"])
    (tmp_path / "b.txt").write_bytes(b"a\0b\0c")
    take_in(tmp_path / "archive", tmp_path / "a.jsonl.gz", tmp_path / "b.txt")
    return tmp_path / "archive"


def test_a_retry_takes_what_was_mended_and_nothing_else(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged: list[str] = []

    def note(page: Page) -> Page:
        staged.append(page.id)
        return page

    monkeypatch.setattr(steps, "PAGE_STAGES", (("note", note), *steps.PAGE_STAGES))
    report = retry(archive, text_fields="zw")
    assert report.retry == {"settled": 1, "remain": 2}
    assert report.pages == {"read": 3, "new": 1, "known": 2}
    assert len(staged) == 1, "what the archive holds already goes through no stage again"
    assert report.speeches["made"] == 1 and report.rejects == {"bad-record": 1, "binary": 1}
    assert "retry     1 settled, 2 remain\n" in show(report)
    again = retry(archive, text_fields="zw")
    assert again.retry == {"settled": 0, "remain": 2} and again.pages["new"] == 0


def test_the_archive_is_as_if_it_had_been_right_at_once(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("同志们：\n今天召开全县水利工作会议。", "utf-8")
    assert retry(archive).retry == {"settled": 1, "remain": 2}
    take_in(tmp_path / "at-once", tmp_path / "a.jsonl.gz", tmp_path / "b.txt")
    assert export_bytes(archive) == export_bytes(tmp_path / "at-once")


def test_a_record_that_moved_is_known_where_it_is_now(archive: Path, tmp_path: Path) -> None:
    """The dump was mended by hand: a good record stands elsewhere, with all that the page itself says."""
    linked = {**GOOD[1], "url": "http://www.example.cn/a/1.html"}
    write_records(tmp_path / "a.jsonl.gz", [GOOD[0], linked, "{broken"])
    take_in(archive, tmp_path / "a.jsonl.gz")
    write_records(tmp_path / "a.jsonl.gz", [linked, GOOD[0]])
    assert retry(archive).retry["settled"] == 1
    with Catalog.open(archive) as catalog:
        entries = [e for e in catalog.entries() if any(s.url for s in e.sources)]
    (entry,) = entries
    assert {s.offset for s in entry.sources} > {0}
    assert {s.url for s in entry.sources} == {"http://www.example.cn/a/1.html"}


def test_a_dump_that_is_gone_keeps_its_rejects(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").unlink()
    report = retry(archive, text_fields="zw")
    assert report.retry == {"settled": 0, "remain": 3} and report.pages["read"] == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["take_in", "put_speeches"])
def test_killed_while_it_tries_again(step: str, after: bool, archive: Path) -> None:
    def retry_and_die() -> None:
        die_at(Writer, step, after)
        retry(archive, text_fields="zw")

    assert in_child(retry_and_die) == -signal.SIGKILL
    retry(archive, text_fields="zw")
    with Catalog.open(archive) as catalog:
        assert sorted(reject.reason for reject, _ in catalog.rejects()) == ["bad-record", "binary"]
        assert catalog.totals()["speeches"] == 3 and not catalog.unfinished("embedded")


def test_the_list_says_where_the_bytes_are(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert jianghua(archive, "rejects") == 0
    told = capsys.readouterr().out
    body = gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes())
    start = body.index(b"{broken")
    assert f"a.jsonl.gz bytes {start:,}-{start + 7:,}: " in told
    assert f"{tmp_path / 'b.txt'}: " in told and "jianghua rejects --retry" in told
    assert jianghua(archive, "rejects", "--json") == 0
    for reject in json.loads(capsys.readouterr().out):
        source = reject["source"]
        if reject["reason"] == "bad-record":
            assert body[source["offset"] : source["offset"] + source["length"]].startswith(
                (b'{"zw"', b"{broken")
            )


def test_names_that_are_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / os.fsdecode("讲话.tar".encode("gbk"))
    with tarfile.open(dump, "w", encoding="gbk", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("坏.txt")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"a\0b\0c"))
    take_in(tmp_path / "archive", dump)
    for args in (("rejects",), ("rejects", "--json")):
        assert jianghua(tmp_path / "archive", *args) == 0
        told = capsys.readouterr().out
        assert "\\xbd\\xb2" in told.replace("\\\\", "\\") and "!" in told
    report = retry(tmp_path / "archive")
    assert report.retry == {"settled": 0, "remain": 1} and report.dumps["changed"] == 1


@pytest.fixture
def closed_folder(tmp_path: Path) -> tuple[Path, Path]:
    """An archive with one page of a folder, and a reject of the folder as if it could not be opened."""
    folder, archive = tmp_path / "drop", tmp_path / "archive"
    folder.mkdir()
    for number, record in enumerate(GOOD):
        (folder / f"{number}.txt").write_text(f"{record['title']}\n{record['text']}\n", "utf-8")
    take_in(archive, folder / "0.txt")
    source = Source(file=str(folder))
    reject = Reject(reason="unreadable", detail="Permission denied", source=source, stage="read")
    with Writer.open(archive) as catalog:
        seen = Seen(path=str(folder), file=str(folder), size=REFUSED, mtime_ns=0, seen_ns=0, sha256="")
        catalog.take_in([seen, reject], "earlier", steps.group_key)
    return archive, folder


def test_a_retry_does_not_bring_back_what_was_forgotten(closed_folder: tuple[Path, Path]) -> None:
    archive, folder = closed_folder
    assert jianghua(archive, "forget", folder / "0.txt") == 0
    report = retry(archive)
    assert report.forgotten["dumps"] == 1 and report.dumps["new"] == 1
    assert report.retry == {"settled": 1, "remain": 0}
    (kept,) = exported(archive)
    assert kept["title"] == GOOD[1]["title"]
    assert jianghua(archive, "forget", folder) == 0
    assert retry(archive).pages["read"] == 0 and exported(archive) == []


def test_a_retry_leaves_what_is_being_written(closed_folder: tuple[Path, Path]) -> None:
    """The folder's reject too, so that the next retry finds the file."""
    archive, folder = closed_folder
    with Catalog.open(archive) as catalog:
        resting = retry_plan(catalog, rest=3600)
        assert (resting.resting, resting.empty) == (2, True)
        os.utime(folder / "1.txt", (1e9, 1e9))
        partly = retry_plan(catalog, rest=3600)
        assert partly.resting == 1 and [Path(d.path).name for d in partly.new] == ["1.txt"]
        assert not partly.changed
    half = folder / "half.txt"
    half.write_bytes(b"a\0b")
    take_in(archive, half)
    with Catalog.open(archive) as catalog:
        assert str(half) not in [d.path for d in retry_plan(catalog, rest=3600).changed]
        assert str(half) in [d.path for d in retry_plan(catalog).changed]
