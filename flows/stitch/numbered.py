"""Loose numbers: pages that may be numbered, as by 讲话（二） or a bare 2/4, whose texts go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import log

from flows.parts import LAST, bare, mark
from flows.records import Page
from flows.stitch.copies import best, copies
from flows.stitch.evidence import names_its_occasion, weight
from flows.stitch.order import Article
from flows.stitch.pieces import AGAINST, UNLIKELY, components, merged, pages_of, title_of
from flows.stitch.seam import may_follow

_SHOWN, _SHOWN_OFTEN = 1.5, 4.5
"""What a seam must count under a title that says where and when, and under another; ln of how many pages
could stand there comes on top."""


def numbered(articles: Sequence[Article]) -> list[Article]:
    """Articles of one title and site, those of one page each made one whose numbers follow and whose texts
    go on in each other.

    Where the title says where and when, each number is there once, and some texts go on, the numbers are
    those of pages: then the others stand where they say, unless a seam is against it.
    """
    said = [_place(article) for article in articles]
    last = max((place[0] for place in said if place), default=0) + 1
    found = [article for article, place in zip(articles, said, strict=True) if not place]
    loose = [(_placed(a, place, last), a) for a, place in zip(articles, said, strict=True) if place]
    own = bool(loose) and names_its_occasion(bare(title_of(articles[0])))
    wholes = _shown([piece for piece, _ in loose], _SHOWN if own else _SHOWN_OFTEN)
    if own and any(len(whole) > 1 for whole in wholes):
        wholes = _in_their_places(wholes)
    in_parts = [whole for whole in wholes if len(whole) > 1]
    taken = {page.id for whole in in_parts for page in pages_of(whole)}
    return found + in_parts + [article for _, article in loose if pages_of(article)[0].id not in taken]


def _shown(pieces: Sequence[Article], least: float) -> list[Article]:
    """The pieces, those made one whose texts go on in each other, each seam counting so much at ``least``."""
    rivals = [sum(piece.keys() == other.keys() for other in pieces) for piece in pieces]
    edges = [
        (one, other)
        for one, other in combinations(range(len(pieces)), 2)
        if _goes_on(pieces[one], pieces[other], least + log(max(rivals[one], rivals[other])))
    ]
    found = []
    for members in components(range(len(pieces)), edges):
        whole = merged([pieces[n] for n in members])
        found += [whole] if whole else [pieces[n] for n in members]
    return found


def _in_their_places(pieces: Sequence[Article]) -> list[Article]:
    """The pieces, those made one that follow each other in number and whose texts may; as they are where two
    have one number."""
    numbers = [number for piece in pieces for number in piece]
    if len(numbers) > len(set(numbers)):
        return list(pieces)
    found: list[Article] = [{}]
    for piece in sorted(pieces, key=min):
        whole = merged([found[-1], piece]) if found[-1] and _may_go_on(found[-1], piece) else None
        if whole:
            found[-1] = whole
        else:
            found.append(piece)
    return [piece for piece in found if piece]


def _may_go_on(one: Article, other: Article) -> bool:
    before, after = best(one[max(one)]), best(other[min(other)])
    beside = min(other) == max(one) + 1
    return may_follow(before.text, after.text) and not (
        beside and weight(before.text, after.text) <= UNLIKELY
    )


def _place(article: Article) -> tuple[int, int] | None:
    """What may be the number and count of the one page of an article; None where it says none, or two."""
    if len(article) > 1:
        return None
    said = {place for page in pages_of(article) if (place := _place_of(page))}
    return said.pop() if len(said) == 1 else None


def _place_of(page: Page) -> tuple[int, int] | None:
    in_title = mark(page.title or "")
    if page.number:
        return page.number, 0
    if page.hint and in_title and page.hint[0] != in_title.number:
        return None
    return page.hint or (in_title and (in_title.number, in_title.of))


def _placed(article: Article, place: tuple[int, int], last: int) -> Article:
    number = last if place[0] == LAST else place[0]
    return {number: [replace(page, number=number, count=place[1] or None) for page in pages_of(article)]}


def _goes_on(one: Article, other: Article, least: float) -> bool:
    """Whether one of two pieces goes on in the other, or both are one page."""
    (first, pages), (second, others) = sorted((*one.items(), *other.items()), key=lambda item: item[0])
    if first == second:
        return len(copies(pages + others)) == 1
    before, after = best(pages), best(others)
    if second != first + 1 or not may_follow(before.text, after.text):
        return False
    enough = AGAINST if before.url and before.url == after.url else least
    return weight(before.text, after.text) >= enough
