"""The five real documents, alone and among 602 real reports, where these texts lie beside the checkout."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import SHARED, export_bytes, exported, take_in
from test_cli import JIANGHUA, processes_of, start_ingest

from flows.records import Source

SEEDS, REPORTS = SHARED / "seeds", SHARED / "corpora" / "reports"
pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"the real documents are not beside the checkout ({SEEDS})"
)
DOCUMENTS = sorted(SEEDS.glob("*.txt"))


def score(archive: Path, work: Path) -> str:
    """The last line of the check's own verdict, and what failed before it."""
    check = [sys.executable, SHARED / "checks" / "check.py"]
    subprocess.run([*check, "make", "seeds", SEEDS, work / "seeds"], check=True, capture_output=True)
    lines = (json.dumps(s, ensure_ascii=False) for s in exported(archive))
    (work / "export.jsonl").write_text("\n".join(lines), "utf-8")
    verdict = [*check, "score", "seeds", work / "seeds.labels.json", work / "export.jsonl"]
    return subprocess.run(verdict, capture_output=True, text=True, check=False).stdout


def less_file_names(archive: Path) -> list[dict[str, object]]:
    """The export less what a renamed file changes."""
    speeches = json.loads(export_bytes(archive))
    for speech in speeches:
        for source in speech["sources"]:
            source["file"] = Source(file="").file
    return speeches


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("seeds") / "archive"
    take_in(archive, *DOCUMENTS)
    return archive


@pytest.fixture(scope="module")
def among(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("among") / "archive"
    take_in(archive, *DOCUMENTS, REPORTS)
    return archive


def test_every_statement_holds(alone: Path, tmp_path: Path) -> None:
    assert '"failed": 0' in score(alone, tmp_path), score(alone, tmp_path)


def test_every_statement_holds_among_the_reports(among: Path, tmp_path: Path) -> None:
    assert '"failed": 0' in score(among, tmp_path), score(among, tmp_path)


def test_other_speeches_change_nothing_for_them(alone: Path, among: Path) -> None:
    mine = json.loads(export_bytes(alone))
    ids = {s["id"] for s in mine}
    assert [s for s in json.loads(export_bytes(among)) if s["id"] in ids] == mine


def test_renamed_one_by_one_in_reverse_order(alone: Path, tmp_path: Path) -> None:
    for number, document in enumerate(reversed(DOCUMENTS)):
        copy = tmp_path / f"文件 {number}.txt"
        copy.write_bytes(document.read_bytes())
        take_in(tmp_path / "archive", copy)
    assert less_file_names(tmp_path / "archive") == less_file_names(alone)


def test_killed_among_the_reports_and_run_again(among: Path, tmp_path: Path) -> None:
    """kill -9 in the middle of the real command, then the same command: as if never killed."""
    source = tmp_path / "dumps"
    source.mkdir()
    for file in [*DOCUMENTS, *REPORTS.iterdir()]:
        (source / file.name).symlink_to(file)
    process = start_ingest(tmp_path, source)
    time.sleep(random.Random(11).uniform(5, 15))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 15
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_of(tmp_path) == []
    subprocess.run([JIANGHUA, "ingest", source], cwd=tmp_path, check=True, capture_output=True)
    assert less_file_names(tmp_path / "archive") == less_file_names(among)
