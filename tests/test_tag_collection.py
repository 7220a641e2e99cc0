"""Pages that hold several speeches are tagged with nothing that only one of them says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from flows.records import Region, Speech
from flows.tag import SEVERAL, tag
from flows.tag.collection import is_collection

CASES = json.loads((Path(__file__).parent / "cases/tag-collection/cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    speech = Speech(id="a", pages=("a",), title="", text=case["text"])
    assert is_collection(speech) == case["several"], case["why"]
    tagged = tag(speech)
    reasons = {tagged.level_tag.unknown, tagged.region_tag.unknown, tagged.date_tag.unknown}
    assert (SEVERAL in reasons) == case["several"]
    if case["several"]:
        assert reasons == {SEVERAL}
        assert (tagged.level, tagged.region, tagged.speech_date) == (None, Region(), None)


def test_it_is_told_in_linear_time() -> None:
    began = time.process_time()
    for line in ("篇" * 80, "讲话" * 38 + "篇1", "第一篇" + "讲话" * 35, "（" * 70 + "篇1讲话"):
        is_collection(Speech(id="a", pages=("a",), text=(line + "\n") * 5000))
    assert time.process_time() - began < 10
