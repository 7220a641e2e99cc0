"""What the server refuses, whether a document or all of us: it is told, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from elastic.guard import Guard
from elastic.node import Server
from elastic_archive import differences, last_report, make, tell
from elasticsearch import Elasticsearch

from flows import doctor
from flows.catalog import Catalog
from flows.catalog import told as catalog_told
from flows.catalog import writer as catalog_writer
from flows.errors import JianghuaError
from flows.settings import Settings

from .conftest import settings_for, spoil

THOUSAND = 1000


def test_one_refused_document_among_a_thousand(
    tmp_path: Path, elasticsearch: Server, prefix: str, client: Elasticsearch
) -> None:
    made = make(tmp_path / "made", THOUSAND, tmp_path / "dumps")
    settings = settings_for(made, tmp_path, elasticsearch, prefix)
    with Catalog.open(settings.archive) as catalog:
        unwanted = [entry.speech.id for entry in catalog.entries()][THOUSAND // 2]
    spoil(settings.archive, unwanted, "2007-02-31")
    report = tell(settings)
    assert (report.status, report.rejects) == ("done", {"refused": 1})
    with Catalog.open(settings.archive) as catalog:
        ((reject, _),) = catalog.rejects()
        assert "failed to parse field [speech_date.range]" in reject.detail
        assert reject.source == next(catalog.entries([unwanted])).sources[0]
        assert catalog_told.refused(catalog.db, "elasticsearch") == 1
        assert not catalog.unfinished("elasticsearch"), "no run is started for what was refused"
        assert catalog.dumps_with_rejects(), "rejects --retry has something to do"
    assert client.count(index=settings.elasticsearch_alias)["count"] == THOUSAND - 1
    found = doctor.examine(settings)
    assert all(f.good for f in found)
    assert f"{THOUSAND - 1:,} of {THOUSAND:,} speeches; 1 it would not take" in found[-1].text

    assert tell(settings).rejects == {"refused": 1}, "it is offered by each run, and noted once"
    spoil(settings.archive, unwanted, "2007-02-28")
    report = tell(settings)
    assert (report.index["told"], report.archive["rejects"]) == (1, 0)
    assert differences(settings, client) == []


def test_what_changed_after_it_was_refused_is_work(small: Settings) -> None:
    with Catalog.open(small.archive) as catalog:
        unwanted = next(catalog.entries()).speech.id
    spoil(small.archive, unwanted, "2007-02-31")
    tell(small)
    with catalog_writer.Writer.open(small.archive) as catalog:
        assert not catalog.unfinished("elasticsearch")
        catalog.db.execute("UPDATE speeches SET revision = revision + 1000 WHERE id = ?", (unwanted,))
        assert catalog.unfinished("elasticsearch")


REFUSING = [
    ({"elasticsearch_api_key": "d3Jvbmc="}, 401, "key or password is not taken"),
    ({"elasticsearch_ca": ""}, None, "certificate is not trusted"),
]


@pytest.mark.parametrize(("wrong", "status", "message"), REFUSING, ids=[m for *_, m in REFUSING])
def test_a_wrong_key_or_certificate(
    wrong: dict[str, Any],
    status: int | None,
    message: str,
    small: Settings,
    client: Elasticsearch,
    elasticsearch: Server,
    tmp_path: Path,
) -> None:
    with Guard(elasticsearch.url, tmp_path, api_key="cmlnaHQ=") as guard:
        right = replace(
            small,
            elasticsearch_url=guard.url,
            elasticsearch_api_key="cmlnaHQ=",
            elasticsearch_ca=str(guard.ca_file),
        )
        with pytest.raises(JianghuaError, match=message):
            tell(replace(right, **wrong))
        assert {found for *_, found in guard.seen} == ({status} if status else set())
        report = last_report(small.archive)
        assert report["status"] == "failed" and message in report["error"]
        assert tell(right).status == "done"
    assert differences(small, client) == []


def test_a_right_that_is_taken_away_halfway_rejects_nothing(
    small: Settings, elasticsearch: Server, client: Elasticsearch, tmp_path: Path
) -> None:
    """A secured cluster answers a bulk request, and says in each item that it may not be."""
    cause = {"type": "security_exception", "reason": "action [indices:data/write/bulk[s]] is unauthorized"}
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        guarded = replace(small, elasticsearch_url=guard.url)
        denied = {"index": {"status": 403, "error": cause}}
        guard.answers[f"PUT /{small.elasticsearch_alias}/_bulk"] = {"items": [denied] * 40}
        with pytest.raises(JianghuaError, match=r"security_exception.*jianghua_writer"):
            tell(guarded)
    report = tell(small)
    assert (report.rejects, report.index["told"]) == ({}, 40)
    assert differences(small, client) == []
