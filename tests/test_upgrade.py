"""An archive of an earlier release opens, tells all it told, and goes on; nothing of it is lost."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from conftest import ROOT, export_bytes, exported, take_in
from test_forget import jianghua
from test_refresh import refresh

from flows.catalog import FILE, VERSION, Catalog
from flows.catalog import rules as catalog_rules
from flows.cli import main

RELEASES = sorted(p for p in (ROOT / "tests" / "releases").iterdir() if (p / "catalog.sqlite.gz").is_file())
PLACE = "/release"


@pytest.fixture(params=RELEASES, ids=lambda p: p.name)
def archive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of a release, as if it had been made where this test runs."""
    release: Path = request.param
    (tmp_path / "dumps").symlink_to(release / "dumps")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / FILE).write_bytes(gzip.decompress((release / "catalog.sqlite.gz").read_bytes()))
    with sqlite3.connect(folder / FILE) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] < VERSION
        for table, column in (("dumps", "path"), ("sources", "dump"), ("rejects", "dump")):
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (PLACE, str(release)))
    return folder


def test_it_is_read_before_anything_else(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(archive / FILE) as db:
        ids = {i for (i,) in db.execute("SELECT page FROM speech_pages UNION SELECT cluster FROM speeches")}
        texts = {json.loads(t)["text"] for (t,) in db.execute("SELECT settled FROM speeches")}
    assert {s["text"] for s in exported(archive)} == texts
    with Catalog.open(archive) as catalog:
        assert catalog.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert all(catalog.resolve(i) for i in ids)
        assert catalog_rules.stale(catalog.db), "it does not know by what rules it was made"
    for i in sorted(ids)[:3]:
        assert main(["show", i, "--archive", str(archive)]) == 0
    assert main(["rejects", "--archive", str(archive)]) == 0
    assert main(["runs", "--archive", str(archive)]) == 0
    assert "11_not_text.txt" in capsys.readouterr().out


def test_the_same_dumps_change_nothing_that_it_holds(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(archive / FILE) as db:
        before = dict(db.execute("SELECT id, group_key FROM pages"))
        ids = {i for (i,) in db.execute("SELECT page FROM speech_pages UNION SELECT cluster FROM speeches")}
    report = take_in(archive, Path("dumps"))
    assert report.dumps["new"] == report.dumps["changed"] == 0 and report.pages["read"] == 0
    with Catalog.open(archive) as catalog:
        assert dict(catalog.db.execute("SELECT id, group_key FROM pages")) == before
        assert all(catalog.resolve(i) for i in ids)
        assert not catalog.unfinished("embedded") and catalog.lost_pages() == 0
    assert main(["search", "招商引资", "--json", "--archive", str(archive)]) == 0
    assert json.loads(capsys.readouterr().out)["total"] > 0
    assert main(["doctor", "--archive", str(archive)]) == 0


def test_a_refresh_makes_it_what_a_new_one_is(archive: Path) -> None:
    refresh(archive, Path("dumps"))
    take_in(archive.with_name("today"), Path("dumps"))
    assert export_bytes(archive) == export_bytes(archive.with_name("today"))
    with Catalog.open(archive) as catalog:
        assert not catalog.unfinished("embedded") and not catalog_rules.stale(catalog.db)


def test_what_is_forgotten_leaves_nothing_of_what_earlier_versions_deleted(archive: Path) -> None:
    with sqlite3.connect(archive / FILE) as db:
        (told,) = db.execute("SELECT CAST(tagged AS TEXT) FROM speeches ORDER BY id LIMIT 1").fetchone()
    words = json.loads(told)["text"].split("\n")[1][:12].encode()
    with sqlite3.connect(archive / FILE) as db:  # as an earlier version wrote and deleted it
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE old AS SELECT * FROM speeches")
        db.execute("DROP TABLE old")
    speech = json.loads(told)["id"]
    assert (archive / FILE).read_bytes().count(words) > 2
    assert jianghua(archive, "forget", speech) == 0
    assert words not in (archive / FILE).read_bytes()
