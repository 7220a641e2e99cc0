"""A new index takes the place of the one in use, or the one before it comes back."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from elastic.node import Server

from flows.catalog import FILE
from flows.commands.reindex import show
from flows.errors import JianghuaError
from flows.index import open_engine
from flows.index.engine import IndexUnusable
from flows.index.query import parse

from .conftest import DUMPS, Archive


def test_a_new_index_takes_the_place_of_the_one_in_use(archive: Archive) -> None:
    (first, none), held = archive.names(), archive.held()
    assert none is None
    report = archive.reindex()
    second, before = archive.names()
    assert (report.in_use, report.previous, before) == (second, first, first)
    assert second != first
    assert (report.status, report.what, report.index["told"], report.compared) == ("done", "built", 6, 6)
    assert archive.held() == held
    archive.sound()
    third = archive.reindex().in_use
    assert archive.names() == (third, second)
    assert archive.all_names() == {second, third}, "one previous index is kept"
    shown = show(report)
    assert f"{second} (built)" in shown
    assert "6 told, 0 removed, 6 compared" in shown
    kept = json.loads((archive.settings.archive / "runs" / f"{report.run}.json").read_text("utf-8"))
    assert (kept["in_use"], kept["status"]) == (second, "done")


def test_an_ingest_after_it_goes_to_the_new_index(archive: Archive) -> None:
    archive.reindex()
    archive.add(6)
    archive.sound(6)


def test_rollback_brings_the_index_before_up_to_date(archive: Archive) -> None:
    first, _ = archive.names()
    second = archive.reindex().in_use
    archive.add(6)
    archive.drop(archive.first())
    report = archive.reindex(rollback=True)
    assert archive.names() == (first, second) == (report.in_use, report.previous)
    assert (report.what, report.index["told"], report.compared) == ("rolled back", 1, DUMPS)
    archive.sound(6, less=0)
    archive.reindex(rollback=True)
    assert archive.names() == (second, first), "and forth again"
    archive.sound(6, less=0)


def test_what_is_forgotten_leaves_the_index_before_too(archive: Archive) -> None:
    archive.reindex()
    gone = archive.first()
    archive.drop(gone)
    indices = archive.indices()
    before = indices.reopen()
    assert gone not in dict(before.held())
    assert before.count() == DUMPS - 1
    before.close()
    indices.close()


def test_nothing_to_roll_back_to(archive: Archive) -> None:
    with pytest.raises(JianghuaError, match=r"keeps no index before the one in use.*jianghua reindex"):
        archive.reindex(rollback=True)
    archive.sound()


def of_another_version(archive: Archive, name: str) -> None:
    if archive.settings.engine == "embedded":
        (archive.settings.archive / "index" / name / "jianghua-stamp").write_text("0-older")
        return
    with Server(archive.settings.elasticsearch_url).client() as client:
        meta = client.indices.get_mapping(index=name)[name]["mappings"]["_meta"]
        client.indices.put_mapping(index=name, meta={**meta, "built": "0-older"})


def test_an_index_of_another_version_is_mended(archive: Archive) -> None:
    first, _ = archive.names()
    of_another_version(archive, first or "")
    if archive.settings.engine == "elasticsearch":
        with pytest.raises(IndexUnusable, match="another version of jianghua; run: jianghua reindex"):
            archive.ingest()
    archive.reindex()
    archive.sound()
    with pytest.raises(IndexUnusable, match="install that version and run: jianghua reindex --rollback"):
        archive.reindex(rollback=True)
    archive.sound()
    assert archive.names()[1] == first


def test_an_index_that_is_gone_is_made_anew(archive: Archive) -> None:
    name, _ = archive.names()
    assert name
    if archive.settings.engine == "embedded":
        shutil.rmtree(archive.settings.archive / "index" / name)
    else:
        with Server(archive.settings.elasticsearch_url).client() as client:
            client.indices.delete(index=name)
    report = archive.reindex()
    assert report.previous is None
    archive.sound()


def test_a_catalog_restored_from_a_copy_gets_its_index(archive: Archive, tmp_path: Path) -> None:
    catalog = archive.settings.archive / FILE
    shutil.copy(catalog, tmp_path / "copy")
    archive.add(6)
    archive.add(7)
    shutil.copy(tmp_path / "copy", catalog)
    (archive.dumps[1] / "7.txt").unlink()
    with pytest.raises(IndexUnusable, match=r"later copies than the catalog knows.*run: jianghua reindex"):
        archive.ingest()
    archive.reindex()
    archive.sound(6)
    with pytest.raises(IndexUnusable, match="later state of the archive than the catalog"):
        archive.reindex(rollback=True)
    archive.sound(6)


def test_searches_never_see_a_gap(archive: Archive) -> None:
    """By an engine that stays open, and by engines that are opened anew, while indices come and go."""
    query, stop = parse("水库工程", simplify=str), threading.Event()
    seen: list[int] = []
    failed: list[BaseException] = []

    def search(stays_open: bool) -> None:
        try:
            while not stop.is_set():
                with open_engine(archive.settings) as engine:
                    seen.extend(engine.search(query).total for _ in range(20 if stays_open else 1))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=search, args=(kind,)) for kind in (True, False)]
    for thread in threads:
        thread.start()
    try:
        archive.reindex()
        archive.reindex()
        archive.reindex(rollback=True)
    finally:
        stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(seen) > 20
    assert set(seen) == {DUMPS}
