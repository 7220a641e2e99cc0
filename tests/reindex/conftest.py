"""Archives to reindex, on each engine, and what may be done to them."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import serially, take_in
from elastic.node import Server
from prose import words

from flows.catalog import Catalog
from flows.catalog.held import Held
from flows.catalog.words import Words
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.index import open_engine
from flows.index.elastic.generations import ElasticBeside, ElasticGenerations
from flows.index.embedded import places as embedded_places
from flows.index.embedded.generations import EmbeddedBeside, EmbeddedGenerations
from flows.index.generations import Generations, generations
from flows.index.query import parse
from flows.lock import hold
from flows.plan import make_plan
from flows.progress import Progress
from flows.rebuild import Reindexed, rebuild
from flows.settings import Settings
from flows.steps import catch_up, steps

DUMPS = 6


EVERYTHING = parse("*", simplify=str)


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


@pytest.fixture
def embedded(base: Path, tmp_path: Path) -> Archive:
    shutil.copytree(base / "archive", tmp_path / "archive")
    return Archive(Settings(archive=tmp_path / "archive"), (base / "dumps", base / "dumps"))


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
