"""What is found on a page's lines: which are the site's, and what they say of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.clean.fields import Field
from flows.clean.notice import Notice
from flows.clean.rules import Rule
from flows.clean.shapes import comes_to_a_close, cut_mark, stops_midway

PAGE_MARK = "page-mark"
"""The rule of a line that may number the page, or a printed page inside it."""


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
    shows_rest: str | None = None
    """Words of a button for the rest, which say so only of a text that stops inside a sentence."""
    edge: bool = False
    """Whether such a line stands around bodies only, so that the site goes on behind it."""


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
        for number in sorted(self.claims):
            lines.setdefault(self.claims[number].rule, set()).add(number)
        return lines

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the lines say, in the order of the page."""
        return [fact for claim in self._in_order() for fact in claim.facts]

    @property
    def head(self) -> list[str]:
        """The field lines, in the order of the page."""
        return [line for claim in self._in_order() for line in claim.head]

    def truncated(self, text: str) -> str | None:
        """The words that say that the text, which remains of the page, stops before the speech does."""
        claims = self._in_order()
        marks = [claim.truncated for claim in claims]
        if not comes_to_a_close(text):
            marks += [claim.offers_whole for claim in claims]
            marks += [cut_mark(text)]
        if stops_midway(text):
            marks += [claim.shows_rest for claim in claims]
        return next(filter(None, marks), None)

    def _in_order(self) -> list[Claim]:
        return [self.claims[number] for number in sorted(self.claims)]


def rule_claim(line: str, rule: Rule, found: re.Match[str]) -> Claim:
    """What a rule of ``furniture.tsv`` says of a line."""
    return Claim(
        rule.name,
        facts=tuple((kind, value) for kind, value in found.groupdict().items() if value)
        + ((("mark", line),) if rule.name == PAGE_MARK else ()),
        truncated=_mark(line) if rule.truncated == "yes" else None,
        offers_whole=_mark(line) if rule.truncated == "open" else None,
        shows_rest=_mark(line) if rule.truncated == "button" else None,
        edge=rule.where != "line",
    )


def notice_claim(line: str, kind: Notice) -> Claim:
    """What a notice says."""
    return Claim(
        kind.name,
        truncated=_mark(line) if kind.truncated == "yes" else None,
        offers_whole=_mark(line) if kind.truncated == "open" else None,
        shows_rest=_mark(line) if kind.truncated == "button" else None,
        edge=True,
    )


def field_claim(found: list[Field]) -> Claim:
    """What a line of fields says. Counters and labels of summaries are not kept."""
    kept = [field for field in found if field[0] not in ("counter", "summary")]
    return Claim(
        "field",
        facts=tuple((kind, value) for kind, _, value in found),
        head=tuple(f"{label}：{value}" if label else value for _, label, value in kept),
    )


def _mark(line: str) -> str:
    return line.strip(" .…。·*=—-")
