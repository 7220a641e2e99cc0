"""A phrase finds near its words what its pattern finds in the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tag.dates import countdown, counted, events, occasions, plans, progress, scan, seasons, years
from flows.tag.dates.scan import Phrase

MODULES = (countdown, counted, events, occasions, plans, progress, seasons, years)


def _phrases(module: ModuleType) -> Iterator[tuple[str, Phrase]]:
    for name, value in vars(module).items():
        for at, one in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(one, Phrase):
                yield f"{module.__name__.rpartition('.')[2]}{name}{at}", one


PHRASES = dict(pair for module in MODULES for pair in _phrases(module))
PHRASES |= {f"events{at}": one for at, one in enumerate(events._phrases())}
PHRASES |= {rule: one for rule, one, _ in seasons._seasons()}
PHRASES |= {f"holiday{at}": two[0] for at, two in enumerate(seasons._near_holidays())}
PHRASES |= {f"after-holiday{at}": two[1] for at, two in enumerate(seasons._near_holidays())}
PHRASES |= {f"today-holiday{at}": two[2] for at, two in enumerate(seasons._near_holidays())}
PIECES = st.sampled_from(
    [
        "同志们，今天是6月11日，星期一。",
        "离党的十八大开幕只有三天时间，",
        "再过12天，党的十九大就要在北京召开。",
        "2016年剩下的日子满打满算只有五个月",
        "北京奥运会开幕倒计时30天",
        "1—10月，前三季度，上半年，截至2013年10月底完成",
        "国庆节即将到来，春节刚过，刚刚过完春节",
        "今天是春节后上班第一天，节后召开的第一个会议。",
        "十八届三中、四中全会",
        "第25个全国“安全生产月”",
        "今年是改革开放四十周年，改革开放40年来，",
        "“十二五”规划，“五五”普法，十四五规划",
        "2009年“项目建设年”，过去的一年",
        "正值全国“两会”召开，年关将至，新年伊始",
        "党的十八大闭幕才过去10天",
        "十二届全国人大三次会议",
        "今年",
        "。",
        "\U00020000\ud800",
    ]
)


@pytest.mark.parametrize("phrase", PHRASES.values(), ids=PHRASES)
@given(text=st.lists(PIECES | st.text(max_size=6), max_size=9).map("".join))
def test_nothing_is_missed_away_from_the_words(phrase: Phrase, text: str) -> None:
    near = {match.span() for match in phrase.all(text)}
    everywhere = {match.span() for match in re.finditer(phrase.pattern, text)}
    assert bool(near) == bool(everywhere)
    assert all(any(a < d and c < b for c, d in everywhere) for a, b in near)


@given(st.text(st.sampled_from("前后个月一\U00020000\u4e00\u004e\u4e2a"), max_size=30))
def test_places_are_where_the_words_end(text: str) -> None:
    scan.ask(["个月", "一", "前后"])
    found = scan.places(text)
    for word in ("个月", "一", "前后"):
        ends = [at + len(word) for at in range(len(text)) if text.startswith(word, at)]
        assert list(found.get(word, ())) == ends
