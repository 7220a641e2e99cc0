"""What many tests share: archives made by the real flow, and a way to run its steps in this process."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows import export
from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Job, Run
from flows.plan import make_plan
from flows.progress import Progress
from flows.records import Reject
from flows.report import Report
from flows.settings import Settings

pytest_plugins = ["elastic.plugin", "department.postgres"]
collect_ignore = ["fuzz"]
"""The fuzzing harness needs atheris, which the project does not install."""
ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"
SHARED = ROOT.parent / "shared"
LONG = (
    "department",
    "cli",
    "schedule",
    "real_documents",
    "killed",
    "docs",
    "flow",
    "crash",
)
"""Files of tests that take longest, or wait most: begun first, so that no process is left alone with one."""

for name in [n for n in os.environ if n.startswith(("PREFECT_", "JIANGHUA_"))]:
    if not name.startswith("JIANGHUA_TEST_"):  # which say what to test against
        del os.environ[name]  # a person's own settings must not change what the tests see
os.environ |= {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {f"test_{name}": rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def serially(
    work: str, jobs: Sequence[Job], workers: int
) -> Generator[tuple[Job, dict[str, float]], None, None]:
    """A FanOut that does the jobs here, one after the other: the steps without their processes."""
    from flows.steps import in_process

    yield from in_process(work, jobs, workers)


def take_in(archive: Path, *paths: Path) -> Report:
    """An ingest's own steps in this process, without Prefect's."""
    from flows.steps import steps

    with Writer.open(archive, create=True) as catalog:
        todo = make_plan([str(p) for p in paths], catalog)
        run = Run(Settings(archive=archive), catalog, Progress(quiet=True), serially)
        with run.reported(lambda: todo):
            steps(run, todo)
    return run.report


def exported(archive: Path) -> list[dict[str, Any]]:
    """The export of an archive, parsed."""
    out = io.BytesIO()
    with Catalog.open(archive) as catalog:
        export.write(catalog.entries(), "jsonl", out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def export_bytes(archive: Path) -> bytes:
    """The export of an archive less what names its runs: equal for equal archives."""
    return json.dumps(
        [{k: v for k, v in s.items() if k != "run"} for s in exported(archive)], ensure_ascii=False
    ).encode()


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """Prefect's own test harness, once: its server takes seconds to start."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def samples_report(prefect: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The samples, taken in by the real flow: archive folder and report."""
    from flows.ingest import ingest

    archive = tmp_path_factory.mktemp("samples") / "archive"
    report = ingest([str(SAMPLES)], str(archive), workers=2, quiet=True)
    return archive, report


@pytest.fixture(scope="session")
def samples_archive(samples_report: tuple[Path, Report]) -> Path:
    return samples_report[0]


@pytest.fixture(scope="session")
def samples_export(samples_archive: Path) -> list[dict[str, Any]]:
    return exported(samples_archive)


@pytest.fixture(scope="session")
def samples_rejects(samples_archive: Path) -> list[Reject]:
    with Catalog.open(samples_archive) as catalog:
        return [reject for reject, _ in catalog.rejects()]


@pytest.fixture(scope="session")
def samples_search(samples_archive: Path) -> Callable[[str], list[dict[str, Any]]]:
    from flows.index import open_engine, parse, results

    def search(text: str) -> list[dict[str, Any]]:
        query = parse(text)
        with Catalog.open(samples_archive) as catalog, open_engine(Settings(archive=samples_archive)) as e:
            answer = e.search(query, limit=100)
            found = catalog.entries(hit.id for hit in answer.hits)
            return [results.as_json(results.result(entry, query, 1.0)) for entry in found]

    return search
