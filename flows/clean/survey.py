"""Look at a page's lines from both edges inwards: which are the site's, and what they say about the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.clean.draft import fold
from flows.clean.fields import Field, fields, is_day
from flows.clean.rules import LONGEST, Rule, by_place
from flows.clean.shapes import begins_body, has_shape, is_prose, is_title

ZONE = 300
"""Lines that are looked at from each edge; the longest site menus seen have a third of it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A line that is the site's: the rule that takes it, and what the line says of the page."""

    rule: str
    facts: tuple[tuple[str, str], ...] = ()
    """Kind (title, url, number …) and value."""
    head: tuple[str, ...] = ()
    """Field lines to keep."""
    truncated: str | None = None


@dataclass(slots=True)
class Survey:
    """What was found on a page."""

    claims: dict[int, Claim] = field(default_factory=dict)
    """By number of the line."""
    opening: list[str] = field(default_factory=list)
    """The lines before the body that no rule claims: a title is among them, if the page has one."""
    titled: bool = False
    """Whether the page's first line is one of them, right above a field line or the salutation."""

    @property
    def doomed(self) -> dict[str, set[int]]:
        """Rule to the lines it removes."""
        lines: dict[str, set[int]] = {}
        for number, claim in sorted(self.claims.items()):
            lines.setdefault(claim.rule, set()).add(number)
        return lines

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the lines say, in the order of the page."""
        return [fact for _, claim in sorted(self.claims.items()) for fact in claim.facts]

    @property
    def head(self) -> list[str]:
        return [line for _, claim in sorted(self.claims.items()) for line in claim.head]

    @property
    def truncated(self) -> str | None:
        marks = (claim.truncated for _, claim in sorted(self.claims.items()))
        return next(filter(None, marks), None)


def survey(lines: list[str]) -> Survey:
    """What on these lines is not the speech.

    >>> found = survey(["某县长讲话", "时间：2022-05-23", "同志们：", "下载本文档"])
    >>> found.opening, found.head, found.doomed
    (['某县长讲话'], ['时间：2022-05-23'], {'field': {1}, 'download': {3}})
    """
    result = Survey()
    body = _from_the_top(lines, result)
    end = _from_the_bottom(lines, body, result)
    for number in range(body, end):
        hit = _match(lines[number], by_place("line"))
        if hit:
            result.claims[number] = _claim(lines[number], *hit)
    return result


def _from_the_top(lines: list[str], result: Survey) -> int:
    """Survey the lines before the body; the number of the body's first line."""
    unclaimed: list[int] = []
    opening: tuple[int, Rule] | None = None
    number = 0
    while number < min(len(lines), ZONE):
        line = lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if hit := _match(line, by_place("line", "head", "opening")):
            result.claims[number] = _claim(line, *hit)
            if hit[0].where == "opening":
                opening = number, hit[0]
        elif found := fields(line, following):
            result.claims[number] = _field_claim(found)
            if found[-1][0] == "counter" and found[-1][2] == following.strip():
                number += 1
                result.claims[number] = Claim("field")
        elif begins_body(line):
            break
        else:
            unclaimed.append(number)
        number += 1
    result.opening = [lines[n] for n in unclaimed]
    result.titled = _stands_as_title(lines, unclaimed)
    if opening:
        last, rule = opening
        last = max([last, *(n for n in unclaimed if is_title(lines[n]))])
        for above in (n for n in unclaimed if n < last):
            if is_day(lines[above]):
                result.claims[above] = Claim(rule.name, facts=(("published", lines[above]),))
            elif not has_shape(lines[above], "dateline", "speaker"):
                result.claims[above] = Claim(rule.name)
    return number


def _from_the_bottom(lines: list[str], body: int, result: Survey) -> int:
    """Survey the lines after the body, upwards; the number of the first of them."""
    tail: tuple[int, Rule] | None = None
    number = len(lines)
    while number > max(body, len(lines) - ZONE):
        line = lines[number - 1]
        if hit := _match(line, by_place("line", "end", "tail")):
            result.claims[number - 1] = _claim(line, *hit)
            if hit[0].where == "tail":
                tail = number - 1, hit[0]
        elif found := [f for f in fields(line) if f[2]]:
            result.claims[number - 1] = _field_claim(found)
        elif is_prose(line) or has_shape(line, "salutation"):
            break
        number -= 1
    if tail:
        first, rule = tail
        for below in range(first + 1, len(lines)):
            result.claims.setdefault(below, Claim(rule.name))
    return number


def _match(line: str, rules: tuple[Rule, ...]) -> tuple[Rule, re.Match[str]] | None:
    if len(line) > LONGEST:
        return None
    folded = fold(line)
    for rule in rules:
        if found := rule.pattern.fullmatch(folded):
            return rule, found
    return None


def _stands_as_title(lines: list[str], unclaimed: list[int]) -> bool:
    below = lines[1] if len(lines) > 1 else ""
    return unclaimed[:1] == [0] and (bool(fields(below)) or has_shape(below, "salutation"))


def _claim(line: str, rule: Rule, found: re.Match[str]) -> Claim:
    return Claim(
        rule.name,
        facts=tuple((kind, value) for kind, value in found.groupdict().items() if value),
        truncated=line.strip(" .…。·*=—-") if rule.truncated else None,
    )


def _field_claim(found: list[Field]) -> Claim:
    kept = [field for field in found if field[0] not in ("counter", "summary")]
    return Claim(
        "field",
        facts=tuple((kind, value) for kind, _, value in found),
        head=tuple(f"{label}：{value}" if label else value for _, label, value in kept),
    )
