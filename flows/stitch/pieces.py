"""Pieces: articles, or parts of them, that may be parts of one; what they say, and the whole they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from flows.records import Page
from flows.stitch.copies import best, copies
from flows.stitch.evidence import PROOF, elsewhere, places, weight
from flows.stitch.gaps import count
from flows.stitch.order import Article

MOST = 40
"""Pieces of one title that are compared with each other. A title with more of them tells nothing."""
AGAINST = -5.0
"""What the seams count together where they are against a join. One in a thousand true ones does."""
UNLIKELY = -2.5
"""A seam that counts less parts pages without an address whose title says where and when. 1 % of true ones
do, three quarters of chance neighbours, a third where a sentence ends."""
_AT_MOST = 8.0
"""What one seam counts at most, so that many are heard."""


def total(weights: Iterable[float]) -> float:
    """What some seams count together."""
    return sum(told if told == PROOF else min(told, _AT_MOST) for told in weights)


def merged(pieces: Sequence[Article]) -> Article | None:
    """The pieces as one article, or None where two pages of a number are not copies, the counts differ, two
    neighbours do not fit, or two pieces are about different places."""
    if len(pieces) == 1:
        return pieces[0]
    if len({count(piece) for piece in pieces} - {0}) > 1:
        return None
    if any(elsewhere(*two) for two in combinations([places(text_of(piece)) for piece in pieces], 2)):
        return None
    whole: Article = {}
    for number in sorted({number for piece in pieces for number in piece}):
        groups = copies([page for piece in pieces for page in piece.get(number, [])])
        if len(groups) > 1:
            return None
        whole[number] = groups[0]
    if max(whole) > (count(whole) or max(whole)):
        return None
    weights = []
    for before, after in pairwise(whole):
        one, other = best(whole[before]), best(whole[after])
        together = any(one in piece.get(before, []) and other in piece.get(after, []) for piece in pieces)
        if after == before + 1 and not together:
            weights.append(weight(one.text, other.text))
    return whole if total(weights) >= AGAINST else None


def components(members: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The members in groups that the edges make.

    >>> components(range(4), [(0, 2), (2, 3)])
    [[0, 2, 3], [1]]
    """
    root = {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            member = root[member]
        return member

    for one, other in sorted(edges):
        low, high = sorted((find(one), find(other)))
        root[high] = low
    found: dict[int, list[int]] = {}
    for member in sorted(root):
        found.setdefault(find(member), []).append(member)
    return list(found.values())


def pages_of(article: Article) -> list[Page]:
    """All pages of a piece, copies too, in reading order."""
    return [page for _, same in sorted(article.items()) for page in same]


def text_of(article: Article) -> str:
    """The pages' texts, one below the other."""
    return "\n".join(best(same).text for _, same in sorted(article.items()))


def title_of(article: Article) -> str:
    """The title of the first page that has one; "" without."""
    return next((page.title for page in pages_of(article) if page.title), "")


def id_of(article: Article) -> str:
    """The smallest id of its pages."""
    return min(page.id for page in pages_of(article))
