"""The lines below a body: buttons, comment boxes, links, notices, what the site says of itself."""

from __future__ import annotations

from flows.clean.above import ZONE
from flows.clean.claims import Claim, Survey, field_claim, notice_claim, rule_claim
from flows.clean.fields import fields, is_written_day
from flows.clean.interface import is_interface, stamp
from flows.clean.notice import asks_the_reader, notice, terms_start
from flows.clean.rules import Rule, by_place, match
from flows.clean.shapes import has_shape, is_foreign, is_prose, is_title

_REACH = 6
"""Lines from a site's line within which a sentence to the reader, or a line no rule knows, is the site's."""
_ENDS_A_PAPER = ("salutation", "attached", "closing", "dateline", "speaker", "heading")
_LOOSE = 80
"""Characters of such a line."""


def read_below(lines: list[str], body: int, result: Survey) -> int:
    """Survey the lines after the body, upwards; the number of the first of them."""
    tail: tuple[int, Rule] | None = None
    number = len(lines)
    if (terms := terms_start(lines, body)) is not None:
        for below in range(terms, number):
            result.claims[below] = Claim("site-terms", edge=True)
    han = not is_foreign(lines[body : body + 20])
    while number > max(body, len(lines) - ZONE):
        line = lines[number - 1]
        if hit := match(line, by_place("line", "end", "edge", "tail")):
            result.claims[number - 1] = rule_claim(line, *hit)
            if hit[0].where == "tail":
                tail = number - 1, hit[0]
        elif claim := _claim(line, han):
            result.claims[number - 1] = claim
        elif number - 1 not in result.claims and (is_prose(line) or has_shape(line, "salutation")):
            if not _follows_the_site(lines, number - 1, body):
                break
            result.claims[number - 1] = Claim("among-furniture")
        number -= 1
    if tail:
        first, rule = tail
        for below in range(first + 1, len(lines)):
            result.claims.setdefault(below, Claim(rule.name))
    _take_what_stands_among(lines, number, result)
    return number


def _claim(line: str, han: bool) -> Claim | None:
    """What tells a line below a body as the site's, beside the rules."""
    found = [field for field in fields(line) if field[2]]
    if found and all(kind != "paper" for kind, _, _ in found):
        return field_claim(found)
    kind = None if is_title(line) else notice(line)
    if kind and kind.truncated:
        return notice_claim(line, kind)
    if is_interface(line):
        return Claim("interface", edge=True)
    if stamp(line) is not None:
        return Claim("stamp", edge=True)
    if han and is_foreign([line]):
        return Claim("latin-line", edge=True)
    return notice_claim(line, kind) if kind else None


def _follows_the_site(lines: list[str], number: int, body: int) -> bool:
    """Whether a short sentence that asks something of the reader stands close below lines of the site."""
    if len(lines[number]) > _LOOSE or not asks_the_reader(lines[number]):
        return False
    for above in range(number - 1, max(body, number - _REACH) - 1, -1):
        line = lines[above]
        hit = match(line, by_place("end", "edge", "tail"))
        if hit or is_interface(line) or (notice(line) and not is_title(line)):
            return True
        if is_prose(line) and not asks_the_reader(line):
            return False
    return False


def _take_what_stands_among(lines: list[str], first: int, result: Survey) -> None:
    """Lines that no rule knows, close below two lines of the site, or between two; not what papers end with:
    who signs, when, what is attached."""
    marks = [n for n in range(first, len(lines)) if n in result.claims and result.claims[n].edge]
    for number in range(first, len(lines)):
        line = lines[number]
        if (
            number in result.claims
            or len(line) > _LOOSE
            or is_written_day(line)
            or has_shape(line, *_ENDS_A_PAPER)
        ):
            continue
        if (number - 1 in result.claims or number + 1 in marks) and is_interface(line, weak=True):
            result.claims[number] = Claim("interface")
            continue
        above = [n for n in marks if number - _REACH <= n < number]
        between = any(number < n <= number + _REACH for n in marks)
        among = above and (between or len(above) > 1)
        if among and not is_prose(line):
            result.claims[number] = Claim("among-furniture")
