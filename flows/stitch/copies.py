"""Copies of one page: texts equal but for punctuation, or of which one holds nearly all of the other.

Two pages of one template, filled in for two places or years, are no copies, however alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.dedupe.compare import Read, are_template
from flows.records import Page
from flows.stitch.evidence import letters

_GRAM = 5
_SHARE = 0.8
"""Share of the smaller text's 5-grams that the other must hold; two parts of one article share under 0.1."""
_LOOKED_AT = 100_000
"""Characters of a text that are compared, three times the longest report."""
_MOST = 40
"""Different texts in one place that are compared. An address with more of them is not that of one page."""


def copies(pages: Sequence[Page]) -> list[list[Page]]:
    """The pages grouped into copies of each other, each group and the list sorted by id.

    >>> from flows.records import Source
    >>> a, b, c = (Page(id=i, source=Source(file=i), media="text/plain", text=t)
    ...     for i, t in (("a", "我们开会部署。"), ("b", "我们开会 部署。"), ("c", "他们散会去看电影。")))
    >>> [[page.id for page in group] for group in copies([c, b, a])]
    [['a', 'b'], ['c']]
    """
    equal: dict[str, list[Page]] = {}
    for page in sorted(pages, key=lambda page: page.id):
        equal.setdefault(letters(page.text) or page.text, []).append(page)
    groups = list(equal.values())
    grams = [_grams(text[:_LOOKED_AT]) for text in equal] if 1 < len(equal) <= _MOST else []
    for first in range(len(grams)):
        for second in range(first + 1, len(grams)):
            one, other = groups[first], groups[second]
            if one is not other and _near(grams[first], grams[second]) and not _template(one[0], other[0]):
                _merge(groups, first, second)
    unique = {id(group): sorted(group, key=lambda page: page.id) for group in groups}
    return sorted(unique.values(), key=lambda group: group[0].id)


def best(group: Sequence[Page]) -> Page:
    """The copy to read: a whole one before a cut one, then the least damaged, then the longest, then the
    smallest id."""
    return min(group, key=lambda page: (page.truncated is not None, _damage(page), -len(page.text), page.id))


def _damage(page: Page) -> int:
    """How much of a page's text is lost or unread: its gaps, and the marks of characters that are gone."""
    return page.gaps + page.text.count("\ufffd") + page.text.count("??")


def _template(one: Page, other: Page) -> bool:
    return are_template(Read(one.text[:_LOOKED_AT]), Read(other.text[:_LOOKED_AT]))


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + _GRAM] for at in range(max(1, len(text) - _GRAM + 1)))


def _near(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SHARE * min(len(one), len(other))


def _merge(groups: list[list[Page]], first: int, second: int) -> None:
    joined, gone = groups[first], groups[second]
    joined += gone
    for at, group in enumerate(groups):
        if group is gone:
            groups[at] = joined
