"""Text that a page gives twice: a summary that repeats the beginning, a body for screen and for print."""

from __future__ import annotations

import re

from flows.clean.draft import Draft, fold, squeeze
from flows.clean.rules import label_pattern
from flows.clean.shapes import has_shape, is_prose

_SUMMARY_ZONE = 40
"""Lines from the top among which a summary is looked for."""
_SUMMARY_LEAST, _SUMMARY_MOST = 30, 600
"""Characters of a summary. Sites cut them at 100 to 300."""
_CUT = re.compile(r"(?:&[a-z]{0,7})?[.…。]{2,}$")
_COPY_LEAST = 200
"""Characters that must come twice before a page is said to hold its body twice."""
_COPY_LINE = 20
"""Characters of a line that is compared; shorter ones (各位代表, 谢谢大家) come twice in any speech."""
_COPY_OF_PAGE = 0.3
"""Share of the page's prose that must come twice. A passage pasted twice is the writer's business."""
_COPY_SHARE = 0.8
"""How much of one copy's prose the other must hold. Copies of one body differ in broken lines only."""


def drop_summary(draft: Draft) -> None:
    """Remove a paragraph near the top that the lines behind it begin with again.

    >>> beginning = "各位代表：\\n我向大会报告县政府一年来的工作，请各位审议。\\n一、工作回顾"
    >>> draft = Draft(beginning.replace("\\n", "") + "......\\n" + beginning)
    >>> drop_summary(draft)
    >>> draft.text == beginning
    True
    """
    lines = draft.lines[: _SUMMARY_ZONE + _SUMMARY_MOST // 10]
    forms = [squeeze(line[:_SUMMARY_MOST]) for line in lines]
    for number, line in enumerate(lines[:_SUMMARY_ZONE]):
        if has_shape(line, "salutation"):
            return
        if not _SUMMARY_LEAST <= len(line) <= _SUMMARY_MOST:
            continue
        cut = bool(_CUT.search(line))
        label = label_pattern().match(fold(line))
        form = squeeze(_CUT.sub("", line[label.end() :] if label else line))
        if len(form) < _SUMMARY_LEAST or not (cut or is_prose(line)):
            continue
        for start in range(number + 1, min(number + 6, len(lines))):
            # One whole line said again further on may be a refrain.
            surely = cut or len(form) > len(forms[start]) or start == number + 1
            if (
                surely
                and form.startswith(forms[start][: len(form)])
                and "".join(forms[start:]).startswith(form)
            ):
                draft.drop_lines("summary", [number])
                return


def drop_copy(draft: Draft) -> None:
    """Where a page holds its body twice, keep the one that says more, the first if they say the same."""
    forms = ["".join(line.split()) if is_prose(line) else "" for line in draft.lines]
    pairs = _pairs(forms)
    twice = sum(len(forms[b]) for _, b in pairs)
    if twice < max(_COPY_LEAST, sum(map(len, forms)) * _COPY_OF_PAGE):
        return
    begin_a, begin_b, end_b = pairs[0][0], pairs[0][1], pairs[-1][1]
    if begin_a >= begin_b or twice < _COPY_SHARE * sum(map(len, forms[begin_b : end_b + 1])):
        return
    firsts = {a for a, _ in pairs}
    first_copy = [n for n in range(begin_a, begin_b) if forms[n]]
    only_first = sum(len(forms[n]) for n in first_copy if n not in firsts)
    if sum(map(len, forms[end_b + 1 :])) > only_first:
        draft.drop_lines("copy", range(begin_a, begin_b))
    else:
        draft.drop_lines("copy", range(first_copy[-1] + 1, end_b + 1))


def _pairs(forms: list[str]) -> list[tuple[int, int]]:
    """Numbers of a line and of its first repetition behind it, for long lines."""
    first: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for number, form in enumerate(forms):
        if len(form) < _COPY_LINE:
            continue
        if form in first:
            pairs.append((first[form], number))
        else:
            first[form] = number
    return pairs
