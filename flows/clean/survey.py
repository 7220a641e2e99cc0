"""Look at a page's lines from both edges inwards: which are the site's, and what they say about the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.clean.fields import Field, fields, is_day
from flows.clean.notice import LONGEST as LONGEST_NOTICE
from flows.clean.notice import Notice, notice, sentences, terms_start
from flows.clean.rules import LONGEST, Rule, by_place, match
from flows.clean.shapes import begins_body, comes_to_a_close, has_shape, is_prose, is_title

ZONE = 300
"""Lines that are looked at from each edge; the longest site menus seen have a third of it."""

_SUMS_UP = ("notice-provenance", "notice-aim")
"""Kinds of notice that end what a site says of a text's contents before the text."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A line that is the site's: the rule that takes it, and what the line says of the page."""

    rule: str
    facts: tuple[tuple[str, str], ...] = ()
    """Kind (title, url, number …) and value."""
    head: tuple[str, ...] = ()
    """Field lines to keep."""
    truncated: str | None = None
    """The words that say the page stops before the speech does."""
    offers_whole: str | None = None
    """Words that offer the whole text, which say so only of a text that does not come to a close."""


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

    def truncated(self, text: str) -> str | None:
        """The words that say that the text, which remains of the page, stops before the speech does."""
        claims = [claim for _, claim in sorted(self.claims.items())]
        marks = [claim.truncated for claim in claims]
        offers = [] if comes_to_a_close(text) else [claim.offers_whole for claim in claims]
        return next(filter(None, marks + offers), None)


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
        line = lines[number]
        if hit := match(line, by_place("line")):
            result.claims[number] = _claim(line, *hit)
        elif kind := notice(line, inside=True):
            result.claims[number] = _notice_claim(line, kind)
    return result


def _from_the_top(lines: list[str], result: Survey) -> int:
    """Survey the lines before the body; the number of the body's first line."""
    unclaimed: list[int] = []
    opening: tuple[int, Rule] | None = None
    number = 0
    while number < min(len(lines), ZONE):
        line = lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if hit := match(line, by_place("line", "head", "edge", "opening")):
            result.claims[number] = _claim(line, *hit)
            if hit[0].where == "opening":
                opening = number, hit[0]
        elif found := fields(line, following):
            result.claims[number] = _field_claim(found)
            if found[-1][0] == "counter" and found[-1][2] == following.strip():
                number += 1
                result.claims[number] = Claim("field")
        elif kind := _notice_above(line):
            result.claims[number] = _notice_claim(line, kind)
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
    if (terms := terms_start(lines, body)) is not None:
        for below in range(terms, number):
            result.claims[below] = Claim("site-terms")
    while number > max(body, len(lines) - ZONE):
        line = lines[number - 1]
        if hit := match(line, by_place("line", "end", "edge", "tail")):
            result.claims[number - 1] = _claim(line, *hit)
            if hit[0].where == "tail":
                tail = number - 1, hit[0]
        elif found := [f for f in fields(line) if f[2]]:
            result.claims[number - 1] = _field_claim(found)
        elif kind := None if is_title(line) else notice(line):
            result.claims[number - 1] = _notice_claim(line, kind)
        elif number - 1 not in result.claims and (is_prose(line) or has_shape(line, "salutation")):
            break
        number -= 1
    if tail:
        first, rule = tail
        for below in range(first + 1, len(lines)):
            result.claims.setdefault(below, Claim(rule.name))
    return number


def _notice_above(line: str) -> Notice | None:
    """The notice that a line above the body is, or that ends it: what stands before that sums the text up."""
    if is_title(line) or len(line) > LONGEST:
        return None
    parts = sentences(line)
    summed_up = len(parts) > 1 and len(line) <= LONGEST_NOTICE and not has_shape(line, "heading")
    ending = notice(parts[-1], inside=True) if summed_up else None
    if ending and ending.name not in _SUMS_UP:
        ending = None
    return notice(line) or ending


def _stands_as_title(lines: list[str], unclaimed: list[int]) -> bool:
    below = lines[1] if len(lines) > 1 else ""
    return unclaimed[:1] == [0] and (bool(fields(below)) or has_shape(below, "salutation"))


def _claim(line: str, rule: Rule, found: re.Match[str]) -> Claim:
    return Claim(
        rule.name,
        facts=tuple((kind, value) for kind, value in found.groupdict().items() if value),
        truncated=_mark(line) if rule.truncated == "yes" else None,
        offers_whole=_mark(line) if rule.truncated == "open" else None,
    )


def _notice_claim(line: str, kind: Notice) -> Claim:
    return Claim(
        kind.name,
        truncated=_mark(line) if kind.truncated == "yes" else None,
        offers_whole=_mark(line) if kind.truncated == "open" else None,
    )


def _mark(line: str) -> str:
    return line.strip(" .…。·*=—-")


def _field_claim(found: list[Field]) -> Claim:
    kept = [field for field in found if field[0] not in ("counter", "summary")]
    return Claim(
        "field",
        facts=tuple((kind, value) for kind, _, value in found),
        head=tuple(f"{label}：{value}" if label else value for _, label, value in kept),
    )
