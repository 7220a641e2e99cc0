"""The tags are as right as they were: figures against the pinned floors, which only rise."""

from __future__ import annotations

from pathlib import Path

import pytest
from gate import floors, measure
from gate.__main__ import main
from gate.floors import Figures, Pinned

HIGH = {"set": {"level.right": 0.98}}
LOW = {"set": {"level.right": 0.95}}


def test_texts_of_the_project_hold_their_floors() -> None:
    data, figures = measure.of_own()
    pinned = floors.load()["own"]
    assert not floors.fallen(pinned, figures)
    assert data == pinned.data, "samples or cases have changed: python -m tests.gate --update"


def test_labelled_texts_hold_their_floors() -> None:
    if not (measure.SHARED / "corpora").is_dir():
        pytest.skip("the labelled texts are not beside the checkout")
    data, figures = measure.of_shared()
    pinned = floors.load()["shared"]
    if data != pinned.data:
        pytest.skip("the texts beside the checkout are not those the floors were pinned on")
    assert not floors.fallen(pinned, figures)


def test_no_floor_is_beyond_what_can_be() -> None:
    rates = [f for p in floors.load().values() for rates in p.floors.values() for f in rates.values()]
    assert rates and all(0 <= floor <= 1 for floor in rates)


def test_a_figure_below_its_floor_is_told_with_how_far() -> None:
    (said,) = floors.fallen(Pinned("", HIGH), LOW)
    assert said == "set level.right: 0.9500, 0.0300 below its floor of 0.9800"


@pytest.mark.parametrize("measured", [{}, {"set": {}}, {"set": {"region.right": 1.0}}])
def test_what_is_no_longer_measured_has_fallen(measured: Figures) -> None:
    assert "not measured" in floors.fallen(Pinned("", HIGH), measured)[0]


def test_update_raises_and_never_lowers() -> None:
    risen = floors.raised(Pinned("", LOW), "new", HIGH)
    assert risen == Pinned("new", {"set": {"level.right": 0.975}})
    assert floors.raised(risen, "new", {"set": {"level.right": 0.976}}).floors == risen.floors
    with pytest.raises(ValueError, match=r"0\.0250 below its floor"):
        floors.raised(risen, "new", LOW)


class Command:
    """``python -m tests.gate`` on its own file of floors, with figures given in place of a measurement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.patch, self.file = monkeypatch, tmp_path / "floors.json"
        monkeypatch.setattr(measure, "SHARED", tmp_path / "not there")

    def __call__(self, figures: Figures, *arguments: str, data: str = "data") -> int:
        self.patch.setattr(measure, "of_own", lambda: (data, figures))
        return main(["--floors", str(self.file), *arguments])


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    return Command(monkeypatch, tmp_path)


def test_the_command_refuses_to_lower_a_floor(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(HIGH, "--update") == 0
    pinned = command.file.read_bytes()
    assert command(LOW, "--update") == 1
    assert command.file.read_bytes() == pinned
    assert "own: set level.right: 0.9500, 0.0250 below its floor of 0.9750" in capsys.readouterr().out


def test_the_command_refuses_it_on_other_data_too(command: Command) -> None:
    command(HIGH, "--update")
    assert command(LOW, "--update", data="other") == 1
    assert command(HIGH, data="other") == 1
    assert command(HIGH, "--update", data="other") == 0
    assert floors.load(command.file)["own"].data == "other"


def test_the_command_leaves_floors_of_missing_data(command: Command) -> None:
    floors.save({"shared": Pinned("far", HIGH)}, command.file)
    assert command(LOW, "--update") == 0
    assert floors.load(command.file)["shared"] == Pinned("far", HIGH)
