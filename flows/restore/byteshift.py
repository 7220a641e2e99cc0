"""Text broken by byte-level replacement in GBK, put back in step.

Some sites hold a page in GBK and replace strings in it byte by byte: they put a reading in brackets
after chosen characters, and ``?`` for A3 BF (？). Where such bytes stand across two characters, both
are torn apart; from there the page is read one byte out of step, until an ASCII byte, or a pair whose
second byte is in the ASCII range, brings it back. A byte without a partner shows as ``?``.

Here the marks of that (``??``, ``?yōu)``) are found; from each, :mod:`flows.restore.search` looks for
the likeliest way to read the page in step.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from flows.language import PageLanguage, language
from flows.records import Edit
from flows.restore.script import script_counts
from flows.restore.search import Outcome, Search
from flows.restore.steps import BROKEN_NOTE, Damaged

RULE = "byte-shift"
GAIN, GAIN_DAMAGED = 5.0, 1.0
"""Natural-log units by which a repair must be more likely than the page as it stands; less is asked of
a page with pinyin notes or with a repair elsewhere, where a ``??`` is damage before it is anything else."""
PATIENCE = 50
"""Searches in a row without a repair, after which a page is taken to be undamaged."""

_MARK = re.compile(rf"{BROKEN_NOTE.pattern}|(?<!\?)\?\?\??(?!\?)")
_FIRST_MARK = re.compile(rf"{BROKEN_NOTE.pattern}|(?<!\?)\?\?(?:\?(?!\?)|(?=[\n!:;@-~\x80-\U0010ffff]))")
"""The same less a ``??`` before a space, a figure or the end: BF joins none of these, so no repair begins."""
_MARK_IN_DAMAGE = re.compile(rf"{_MARK.pattern}|(?<!\?)\?[!:;]|(?<!\?)\?\)?(?=[^\x00-\x7f])")
"""Also what means something only in a damaged page: other replaced marks, notes taken off again."""
SIGNS = "\ue000-\uf8ff\ufffd"
_SEEN_ANYWHERE = re.compile(f"[{SIGNS}]+")
"""What shows a loss in any page: private-use characters, and those a decoder puts for bad bytes."""
_SEEN = re.compile(f"{_SEEN_ANYWHERE.pattern}|{_MARK.pattern}")
"""What shows one in a page that is known to be damaged; elsewhere ``??`` may be two question marks."""
_Found = list[tuple[int, Outcome]]
"""Repairs, each with the place of its mark."""


def repair(text: str, annotated: Collection[str] = ()) -> tuple[str, list[Edit], int]:
    """The text in step again, what was changed, and how many gaps stay in it.

    Takes a text without its fitting pinyin notes; ``annotated`` are the characters that had one. A
    character whose byte is lost for good and that the language cannot tell stays ``?`` and is a gap.

    >>> repair("水庫蓄水充足??梢哉f,灌溉有了保證。")[0]
    '水庫蓄水充足。可以說,灌溉有了保證。'
    >>> repair("這樣對嗎??我們再看一看。")
    ('這樣對嗎??我們再看一看。', [], 0)
    """
    shown = text.replace("\ufffd", "?")
    found = _search(shown, annotated) if "?" in shown and _FIRST_MARK.search(shown) else []
    pieces, edits, done = list[str](), list[Edit](), 0
    for start, outcome in found:
        edit = _edit(text, start, outcome)
        pieces += text[done:start], edit.after
        edits.append(edit)
        done = start + len(edit.before)
    text = "".join([*pieces, text[done:]]) if pieces else text
    seen = _SEEN if edits or annotated else _SEEN_ANYWHERE
    return text, edits, sum(outcome.gaps for _, outcome in found) + sum(1 for _ in seen.finditer(text))


def _search(text: str, annotated: Collection[str]) -> _Found:
    """The repairs; where there are some, all marks are looked at again, as those of a damaged page."""
    traditional, simplified = script_counts(text)
    page = Damaged(text, frozenset(text), annotated, traditional > simplified)
    own = PageLanguage(language(), text)
    if not annotated and not _search_all(page, own, _FIRST_MARK, GAIN):
        return []
    return _search_all(replace(page, stripped=not annotated), own, _MARK_IN_DAMAGE, GAIN_DAMAGED)


def _search_all(page: Damaged, own: PageLanguage, marks: re.Pattern[str], gain: float) -> _Found:
    search, found, failures = Search(page, language(), own), _Found(), 0
    mark = marks.search(page.text)
    while mark is not None and failures < PATIENCE:
        outcome = search.run(mark.start(), gain)
        failures += 1
        if outcome.text is not None:
            found.append((mark.start(), outcome))
            failures = 0
        mark = marks.search(page.text, max(outcome.end, mark.start() + 1))
    return found


def _edit(text: str, start: int, outcome: Outcome) -> Edit:
    """The change, without what is the same at its end."""
    before, after = text[start : outcome.end], outcome.text or ""
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return Edit(stage="restore", rule=RULE, start=start, before=before, after=after, exact=outcome.sure)
