"""A body that a page gives twice, for screen and for print or for search engines: the best is kept, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise

from flows.clean.draft import Draft
from flows.clean.shapes import has_shape, is_prose

_LEAST = 50
"""Letters that must come twice before a page is said to hold its body twice."""
_OF_PAGE = 0.3
"""Share of the page's prose that must come twice. A passage pasted twice is the writer's business."""
_DENSE = 0.8
"""Share of the second copy, from its first repeated clause to its last, that the first must hold."""
_OWN = 0.25
"""Share of what comes twice that both copies may hold beside it; with more in each they are two texts."""
_CLAUSE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9.%]{6,}")
"""Letters between punctuation. Shorter ones (各位代表, 谢谢大家) come twice in any speech."""
_PIECE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9.%]+")
_FIGURE = re.compile("[0-9一二三四五六七八九十]")
_LOOKED_FOR = 500
"""Pieces that are looked for inside others, each of which costs a pass over the text."""
_OTHER = 0.1
"""Share of a copy's pieces between punctuation that the other may lack: what was cut or set otherwise."""
_ANCHORS = 24
"""Clauses at the beginning, two neighbours of which a copy repeats."""
_ONCE = 1.2
"""Times its own length that the first copy may be said again; with more the text repeats itself."""
_TRIES = 8
"""Beginnings that are tried: a refrain may come before the true one."""
_SLACK = 20
"""Characters by which they may stand further apart there: white space and punctuation."""
_FEW_LINES = 3
"""Lines that hold a whole body only where its paragraphs are lost."""

Clause = tuple[str, int]
"""A clause and the number of its line."""


@dataclass(frozen=True, slots=True)
class _Copies:
    """Where a body stands twice: numbers of lines, and letters that only one of the copies holds."""

    first: int
    first_end: int
    second: int
    second_end: int
    only_first: int
    only_second: int


def drop_copy(draft: Draft) -> None:
    """Where a page holds its body twice, keep the copy that says more; of equals the first, unless it has
    lost its paragraphs. Two texts that only share a part stay.

    >>> body = "\\n".join(f"第{n}件事是把第{n}条路修到第{n}个村口，年底之前要通车。" for n in "一二三四五")
    >>> draft = Draft(body + "\\n打印\\n" + body)
    >>> drop_copy(draft)
    >>> draft.text == body + "\\n"
    True
    """
    if not _begins_again(draft.text):
        return
    lines = draft.lines
    found = _copies(lines)
    if not found:
        return
    copies = lines[found.first : found.first_end + 1], lines[found.second : found.second_end + 1]
    if _says_more(*(copies if _second_is_better(found) else copies[::-1])):
        return
    if _second_is_better(found):
        start = _lead(lines, found.second, found.first_end)
        above = lines[: found.first]
        start += sum(line in above for line in lines[start : found.second])
        draft.drop_lines("copy", range(found.first, start))
    else:
        end = found.first_end + 1
        while end < found.second and has_shape(lines[end], "dateline", "closing"):
            end += 1
        signed = lines[found.first_end + 1 : end]
        last = found.second_end + 1
        if signed and lines[last : last + len(signed)] == signed:
            last += len(signed)
        draft.drop_lines("copy", range(end, last))


def _says_more(dropped: list[str], kept: list[str]) -> bool:
    """Whether what would be dropped holds a figure, or many short words, that the other has not: then they
    are two like passages (the villages of a county, one speech in two years), not one given twice."""
    whole, told = "".join(kept), {piece for line in kept for piece in _PIECE.findall(line)}
    pieces = [piece for line in dropped for piece in _PIECE.findall(line)]
    missing = [piece for piece in pieces if piece not in told]
    if len(missing) <= _LOOKED_FOR:  # they may be parts of longer pieces
        missing = [piece for piece in missing if piece not in whole]
    return len(missing) > _OTHER * len(pieces) or any(map(_FIGURE.search, missing))


def _second_is_better(found: _Copies) -> bool:
    lost_paragraphs = found.first_end - found.first < _FEW_LINES <= found.second_end - found.second
    return found.only_second > found.only_first or (lost_paragraphs and found.only_first == found.only_second)


def _lead(lines: list[str], start: int, end: int) -> int:
    """Where what leads a copy begins: when and by whom it was said, and to whom."""
    while start - 1 > end and has_shape(lines[start - 1], "dateline", "speaker", "salutation"):
        start -= 1
    return start


def _begins_again(text: str) -> bool:
    """Whether two neighbours of the first long clauses stand in the text again, as near to each other: what
    most pages fail at once."""
    first = list(islice(_CLAUSE.finditer(text), _ANCHORS))
    for number in range(1, len(first), 2):  # of two neighbours, one has an odd number
        if text.find(first[number][0], first[number].end()) > 0:
            for one, two in pairwise(first[number - 1 : number + 2]):
                again = text.find(one[0], two.end())
                if again > 0 and text.find(two[0], again, again + two.end() - one.start() + _SLACK) > 0:
                    return True
    return False


def _copies(lines: list[str]) -> _Copies | None:
    prose = [number for number, line in enumerate(lines) if is_prose(line)]
    said = _CLAUSE.findall("\n".join([lines[number] for number in prose]))
    whole, once = len("".join(said)), len("".join(set(said)))
    if whole - once < max(_LEAST, whole * _OF_PAGE):
        return None
    clauses = [(clause, number) for number in prose for clause in _CLAUSE.findall(lines[number])]
    starts = _starts(said)
    return next(filter(None, (_copy_from(clauses, *start) for start in starts)), None)


def _starts(clauses: list[str]) -> Iterator[tuple[int, int]]:
    """Numbers of the first clauses that, with their neighbours, are said again, and where."""
    first: dict[tuple[str, str], int] = {}
    again: list[tuple[int, int]] = []
    for number, pair in enumerate(pairwise(clauses)):
        at = first.get(pair) if number >= _ANCHORS else first.setdefault(pair, number)
        if at is not None and at + 1 < number:
            again.append((at, number))
    yield from sorted(again)[:_TRIES]


def _copy_from(clauses: list[Clause], first: int, second: int) -> _Copies | None:
    """The copies that begin at these clauses, if one text stands there twice."""
    numbers = [number for _, number in clauses]
    size = [len(clause) for clause, _ in clauses]
    said = {clause: at for at, (clause, _) in enumerate(clauses[first:second], first)}
    before = [said.get(clause) for clause, _ in clauses[second:]]
    end = second + _longest_prefix(
        [length if at is not None else -length for length, at in zip(size[second:], before, strict=True)]
    )
    matched = set(before[: end - second])
    twice = sum(size[n] for n in range(second, end) if before[n - second] is not None)
    only_first = sum(size[n] for n in range(first, second) if n not in matched)
    only_second = sum(size[second:]) - sum(
        size[n] for n in range(second, len(size)) if before[n - second] is not None
    )
    enough = twice >= max(_LEAST, sum(size) * _OF_PAGE) and twice >= _DENSE * sum(size[second:end])
    apart = numbers[second - 1] != numbers[second] and twice <= _ONCE * sum(size[first:second])
    if not (enough and apart) or min(only_first, only_second) > max(_LEAST, _OWN * twice):
        return None
    return _Copies(
        numbers[first], numbers[second - 1], numbers[second], numbers[end - 1], only_first, only_second
    )


def _longest_prefix(weights: list[int]) -> int:
    """How many numbers from the first make the greatest sum."""
    sums = list(accumulate(weights))
    return max(range(len(sums)), key=sums.__getitem__) + 1
