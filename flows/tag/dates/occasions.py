"""Clues from events with known days, such as congresses and games: ahead, just over, or this year's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from flows.numerals import number
from flows.tag.dates.clues import FIRST_DAY, Clue, Spans, between, clamp, day, since, years
from flows.tag.dates.events import CONGRESS, OTHER, PLENUM, Mention, meetings, mentions
from flows.tag.dates.scan import phrase
from flows.tag.dates.subject import elsewhen, shift, subject

NEAR = 75
"""Days after its end in which an event is called just over (刚刚闭幕)."""
SETTLING = 240
"""Days after a congress in which a speech may still name only the one before."""
FRESH = 460
"""Days in which the newest plenum is commonly still the newest."""

_VERB = r"(?:召开|举办|举行|开幕|闭幕|开园|开赛)"
_YEAR_OF = re.compile(rf"[”\"]?[^，。；\n精]{{0,6}}{_VERB}?(?:之年|的(?:这|那)?一年|年(?=[，。；]))")
_FIRST_YEAR = re.compile(
    r"(?:精神|(?:战略|决策)?部署|决定)[”\"]?(?:、全面深化改革)?的?(?:关键)?(?:开局|起步|第一|首|头一)(?:之|一)?年"
)
_WILL = re.compile(r"[”\"]?[^，。；\n]{0,6}?(?:将于|将在|将要)")
_SOON = re.compile(
    rf"[”\"]?[^，。；\n精]{{0,4}}(?:即将|就要|马上|很快)|[”\"]?(?:胜利)?{_VERB}(?:在即|前夕|在望|临近)|在即"
)
_SOON_BEFORE = re.compile(
    rf"(?:即将|就要|马上|将要){_VERB}的?[^，。；\n]{{0,6}}$|即将到来的[^，。；\n]{{0,4}}$"
)
_AHEAD = re.compile(r"[^，。；\n精]{0,4}召开(?:之际|之年)")
_AHEAD_BEFORE = re.compile(r"(?:迎接|喜迎|迎来)[^，。；\n]{0,6}$")
_OVER = r"(?:胜利|圆满|成功|隆重|顺利)*(?:闭幕|结束|落幕|落下帷幕|闭会|开完|召开)"
_JUST = re.compile(
    rf"[”\"]?[^，。；\n精]{{0,3}}(?:刚刚?|日前|不久前){_OVER}(?!的)|[”\"]?{_OVER}(?:之后|后)?(?:不久|没多久)"
)
_JUST_BEFORE = re.compile(rf"(?:刚刚?|日前|不久前){_OVER}的?[^，。；\n]{{0,6}}$")
_HELD = re.compile(rf"[”\"]?[^，。；\n精]{{0,8}}?{_VERB}(?!之?前|以?后|之后|以来|时|的|在即)")
_HELD_BEFORE = re.compile(rf"(?:{_VERB}|迎来|承办)了?[^，。；\n的]{{0,6}}$")
_TO_COME = re.compile(r"将|迎来|迎接")
_FOR = re.compile(r"(?:为|向|迎接|喜迎|献礼)[^，。；\n]{0,4}$")
_PART_OF = re.compile(
    r"[^，。；\n]{0,6}(?:测试|筹|倒计时|预选|选拔|场馆|志愿|安保|推介|周年|申办|组委|执委|代表选举|代表候选)"
)
_SPIRIT = re.compile(r"[^，。；\n]{0,6}?(?:精神|以来|报告)")
_PEOPLES = phrase(
    r"第?(?P<term>十[一二三四五六七八九]?|[六七八九])届全国(?:人大|人民代表大会|政协)第?(?P<session>[一二三四五])次会议",
    *("届全国人", "届全国政协"),
    before=4,
    after=12,
)
_PEOPLES_BY_ORGAN = phrase(
    r"全国(?:人大|政协)第?(?P<term>十[一二三四五六七八九]?|[六七八九])届第?(?P<session>[一二三四五])次(?:会议|全会|大会)",
    *("全国人大", "全国政协"),
    before=0,
    after=14,
)


def occasion_clues(text: str) -> Iterator[Clue]:
    """The clues from the events that a folded text names."""
    newest: Mention | None = None
    latest: Mention | None = None
    for mention in mentions(text):
        event = mention.event
        clue = _placed(text, mention)
        if clue is None:
            if event.kind == OTHER:
                continue
            clue = _held(text, mention)
            if event.kind == PLENUM and (latest is None or event.end > latest.event.end):
                latest = mention
            opened = meetings().get((event.name, ""))
            if opened and (newest is None or opened[0] > meetings()[newest.event.name, ""][0]):
                newest = mention
        yield clue
    if latest:
        yield _clue("plenum-fresh", latest, between(FIRST_DAY, latest.event.end + FRESH))
    if newest:
        yield from _newest_congress(newest)
    for match in (*_PEOPLES.all(text), *_PEOPLES_BY_ORGAN.all(text)):
        # The 6th congress and conference began in 1983; a term has five years and one session a year.
        year = 1983 + 5 * ((number(match["term"]) or 6) - 6) + (number(match["session"]) or 1) - 1
        yield Clue("peoples-congress", "text", match.start(), match.end(), since(day(clamp(year), 3)))
        if shift(text, match.start()) == 0:
            spans = years(clamp(year))
            yield Clue("peoples-congress-this-year", "text", match.start(), match.end(), spans)


def _newest_congress(newest: Mention) -> Iterator[Clue]:
    held = meetings()[newest.event.name, ""]
    following = [start for (_, plenum), (start, _) in meetings().items() if not plenum and start > held[0]]
    if following:
        yield _clue("congress-newest", newest, between(FIRST_DAY, min(following) + SETTLING))


def _held(text: str, mention: Mention) -> Clue:
    """A meeting named without saying when: not before it, or, by its bare name, not long before it."""
    event = mention.event
    if event.kind == PLENUM:
        return _clue("plenum", mention, since(event.start))
    if _SPIRIT.match(text, mention.end):
        return _clue("congress", mention, since(event.start))
    return _clue("congress-named", mention, since(event.start - 550))


def _placed(text: str, mention: Mention) -> Clue | None:
    """The clue where the words around an event say how it lies to today; None where they do not."""
    event, end = mention.event, mention.end
    before = text[max(0, mention.start - 20) : mention.start]
    if _PART_OF.match(text, end):
        return None
    year = date.fromordinal(event.start).year
    away = shift(text, mention.start)
    if away is not None and (clue := _year_of(text, mention, year, away)):
        return clue
    if _WILL.match(text, end):
        after = text[end : end + 14]
        here = "明年" not in after and (away == 0 or "今年" in after)
        spans = between(day(clamp(year)) if here else event.start - 500, event.start - 1)
        return _clue("congress-will", mention, spans)
    if _SOON.match(text, end) or _SOON_BEFORE.search(before):
        return _clue("event-near", mention, between(event.start - 330, event.end))
    if not elsewhen(text, mention.start) and (_JUST.match(text, end) or _JUST_BEFORE.search(before)):
        return _clue("event-just", mention, between(event.start, event.end + NEAR))
    if event.kind != OTHER and (_AHEAD_BEFORE.search(before) or _AHEAD.match(text, end)):
        reach = (200, 90) if event.kind == PLENUM else (500, 480)
        return _clue("meeting-ahead", mention, between(event.start - reach[0], event.end + reach[1]))
    return None


def _year_of(text: str, mention: Mention, year: int, away: int) -> Clue | None:
    """今年是党的二十大召开之年, 今年将召开党的二十大, 今年是贯彻党的二十大精神的开局之年."""
    event, end = mention.event, mention.end
    late = date.fromordinal(event.end).month >= 9
    if (event.kind == CONGRESS or (event.kind == PLENUM and late)) and _FIRST_YEAR.match(text, end):
        return _clue("event-year", mention, years(clamp(year + 1 + away)))
    if _YEAR_OF.match(text, end):
        return _clue("event-year", mention, years(clamp(year + away)))
    clause = text[max(0, mention.start - 40) : mention.start]
    said = clause.rpartition(subject(text, mention.start) or "")[2]
    if said.startswith("以来") or event.kind == PLENUM or _FOR.search(clause):
        return None
    if _HELD.match(text, end) or _HELD_BEFORE.search(clause[-16:]):
        ahead = not away and _TO_COME.search(text[max(0, mention.start - 12) : end + 8])
        spans = between(day(year), event.end) if ahead else years(clamp(year + away))
        return _clue("event-this-year", mention, spans)
    return None


def _clue(rule: str, mention: Mention, spans: Spans) -> Clue:
    return Clue(rule, "text", mention.start, mention.end, spans)
