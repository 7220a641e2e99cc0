"""What a person takes out is gone as if it had never been there, stays out, and may come back."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import generated_site
import pytest
from conftest import export_bytes, exported, take_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_crash import in_child
from test_laws import SPEECHES, write_dumps

from flows.catalog import FILE, Catalog
from flows.catalog import words as catalog_words
from flows.cli import main
from flows.errors import JianghuaError
from flows.index import open_engine, parse
from flows.lock import hold
from flows.person import follow as person
from flows.records import page_id
from flows.settings import Settings


def jianghua(archive: Path, *args: object) -> int:
    return main([str(args[0]), "--archive", str(archive), *map(str, args[1:])])


@pytest.fixture
def dumps(tmp_path: Path) -> list[Path]:
    (tmp_path / "dumps").mkdir()
    return write_dumps(tmp_path / "dumps")


def write_fragments(folder: Path) -> tuple[Path, Path]:
    """Two dump files with a page each of one speech, as their addresses tell."""
    title = "在全市招商工作会议上的讲话"
    halves = (
        "会议强调招商工作很重要，各部门要主动出击。下一步，各部门要加强配合，把",
        "责任落到实处，坚决完成全年任务。\n以上几点，请大家认真贯彻落实。",
    )
    for number, (half, suffix) in enumerate(zip(halves, ("", "_2"), strict=True), 1):
        url = f"http://www.example.cn/a/20071{suffix}.html"
        record = {"url": url, "title": title, "text": f"{title}\n第{number}页/共2页\n{half}\n"}
        (folder / f"part{number}.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
    return folder / "part1.jsonl", folder / "part2.jsonl"


def id_of(folder: Path, dump: Path) -> str:
    """The id of the only page of a dump file."""
    take_in(folder / f"alone-{dump.name}", dump)
    return str(exported(folder / f"alone-{dump.name}")[0]["id"])


@pytest.fixture
def archive(tmp_path: Path, dumps: list[Path]) -> Path:
    take_in(tmp_path / "archive", tmp_path / "dumps")
    return tmp_path / "archive"


def held_by_index(archive: Path) -> int:
    with open_engine(Settings(archive=archive)) as engine:
        return engine.count()


def sound(archive: Path) -> bool:
    with Catalog.open(archive) as catalog:
        return not catalog.unfinished("embedded") and catalog.lost_pages() == 0


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_forgotten_files_leave_an_archive_that_never_saw_them(data: st.DataObject) -> None:
    """Fragments, copies, one page in two files, lines of a site: whatever is left out, in whatever runs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dumps").mkdir()
        dumps = write_dumps(folder / "dumps")
        unwanted = data.draw(st.sets(st.sampled_from(dumps), min_size=1, max_size=len(dumps) - 1))
        first = data.draw(st.sets(st.sampled_from(dumps)))
        take_in(folder / "archive", *sorted(first)) if first else None
        take_in(folder / "archive", *dumps)
        assert jianghua(folder / "archive", "forget", *sorted(unwanted)) == 0
        take_in(folder / "never", *(dump for dump in dumps if dump not in unwanted))
        assert export_bytes(folder / "archive") == export_bytes(folder / "never")
        report = take_in(folder / "archive", *dumps)
        assert report.forgotten == {"dumps": len(unwanted), "pages": 0} and report.dumps["new"] == 0
        assert export_bytes(folder / "archive") == export_bytes(folder / "never")
        assert sound(folder / "archive")
        assert held_by_index(folder / "archive") == len(exported(folder / "archive"))


def test_what_a_site_was_learned_to_add_is_unlearned(tmp_path: Path) -> None:
    dumps = generated_site.write_site(tmp_path / "dumps", 20)
    take_in(tmp_path / "archive", *dumps)
    assert jianghua(tmp_path / "archive", "forget", *dumps[3:]) == 0
    take_in(tmp_path / "never", *dumps[:3])
    assert export_bytes(tmp_path / "archive") == export_bytes(tmp_path / "never")


@pytest.mark.parametrize("name", ["a.txt", "b.txt", "p1.txt"])
def test_a_forgotten_speech_goes_with_all_its_pages(name: str, archive: Path, dumps: list[Path]) -> None:
    """b.txt is also same.txt; p1.txt is one speech with p2.txt; a.txt has a copy, which stays."""
    (speech,) = [s for s in exported(archive) if any(x["file"].endswith(name) for x in s["sources"])]
    gone = {Path(x["file"]).name for x in speech["sources"]}
    assert jianghua(archive, "forget", speech["id"]) == 0
    never = archive.with_name("never")
    take_in(never, *(dump for dump in dumps if dump.name not in gone))
    assert export_bytes(archive) == export_bytes(never)
    with Catalog.open(archive) as catalog:
        assert catalog.resolve(speech["id"]) is None


def test_a_page_forgotten_by_id_does_not_come_back_from_another_file(
    archive: Path, dumps: list[Path]
) -> None:
    wanted = page_id(SPEECHES["b.txt"].encode())
    assert jianghua(archive, "forget", wanted[:8]) == 0
    before = export_bytes(archive)
    third = dumps[0].with_name("third.txt")
    third.write_text(SPEECHES["b.txt"], "utf-8")
    report = take_in(archive, third.parent)
    assert report.forgotten == {"dumps": 0, "pages": 1} and report.pages == {"read": 1, "new": 0, "known": 0}
    assert export_bytes(archive) == before


def test_a_speech_taken_down_does_not_come_back_with_another_counter(tmp_path: Path) -> None:
    page = (
        "在全县防汛会议上的讲话\n阅读：{}\n同志们：\n"
        + "汛期将至，各乡镇要把水库一座一座查到位，把责任落到人。" * 4
    )
    archive, dump = tmp_path / "archive", tmp_path / "one.txt"
    dump.write_text(page.format(175), "utf-8")
    take_in(archive, dump)
    (speech,) = exported(archive)
    assert jianghua(archive, "forget", speech["id"]) == 0
    again = tmp_path / "again.txt"
    again.write_text(page.format(176), "utf-8")
    report = take_in(archive, again)
    assert report.forgotten == {"dumps": 0, "pages": 1} and exported(archive) == []
    assert jianghua(archive, "forget", "--undo", speech["id"]) == 0
    take_in(archive, dump, again)
    assert len({one["cluster"] for one in exported(archive)}) == 1


def test_what_a_copy_that_stays_says_is_taken_in_still(archive: Path, dumps: list[Path]) -> None:
    """a.txt has a copy: it is this page that is unwanted."""
    (speech,) = [s for s in exported(archive) if any(x["file"].endswith("/a.txt") for x in s["sources"])]
    assert jianghua(archive, "forget", speech["id"]) == 0
    third = dumps[0].with_name("third.txt")
    third.write_text(SPEECHES["a.txt"] + "\n", "utf-8")
    assert take_in(archive, third).pages["new"] == 1


def test_what_is_called_back_is_as_if_never_forgotten(archive: Path, dumps: list[Path]) -> None:
    before = export_bytes(archive)
    speech = page_id(SPEECHES["b.txt"].encode())
    part = next(dump for dump in dumps if dump.name == "p1.txt")
    assert jianghua(archive, "forget", speech, part) == 0
    take_in(archive, dumps[0].parent)
    assert export_bytes(archive) != before
    assert jianghua(archive, "forget", "--undo", speech[:6], part) == 0
    report = take_in(archive, dumps[0].parent)
    assert report.forgotten == {"dumps": 0, "pages": 0}
    assert report.dumps == {"new": 1, "changed": 2, "unchanged": len(dumps) - 3}
    assert export_bytes(archive) == before and sound(archive)


def test_a_folder_with_files_that_are_gone_from_the_disk(archive: Path, dumps: list[Path]) -> None:
    for dump in dumps:
        dump.unlink()
    assert jianghua(archive, "forget", dumps[0].parent) == 0
    assert exported(archive) == [] and held_by_index(archive) == 0


def test_nothing_of_the_text_is_left_in_the_files_of_the_catalog(archive: Path, tmp_path: Path) -> None:
    """Neither in free pages nor in the log, also where the text was stored by earlier runs."""
    told = "去年引进项目12个".encode()
    files = [archive / FILE, archive / f"{FILE}-wal"]
    assert any(told in file.read_bytes() for file in files if file.exists())
    speeches = [s["id"] for s in exported(archive) if "去年引进项目" in s["text"]]
    assert jianghua(archive, "forget", *speeches) == 0
    raw = [
        table
        for table in ("speeches", "pages", "sources", "learned_lines")
        if told in dump_of(archive, table)
    ]
    assert raw == []
    assert not any(told in file.read_bytes() for file in files if file.exists())
    assert not (archive / "work").exists()


def dump_of(archive: Path, table: str) -> bytes:
    with sqlite3.connect(archive / FILE) as db:
        return repr([[str(x) for x in row] for row in db.execute(f"SELECT * FROM {table}")]).encode()


def test_a_reader_who_keeps_the_log_is_told_of(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(archive / FILE) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM pages").fetchone()
        assert jianghua(archive, "forget", page_id(SPEECHES["b.txt"].encode())) == 0
        assert "Another process reads the catalog" in capsys.readouterr().out
    assert jianghua(archive, "forget", page_id(SPEECHES["b.txt"].encode())) == 0
    assert "Another process" not in capsys.readouterr().out


STEPS = [
    (catalog_words.Words, "_drop_pages"),
    (catalog_words.Words, "forget_path"),
    (catalog_words.Words, "put_speeches"),
    (person, "catch_up"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=lambda x: getattr(x, "__name__", x))
def test_killed_while_it_forgets(
    owner: type, step: str, after: bool, archive: Path, dumps: list[Path]
) -> None:
    """Once it is forgotten, the next run of any kind completes it; before, nothing has happened."""
    unwanted = next(dump for dump in dumps if dump.name == "p1.txt")

    def forget_and_die() -> None:
        from test_crash import die_at

        die_at(owner, step, after)
        jianghua(archive, "forget", unwanted)

    assert in_child(forget_and_die) == -signal.SIGKILL
    assert jianghua(archive, "forget", unwanted) == 0
    take_in(archive.with_name("never"), *(dump for dump in dumps if dump != unwanted))
    assert export_bytes(archive) == export_bytes(archive.with_name("never"))
    assert sound(archive)


def test_the_list_names_paths_and_ids(
    archive: Path, dumps: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    speech = page_id(SPEECHES["b.txt"].encode())
    assert jianghua(archive, "forget", "--list") == 0
    assert capsys.readouterr().out == "Nothing is forgotten.\n"
    odd = dumps[0].with_name(os.fsdecode(b"\xff odd.txt"))
    odd.write_bytes(dumps[0].read_bytes())
    take_in(archive, odd)
    assert jianghua(archive, "forget", speech, odd) == 0
    capsys.readouterr()
    assert jianghua(archive, "forget", "--list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {one["word"] for one in listed} == {speech, str(dumps[0].with_name("\\udcff odd.txt"))}
    assert jianghua(archive, "forget", "--undo", odd) == 0
    assert jianghua(archive, "show", speech) == 2
    assert f"jianghua forget --undo {speech}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "say what"),
        (("nowhere.txt",), "neither a dump file"),
        (("ffffff",), "jianghua search"),
        (("--undo", "ffffff"), "--list"),
        (("a.zip!b.txt",), "inside a dump file"),
        (("",), "empty word"),
        ((" \t",), "empty word"),
        (("--undo", ""), "empty word"),
        (("s3://",), "nothing in the archive came from there"),
        (("http://[",), "nothing in the archive came from there"),
    ],
)
def test_errors_teach(
    args: tuple[str, ...], told: str, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = exported(archive)
    assert jianghua(archive, "forget", *args) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert exported(archive) == before


def test_the_folder_one_is_in_is_not_meant_by_an_empty_word(
    archive: Path, dumps: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dumps[0].parent)
    before = exported(archive)
    assert jianghua(archive, "forget", "", "b.txt") == 2
    assert exported(archive) == before
    assert jianghua(archive, "forget", ".") == 0
    assert exported(archive) == []


def test_a_link_to_itself(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, it is told of in a line; below a folder it is a reject, and may be forgotten like others."""
    (tmp_path / "dumps" / "loop").symlink_to("loop")
    assert jianghua(archive, "forget", "--undo", tmp_path / "dumps" / "loop") == 2
    error = capsys.readouterr().err
    assert "is not forgotten" in error and error.count("\n") == 1
    assert take_in(archive, tmp_path / "dumps").rejects == {"unreadable": 1}
    assert jianghua(archive, "forget", tmp_path / "dumps" / "loop") == 0
    assert "1 dump file, 0 pages" in capsys.readouterr().out
    assert take_in(archive, tmp_path / "dumps").forgotten["dumps"] == 1


def test_what_was_never_here_is_kept_out(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.txt"
    new.write_text("同志们：今天召开全县林业工作会议。", "utf-8")
    before = exported(archive)
    assert jianghua(archive, "forget", new) == 0
    assert "The archive holds nothing of it; it stays out from now on." in capsys.readouterr().out
    assert take_in(archive, new).forgotten["dumps"] == 1 and exported(archive) == before


def test_an_id_and_the_file_of_its_page_at_once(archive: Path, dumps: list[Path]) -> None:
    """The id holds too, in whatever order they are given: the page does not come back under another name."""
    dump = next(dump for dump in dumps if dump.name == "a.txt")
    assert jianghua(archive, "forget", dump, page_id(SPEECHES["a.txt"].encode())) == 0
    before = exported(archive)
    assert take_in(archive, dump.rename(dump.with_name("z.txt"))).forgotten["pages"] == 1
    assert exported(archive) == before


@pytest.mark.parametrize("command", [("forget",), ("correct", "level", "county")], ids=lambda c: c[0])
def test_an_id_means_what_it_means_once_the_archive_is_held(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run ends just before the lock is got, and the speech has one more page and another id."""
    ids = {id_of(tmp_path, part): part for part in write_fragments(tmp_path)}
    archive, first, later = tmp_path / "archive", ids[max(ids)], ids[min(ids)]
    take_in(archive, first)

    def late(folder: Path):  # type: ignore[no-untyped-def]
        take_in(archive, later)
        return hold(folder)

    monkeypatch.setattr(person, "hold", late)
    name, *rest = command
    assert jianghua(archive, name, max(ids), *rest) == 0
    assert [s["level"] for s in exported(archive)] == ([] if name == "forget" else ["county"])


def test_a_catalog_that_could_not_be_written_anew_is_the_next_time(archive: Path) -> None:
    """An archive of an earlier version, with bytes of deleted rows in its file."""
    told = "只在删去的行里".encode()
    with closing(sqlite3.connect(archive / FILE, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE old AS SELECT ? AS text", (told * 10_000,))
        db.execute("DROP TABLE old")
        db.execute("INSERT INTO meta VALUES (?, '1')", (catalog_words.SCRUB,))
    speech = page_id(SPEECHES["b.txt"].encode())
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with catalog_words.Words.open(archive) as catalog:
        catalog.forget_speech(speech)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, unlimited[1]))
        try:
            with pytest.raises(JianghuaError, match="make room or mend the disk"):
                catalog.scrub()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert told in (archive / FILE).read_bytes()
    assert jianghua(archive, "forget", speech) == 0
    assert told not in (archive / FILE).read_bytes()
    with Catalog.open(archive) as catalog:
        assert not catalog.db.execute("SELECT 1 FROM meta WHERE key = ?", (catalog_words.SCRUB,)).fetchone()


def test_copies_that_remain_are_named(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = next(
        s["id"] for s in exported(archive) if any(x["file"].endswith("copy.txt") for x in s["sources"])
    )
    assert jianghua(archive, "forget", page_id(SPEECHES["a.txt"].encode())) == 0
    assert f"jianghua forget {copy}" in capsys.readouterr().out


def test_another_engine_that_holds_it_is_named(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speech = page_id(SPEECHES["b.txt"].encode())
    with sqlite3.connect(archive / FILE) as db:
        db.execute("INSERT INTO indexed VALUES ('elasticsearch', ?, 1)", (speech,))
    assert jianghua(archive, "forget", speech) == 0
    assert "jianghua ingest --refresh --engine elasticsearch" in capsys.readouterr().out
    with Catalog.open(archive) as catalog:
        assert catalog.orphaned("elasticsearch") == [speech]


def test_the_index_does_not_find_it(archive: Path) -> None:
    assert jianghua(archive, "forget", page_id(SPEECHES["b.txt"].encode())) == 0
    with open_engine(Settings(archive=archive)) as engine:
        assert engine.search(parse("安全生产责任重于泰山")).total == 0


@pytest.mark.parametrize(
    "command",
    [
        ("forget", "b.txt"),
        ("correct", "{id}", "level", "county"),
        ("ingest", "new.txt"),
        ("rejects", "--retry"),
    ],
    ids=lambda c: c[0],
)
def test_while_another_run_is_at_work(
    command: tuple[str, ...], archive: Path, dumps: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    dumps[0].with_name("new.txt").write_text("同志们：今天开会。", "utf-8")
    speech = page_id(SPEECHES["b.txt"].encode())
    args = [str(dumps[0].with_name(a)) if a.endswith(".txt") else a.format(id=speech) for a in command]
    before = exported(archive)
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with hold(archive):
            os.write(ready[1], b".")
            os.read(done[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    try:
        assert jianghua(archive, *args) == 2
    finally:
        os.write(done[1], b".")
        os.waitpid(child, 0)
    error = capfd.readouterr().err
    assert "another run is at work" in error and error.count("\n") == 1
    assert exported(archive) == before


def test_forget_does_not_import_prefect(archive: Path) -> None:
    import subprocess
    import sys

    program = (
        "import sys; from flows.cli import main\n"
        f"status = main(['forget', {page_id(SPEECHES['b.txt'].encode())!r}, '--archive', {str(archive)!r}])\n"
        "sys.exit(status or 'prefect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
