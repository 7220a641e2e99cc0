"""The date of a speech: cases by label, the laws that hold for any text, and bad input."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.records import Speech
from flows.tag.date import find_date

CASES = [
    case
    for name in ("real-shaped", "negative")
    for case in json.loads((Path(__file__).parent / f"cases/tag-date/{name}.json").read_text("utf-8"))
]
SHAPES = {"year": 4, "month": 7, "day": 10}


def speech(text: str, title: str = "", published: str | None = None) -> Speech:
    return Speech(id="a", pages=("a",), title=title, text=text, published=published)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    found, tag = find_date(speech(**case["input"]))
    expected = case["expected"]
    if "unknown" in expected:
        assert found is None and tag.unknown == expected["unknown"]
        return
    value = found.value if found else None
    assert "not_value" not in expected or value != expected["not_value"]
    assert "not_year" not in expected or (value or "")[:4] != expected["not_year"]
    assert "not_precision" not in expected or not found or found.precision not in expected["not_precision"]
    seen = {
        "value": value,
        "precision": found and found.precision,
        "from": found and found.start,
        "to": found and found.end,
    }
    assert {key: seen[key] for key in expected if key in seen} == {
        key: expected[key] for key in expected if key in seen
    }


PIECES = st.sampled_from(
    [
        "同志们：",
        "——2011年11月15日在青禾县大会上\n",
        "今天是春节后上班第一天。",
        "2016年工作回顾",
        "\n二、2017年工作安排\n",
        "今年是“十二五”开局之年。",
        "党的十七大将于今年10月15日召开。",
        "十八届三中、四中全会精神",
        "前七个月完成投资20亿元。",
        "从目前到年末仅有3个月",
        "庆祝新中国成立70周年",
        "科学发展观",
        "到2020年",
        "9999年99月99日",
        "“五五”普法",
        "今天是13月40日",
        "二〇",
        "？",
        "(",
    ]
)


@given(
    st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join),
    st.sampled_from([None, "2013-05-01", "x"]),
)
def test_laws(text: str, published: str | None) -> None:
    given_speech = speech(text, "2012年讲话" if "？" in text else "", published)
    found, tag = find_date(given_speech)
    assert find_date(given_speech) == (found, tag)
    if found is None:
        assert tag.unknown and not tag.evidence
        return
    assert tag.evidence and not tag.unknown and 0 < tag.confidence <= 1
    for piece in tag.evidence:
        field = getattr(given_speech, piece.field)
        assert field[piece.start : piece.end] in piece.sentence and piece.sentence in field
        assert piece.end >= piece.start + 2
    start, end = (
        found.start and date.fromisoformat(found.start),
        found.end and date.fromisoformat(found.end),
    )
    assert start or end
    assert not (start and end) or start <= end
    if found.precision == "range":
        assert found.value is None
    else:
        assert found.value and len(found.value) == SHAPES[found.precision]
        assert found.start and found.start.startswith(found.value)
        assert found.end and found.end.startswith(found.value)


def test_the_day_of_upload_closes_a_range() -> None:
    text = "同志们：要推进乡村振兴，要坚持高质量发展。"
    late, early = find_date(speech(text))[0], find_date(speech(text, published="2019-03-01"))[0]
    assert late and early and late.end and early.end == "2019-03-01" < late.end


def test_a_conflict_lowers_confidence() -> None:
    sound = "——2011年11月15日在青禾县大会上\n同志们：今年是“十二五”规划的开局之年。"
    torn = sound.replace("2011", "2016")
    assert find_date(speech(torn))[1].confidence < find_date(speech(sound))[1].confidence


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "?",
        "一、",
        "年",
        "2011年",
        "“十二五",
        "二〇",
        "今天",
        "到",
        "三中、",
        "今年是",
        "迎接",
        "1-7月",
        "\n",
        "会",
        "春节后",
        "百周年",
        "——2011年1月1日在",
        "离党的十八大在在在在在在在还有三天",
        "还有",
        "离年底只有三月",
        "再过三天",
        "党的十八大倒计时",
        "过去三天",
        "上半年",
        "截至1月底",
        "今天是1月1日",
        "改革开放40年",
        "第2个教师节",
        "国庆节",
        "党的十八大",
        "刚刚闭幕的十八届三中全会",
        "今年2016年",
        "建党100周年",
        "今天是元宵节",
        "2015年是今年",
        "到2015年增加到2016年5",
        "\n2018年主要工作",
        "即将过去的2015年",
        "2009年正月初八",
        "“十三五”完成",
    ],
)
def test_time_is_linear(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    begin = time.perf_counter()
    find_date(speech(text, title=text[:2000]))
    assert time.perf_counter() - begin < 5
