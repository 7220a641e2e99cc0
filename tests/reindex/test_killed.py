"""A reindex killed at each step: search goes on, and the next run finds its way."""

from __future__ import annotations

import signal

import pytest
from test_crash import die_at, in_child

from .conftest import DUMPS, Archive, owner

STEPS = [
    ("commit", True),
    ("differences", False),
    ("doubt", True),
    ("exchange", True),
    ("swap", True),
    ("trust", True),
]
"""In order; True: the kill comes after it."""


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
