"""Whether a name found in running text is a word of its own there, or cut out of other words."""

from __future__ import annotations

from functools import cache

from flows.resources import reference

LONGEST_WORD = 6
_ORGANS = frozenset(f"{unit}{what}" for unit in "省市县区州盟旗" for what in "委长直政级属民城域府人会内外")
"""What may follow a division's name with its last character: 昌图县|委, 昌图县|城."""


@cache
def words() -> frozenset[str]:
    """Common words and phrases; see ``data/reference/places/README.md``."""
    found: set[str] = set()
    for name in ("places/words.txt", "places/phrases.txt"):
        found.update(reference(name).read_text(encoding="utf-8").split())
    return frozenset(found)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no common word crosses an end of ``text[start:end]`` or holds all of it.

    >>> stands_alone("面对复杂多变的形势", 3, 5), stands_alone("今天全县的会", 1, 4)
    (False, False)
    >>> stands_alone("在杂多县", 1, 4)
    True
    """
    known = words()
    low, high = max(0, start - LONGEST_WORD + 1), min(len(text), end + LONGEST_WORD - 1)
    for left in range(low, end):
        first = max(left + 2, start + 1)
        for right in range(first, min(left + LONGEST_WORD, high) + 1):
            if left >= start and right <= end:
                continue
            if text[left:right] in known and not _organ(text, left, right, end):
                return False
    return True


def _organ(text: str, left: int, right: int, end: int) -> bool:
    """市委 in 朝阳市委: the word shares with the name only the kind of place."""
    return left == end - 1 and text[left:right] in _ORGANS
