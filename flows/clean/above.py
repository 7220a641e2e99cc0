"""The lines above a body: paths of links, fields, stamps, notices; and the title among them."""

from __future__ import annotations

from flows.clean.claims import Claim, Survey, field_claim, notice_claim, rule_claim
from flows.clean.fields import fields, is_day, is_stamped_day, is_written_day, loose_field
from flows.clean.interface import is_interface, stamp
from flows.clean.notice import LONGEST as LONGEST_NOTICE
from flows.clean.notice import Notice, is_spoken, names_a_site, notice, sentences
from flows.clean.rules import LONGEST, Rule, by_place, match
from flows.clean.shapes import begins_body, has_shape, is_title

ZONE = 300
"""Lines that are looked at from each edge; the longest site menus seen have a third of it."""
_SUMS_UP = ("notice-provenance", "notice-aim")
"""Kinds of notice that end what a site says of a text's contents before the text."""
_SHORTEST_NAME = 5
"""Characters from which a line among a site's own is no writer's name."""


def read_above(lines: list[str], result: Survey) -> int:
    """Survey the lines before the body; the number of the body's first line."""
    unclaimed: list[int] = []
    opening: tuple[int, Rule] | None = None
    number = 0
    while number < min(len(lines), ZONE):
        line = lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if hit := match(line, by_place("line", "head", "edge", "opening")):
            result.claims[number] = rule_claim(line, *hit)
            if hit[0].where == "opening":
                opening = number, hit[0]
        elif found := fields(line, following):
            result.claims[number] = field_claim(found)
            if found[-1][0] == "counter" and found[-1][2] == following.strip():
                number += 1
                result.claims[number] = Claim("field")
        elif is_stamped_day(line):
            result.claims[number] = Claim("stamp", facts=(("published", line),))
        elif claim := _on_screen(line) or _noticed(line):
            result.claims[number] = claim
        elif begins_body(line):
            break
        else:
            unclaimed.append(number)
        number += 1
    result.opening = [lines[n] for n in unclaimed]
    result.titled = _stands_as_title(lines, unclaimed)
    if opening:
        _take_all_above(lines, unclaimed, *opening, result)
    _take_what_stands_among(lines, unclaimed, result)
    return number


def _on_screen(line: str) -> Claim | None:
    if is_interface(line):
        return Claim("interface", edge=True)
    facts = stamp(line)
    return None if facts is None else Claim("stamp", facts=facts, edge=True)


def _noticed(line: str) -> Claim | None:
    """The notice that a line above the body is, or that ends it: what stands before that sums the text up."""
    if is_title(line) or len(line) > LONGEST:
        return None
    kind = notice(line) or _ending(line)
    return notice_claim(line, kind) if kind else None


def _ending(line: str) -> Notice | None:
    parts = sentences(line)
    if len(parts) < 2 or len(line) > LONGEST_NOTICE or has_shape(line, "heading"):
        return None
    ending = notice(parts[-1], inside=True)
    return ending if ending and ending.name in _SUMS_UP else None


def _take_all_above(lines: list[str], unclaimed: list[int], at: int, rule: Rule, result: Survey) -> None:
    """What stands above a path of links is the site's menu, and what stands above a title below that too."""
    last = max([at, *(n for n in unclaimed if is_title(lines[n]))])
    for above in (n for n in unclaimed if n < last):
        if is_day(lines[above]):
            result.claims[above] = Claim(rule.name, facts=(("published", lines[above]),))
        elif not has_shape(lines[above], "dateline", "speaker"):
            result.claims[above] = Claim(rule.name)


def _take_what_stands_among(lines: list[str], unclaimed: list[int], result: Survey) -> None:
    """Of the lines no rule knows: fields by the ending of their label, words of a screen that show nothing
    by themselves, and what stands between two lines of the site."""
    title = max((lines[n] for n in unclaimed if is_title(lines[n])), key=len, default="")
    for number in unclaimed:
        line = lines[number]
        above, below = result.claims.get(number - 1), result.claims.get(number + 1)
        if number in result.claims or not (above or below) or line == title:
            continue
        if found := loose_field(line):
            result.claims[number] = field_claim(found)
        elif is_day(line) and ((above and below) or not is_written_day(line)):
            result.claims[number] = Claim("stamp", facts=(("published", line),))
        elif is_interface(line, weak=True) and not is_day(line):
            result.claims[number] = Claim("interface")
        elif has_shape(line, "dateline", "speaker", "closing"):
            continue
        elif below and (_is_between(line, above) or _is_named(line)):
            result.claims[number] = Claim("among-furniture")


def _is_between(line: str, above: Claim | None) -> bool:
    return above is not None and len(line) >= _SHORTEST_NAME


def _is_named(line: str) -> bool:
    return names_a_site(line) and not is_spoken(line) and not is_title(line)


def _stands_as_title(lines: list[str], unclaimed: list[int]) -> bool:
    below = lines[1] if len(lines) > 1 else ""
    return unclaimed[:1] == [0] and (bool(fields(below)) or has_shape(below, "salutation"))
