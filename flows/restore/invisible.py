"""Characters without width: put between letters to hinder copying, or left behind by an editor."""

from __future__ import annotations

import re

from flows.records import Edit

RULE = "invisible"

_RANGES = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164"  # soft hyphen, joiners, fillers
    "\u180b-\u180e\ufe00-\ufe0f"  # variation selectors
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction, byte order mark
)
_INVISIBLE = re.compile(f"[{_RANGES}]+")


def remove(text: str) -> tuple[str, list[Edit]]:
    """The text without them, and what was taken out.

    >>> text, edits = remove("招\\u200b商\\ufeff引资")
    >>> text, [edit.start for edit in edits]
    ('招商引资', [1, 3])
    """
    edits = [
        Edit(stage="restore", rule=RULE, start=found.start(), before=found.group(), after="")
        for found in _INVISIBLE.finditer(text)
    ]
    return (_INVISIBLE.sub("", text) if edits else text), edits
