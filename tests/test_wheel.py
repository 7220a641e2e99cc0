"""The wheel carries its data and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the project's own backend and unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_it_carries_data_mappings_and_schema(unpacked: Path) -> None:
    packed = {str(p.relative_to(unpacked)) for p in unpacked.rglob("*") if p.is_file()}
    for folder, inside in (("data/reference", "reference"), ("mappings", "mappings")):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"flows/_resources/{inside}/{file.relative_to(ROOT / folder)}" in packed
    assert "flows/catalog/schema/001.sql" in packed
    assert not [p for p in packed if p.startswith("tests") or "samples" in p]


def test_it_works_away_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import flows, sys\n"
        "from flows import steps, coordinator, plan, progress, settings\n"
        "from flows.catalog.writer import Writer\n"
        "from pathlib import Path\n"
        f"assert flows.__file__.startswith({str(unpacked)!r}), flows.__file__\n"
        "with Writer.open(Path('archive'), create=True) as catalog:\n"
        f"    todo = plan.make_plan([{str(SAMPLES)!r}], catalog)\n"
        "    options = settings.Settings(archive=Path('archive').absolute())\n"
        "    here = progress.Progress(quiet=True)\n"
        "    run = coordinator.Run(options, catalog, here, steps.in_process)\n"
        "    steps.steps(run, todo)\n"
        "from flows.cli import main\n"
        "sys.exit(main(['search', '招商引资 地区:丹东市']))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 speech\n"), done.stdout
