"""Families: groups of pages that may hold parts of one speech, found on several sites, and what joins them.

A title alone joins nothing: a hundred speeches are called 在全县工作会议上的讲话. Pieces of two groups are
joined where each has pages that the other lacks, no page contradicts another, they name no places of their
own, and the text itself shows that one goes on in the other (see evidence.py), or a link to the next page
does. Pages without an address are joined the same way, and those that only links or a number that may mean
something else put in order as loose.py says. In doubt they stay apart: incomplete is better than wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import log

from flows.records import Page
from flows.stitch.copies import best, copies
from flows.stitch.evidence import (
    PROOF,
    copied,
    elsewhere,
    letters,
    names_its_occasion,
    other_counties,
    places,
    weight,
)
from flows.stitch.gaps import count, missing
from flows.stitch.loose import is_loose, parts_joined
from flows.stitch.order import Article
from flows.stitch.pieces import (
    AGAINST,
    MOST,
    UNLIKELY,
    components,
    id_of,
    merged,
    pages_of,
    text_of,
    title_of,
    total,
)

FAMILY = "family:"
"""How the keys of families begin; a group's own key begins otherwise (see group_key)."""
_TITLE_LEAST = 6
"""Letters of a title that can be a speech's own."""
_PAGE_MARK = re.compile(
    r"(?:\s?[(（\[]\s?\d{1,2}\s?[)）\]]|\s?[(（_-]?第?\s?\d{1,3}\s?页[)）]?|_\d{1,2}|\s?[(（]\d{1,2}[/／]\d{1,2}[)）])$"
)
_ONE_A_YEAR = "政府工作报告"
"""What a government gives once a year: place, year and count of pages tell it."""
_LIKELY = 3.5
"""What each seam must count between pages without an address whose title many speeches have. 60 % of true
ones do, 6 % where a sentence ends; of chance neighbours 0.2 %."""
_TOGETHER = 4.0
"""What the seams between two pieces of such a title must count together. 56 % of single true ones do, 0.15
% of chance ones. Where there are more pieces of the title there is more chance: ln of how many others there
are comes on top."""
_KNOWN = 0.5
"""What they must count together where the title says where and when: at one meeting several speak. 3 % of
chance neighbours have more."""


def family_of(title: str, pages: int, least: int = _TITLE_LEAST) -> str | None:
    """The key of the family of a piece with this title, of so many pages in all (0: not told).

    None for a title of fewer than ``least`` letters. Where the title alone tells the speech, the count takes
    no part: two sites need not both tell it.

    >>> family_of("在全县工作会议上的讲话（2）", 5) == family_of("在全县工作会议上的讲话", 5)
    True
    """
    title = _PAGE_MARK.sub("", title.strip())
    bare = letters(title)
    if len(bare) < least:
        return None
    return f"{FAMILY}{bare}" if names_its_occasion(title) else f"{FAMILY}{bare}|{pages}"


def joined(articles: Sequence[Article]) -> list[Article]:
    """The articles, those joined that are parts of one. The order in which they come does not matter."""
    apart = parts_joined([article for article in articles if is_loose(article)])
    pieces: dict[str, list[Article]] = {}
    for article in articles:
        if is_loose(article):
            continue
        key = family_of(title_of(article), count(article)) if missing(article) else None
        if key:
            pieces.setdefault(key, []).append(article)
        else:
            apart.append(article)
    for same in pieces.values():
        apart += _joined(sorted(same, key=id_of)) if 1 < len(same) <= MOST else same
    return apart


def parted(article: Article) -> list[Article]:
    """An article, or its parts where its pages have no address and only their title in common: it is parted
    where nothing shows that one page goes on in the next."""
    title = title_of(article)
    if any(page.url for page in pages_of(article)) or not title:
        return [article]
    own = names_its_occasion(title)
    enough = (AGAINST if _is_one_a_year(title) else UNLIKELY) if own else _LIKELY
    parts: list[Article] = []
    named: Counter[str] = Counter()
    for number, same in sorted(article.items()):
        before, here = article.get(number - 1), places(best(same).text)
        told = weight(best(before).text, best(same).text) if before else 0.0
        if not parts or told < enough or _apart(named, here, own):
            parts.append({})
            named = Counter()
        parts[-1][number] = same
        named += here
    return parts


def _joined(pieces: list[Article]) -> list[Article]:
    """Pieces of one title. Where all that seems to belong together contradicts itself, only what is proved
    by an overlap or a copy is joined."""
    title = _PAGE_MARK.sub("", title_of(pieces[0]).strip())
    rivals = len(pieces) - 1
    edges = {
        (one, other): told
        for (one, a), (other, b) in combinations(enumerate(pieces), 2)
        if (told := _told(a, b, title, rivals)) > 0
    }
    found = []
    for members in components(range(len(pieces)), edges):
        whole = merged([pieces[n] for n in members])
        if whole is not None:
            found.append(whole)
            continue
        proved = [edge for edge, told in edges.items() if told >= PROOF and edge[0] in members]
        for fewer in components(members, proved):
            whole = merged([pieces[n] for n in fewer])
            found += [pieces[n] for n in fewer] if whole is None else [whole]
    return found


def _told(one: Article, other: Article, title: str, rivals: int) -> float:
    """What speaks for two pieces being parts of one speech, where each has so many ``rivals``; 0 where that
    is not enough."""
    counts = {count(one), count(other)}
    if one.keys() <= other.keys() or other.keys() <= one.keys() or len(counts - {0}) > 1:
        return 0.0
    shared = one.keys() & other.keys()
    if any(len(copies(one[n] + other[n])) > 1 for n in shared):
        return 0.0
    weights = [
        PROOF if _links(before[n], after[n + 1]) else weight(best(before[n]).text, best(after[n + 1]).text)
        for before, after in ((one, other), (other, one))
        for n in sorted(before)
        if n not in after and n + 1 in after and n + 1 not in before
    ]
    if any(copied(best(one[n]).text, best(other[n]).text) for n in shared):
        weights.append(PROOF)
    found = total(weights)
    if found < _enough(title, one, other, rivals):
        return 0.0
    if _apart(places(text_of(one)), places(text_of(other)), names_its_occasion(title)):
        return 0.0
    return max(found, 1.0)


def _apart(one: Counter[str], other: Counter[str], own: bool) -> bool:
    """Whether two texts are about other places, as far as a title of its own leaves room for that."""
    return elsewhere(one, other) or (not own and other_counties(one, other))


def _links(pages: Sequence[Page], following: Sequence[Page]) -> bool:
    """Whether a page says that one of the ``following`` is the next."""
    addresses = {page.url for page in following if page.url}
    return any(page.next_url in addresses for page in pages)


def _enough(title: str, one: Article, other: Article, rivals: int) -> float:
    """What the seams between two pieces must count."""
    if not count(one) or count(one) != count(other) or not names_its_occasion(title):
        return _TOGETHER + log(rivals)
    return AGAINST if _is_one_a_year(title) else _KNOWN


def _is_one_a_year(title: str) -> bool:
    return _PAGE_MARK.sub("", title.strip()).endswith(_ONE_A_YEAR)
