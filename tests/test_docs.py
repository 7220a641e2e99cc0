"""What the documents promise is what there is: commands, settings, output, and both languages in step."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ROOT

from flows import __version__
from flows.cli import build_parser, main
from flows.report import Report, show
from flows.settings import PREFIX, Settings

README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")
COMMANDS = next(
    action.choices for action in build_parser()._actions if isinstance(getattr(action, "choices", None), dict)
)


@pytest.mark.parametrize("text", [README, CHINESE], ids=["English", "Chinese"])
def test_every_command_and_setting_is_in_the_readme(text: str) -> None:
    for command in COMMANDS:
        assert f"`jianghua {command}" in text, command
    for field in fields(Settings):
        assert f"`{PREFIX}{field.name.upper()}`" in text, field.name
    told = set(re.findall(rf"`{PREFIX}(\w+)`", text))
    assert told == {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_its_help(name: str) -> None:
    for action in COMMANDS[name]._actions:
        assert action.help, action.dest


def test_both_languages_are_in_step() -> None:
    def shape(text: str) -> list[str]:
        lines = text.splitlines()
        return [re.match(r"(#+|\||```)", line).group(1) for line in lines if re.match(r"#|\||```", line)]

    assert shape(README) == shape(CHINESE)
    assert (
        re.findall(r"```console\n.*?```", README, re.S)[0]
        == re.findall(r"```console\n.*?```", CHINESE, re.S)[0]
    )
    numbers = re.compile(r"\d+(?:\.\d+)?(?= ?%| s\b| MB\b|\b)")
    tables = [[line for line in t.splitlines() if line.startswith("|")] for t in (README, CHINESE)]
    assert [numbers.findall(line) for line in tables[0]] == [numbers.findall(line) for line in tables[1]]


def test_the_first_screen_is_what_the_demo_prints(samples_report: tuple[Path, Report]) -> None:
    archive, report = samples_report
    screen = re.search(r"```console\n\$ make demo\n(.*?)```", README, re.S)
    assert screen
    told, _, found = screen[1].partition("\n\n")
    but_time = [line for line in told.splitlines() if not line.startswith("time")]
    assert but_time[:-1] == [line for line in show(report).splitlines() if not line.startswith("time")]
    command, _, found = found.partition("\n")
    assert command.replace(".venv/bin", "$(BIN)") in (ROOT / "Makefile").read_text("utf-8")
    query = re.search(r"search '(.*?)' ", command)
    assert query
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["search", query[1], "--archive", str(archive)]) == 0
    assert found == out.getvalue()


def test_ci_runs_what_the_readme_says() -> None:
    assert "$ make test" in README
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "exec make test"


def test_the_version_is_told_once() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert f"## {__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")
