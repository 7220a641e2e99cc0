"""Characters that have no width: put between letters to hinder copying, or left behind by an editor."""

from __future__ import annotations

import re

from flows.records import Edit

RULE = "invisible"

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")


def remove(text: str) -> tuple[str, list[Edit]]:
    """The text without them, and what was taken out.

    >>> remove("招\\u200b商\\ufeff引资")
    ('招商引资', [Edit(stage='restore', rule='invisible', start=1, before='\\u200b', after='', exact=True), Edit(stage='restore', rule='invisible', start=3, before='\\ufeff', after='', exact=True)])
    """
    edits = [
        Edit(stage="restore", rule=RULE, start=found.start(), before=found.group(), after="")
        for found in _INVISIBLE.finditer(text)
    ]
    return (_INVISIBLE.sub("", text), edits) if edits else (text, edits)
