"""The catalog's file: made, migrated, refused where it is not ours to change."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import generated_site
import pytest
from conftest import SAMPLES, export_bytes, take_in

from flows.catalog import FILE, VERSION, Catalog
from flows.catalog import reader as module
from flows.catalog import sites as catalog_sites
from flows.catalog import writer as catalog_writer
from flows.catalog.writer import Writer
from flows.commands.common import no_speech
from flows.dedupe import sample
from flows.errors import ArchiveMissing, JianghuaError
from flows.records import Page, Source, Speech
from flows.spool import Seen, Spoken


def test_reading_makes_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match="jianghua ingest"):
        Catalog.open(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_new_catalog_has_the_version_of_its_schema(tmp_path: Path) -> None:
    with Writer.open(tmp_path, create=True) as catalog:
        assert catalog.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert catalog.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_later_version_is_refused_in_words(tmp_path: Path) -> None:
    Writer.open(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(JianghuaError, match="later jianghua"):
        Catalog.open(tmp_path)


def test_a_damaged_catalog_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all" * 1000)
    with pytest.raises(JianghuaError, match="restore it from a copy"):
        Catalog.open(tmp_path)


def test_an_archive_that_is_only_to_be_read_can_be_read(tmp_path: Path) -> None:
    """As root, who may write everything, the test becomes nobody for a moment."""
    with TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        take_in(archive, SAMPLES)
        wanted = export_bytes(archive)
        Path(name).chmod(0o755)
        for path in (archive, *archive.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            assert export_bytes(archive) == wanted
        finally:
            os.seteuid(was)
            archive.chmod(0o755)


def as_version_1(archive: Path, monkeypatch: pytest.MonkeyPatch, *dumps: Path) -> None:
    """An archive as version 1 made it: nothing is learned of sites, and no table knows of them."""
    with monkeypatch.context() as patch:
        patch.setattr(catalog_sites, "put_page", lambda *_: None)
        take_in(archive, *dumps)
    with sqlite3.connect(archive / "first.sqlite") as first:
        first.executescript(module.files("flows.catalog.schema").joinpath("001.sql").read_text("utf-8"))
        first.execute("ATTACH ? AS today", (str(archive / FILE),))
        for table in ("dumps", "pages", "sources", "rejects", "speeches", "speech_pages", "indexed", "runs"):
            columns = ", ".join(row[1] for row in first.execute(f"PRAGMA main.table_info({table})"))
            first.execute(f"INSERT INTO main.{table} SELECT {columns} FROM today.{table}")
        first.execute("INSERT INTO main.meta SELECT * FROM today.meta WHERE key = 'revision'")
        first.execute("PRAGMA user_version = 1")
    first.close()
    (archive / "first.sqlite").replace(archive / FILE)


@pytest.mark.parametrize("step", [500, 4], ids=["in one step", "in many steps"])
def test_version_1_is_migrated_and_learns_from_the_pages_it_holds(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost by the migration; the next run, though it reads nothing, learns, and ends as if the
    pages had come today."""
    archive = tmp_path / "archive"
    dumps = generated_site.write_site(tmp_path / "dumps", 17)
    as_version_1(archive, monkeypatch, *dumps)
    with Catalog.open(archive) as catalog:
        assert catalog.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert catalog.unfinished("embedded"), "the next run has something to do"
        assert all(generated_site.TOP[0] in entry.speech.text for entry in catalog.entries())
    monkeypatch.setattr(catalog_writer, "PAGES_IN_A_STEP", step)
    report = take_in(archive)
    assert report.sites == {"learned": 5, "unlearned": 0, "remade": 17}
    take_in(tmp_path / "today", *dumps)
    assert export_bytes(archive) == export_bytes(tmp_path / "today")
    with Catalog.open(archive) as catalog:
        assert not catalog.unfinished("embedded")


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Writer.open(tmp_path / "archive", create=True).close()
    schema, later = tmp_path / "schema", f"{VERSION + 1:03}.sql"
    schema.mkdir()
    (schema / later).write_text("CREATE TABLE extra (x); CREATE TABLE dumps (y)")
    monkeypatch.setattr(module, "files", lambda _package: schema)
    monkeypatch.setattr(module, "_SCHEMA", [*module._SCHEMA, later])
    monkeypatch.setattr(module, "VERSION", VERSION + 1)
    with pytest.raises(JianghuaError, match="can't be opened"):
        Catalog.open(tmp_path / "archive")
    with sqlite3.connect(tmp_path / "archive" / FILE) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)


def seen(path: str) -> Seen:
    return Seen(path=path, file=path, size=1, mtime_ns=1, seen_ns=1, sha256="0" * 64)


def page(number: int, file: str) -> Page:
    return Page(
        id=f"{number:016x}", source=Source(file=file), media="text/plain", raw=b"raw %d" % number, text="正文"
    )


def speech(*pages: int, title: str = "讲话") -> Speech:
    ids = tuple(f"{n:016x}" for n in pages)
    return Speech(id=min(ids), pages=ids, title=title, text="同志们：今天开会。")


def test_a_page_keeps_its_raw_bytes_and_all_its_places(tmp_path: Path) -> None:
    with Writer.open(tmp_path, create=True) as catalog:
        taken = catalog.take_in([seen("/a"), page(1, "/a"), seen("/b"), page(1, "/b")], "r", lambda p: p.id)
        assert (taken.dumps, taken.pages, taken.new) == (2, 2, 1)
        catalog.put_speeches([Spoken(key=f"{1:016x}", speeches=(speech(1),), marks=((1, 2, 3),))], "r")
        catalog.put_cluster(speech(1).id, [speech(1)], "r")
        assert catalog.raw(f"{1:016x}") == b"raw 1"
        entry = catalog.entry(speech(1).id)
        assert entry and [s.file for s in entry.sources] == ["/a", "/b"]


def test_an_error_inside_a_step_leaves_nothing_of_it(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield seen("/a")
        yield page(1, "/a")
        raise OSError(5, "input/output error")

    with Writer.open(tmp_path, create=True) as catalog:
        with pytest.raises(OSError, match="input/output"):
            catalog.take_in(broken(), "r", lambda p: p.id)
        assert catalog.totals()["pages"] == 0 and catalog.dump("/a") is None
        catalog.take_in([seen("/a"), page(1, "/a")], "r", lambda p: p.id)
        assert catalog.totals()["pages"] == 1


def test_the_same_speech_again_is_no_change(tmp_path: Path) -> None:
    spoken = Spoken(key="k", speeches=(speech(1),), marks=((1, 2),))
    with Writer.open(tmp_path, create=True) as catalog:
        catalog.put_speeches([spoken], "first")
        entry = catalog.entry(speech(1).id)
        assert entry and entry.canonical, "readers miss nothing until its cluster is known"
        assert catalog.put_cluster(speech(1).id, [speech(1)], "first") == 0
        catalog.put_speeches([spoken], "second")
        assert catalog.stale_speeches() == []
        assert catalog.put_cluster(speech(1).id, [speech(1)], "second") == 0
        entry = catalog.entry(speech(1).id)
        assert entry and entry.run == "first"


def test_when_a_copy_goes_its_cluster_is_settled_anew(tmp_path: Path) -> None:
    """Speech 2 was a copy of 1; a further page makes it part of 3's speech, no copy any more."""
    one, two, joined = speech(1), speech(2), speech(2, 3, title="另一篇")
    with Writer.open(tmp_path, create=True) as catalog:
        catalog.put_speeches([Spoken(key="1", speeches=(one,), marks=((1,),))], "r")
        catalog.put_speeches([Spoken(key="2", speeches=(two,), marks=((1,),))], "r")
        catalog.put_links([(two.id, one.id, "variant", 1.0, 1.0, 0.0, [])], [one.id, two.id])
        links = {(one.id, two.id): ("variant", 1.0)}
        assert catalog.component(two.id) == ({one.id, two.id}, links)
        catalog.put_cluster(one.id, [one, two], "r")
        catalog.put_speeches([Spoken(key="2", speeches=(joined,), marks=((9,),))], "r")
        assert catalog.stale_speeches() == [one.id, joined.id]
        assert catalog.unmatched() == [joined.id], "what is left has been compared with all there are"
        assert catalog.component(one.id)[1] == {}
        assert [sample(stored).marks for _, _, stored in catalog.signed([joined.id])] == [[9]]


def test_ids_resolve_by_their_first_digits_where_they_fit_one(tmp_path: Path) -> None:
    with Writer.open(tmp_path, create=True) as catalog:
        catalog.put_speeches([Spoken(key="1", speeches=(speech(1, 0x1F),), marks=((1,),))], "r")
        catalog.put_speeches([Spoken(key="2", speeches=(speech(0x1E),), marks=((1,),))], "r")
        assert catalog.resolve(f"{0x1F:016x}") == speech(1).id
        assert catalog.resolve("0" * 14) is None, "it fits both"
        assert catalog.resolve("f" * 6) is None and catalog.resolve("") is None
        assert len(catalog.meant("0" * 14, 9)) == 2 and len(catalog.meant("0" * 14, 1)) == 1
        several = no_speech(catalog, "0" * 14)
        assert "more than one" in several and speech(1).id in several and speech(0x1E).id in several
        assert "no speech ffffff here" in no_speech(catalog, "ffffff")
