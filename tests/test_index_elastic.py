"""The Elasticsearch engine's own promises, on a real node: whose index it is, and nothing lost on the way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from contract import plain
from contract.entries import ENTRIES, entry, speech_id
from elastic.guard import Guard
from elastic.node import Server
from elasticsearch import BadRequestError, Elasticsearch

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.errors import JianghuaError
from flows.index import open_engine
from flows.index.document import leaf_fields, speech_mapping
from flows.index.elastic import bulk as elastic_bulk
from flows.index.elastic import schema
from flows.index.elastic.engine import ElasticEngine
from flows.index.embedded.engine import EmbeddedEngine
from flows.index.engine import FACETS, CursorError, IndexUnusable, Refusal
from flows.index.parser import DEEPEST
from flows.index.query import LONGEST, parse
from flows.plan import make_plan
from flows.progress import Progress
from flows.records import Entry, SpeechDate
from flows.resources import mapping
from flows.settings import Settings

pytest_plugins = ["elastic.plugin"]
HELD = f"jianghua-test-{uuid.uuid4().hex[:8]}-held"
EVERYTHING = parse("*", simplify=str)
Open = Callable[..., ElasticEngine]


@pytest.fixture
def alias(prefix: str) -> str:
    return f"{prefix}speeches"


@pytest.fixture
def opened(elasticsearch: Server, alias: str) -> Iterator[Open]:
    """Opens engines on the test's own alias, and closes them."""
    engines: list[ElasticEngine] = []

    def open_one(archive: str = "mine", url: str = "") -> ElasticEngine:
        settings = Settings(elasticsearch_url=url or elasticsearch.url, elasticsearch_alias=alias)
        engines.append(ElasticEngine.open(settings, archive))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.close()


@pytest.fixture(scope="module")
def client(elasticsearch: Server) -> Iterator[Elasticsearch]:
    with elasticsearch.client() as connected:
        yield connected


@pytest.fixture(scope="module")
def held(elasticsearch: Server, client: Elasticsearch) -> Iterator[ElasticEngine]:
    """An engine that holds ENTRIES under the alias HELD; only to be searched."""
    settings = Settings(elasticsearch_url=elasticsearch.url, elasticsearch_alias=HELD)
    engine = ElasticEngine.open(settings, "mine")
    engine.put(ENTRIES)
    engine.commit()
    yield engine
    engine.close()
    client.indices.delete(index=next(iter(client.indices.get_alias(name=HELD))))
    client.indices.delete_index_template(name=HELD)
    client.cluster.delete_component_template(name=f"{HELD}-settings")


@pytest.fixture
def index(opened: Open, client: Elasticsearch, alias: str) -> str:
    """The name of an index that holds ENTRIES, filled and closed."""
    engine = opened()
    engine.put(ENTRIES)
    assert list(engine.commit()) == []
    engine.close()
    (name,) = client.indices.get_alias(name=alias)
    return str(name)


def test_an_index_has_a_version_a_time_and_an_owner(index: str, alias: str, client: Elasticsearch) -> None:
    assert index.startswith(f"{alias}-v{speech_mapping()['_meta']['version']}-20")
    held = client.indices.get_mapping(index=index)[index]["mappings"]
    assert held["_meta"]["archive"] == "mine"
    assert held["_meta"]["built"] == schema.built()
    assert held["dynamic"] == "strict"
    assert dict(leaf_fields(held)).keys() == dict(leaf_fields(speech_mapping())).keys()
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        client.index(index=alias, document={"author": "x"})


def test_kibana_shows_the_text_and_not_our_tokens(held: ElasticEngine, client: Elasticsearch) -> None:
    shown = client.get(index=HELD, id=speech_id("harvest"))
    assert shown["_version"] == 1
    assert shown["_source"]["text"].startswith("同志们：今天是国庆节后的第一次会议。")
    assert "exact" not in shown["_source"]


def test_the_files_of_mappings_can_be_sent_by_hand(client: Elasticsearch, alias: str) -> None:
    """As they are, less the names, which are another test's."""
    settings = json.loads(mapping("settings.json").read_text("utf-8"))
    template = json.loads(mapping("mappings.json").read_text("utf-8"))
    client.cluster.put_component_template(name=f"{alias}-settings", **settings)
    template |= {"index_patterns": [f"{alias}-v*"], "composed_of": [f"{alias}-settings"]}
    client.indices.put_index_template(name=alias, **template)
    client.indices.create(index=f"{alias}-v0")
    assert client.indices.get_mapping(index=f"{alias}-v0")[f"{alias}-v0"]["mappings"]["dynamic"] == "strict"


def test_the_index_of_another_archive_is_refused(index: str, opened: Open) -> None:
    with pytest.raises(IndexUnusable, match=r"another archive.*_ALIAS.*jianghua reindex"):
        opened(archive="yours")


def test_the_index_of_another_version_is_refused(index: str, opened: Open, client: Elasticsearch) -> None:
    client.indices.put_mapping(index=index, meta={**schema.meta("mine"), "built": "1-older"})
    with pytest.raises(IndexUnusable, match="another version of jianghua; run: jianghua reindex"):
        opened()


def test_a_name_that_is_something_else_is_refused(opened: Open, client: Elasticsearch, alias: str) -> None:
    client.indices.create(index=alias)
    with pytest.raises(IndexUnusable, match="is not the alias of one index"):
        opened()
    client.indices.delete(index=alias)
    for number in "12":
        client.indices.create(index=f"{alias}-v{number}", aliases={alias: {}})
    with pytest.raises(IndexUnusable, match="is not the alias of one index"):
        opened()


def kept(client: Elasticsearch, alias: str) -> tuple[str, str]:
    (held,) = client.indices.get_settings(index=alias).values()
    index = held["settings"]["index"]
    return index["refresh_interval"], index["auto_expand_replicas"]


def test_while_it_is_filled_an_index_is_not_copied_or_refreshed(
    opened: Open, client: Elasticsearch, alias: str
) -> None:
    engine = opened()
    engine.put(ENTRIES[:9])
    engine.commit()
    assert kept(client, alias) == ("-1", "false")
    reader = opened()
    assert reader.half_filled
    assert reader.search(EVERYTHING).total == 9
    reader.close()
    assert kept(client, alias) == ("-1", "false"), "a search changes nothing"
    # That process is killed here; the next one goes on.
    second = opened()
    assert not second.fresh
    assert second.count() == 9
    second.put(ENTRIES)
    second.commit()
    second.close()
    assert kept(client, alias) == ("1s", "0-1")
    third = opened()
    assert not third.half_filled
    third.put(ENTRIES[:1])
    third.commit()
    assert kept(client, alias) == ("1s", "0-1")
    assert third.count() == len(ENTRIES)


def test_a_late_copy_undoes_no_newer_one(opened: Open) -> None:
    engine = opened()
    for revision, title in ((7, "新题"), (3, "旧题"), (7, "同题")):
        engine.put([entry("one", title, "文", revision=revision)])
        assert list(engine.commit()) == []
    totals = [
        engine.search(parse(f"title:{title}", simplify=str)).total for title in ("新题", "旧题", "同题")
    ]
    assert totals == [0, 0, 1]


def undated(one: Entry) -> Entry:
    """The entry with a date that is in no calendar."""
    date = SpeechDate(precision="day", value="2007-02-31", start="2007-02-31", end="2007-02-31")
    return replace(one, speech=replace(one.speech, speech_date=date))


def test_what_the_server_will_not_take_is_named_and_the_rest_is_stored(opened: Open) -> None:
    engine = opened()
    engine.put([undated(one) if one is ENTRIES[3] else one for one in ENTRIES])
    (refusal,) = engine.commit()
    assert refusal.id == ENTRIES[3].speech.id
    assert "failed to parse" in refusal.reason
    assert "speech_date.range" in refusal.reason
    assert "\n" not in refusal.reason
    assert engine.count() == len(ENTRIES) - 1


@pytest.mark.parametrize(
    "faults",
    [[429], [503, 502, 504], ["reset"], ["lost"], ["lost", "reset", 429], [413], [413, 413, 429]],
    ids=str,
)
def test_a_busy_or_broken_way_is_tried_again(
    faults: list[Any], opened: Open, alias: str, elasticsearch: Server, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE", 0.02)
    opened().commit()
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        engine = opened(url=guard.url)
        guard.faults.extend(faults)
        engine.put(ENTRIES)
        assert list(engine.commit()) == []
        assert not guard.faults
    assert opened().count() == len(ENTRIES)


def test_a_server_that_stays_busy_is_given_up_in_one_line(
    opened: Open, elasticsearch: Server, tmp_path: Path, alias: str
) -> None:
    opened().commit()
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        engine = opened(url=guard.url)
        guard.faults.extend([429] * 100)
        with (
            pytest.raises(JianghuaError, match=r"nothing for 0 s.*fault asked for.*goes on from here"),
            Elasticsearch(guard.url) as client,
        ):
            operations = [elastic_bulk.index(one.speech.id, 1, schema.source(one)) for one in ENTRIES]
            elastic_bulk.send(client, alias, operations, patience=0.2)
        guard.faults.clear()
        assert engine.count() == 0


def test_one_document_too_large_for_the_way_is_refused(
    opened: Open, elasticsearch: Server, tmp_path: Path
) -> None:
    opened().commit()
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        engine = opened(url=guard.url)
        guard.faults.append(413)
        engine.put(ENTRIES[:1])
        (refusal,) = engine.commit()
        assert refusal.id == ENTRIES[0].speech.id
        assert refusal.reason.startswith("too large for the server")


def test_portions_are_bounded_by_bytes() -> None:
    small, large = b"x" * 1000, b"x" * (elastic_bulk.PORTION_BYTES + 1)
    sources = [small] * 12_000 + [large] + [small] * 3
    made = list(elastic_bulk.portions(elastic_bulk.index(str(n), 1, s) for n, s in enumerate(sources)))
    assert [one.id for portion in made for one in portion] == [str(n) for n in range(len(sources))]
    sizes = [sum(one.size for one in portion) for portion in made]
    assert all(size <= elastic_bulk.PORTION_BYTES or len(made[n]) == 1 for n, size in enumerate(sizes))
    assert len(made) == 5


def test_an_alias_that_is_taken_away_is_noticed(
    index: str, opened: Open, client: Elasticsearch, alias: str
) -> None:
    engine = opened()
    client.indices.delete(index=index)
    engine.put(ENTRIES[:1])
    with pytest.raises(IndexUnusable, match="is gone"):
        engine.commit()
    with pytest.raises(IndexUnusable, match="is gone"):
        engine.search(EVERYTHING)
    assert not client.indices.exists(index=alias)


def test_a_server_that_is_not_there_is_said_in_one_line(opened: Open) -> None:
    with pytest.raises(JianghuaError, match=r"can't be reached.*JIANGHUA_ELASTICSEARCH_URL") as raised:
        opened(url="http://127.0.0.1:9")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"elasticsearch_url": "nonsense"}, "no address"),
        ({"elasticsearch_url": "http://[bad"}, "no address"),
        ({"elasticsearch_url": "https://me:hush@es.example.org"}, "holds a user name or password"),
        ({"elasticsearch_url": "http://es.example.org", "elasticsearch_api_key": "hush"}, "unencrypted"),
        ({"elasticsearch_url": "http://es.example.org", "elasticsearch_password": "hush"}, "unencrypted"),
    ],
)
def test_an_address_that_can_not_be_used_is_refused_without_its_secret(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(JianghuaError, match=message) as raised:
        ElasticEngine.open(Settings(**settings), "mine")
    assert "hush" not in str(raised.value)


def test_settings_show_no_secret() -> None:
    assert "hush" not in repr(Settings(elasticsearch_api_key="hush", elasticsearch_password="hush"))


def test_a_cursor_by_date_goes_on_on_either_engine(held: ElasticEngine, tmp_path: Path) -> None:
    embedded = EmbeddedEngine.open(tmp_path)
    embedded.put(ENTRIES)
    embedded.commit()
    first = held.search(EVERYTHING, sort="date", limit=5)
    assert embedded.search(EVERYTHING, sort="date", limit=5).next == first.next
    rest = [engine.search(EVERYTHING, sort="date", after=first.next).hits for engine in (embedded, held)]
    assert rest[0] == rest[1]
    embedded.close()
    with pytest.raises(CursorError):
        held.search(parse("讲话", simplify=str), after=first.next)


def test_the_longest_page_and_the_deepest_query(held: ElasticEngine) -> None:
    assert held.search(EVERYTHING, limit=10_000, facets=tuple(FACETS)).total > 0
    deep = "招商"
    for level in range(DEEPEST // 2):
        deep = f"-(县{level} {deep} 市 OR 县 项目)"
    found = held.search(parse(deep, simplify=str), limit=1000)
    assert {hit.id for hit in found.hits} == plain.search(ENTRIES, parse(deep, simplify=str))
    assert held.search(parse("招" * LONGEST, simplify=str)).total == 0
    assert held.search(parse(" ".join("招商引资" * 200), simplify=str)).total > 0


KIBANA = [
    ("招商引資", {"undated", "masked"}, "traditional characters"),
    ('"項目為王"', {"undated", "harvest"}, "a traditional phrase"),
    ("ＧＤＰ", {"plan"}, "full-width letters"),
    ("雪", {"snow"}, "one character"),
    ('"两手抓"', {"quotes"}, "a phrase within quotation marks"),
    ("襄阳市", {"renamed"}, "a place by its name of today"),
    ("计划生育", {"renamed"}, "a word by another in use"),
    ("title:招商引資", {"titled"}, "a field"),
    ("text.words:粮食", {"before"}, "by words"),
]


@pytest.mark.parametrize(("typed", "names", "why"), KIBANA, ids=[why for *_, why in KIBANA])
def test_kibanas_query_bar(
    typed: str, names: set[str], why: str, held: ElasticEngine, client: Elasticsearch
) -> None:
    answer = client.search(index=HELD, query={"query_string": {"query": typed}}, size=len(names) + 4)
    assert {speech_id(name) for name in names} <= {hit["_id"] for hit in answer["hits"]["hits"]}


def test_kibana_highlights_what_was_typed_in_another_script(
    held: ElasticEngine, client: Elasticsearch
) -> None:
    answer = client.search(
        index=HELD,
        query={"match_phrase": {"text": "項目為王"}},
        highlight={"fields": {"text": {}}, "boundary_scanner_locale": "zh-CN"},
    )
    shown = [hit["highlight"]["text"][0].replace("</em><em>", "") for hit in answer["hits"]["hits"]]
    assert len(shown) == 2
    assert all("<em>项目为王</em>" in one for one in shown)


def run_steps(archive: Path, settings: Settings, paths: list[Path], engine: Any) -> None:
    with Writer.open(archive, create=True) as catalog:
        run = Run(settings, catalog, Progress(quiet=True), None)  # type: ignore[arg-type]
        todo = make_plan([str(path) for path in paths], catalog)
        with run.reported(lambda: todo):
            run.tell_engine(engine)


class Picky:
    """An engine that will not take one speech until it is told to."""

    def __init__(self, engine: EmbeddedEngine, unwanted: str) -> None:
        self.engine, self.unwanted = engine, unwanted

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def put(self, entries: Any) -> None:
        entries = list(entries)
        self.refused = [one.speech.id for one in entries if one.speech.id == self.unwanted]
        self.engine.put(one for one in entries if one.speech.id != self.unwanted)

    def commit(self) -> list[Refusal]:
        self.engine.commit()
        refused, self.refused = getattr(self, "refused", []), []
        return [Refusal(one, "it is too long") for one in refused]


def test_a_refused_speech_is_a_reject_until_it_is_taken(tmp_path: Path) -> None:
    from conftest import SAMPLES, take_in

    archive = tmp_path / "archive"
    take_in(archive, next(path for path in sorted(SAMPLES.rglob("*.txt"))))
    settings = Settings(archive=archive)
    with Catalog.open(archive) as catalog:
        unwanted = next(catalog.entries()).speech.id
        before = len(list(catalog.rejects()))
    for attempt in range(2):  # noted once, however often it is refused
        fresh = EmbeddedEngine.open(tmp_path / f"index-{attempt}")
        run_steps(archive, settings, [], Picky(fresh, unwanted))
        fresh.close()
        with Catalog.open(archive) as catalog:
            (reject,) = [one for one, _ in catalog.rejects() if one.reason == "refused"]
            assert (reject.stage, reject.detail) == ("index", "it is too long")
            assert reject.source == next(catalog.entries()).sources[0]
            assert catalog.unindexed("embedded") == [unwanted]
            assert catalog.dumps_with_rejects()
    with open_engine(settings) as engine:
        run_steps(archive, settings, [], engine)
        assert engine.count() >= 1
    with Catalog.open(archive) as catalog:
        assert len(list(catalog.rejects())) == before
        assert catalog.unindexed("embedded") == []


def test_an_archive_keeps_its_id_and_two_have_two(tmp_path: Path) -> None:
    ids = []
    for name in ("a", "b", "a"):
        Writer.open(tmp_path / name, create=True).close()
        with Catalog.open(tmp_path / name) as catalog:
            ids.append(catalog.archive_id())
    assert ids[0] == ids[2] != ids[1]
    assert len(ids[0]) == 16
