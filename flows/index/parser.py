"""Reads a query: words, "exact phrases", -exclusion, OR 或, parentheses, field:value 字段：值."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import cast

from flows.errors import QueryError
from flows.index import words
from flows.index.days import read_date, split_range
from flows.index.fold import tokens
from flows.index.places import place_steps
from flows.index.query import (
    KEYWORDS,
    QUOTES,
    And,
    Dates,
    Everything,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Scope,
)

DEEPEST = 10
"""Parentheses and exclusions inside one another: Elasticsearch takes conditions 30 deep, and one of these
may make three."""
FREE = frozenset({"region", "type", "site", "cluster", "id"})
"""Fields whose values are not a closed list."""

_OPEN, _CLOSE, _MINUS, _COLON = "(（", ")）", "-－", ":："
_DASHES = "–—−"
"""What word processors make of a minus; two of them are the dash of a text."""
_NEGATION = "!！"
_WILDCARDS = "*＊"


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


class Parser:
    """One pass over a query, by recursive descent; OR binds less than what stands side by side."""

    def __init__(self, text: str, simplify: Callable[[str], str]) -> None:
        self.text, self.simplify = text, simplify
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
        """The tree; raises QueryError with the place that can't be read."""
        self._skip_space()
        if self.at == len(self.text):
            return Everything()
        node = self._any_of()
        if self.at < len(self.text):
            raise self._error("this parenthesis closes nothing")
        return node

    def _any_of(self) -> Node:
        nodes = [self._all_of()]
        while self._take_keyword("OR"):
            nodes.append(self._all_of())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _all_of(self) -> Node:
        nodes = [self._unary()]
        while True:
            joined = self._take_keyword("AND")
            if not joined and (self._peek() in ("", *_CLOSE) or self._keyword() == "OR"):
                return nodes[0] if len(nodes) == 1 else And(tuple(nodes))
            nodes.append(self._unary())

    def _unary(self) -> Node:
        start = self.at
        dash = self._peek() in (*_DASHES,) and self.text[start + 1 : start + 2] not in (*_DASHES,)
        if dash or self._peek() in (*_MINUS,):
            self.at += 1
            if self._peek() == "" or self._peek().isspace():
                raise self._error("nothing follows the minus; write it right before what to leave out", start)
        elif not self._take_keyword("NOT"):
            return self._primary()
        self._deeper(start)
        node = Not(self._unary())
        self.depth -= 1
        return node

    def _primary(self) -> Node:
        start, char = self.at, self._peek()
        if char == "" or char in _CLOSE or self._keyword() in ("OR", "AND"):
            raise self._error("a word, a phrase or a condition is missing here")
        if char in _OPEN:
            return self._group()
        if char in QUOTES:
            return self._phrase(self._quotation(), "any", start)
        if char in _NEGATION:
            raise self._error("to leave a word out, write - right before it, or put this in quotes")
        word = self._word()
        if word[-1] in _WILDCARDS and word[-2:-1].isalnum():
            raise self._error(
                "there are no wildcards: a word finds all that holds it; or put it in quotes", start
            )
        node = self._condition(word, start) or self._plain(word, start)
        self._skip_space()
        return node

    def _group(self) -> Node:
        start = self.at
        self._deeper(start)
        self.at += 1
        self._skip_space()
        node = self._any_of()
        if self._peek() not in (*_CLOSE,):
            raise self._error("this parenthesis is not closed", start)
        self.at += 1
        self.depth -= 1
        self._skip_space()
        return node

    def _plain(self, word: str, start: int) -> Node:
        return Everything() if word == "*" else self._phrase(word, "any", start)

    def _condition(self, word: str, start: int) -> Node | None:
        """``field:value``, or None where the word is none."""
        colon = min((at for at in map(word.find, _COLON) if at >= 0), default=-1)
        name = _half_width(word[:colon]).lower() if colon > 0 else ""
        if not name.isalpha():
            return None
        field = words.fields().get(self.simplify(name))
        if field is None:
            known = " ".join(sorted(set(words.fields().values())))
            raise self._error(f"no field is called {name}; there are: {known}; or put it in quotes", start)
        value, value_at = word[colon + 1 :], start + colon + 1
        if not value and self._peek() in (*QUOTES,):
            value = self._quotation()
        if not value.strip():
            raise self._error(f"{name} needs a value right after the colon", value_at)
        return self._field(field, value, value_at)

    def _field(self, field: str, value: str, at: int) -> Node:
        if field in ("title", "text"):
            return self._phrase(value, cast("Scope", field), at)
        plain = _half_width(self.simplify(value)).strip().lower()
        known = words.values(field)
        if plain in known:
            return Is(field, known[plain])
        if field in ("date", "within"):
            return self._dates(value, field == "within", at)
        if field not in FREE:
            choices = " ".join(dict.fromkeys(known.values()))
            raise self._error(f"{field} can't be {value}; it can be: {choices}", at)
        steps = place_steps(plain) if field == "region" else (plain,)
        return And(tuple(Is(field, step) for step in steps)) if len(steps) > 1 else Is(field, steps[0])

    def _dates(self, value: str, within: bool, at: int) -> Node:
        ends = [(part, read_date(part)) for part in split_range(value)]
        wrong = [part for part, date in ends if part and date is None]
        if wrong or not any(part for part, _ in ends):
            shown = wrong[0] if wrong else value
            raise self._error(f"{shown} is no date; write 2007, 2007-09, 2007-09-12 or 2007..2012", at)
        dates = Dates(ends[0][1], ends[1][1], within)
        if dates.first and dates.last and dates.first > dates.last:
            raise self._error("the range ends before it begins", at)
        return dates

    def _phrase(self, text: str, scope: Scope, at: int) -> Phrase:
        if not tokens(text):
            raise self._error("there is no letter or digit to search for", at)
        return Phrase(self.simplify(text), scope)

    def _quotation(self) -> str:
        start = self.at
        usual, instead = QUOTES[self._peek()]
        self.at += 1
        closing = usual if any(mark in self.text[self.at :] for mark in usual) else instead
        text = []
        while (char := self._peek()) not in ("", *closing):
            if char == "\\" and self.text[self.at + 1 : self.at + 2] in ("\\", *closing):
                self.at += 1
                char = self._peek()
            text.append(char)
            self.at += 1
        if not char:
            raise self._error("this quotation mark is not closed", start)
        self.at += 1
        self._skip_space()
        return "".join(text)

    def _word(self) -> str:
        start = self.at
        while (
            (char := self._peek())
            and not char.isspace()
            and char not in _OPEN + _CLOSE
            and char not in QUOTES
        ):
            self.at += 1
        return self.text[start : self.at]

    def _keyword(self) -> str | None:
        start = self.at
        word = self._word()
        self.at = start
        return KEYWORDS.get(_half_width(word))

    def _take_keyword(self, keyword: str) -> bool:
        if self._keyword() != keyword:
            return False
        self._word()
        self._skip_space()
        return True

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self.at += 1

    def _deeper(self, start: int) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} conditions inside one another", start)

    def _error(self, message: str, at: int | None = None) -> QueryError:
        return QueryError(message, self.text, self.at if at is None else at)
