"""Lines learned from repetition: what many different pages of one site share is the site's, not a speaker's.

``page_lines`` reduces a page to what is kept of it for this, ``shared`` tells from a sample of a site's
pages which lines so many of them share, ``standing`` which of those are a writer's all the same, and
``drop_site_lines`` takes what was learned off a page. All are pure; the catalog keeps the state
(catalog/sites.py).

A repeated line counts by the different bodies it stands in, not by pages: uploads of one speech, its
variants and its numbered pages share every line and are one body. A line is learned from

- edges, where it stands within EDGE_TOP lines of the top or EDGE_BOTTOM of the bottom in at least
  EDGE_BODIES bodies and EDGE_SHARE of the site's. A phrase that a tenth of all writers put there passes
  at 26 bodies (8 needed) with a chance of 1 in 340, at 100 (30 needed) of 1 in 40 million; one used by
  a third passes, so the known ones are listed (standing-phrases.tsv) and told by their shape;
- anywhere, at INSIDE_BODIES and INSIDE_SHARE: a heading that a third of all writers use passes at 27
  bodies (17 needed) with a chance of 1 in 650, at 50 (30 needed) of 1 in 10,000.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nsmallest

from flows.clean.draft import Draft, fold
from flows.clean.notice import names_a_site
from flows.clean.rules import rows
from flows.clean.shapes import has_shape, is_title
from flows.clean.survey import survey
from flows.clean.title import drop_title_lines, find_title
from flows.records import Page

RULE = "site-line"
EDGE_TOP, EDGE_BOTTOM = 6, 10
"""Lines of a cleaned page that count as its edges; never more than a third of its lines at each."""
EDGE_BODIES, EDGE_SHARE = 8, 0.3
INSIDE_BODIES, INSIDE_SHARE = 16, 0.6
SAMPLE = 400
"""Bodies of a site that are looked at, those of the smallest rank: a share of 0.3 is told to 0.023."""
_LONGEST_EDGE, _LONGEST_INSIDE = 200, 80
"""Characters of a line that can be learned; longer ones are paragraphs."""
_MOST_INSIDE = 64
"""Lines of one page's inside that are kept, those of the smallest hash, so that equal lines meet."""
_SKETCH = 16
"""Clauses kept of a page, those of the smallest hash."""
_CLAUSE = re.compile(r"[\u4e00-\u9fff]{10,}")
"""Characters in a row that tell one body from another; shorter clauses are common to many."""
_SAME = 0.3
"""Share of the smaller sketch from which two pages are one body. A copy that is cut to a third holds a
third of the whole's clauses; reports of one region from two years share at most 0.19 (401 pairs)."""
_WORK_TITLE = 12
"""Letters from which a speech's title names one speech; 政府工作报告 does not."""
_MOST_LETTERS = 400
"""Letters that may be taken off a page though they are more than half of it."""
_SENTENCE_ENDS = ("。", "!", ";")
"""A sentence is a writer's, whose closing words may be the same each year, unless it names a site."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """What is kept of a page to learn from."""

    rank: int
    """Its smallest clause hash: where it stands in the order that the site's sample is taken in."""
    work: int
    """Equal for pages that say themselves that they are parts or copies of one speech."""
    sketch: tuple[int, ...]
    """Hashes of clauses."""
    lines: tuple[int, ...]
    """Hashes of lines, even; plus one where the line is inside the page."""


def page_lines(page: Page, group: str) -> PageLines:
    """What to keep of a cleaned page; ``group`` is the key under which its parts are stitched.

    >>> from flows.records import Source
    >>> text = "鹤川阳光网\\n一要抓招商引资和项目建设，二要抓落地。\\n鹤川阳光网 看鹤川"
    >>> kept = page_lines(Page(id="a", source=Source(file="a"), media="text/plain", text=text), "a")
    >>> len(kept.lines), len(kept.sketch)
    (3, 1)
    """
    lines = Draft(page.text).lines
    top, bottom = _edges(len(lines))
    body = "\n".join(lines[top:bottom])
    clauses = {_mark(clause) for clause in _CLAUSE.findall(body)}
    sketch = nsmallest(_SKETCH, clauses or {_mark(_letters(body or page.text))})
    return PageLines(rank=sketch[0], work=_hash(_work(page, group)), sketch=tuple(sketch), lines=_keys(page))


def shared(sample: Sequence[PageLines]) -> dict[int, bool]:
    """The lines that enough different bodies of one site share; whether they go wherever they stand, or
    at the edges alone. In whatever order the pages come.

    Quadratic in the sample, which is at most SAMPLE pages: 80,000 comparisons.
    """
    bodies = _bodies(sample)
    edge: dict[int, set[int]] = defaultdict(set)
    anywhere: dict[int, set[int]] = defaultdict(set)
    for body, page in zip(bodies, sample, strict=True):
        for line in page.lines:
            anywhere[line & ~1].add(body)
            if not line & 1:
                edge[line].add(body)
    whole = len(set(bodies))
    everywhere = _enough(anywhere, max(INSIDE_BODIES, INSIDE_SHARE * whole))
    at_edges = _enough(edge, max(EDGE_BODIES, EDGE_SHARE * whole))
    return {line: line in everywhere for line in at_edges | everywhere}


def standing(line: str) -> bool:
    """Whether a line is one that writers share: a salutation, a heading, who signs, a phrase of papers.

    >>> standing("各位代表："), standing("（此件公开发布）"), standing("鹤川阳光网 看得见的鹤川")
    (True, True, False)
    """
    folded = fold(line).strip()
    return (
        is_title(line)
        or has_shape(line, "dateline", "speaker", "salutation", "heading", "closing")
        or (folded.endswith(_SENTENCE_ENDS) and not names_a_site(line))
        or any(pattern.fullmatch(folded) for pattern in _phrases())
    )


def texts(page: Page, wanted: Iterable[int]) -> dict[int, str]:
    """How the lines of these hashes read on a page that holds them."""
    found = {key & ~1: line for key, line in reversed(list(_candidates(page))) if key is not None}
    return {key: found[key] for key in wanted if key in found}


def drop_site_lines(page: Page, edge: frozenset[int], everywhere: frozenset[int]) -> Page:
    """The page less the lines learned from its site, each leaving an Edit.

    Untouched stays a page that would be left without text, or would lose most of a long one: that much
    was never a site's. A title that turns out to be the site's gives way to what the page has below it.
    """
    wanted = {key for key in _keys(page) if key & ~1 in everywhere or key in edge}
    if not wanted:
        return page
    draft, title = Draft(page.text), page.title
    (title_key, _), *found = _candidates(page)
    doomed = [number for number, (key, _) in enumerate(found) if key in wanted]
    taken = sum(len(found[number][1]) for number in doomed)
    if len(doomed) == len(found) or taken > max(_MOST_LETTERS, len(page.text) // 2):
        return page
    draft.drop_lines(RULE, doomed)
    if title_key in wanted:
        title = find_title(survey(draft.lines))
        if title:
            drop_title_lines(draft, title)
    draft.tidy()
    if not draft.text:
        return page
    return replace(page, text=draft.text, title=title, edits=page.edits + tuple(draft.edits))


def _candidates(page: Page) -> Iterator[tuple[int | None, str]]:
    """The title, then each line: its key, plus one where it is not at an edge, and the line itself; None
    in the key's place where it is too long or too short to be learned."""
    lines = Draft(page.text).lines
    top, bottom = _edges(len(lines))
    title = page.title or ""
    yield _key(title, inside=True), title
    for number, line in enumerate(lines):
        yield _key(line, inside=top <= number < bottom), line


def _keys(page: Page) -> tuple[int, ...]:
    keys = sorted({key for key, _ in _candidates(page) if key is not None})
    inside = [key for key in keys if key & 1]
    return (*(key for key in keys if not key & 1), *inside[:_MOST_INSIDE])


def _edges(count: int) -> tuple[int, int]:
    """Where the inside of a page of so many lines begins and ends."""
    return min(EDGE_TOP, count // 3), count - min(EDGE_BOTTOM, count // 3)


def _bodies(sample: Sequence[PageLines]) -> list[int]:
    """For each page the number of its body: pages of one work or with like sketches are one, and so is
    what they are joined to."""
    root = list(range(len(sample)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for one, other in _alike(sample):
        root[find(one)] = find(other)
    return [find(one) for one in range(len(sample))]


def _alike(sample: Sequence[PageLines]) -> Iterator[tuple[int, int]]:
    first: dict[int, int] = {}
    for number, page in enumerate(sample):
        yield first.setdefault(page.work, number), number
    sketches = [frozenset(page.sketch) for page in sample]
    for one, mine in enumerate(sketches):
        for other in range(one):
            theirs = sketches[other]
            if not mine.isdisjoint(theirs) and len(mine & theirs) >= _SAME * min(len(mine), len(theirs)):
                yield one, other


def _enough(found: dict[int, set[int]], needed: float) -> set[int]:
    return {line for line, bodies in found.items() if len(bodies) >= needed}


def _work(page: Page, group: str) -> str:
    title = _letters(page.title or "")
    if title and (page.number or (len(title) >= _WORK_TITLE and is_title(page.title or ""))):
        return title
    return group


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", fold(text)).lower()


def _key(line: str, *, inside: bool) -> int | None:
    """An even hash of a line's letters, a run of digits being one digit; plus one for a line inside."""
    if len(line) > (_LONGEST_INSIDE if inside else _LONGEST_EDGE):
        return None
    letters = _DIGITS.sub("0", _letters(line))
    return _hash(letters) & ~1 | inside if len(letters) > 1 else None


def _mark(clause: str) -> int:
    """32 bits; a CRC is linear, the multiplication spreads it so that the smallest are a fair sample."""
    return zlib.crc32(clause.encode()) * 0x9E3779B1 & 0xFFFFFFFF


def _hash(text: str) -> int:
    """64 bits, signed as SQLite's integers are."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"]) for row in rows("clean/standing-phrases.tsv"))
