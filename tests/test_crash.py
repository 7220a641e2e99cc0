"""Killed at any moment and started again, the archive ends as if never killed: the steps below the flow."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import generated_site
import pytest
from conftest import SAMPLES, export_bytes, exported, take_in

from flows import coordinator
from flows.catalog import Catalog
from flows.catalog import writer as catalog_writer
from flows.steps import WORK

KILLS = 40


def in_child(work: Callable[[], object], kill_after: float | None = None) -> int:
    """Do something in a forked process, kill -9 it after some seconds; its exit status, -9 if killed."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, float]:
    """The export of the samples, and how long their steps take."""
    archive = tmp_path_factory.mktemp("undisturbed")
    take_in(tmp_path_factory.mktemp("warm"), SAMPLES)  # loads what is loaded once a process
    start = time.monotonic()
    take_in(archive, SAMPLES)
    return export_bytes(archive), time.monotonic() - start


def test_killed_at_random_moments(undisturbed: tuple[bytes, float], tmp_path: Path) -> None:
    wanted, seconds = undisturbed
    dice, killed = random.Random(2007), 0
    for number in range(KILLS // 4):
        archive = tmp_path / str(number)
        for _ in range(4):  # the same archive, killed again and again
            status = in_child(lambda a=archive: take_in(a, SAMPLES), dice.uniform(0, 0.7 * seconds))
            killed += status == -signal.SIGKILL
        assert in_child(lambda a=archive: take_in(a, SAMPLES)) == 0
        assert export_bytes(archive) == wanted
        assert not (archive / "work").exists()
    assert killed > KILLS // 3, "too few were killed for this to show anything"


def die_at(owner: type, step: str, after: bool) -> None:
    """This process is killed where the step is next called, or once it is done."""
    real = getattr(owner, step)

    def dying(*args: object) -> object:
        if after:
            real(*args)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, step, dying)


BOUNDARIES = [
    (catalog_writer.Writer, "start_run"),
    (catalog_writer.Writer, "take_in"),
    (catalog_writer.Writer, "put_speeches"),
    (catalog_writer.Writer, "put_links"),
    (catalog_writer.Writer, "put_cluster"),
    (catalog_writer.Writer, "mark_indexed"),
    (catalog_writer.Writer, "end_run"),
    (coordinator.Run, "make_speeches"),
    (coordinator.Run, "find_copies"),
    (coordinator.Run, "tell_engine"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), BOUNDARIES, ids=lambda x: getattr(x, "__name__", x))
def test_killed_at_each_boundary(
    owner: type, step: str, after: bool, undisturbed: tuple[bytes, float], tmp_path: Path
) -> None:
    def run_and_die() -> None:
        die_at(owner, step, after)
        take_in(tmp_path, SAMPLES)

    assert in_child(run_and_die) == -signal.SIGKILL
    assert in_child(lambda: take_in(tmp_path, SAMPLES)) == 0
    assert export_bytes(tmp_path) == undisturbed[0]
    with Catalog.open(tmp_path) as catalog:
        assert not catalog.unfinished("embedded")
        cut_off = [run for run, _, report in catalog.runs() if report is None]
        assert len(cut_off) == (0 if (step, after) in (("start_run", False), ("end_run", True)) else 1)


SITE_BOUNDARIES = [
    (catalog_writer.Writer, "take_in"),
    (catalog_writer.Writer, "learn_site"),
    (catalog_writer.Writer, "put_speeches"),
    (coordinator.Run, "learn_site_lines"),
]


@pytest.fixture(scope="module")
def site_dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generated_site.write_site(tmp_path_factory.mktemp("site"), 17)


@pytest.fixture(scope="module")
def whole_site(site_dumps: list[Path], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    archive = tmp_path_factory.mktemp("whole-site")
    take_in(archive, *site_dumps)
    return export_bytes(archive)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), SITE_BOUNDARIES, ids=lambda x: getattr(x, "__name__", x))
def test_killed_while_a_site_is_learned_anew(
    owner: type, step: str, after: bool, site_dumps: list[Path], whole_site: bytes, tmp_path: Path
) -> None:
    """The archive holds some of the site; the page that completes what is learned comes, and the kill."""
    take_in(tmp_path, *site_dumps[:15])

    def run_and_die() -> None:
        die_at(owner, step, after)
        take_in(tmp_path, *site_dumps)

    assert in_child(run_and_die) == -signal.SIGKILL
    report = take_in(tmp_path, *site_dumps)
    assert export_bytes(tmp_path) == whole_site
    assert report.sites["remade"] == (0 if (step, after) == ("put_speeches", True) else 15)
    with Catalog.open(tmp_path) as catalog:
        assert not catalog.unfinished("embedded") and catalog.lost_pages() == 0


def test_a_group_that_kills_its_worker_costs_that_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are kept as they are, untagged and with the reason; every other speech is made."""

    def fan_out(work, jobs, workers):  # type: ignore[no-untyped-def]
        for job in jobs:
            if work == "speeches" and "有毒的一页".encode() in job["groups"].read_bytes():
                return  # what a broken pool looks like to the coordinator
            yield job, WORK[work](**job)

    poison = tmp_path / "poison.txt"
    poison.write_text("在全县大会上的讲话\n同志们：\n这是有毒的一页，谁给它打标签，谁就死掉。", "utf-8")
    monkeypatch.setattr("conftest.serially", fan_out)
    report = take_in(tmp_path / "archive", SAMPLES, poison)
    assert report.faults == {"speeches: the process was killed (memory?)": 1}
    assert report.status == "done"
    speeches = exported(tmp_path / "archive")
    (bare,) = [s for s in speeches if "有毒的一页" in s["text"]]
    assert set(bare["unknown"].values()) == {"a fault of the program"}
    others = [{k: v for k, v in s.items() if k != "run"} for s in speeches if s is not bare]
    take_in(tmp_path / "other", SAMPLES)
    assert others == [{k: v for k, v in s.items() if k != "run"} for s in exported(tmp_path / "other")]
    with Catalog.open(tmp_path / "archive") as catalog:
        assert not catalog.unfinished("embedded") and catalog.lost_pages() == 0


def test_a_run_that_was_stopped_counts_what_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fan_out(work, jobs, workers):  # type: ignore[no-untyped-def]
        yield jobs[0], WORK["pages"](**jobs[0])
        raise KeyboardInterrupt

    monkeypatch.setattr("conftest.serially", fan_out)
    monkeypatch.setattr("flows.plan.SHARD_FILES", 3)
    with pytest.raises(KeyboardInterrupt):
        take_in(tmp_path, SAMPLES)
    with Catalog.open(tmp_path) as catalog:
        ((_, _, body),) = catalog.runs()
    report = json.loads(body or b"")
    assert report["status"] == "stopped"
    assert report["dumps"] == {"new": 3, "changed": 0, "unchanged": 0}


def test_a_worker_that_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shard whose process is killed is done again file by file, and the file that kills is rejected."""
    poison = tmp_path / "poison.txt"
    poison.write_text("同志们：这个文件会让读它的进程死掉。", "utf-8")

    def fan_out(work, jobs, workers):  # type: ignore[no-untyped-def]
        for job in jobs:
            if any(dump.path == str(poison) for dump in job.get("shard", ())):
                return  # what a broken pool looks like to the coordinator
            yield job, WORK[work](**job)

    monkeypatch.setattr("conftest.serially", fan_out)
    report = take_in(tmp_path / "archive", SAMPLES, poison)
    assert report.rejects.pop("failed") == 1
    assert report.archive["pages"] == take_in(tmp_path / "other", SAMPLES).archive["pages"]


@pytest.mark.parametrize("step", ["mark_indexed", "remove"])
def test_a_speech_that_went_leaves_the_index_after_a_kill(step: str, tmp_path: Path) -> None:
    """Killed around the engine's commit, and then another page takes the speech's id over."""
    from test_laws import write_dumps

    from flows.index import open_engine, parse
    from flows.index.embedded.engine import EmbeddedEngine
    from flows.records import page_id
    from flows.settings import Settings

    (tmp_path / "dumps").mkdir()
    pages = [d for d in write_dumps(tmp_path / "dumps") if d.name in ("p1.txt", "p2.txt")]
    later, first = sorted(pages, key=lambda d: page_id(d.read_bytes()))
    archive = tmp_path / "archive"

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def committed_and_dead() -> None:
        real = catalog_writer.Writer.mark_indexed

        def mark(self, engine, revisions, removed):  # type: ignore[no-untyped-def]
            told = list(revisions)
            if told:
                die()
            real(self, engine, told, removed)

        catalog_writer.Writer.mark_indexed = mark  # type: ignore[method-assign]
        take_in(archive, first)

    def dead_before_removal() -> None:
        EmbeddedEngine.remove = die  # type: ignore[method-assign]
        take_in(archive, later)

    if step == "mark_indexed":
        assert in_child(committed_and_dead) == -signal.SIGKILL
    else:
        take_in(archive, first)
        assert in_child(dead_before_removal) == -signal.SIGKILL
        with Catalog.open(archive) as catalog:
            assert catalog.unfinished("embedded")
    take_in(archive, later)
    with open_engine(Settings(archive=archive)) as engine:
        assert engine.count() == 1
        assert engine.search(parse("招商工作")).total == 1
