"""What a site tells of a body above it: its beginning once more, its headings."""

from __future__ import annotations

import re

from flows.clean.draft import Draft, fold, squeeze
from flows.clean.rules import label_pattern
from flows.clean.shapes import has_shape, is_prose

_SUMMARY_ZONE = 40
"""Lines from the top among which a summary is looked for."""
_SUMMARY_LEAST, _SUMMARY_MOST = 30, 600
"""Characters of a summary. Sites cut them at 100 to 300."""
_LABELLED_LEAST = 12
"""Characters of one that is called a summary and is cut."""
_MISTOLD = 3
"""Characters at the end of one by which it may differ: sites mask names in the one, not in the other."""
_OUTLINE = re.compile(r"(?:目录/提纲|目录|提纲|内容提要):?\s?[.…]{1,12}")
_DOTS = re.compile(r"[.…]{1,12}")
_CUT = re.compile(r"(?:&[a-z]{0,7})?[.…。]{2,}$")


def drop_summary(draft: Draft) -> None:
    """Remove a paragraph near the top that the lines behind it begin with again.

    >>> beginning = "各位代表：\\n我向大会报告县政府一年来的工作，请各位审议。\\n一、工作回顾"
    >>> draft = Draft(beginning.replace("\\n", "") + "......\\n" + beginning)
    >>> drop_summary(draft)
    >>> draft.text == beginning
    True
    """
    lines = draft.lines[: _SUMMARY_ZONE + _SUMMARY_MOST // 10]
    forms: list[str] = []
    for number, line in enumerate(lines[:_SUMMARY_ZONE]):
        if has_shape(line, "salutation"):
            return
        if not _LABELLED_LEAST <= len(line) <= _SUMMARY_MOST:
            continue
        cut = bool(_CUT.search(line))
        label = label_pattern().match(fold(line))
        form = squeeze(_CUT.sub("", line[label.end() :] if label else line))
        least = _LABELLED_LEAST if cut and label else _SUMMARY_LEAST
        if len(form) < least or not (cut or is_prose(line)):
            continue
        forms = forms or [squeeze(line[:_SUMMARY_MOST]) for line in lines]
        for start in range(number + 1, min(number + 6, len(lines))):
            # One whole line said again further on may be a refrain.
            surely = cut or len(form) > len(forms[start]) or start == number + 1
            if (
                surely
                and form.startswith(forms[start][: max(least, len(form) - _MISTOLD)])
                and "".join(forms[start:]).startswith(form[: max(least, len(form) - _MISTOLD)])
            ):
                draft.drop_lines("summary", [number])
                return


def drop_outline(draft: Draft) -> None:
    """Remove the list of its headings that a site puts above a body, between two marks that something is
    left out.

    >>> draft = Draft("目录/提纲：……\\n一、认清形势\\n二、抓好落实\\n……\\n同志们：\\n一、认清形势")
    >>> drop_outline(draft)
    >>> draft.lines
    ['同志们：', '一、认清形势']
    """
    lines = [fold(line) for line in draft.lines[:_SUMMARY_ZONE]]
    start = next((n for n, line in enumerate(lines) if _OUTLINE.fullmatch(line)), None)
    if start is None:
        return
    end = next((n for n in range(start + 1, len(lines)) if _DOTS.fullmatch(lines[n])), start)
    if all(has_shape(line, "heading", "part") for line in lines[start + 1 : end]):
        draft.drop_lines("outline", range(start, end + 1))
