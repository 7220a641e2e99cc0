"""The flow, the command, and the file that names the embedded index in use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_crash import in_child

from flows.cli import main
from flows.index import open_engine
from flows.index.embedded import places as embedded_places
from flows.index.engine import IndexUnusable
from flows.index.query import parse
from flows.lock import hold

from .conftest import DUMPS, Archive


@pytest.mark.parametrize("held", ["", "{}", "[1]", '{"in_use": "../../x", "previous": ""}', '{"in_use": 1}'])
def test_a_damaged_pointer_is_mended(embedded: Archive, held: str) -> None:
    embedded.reindex()
    pointer = embedded.settings.archive / "index" / embedded_places.POINTER
    pointer.write_text(held, "utf-8")
    with pytest.raises(IndexUnusable, match="is damaged; run: jianghua reindex"):
        embedded.total()
    report = embedded.reindex()
    assert report.previous is None
    assert len(embedded.all_names()) == 1
    embedded.sound()


def test_a_reader_keeps_the_index_that_it_opened(embedded: Archive) -> None:
    with open_engine(embedded.settings) as engine:
        for _ in range(3):  # its folder is removed by then
            embedded.reindex()
        assert engine.search(parse("水库工程", simplify=str)).total == DUMPS


def test_the_flow(prefect: None, embedded: Archive) -> None:
    from prefect.client.orchestration import get_client

    from flows.reindex import reindex

    report = reindex(str(embedded.settings.archive), quiet=True)
    assert (report.in_use, report.previous) == embedded.names()
    assert report.previous == embedded_places.FIRST
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/filter", json={}).json()
    (table,) = [json.loads(one["data"]) for one in found if one["key"] == "reindex-report"]
    assert {"stage": "reindex", "what": "in use", "number": report.in_use} in table
    embedded.sound()


def test_a_reindex_waits_for_no_other_run(embedded: Archive) -> None:
    with hold(embedded.settings.archive):
        status = in_child(
            lambda: main(["reindex", "--archive", str(embedded.settings.archive)]) == 2 or 1 / 0
        )
    assert status == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [(["--rollback"], "keeps no index before the one in use"), (["--archive", "none"], "no archive in ")],
)
def test_what_can_not_be_done_is_said_at_once(
    args: list[str], says: str, embedded: Archive, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.chdir(embedded.settings.archive.parent)
    assert main(["reindex", *args]) == 2
    assert says in capsys.readouterr().err
    assert not Path("none").exists()
