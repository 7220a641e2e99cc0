"""The webhook: told of a failed run, and never a reason for a run to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from department.chat import Heard, chat

from flows import notify
from flows.errors import ArchiveBusy


@pytest.fixture
def listener() -> Iterator[tuple[str, Heard]]:
    with chat() as found:
        yield found


def test_a_failed_run_is_told(listener: tuple[str, Heard]) -> None:
    address, heard = listener
    assert notify.failed(address, "/a", ArchiveBusy("another ingest is at work; wait")) == ""
    assert heard == [{"event": "run-failed", "archive": "/a", "error": "another ingest is at work; wait"}]


def test_an_error_of_the_program_is_named_and_cut(listener: tuple[str, Heard]) -> None:
    address, heard = listener
    notify.failed(address, "/a", ValueError("x" * 10_000))
    assert heard[0]["error"].startswith("ValueError: xxx")
    assert len(heard[0]["error"]) == notify.LONGEST


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://name:secret@127.0.0.1:9/hook", "the webhook at 127.0.0.1:9 was not told: "),
        ("http://[::1", "not told"),
        ("nonsense", "not told"),
        ("http://127.0.0.1:abc/", "not told"),
        ("http://127.0.0.1/a b", "not told"),
    ],
)
def test_what_cannot_be_told_is_said_without_secrets(address: str, why: str) -> None:
    said = notify.failed(address, "/a", OSError("full"))
    assert why in said
    assert "secret" not in said


def test_a_refusal_is_said(listener: tuple[str, Heard]) -> None:
    address, _ = listener
    assert notify.failed(f"{address}/no", "/a", OSError("full")).endswith("it answered 403")


def test_an_answer_that_is_garbage_is_said(listener: tuple[str, Heard]) -> None:
    address, _ = listener
    assert notify.failed(f"{address}/garbage", "/a", OSError("full")).endswith("was not told: BadStatusLine")
