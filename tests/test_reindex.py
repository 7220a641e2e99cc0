"""A new index beside the one in use: searches never miss a beat, nothing is lost wherever it is killed."""

from __future__ import annotations

import json
import random
import shutil
import signal
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import serially, take_in
from contract.entries import ENTRIES
from elastic.node import Server
from prose import words
from test_crash import die_at, in_child

from flows import rebuild as rebuilding
from flows.catalog import FILE, Catalog
from flows.catalog.held import Held
from flows.catalog.words import Words
from flows.catalog.writer import Writer
from flows.cli import main
from flows.coordinator import Run
from flows.errors import JianghuaError
from flows.index import open_engine
from flows.index.document import document
from flows.index.elastic import bulk as elastic_bulk
from flows.index.elastic.generations import ElasticBeside, ElasticGenerations
from flows.index.embedded import places as embedded_places
from flows.index.embedded.generations import EmbeddedBeside, EmbeddedGenerations
from flows.index.engine import IndexUnusable, Refusal
from flows.index.generations import Generations, generations
from flows.index.query import And, parse
from flows.lock import hold
from flows.plan import make_plan
from flows.progress import Progress
from flows.rebuild import Reindexed, rebuild
from flows.records import Entry
from flows.settings import Settings
from flows.steps import catch_up, steps

EVERYTHING = parse("*", simplify=str)
DUMPS = 6


@pytest.fixture(params=["embedded", "elasticsearch"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of an archive that is to be made, on each engine."""
    archive = tmp_path / "archive"
    if request.param == "embedded":
        return Settings(archive=archive)
    server: Server = request.getfixturevalue("elasticsearch")
    alias = request.getfixturevalue("prefix") + "speeches"
    return Settings(
        archive=archive,
        engine="elasticsearch",
        elasticsearch_url=server.url,
        elasticsearch_alias=alias,
    )


def thing(number: int) -> str:
    """What the dump of this number alone speaks of."""
    return f"第{number}号水库工程"


def write_dump(folder: Path, number: int) -> None:
    """A speech of its own words, and of a thing that is in no other."""
    own = "，".join(random.Random(number).sample(words(), 40))
    text = f"在第{number}次水利会议上的讲话\n同志们：\n今年要修好{thing(number)}，确保汛期之前完工。{own}。"
    (folder / f"{number}.txt").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of DUMPS dumps, and the archive of them."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "dumps").mkdir()
    for number in range(DUMPS):
        write_dump(folder / "dumps", number)
    take_in(folder / "archive", folder / "dumps")
    return folder


@dataclass
class Archive:
    """An archive, and what may be done to it."""

    settings: Settings
    dumps: tuple[Path, Path]

    def add(self, number: int) -> None:
        """One speech more."""
        write_dump(self.dumps[1], number)
        self.ingest()

    def ingest(self) -> None:
        with hold(self.settings.archive), Writer.open(self.settings.archive) as catalog:
            todo = make_plan([str(path) for path in self.dumps], catalog)
            run = Run(self.settings, catalog, Progress(quiet=True), serially)
            with run.reported(lambda: todo):
                steps(run, todo)

    def reindex(self, rollback: bool = False) -> Reindexed:
        with hold(self.settings.archive), Held.open(self.settings.archive) as catalog:
            return rebuild(self.settings, catalog, Progress(quiet=True), rollback)

    def drop(self, speech: str) -> None:
        """As a person who wants a speech to be forgotten does it."""
        with hold(self.settings.archive), Words.open(self.settings.archive) as catalog:
            run = Run(self.settings, catalog, Progress(quiet=True), serially)
            catalog.forget_speech(speech)
            catch_up(run)

    def total(self, query: str = "*") -> int:
        with open_engine(self.settings) as engine:
            return engine.search(parse(query, simplify=str), variants=True).total

    def indices(self) -> Generations:
        with Catalog.open(self.settings.archive) as catalog:
            return generations(self.settings, catalog.archive_id())

    def names(self) -> tuple[str | None, str | None]:
        """Of the index in use and the one before."""
        indices = self.indices()
        try:
            return indices.in_use, indices.previous
        finally:
            indices.close()

    def all_names(self) -> set[str]:
        """Of all indices that there are."""
        if self.settings.engine == "embedded":
            return {path.name for path in (self.settings.archive / "index").iterdir() if path.is_dir()}
        alias = self.settings.elasticsearch_alias
        with Server(self.settings.elasticsearch_url).client() as client:
            return set(client.indices.get(index=f"{alias}-v*").keys())

    def told(self) -> dict[str, tuple[int, int]]:
        """Of each speech the revision it has, and the one that the engine has confirmed."""
        with Catalog.open(self.settings.archive) as catalog:
            rows = catalog.db.execute(
                "SELECT s.id, s.revision, i.revision FROM speeches s LEFT JOIN indexed i"
                " ON i.speech = s.id AND i.engine = ?",
                (self.settings.engine,),
            )
            return {speech: (now, confirmed) for speech, now, confirmed in rows}

    def held(self) -> set[str]:
        """What the index in use holds, as the index itself says."""
        with open_engine(self.settings) as engine:
            hits = engine.search(EVERYTHING, limit=1000, variants=True, sort="date").hits
            assert engine.count() == len(hits)
        return {hit.id for hit in hits}

    def sound(self, *more: int, less: int = -1) -> None:
        """All of the catalog is in the index in use, each once, and the catalog knows it."""
        told = self.told()
        assert self.held() == set(told)
        assert all(now == confirmed for now, confirmed in told.values()), told
        numbers = [number for number in (*range(DUMPS), *more) if number != less]
        assert len(told) == len(numbers)
        assert [self.total(f'"{thing(number)}"') for number in numbers] == [1] * len(numbers)
        with Catalog.open(self.settings.archive) as catalog:
            assert not catalog.unfinished(self.settings.engine)

    def first(self) -> str:
        """The id of the speech of the first dump."""
        with open_engine(self.settings) as engine:
            (hit,) = engine.search(parse(f'"{thing(0)}"', simplify=str)).hits
        return hit.id


@pytest.fixture
def archive(settings: Settings, base: Path, tmp_path: Path) -> Archive:
    """An archive of DUMPS speeches, in an index."""
    shutil.copytree(base / "archive", settings.archive)
    (tmp_path / "more").mkdir()
    made = Archive(settings, (base / "dumps", tmp_path / "more"))
    if settings.engine != "embedded":
        made.ingest()
    return made


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
    shown = rebuilding.show(report)
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


STEPS = [
    ("commit", True),
    ("differences", False),
    ("doubt", True),
    ("exchange", True),
    ("swap", True),
    ("trust", True),
]
"""In order; True: the kill comes after it."""


def owner(archive: Archive, step: str) -> tuple[Any, str]:
    """The class or module that does a step, and what it calls it."""
    embedded = archive.settings.engine == "embedded"
    if step in ("doubt", "trust", "put_refused"):
        return Held, step
    if step in ("build", "reopen", "swap", "clean"):
        return (EmbeddedGenerations if embedded else ElasticGenerations), step
    if step == "exchange":  # the one thing that readers notice
        return (embedded_places, "write") if embedded else (ElasticGenerations, "_exchange")
    return (EmbeddedBeside if embedded else ElasticBeside), step


def kill(archive: Archive, step: str, after: bool, rollback: bool) -> None:
    """A reindex, killed at a step."""

    def work() -> None:
        die_at(*owner(archive, step), after)
        archive.reindex(rollback)

    assert in_child(work) == -signal.SIGKILL


@pytest.mark.parametrize(("step", "after"), STEPS, ids=lambda x: x if isinstance(x, str) else "")
def test_killed_in_a_reindex(archive: Archive, step: str, after: bool) -> None:
    """Search goes on, an ingest after it finds its way, and the next reindex leaves two indices."""
    kill(archive, step, after, rollback=False)
    assert archive.total() == DUMPS
    archive.add(6)
    archive.sound(6)
    archive.reindex()
    archive.sound(6)
    assert archive.all_names() == {name for name in archive.names() if name}


@pytest.mark.parametrize(
    ("step", "after"),
    [("commit", True), ("doubt", True), ("exchange", True)],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_killed_in_a_rollback(archive: Archive, step: str, after: bool) -> None:
    archive.reindex()
    archive.drop(archive.first())
    archive.add(6)
    kill(archive, step, after, rollback=True)
    assert archive.total() == DUMPS
    archive.add(7)
    archive.sound(6, 7, less=0)
    archive.reindex(rollback=True)
    archive.sound(6, 7, less=0)
    assert archive.all_names() == set(archive.names())


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


@pytest.mark.parametrize("field", ["truncated", "text", "revision"])
def test_an_index_that_is_not_as_the_catalog_says_is_not_put_in_use(
    archive: Archive, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field goes wrong on the way into the new index."""
    value: dict[str, Any] = {"truncated": True, "text": "别的话", "revision": 9999}

    def spoiled(entry: Entry) -> dict[str, Any]:
        return document(entry) | {field: value[field]}

    def sent(speech: str, revision: int, source: bytes) -> elastic_bulk.Operation:
        wrong = json.loads(source) | {field: value[field]}
        if field == "text":  # what is shown stays right, what is searched is not
            wrong = json.loads(source) | {"exact": {"title": "", "text": "别 的 话"}}
        return index(speech, revision, json.dumps(wrong).encode())

    index = elastic_bulk.index
    first = archive.names()
    with monkeypatch.context() as patch:
        if archive.settings.engine == "embedded":
            patch.setattr("flows.index.embedded.engine.document", spoiled)
        else:
            patch.setattr(elastic_bulk, "index", sent)
        with pytest.raises(JianghuaError, match="is not as the catalog says"):
            archive.reindex()
    assert archive.names() == first
    assert len(archive.all_names()) == 1
    archive.sound()


def test_every_kind_of_value_compares(settings: Settings) -> None:
    """Ranges, open dates, surrogates, empty texts: what is as it should be is never called wrong."""
    with closing(generations(settings, "mine")) as indices, closing(indices.build()) as index:
        index.put(ENTRIES)
        assert not index.commit()
        assert list(index.differences(ENTRIES)) == []
        assert sorted(index.held()) == sorted((one.speech.id, one.revision) for one in ENTRIES)
        for one in ENTRIES:
            conditions = [*rebuilding.values(one), *rebuilding.phrases(one)]
            assert index.search(And(tuple(conditions)), variants=True).total == 1, conditions


def test_fewer_than_there_should_be_are_not_put_in_use(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _ = owner(archive, "count")
    monkeypatch.setattr(kind, "count", lambda self: DUMPS - 1)
    with pytest.raises(JianghuaError, match=r"not as the catalog says \(5 speeches in place of 6\)"):
        archive.reindex()


def test_what_the_new_index_refuses_becomes_a_reject(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _ = owner(archive, "commit")
    gone, commit = archive.first(), kind.commit

    def refusing(self: Any) -> list[Refusal]:
        refused = [Refusal(gone, "it is too long") for one in self.seen if one.speech.id == gone]
        self.seen = []
        self.remove([one.id for one in refused])
        commit(self)
        return refused

    def put(self: Any, entries: Any, real: Any = kind.put) -> None:
        self.seen = list(entries)
        real(self, self.seen)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "seen", [], raising=False)
        patch.setattr(kind, "put", put)
        patch.setattr(kind, "commit", refusing)
        report = archive.reindex()
    assert report.rejects == {"refused": 1}
    assert gone not in archive.held()
    with Catalog.open(archive.settings.archive) as catalog:
        (reject,) = [one for one, _ in catalog.rejects()]
        assert (reject.stage, reject.detail) == ("index", "it is too long")
        assert catalog.unindexed(archive.settings.engine) == [gone]
    assert archive.reindex().rejects == {}
    archive.sound()


@pytest.fixture
def on_node(elasticsearch: Server, prefix: str, base: Path, tmp_path: Path) -> Archive:
    """An archive whose alias leads to an index of another archive's, held by that one's aliases."""
    settings = Settings(
        archive=tmp_path / "archive",
        engine="elasticsearch",
        elasticsearch_url=elasticsearch.url,
        elasticsearch_alias=f"{prefix}speeches",
    )
    shutil.copytree(base / "archive", tmp_path / "other")
    other = Archive(replace(settings, archive=tmp_path / "other"), (base / "dumps", base / "dumps"))
    other.ingest()
    shutil.copytree(base / "archive", settings.archive)
    with Writer.open(settings.archive) as catalog:
        catalog.db.execute("DELETE FROM meta WHERE key = 'archive'")
    return Archive(settings, (base / "dumps", base / "dumps"))


def test_the_index_of_another_archive_is_not_touched(on_node: Archive) -> None:
    before = on_node.all_names()
    for rollback in (False, True):
        with pytest.raises(IndexUnusable, match=r"of another archive; .*_ALIAS and run: jianghua reindex"):
            on_node.reindex(rollback)
    with pytest.raises(IndexUnusable, match="of another archive"):
        on_node.ingest()
    assert on_node.all_names() == before
    alias = f"{on_node.settings.elasticsearch_alias}-of-mine"
    mine = Archive(replace(on_node.settings, elasticsearch_alias=alias), on_node.dumps)
    mine.reindex()
    mine.sound()
    other = Archive(replace(on_node.settings, archive=on_node.settings.archive.parent / "other"), mine.dumps)
    other.reindex()
    other.reindex()
    mine.sound()
    other.sound()


def test_an_index_with_a_name_of_a_persons_own_is_kept(on_node: Archive) -> None:
    other = Archive(
        replace(on_node.settings, archive=on_node.settings.archive.parent / "other"), on_node.dumps
    )
    first, _ = other.names()
    assert first
    with Server(other.settings.elasticsearch_url).client() as client:
        client.indices.put_alias(index=first, name=f"{other.settings.elasticsearch_alias}-of-may")
    second = other.reindex().in_use
    third = other.reindex().in_use
    assert other.all_names() == {first, second, third}
    other.sound()


@pytest.fixture
def embedded(base: Path, tmp_path: Path) -> Archive:
    shutil.copytree(base / "archive", tmp_path / "archive")
    return Archive(Settings(archive=tmp_path / "archive"), (base / "dumps", base / "dumps"))


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
