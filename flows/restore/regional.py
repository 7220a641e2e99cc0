"""Words of Taiwan and Hong Kong in a page of theirs: 資訊, already in simplified characters, becomes 信息.

Most pages in traditional script are speeches of the mainland that a site has converted; their words stay.
A page is of Taiwan or Hong Kong usage only where several of the words that the mainland does not use
stand in it and their mainland counterparts do not: a converter leaves 项目 and 网络, a writer in Taipei
has neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from flows.records import Edit
from flows.resources import reference
from flows.restore.dictionaries import Beginnings, word_pattern

RULE = "regional-words"
_ENOUGH = 3
"""Different words, none with its mainland counterpart on the page, that prove the usage of a page; mainland
reports have at most one."""


def is_regional(text: str) -> bool:
    """Whether a page that was in traditional script, here simplified, is of Taiwan or Hong Kong usage.

    >>> is_regional("推动资讯科技，软体与晶片产业受惠"), is_regional("信息技术项目的资讯，网络软件和晶片")
    (True, False)
    """
    words, marking = _words(), _marking()
    places = marking.beginnings.places(text)
    met = {word for at in places for word in marking.words[text[at : at + 2]] if text.startswith(word, at)}
    if len(met) < _ENOUGH:
        return False
    marks = {found for found in _pattern().findall(text) if words[found][1]}
    proofs = [word for word in marks if words[word][0] == word or words[word][0] not in text]
    return len(proofs) >= _ENOUGH and len(proofs) > len(marks) - len(proofs)


def to_mainland(text: str) -> tuple[str, list[Edit]]:
    """The text of such a page with the mainland's words, and what was changed.

    >>> to_mainland("透过网路")[0], to_mainland("软体动物")[0]
    ('通过网络', '软体动物')
    """
    words = _words()
    edits = [
        Edit(stage="restore", rule=RULE, start=found.start(), before=found[0], after=words[found[0]][0])
        for found in _pattern().finditer(text)
        if words[found[0]][0] != found[0]
    ]
    return _pattern().sub(lambda found: words[found[0]][0], text), edits


@cache
def _words() -> dict[str, tuple[str, bool]]:
    """Word to what it becomes, and whether it proves the usage of a page."""
    lines = reference("restore/regional-words.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    return {word: (becomes, mark == "yes") for word, becomes, mark in rows}


class _Marking(NamedTuple):
    """The words that prove a usage, by their first two characters, for a look that is faster than all."""

    words: dict[str, list[str]]
    beginnings: Beginnings


@cache
def _marking() -> _Marking:
    words = [word for word, (_, marks) in _words().items() if marks]
    found = defaultdict[str, list[str]](list)
    for word in words:
        found[word[:2]].append(word)
    return _Marking(dict(found), Beginnings(words))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(word_pattern(_words()))
