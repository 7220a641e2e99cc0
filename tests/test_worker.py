"""A fault of the program's own costs one page or one tag, never a run, and is told."""

from __future__ import annotations

from pathlib import Path

import generated_site
import pytest
from conftest import exported, take_in

from flows import steps

TEXT = "在全县项目推进会上的讲话\n同志们：\n{}\n谢谢大家！\n"


def broken(*_: object) -> object:
    raise KeyError("a word that is not in the table")


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    folder = tmp_path / "dumps"
    folder.mkdir()
    for number, words in enumerate(("今天我们召开全县项目推进会。", "安全生产责任重于泰山。")):
        (folder / f"{number}.txt").write_text(TEXT.format(words), "utf-8")
    return folder


def test_a_page_stage_that_fails_rejects_the_page(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PAGE_STAGES", (("extract", broken),))
    report = take_in(tmp_path / "archive", dumps)
    assert report.rejects == {"failed": 2}
    assert report.status == "done"


@pytest.mark.parametrize("stage", ["drop_site_lines", "stitch", "tag"])
def test_a_speech_stage_that_fails_keeps_the_text(
    stage: str, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, stage, broken)
    taken = dumps if stage != "drop_site_lines" else generated_site.write_site(tmp_path / "site", 8)
    report = take_in(tmp_path / "archive", *([taken] if isinstance(taken, Path) else taken))
    speeches = exported(tmp_path / "archive")
    name = {"drop_site_lines": "clean"}.get(stage, stage)
    assert report.faults == {f"{name}: KeyError: 'a word that is not in the table'": len(speeches)}
    assert len(speeches) >= 2 and all("同志们" in s["text"] for s in speeches)
    if stage == "tag":
        assert {s["unknown"]["level"] for s in speeches} == {"a fault of the program"}
