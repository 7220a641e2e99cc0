"""Whether a name found in running text is a word of its own there, or cut out of other words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from flows.resources import reference

LONGEST_WORD = 6
_ORGANS = frozenset(
    f"{unit}{what}" for unit in "省市县区州盟旗" for what in "委长直政级属民城域府人会内外"
) - {"区域"}
"""What may follow a division's name with its last character: 昌图县|委, 昌图县|城."""


@cache
def words() -> Mapping[str, Sequence[str]]:
    """Common words and phrases by their first two characters; see ``data/reference/places/README.md``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in (*_listed("places/words.txt"), *phrases()):
        found[word[:2]].append(word)
    return found


def phrases() -> list[str]:
    """Phrases that hold a name and name no place; one that is itself a name (全州) is not looked for."""
    return _listed("places/phrases.txt")


def _listed(name: str) -> list[str]:
    return reference(name).read_text(encoding="utf-8").split()


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no common word crosses an end of ``text[start:end]`` or holds all of it; one that crosses the
    start of a full name does not count where another word ends there (代表|扬州市, not 表扬).

    >>> stands_alone("面对复杂多变的形势", 3, 5), stands_alone("今天全县的会", 1, 4)
    (False, False)
    >>> stands_alone("在杂多县", 1, 4), stands_alone("代表扬州市", 2, 5)
    (True, True)
    """
    known = words()
    for left in range(max(0, start - LONGEST_WORD + 1), end):
        for word in known.get(text[left : left + 2], ()):
            right = left + len(word)
            if right <= start or (left >= start and right <= end):
                continue
            if not text.startswith(word, left) or (left > start and _organ(word, end - left)):
                continue
            if not (left < start and right < end and end - start > 2 and _ends_at(text, start, left)):
                return False
    return True


def _ends_at(text: str, end: int, before: int) -> bool:
    """Whether a common word that begins before ``before`` ends at ``end``."""
    known = words()
    lefts = range(max(0, end - LONGEST_WORD), before)
    return any(text[left:end] in known.get(text[left : left + 2], ()) for left in lefts)


def _organ(word: str, shared: int) -> bool:
    """县委 in 永和县委, and 和县委 too: past the kind of place, the word goes on with an organ of it.

    ``shared`` is how many characters of the word lie within the name.
    """
    return word[shared - 1 : shared + 1] in _ORGANS
