"""The query as a tree: what a search asks for, the same on every engine, and its text form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from flows.errors import QueryError
from flows.index.days import first_day, last_day

Scope = Literal["any", "title", "text"]

LONGEST = 2_000
"""Characters a query may have."""
KEYWORDS = {"OR": "OR", "或": "OR", "AND": "AND", "且": "AND", "NOT": "NOT"}
"""Words that join or turn what stands beside them; in quotes they are searched for."""
QUOTES = {
    '"': ('"＂', "“”"),
    "＂": ('"＂', "“”"),
    "“": ("”", '“"＂'),
    "”": ("“”", '"＂'),
    "「": ("」", ""),
    "『": ("』", ""),
}
"""What opens a quotation; what closes it; and what closes it where none of those follows, since
keyboards mix them. A quotation may hold the quotation marks that do not close it."""


@dataclass(frozen=True, slots=True)
class Everything:
    """Every speech."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, as :mod:`flows.index.fold` matches them, in the title or the text."""

    text: str
    scope: Scope = "any"


@dataclass(frozen=True, slots=True)
class Is:
    """A field has this value; ``unknown`` finds the speeches where it has none."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Dates:
    """The speech date meets these years, months or days (None is open), or lies wholly inside."""

    start: str | None
    end: str | None
    within: bool = False

    @property
    def first(self) -> str | None:
        """The first day asked for."""
        return first_day(self.start) if self.start else None

    @property
    def last(self) -> str | None:
        """The last day asked for."""
        return last_day(self.end) if self.end else None


@dataclass(frozen=True, slots=True)
class Not:
    """All but these."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """Two conditions or more that all hold."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two conditions or more of which one holds."""

    nodes: tuple[Node, ...]


Leaf = Everything | Phrase | Is | Dates
Node = Leaf | Not | And | Or


def parse(text: str, simplify: Callable[[str], str] | None = None) -> Node:
    """The tree of a query; an empty one asks for everything.

    ``simplify`` turns traditional characters into simplified ones, as the archive's text is; without
    it the archive's own function is used. Raises QueryError with the place that can't be read.

    >>> parse("招商引资 -level:county", simplify=str)
    And(nodes=(Phrase(text='招商引资', scope='any'), Not(node=Is(field='level', value='county'))))
    """
    from flows.index.parser import Parser  # which builds these trees, so it imports this module

    if simplify is None:
        from flows.restore import script  # its dictionaries are for queries in words only

        simplify = script.simplify
    if len(text) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST} characters", text[:40] + "…", LONGEST)
    return Parser(text, simplify).parse()


def leaves(node: Node, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Each leaf of a query, and whether it is asked for (True) or shut out (False)."""
    if isinstance(node, Not):
        yield from leaves(node.node, not wanted)
    elif isinstance(node, And | Or):
        for child in node.nodes:
            yield from leaves(child, wanted)
    else:
        yield node, wanted


def with_leaves(node: Node, change: Callable[[Leaf], Leaf]) -> Node:
    """The query with each leaf put through ``change``.

    >>> with_leaves(Not(Is("id", "old")), lambda leaf: Is("id", "new"))
    Not(node=Is(field='id', value='new'))
    """
    if isinstance(node, Not):
        return Not(with_leaves(node.node, change))
    if isinstance(node, And | Or):
        return type(node)(tuple(with_leaves(child, change) for child in node.nodes))
    return change(node)


def phrases(node: Node) -> list[Phrase]:
    """The phrases a query asks for, each once: what ranks a hit and is highlighted in it."""
    return list(dict.fromkeys(leaf for leaf, wanted in leaves(node) if wanted and isinstance(leaf, Phrase)))


def in_a_row(node: Node) -> Phrase | None:
    """The words that a query asks for together as one phrase, which the best hits hold; None where there are
    not two such words.

    >>> in_a_row(And((Phrase("招商"), Phrase("项目"), Not(Phrase("试读")))))
    Phrase(text='招商 项目', scope='any')
    >>> in_a_row(Or((Phrase("招商"), Phrase("项目"))))
    """
    words = list(_together(node))
    return Phrase(" ".join(words)) if len(words) > 1 else None


def _together(node: Node) -> Iterator[str]:
    if isinstance(node, And):
        for child in node.nodes:
            yield from _together(child)
    elif isinstance(node, Phrase) and node.scope != "title":
        yield node.text


def fields(node: Node) -> set[str]:
    """The fields that a query names, asked for or shut out."""
    found = set()
    for leaf, _ in leaves(node):
        if isinstance(leaf, Is):
            found.add(leaf.field)
        elif isinstance(leaf, Dates):
            found.add("date")
    return found


def to_text(node: Node) -> str:
    """The query as a person would write it; parsed again it gives the same tree.

    >>> to_text(And((Phrase("项目 为王"), Not(Phrase("试读", "title")), Dates("2007", None))))
    '"项目 为王" -title:试读 date:2007..'
    """
    match node:
        case Everything():
            return "*"
        case Phrase(text, scope):
            return ("" if scope == "any" else scope + ":") + _quoted(text)
        case Is(field, value):
            return f"{field}:{_quoted(value)}"
        case Dates(start, end, within):
            span = start if start == end and start else f"{start or ''}..{end or ''}"
            return f"{'within' if within else 'date'}:{span}"
        case Not(inner):
            return "-" + _in_parentheses(inner, And, Or)
        case And(nodes):
            return " ".join(_in_parentheses(child, And, Or) for child in nodes)
        case Or(nodes):
            return " OR ".join(_in_parentheses(child, Or) for child in nodes)


def _in_parentheses(node: Node, *kinds: type[And] | type[Or]) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, kinds) else text


def _quoted(text: str) -> str:
    if text.isalnum() and text not in KEYWORDS:
        return text
    return '"' + "".join("\\" + char if char in '\\"＂' else char for char in text) + '"'
