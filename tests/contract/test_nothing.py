"""What is said of a query that finds nothing: the same on every engine, and true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.index.engine import Engine
from flows.index.nothing import advice
from flows.index.query import parse

from . import plain
from .entries import ENTRIES

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases/query/nothing.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_says_why_nothing_is_found(filled: Engine, case: dict[str, Any]) -> None:
    query = parse(case["input"])
    assert filled.search(query, limit=0).total == 0
    said = advice(filled, query)
    assert said == case["expected"]
    for line in said:
        if line.startswith("no speech has "):
            assert not plain.search(ENTRIES, parse(line.removeprefix("no speech has ")), variants=True)


def test_an_index_without_speeches_says_so(empty: Engine) -> None:
    empty.put(ENTRIES[:1])
    empty.remove([ENTRIES[0].speech.id])
    empty.commit()
    (line,) = advice(empty, parse("招商引资"))
    assert "no speeches yet" in line and "jianghua ingest" in line
