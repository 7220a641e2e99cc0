"""Characters that show nothing: put between letters to hinder copying, or left behind by an editor."""

from __future__ import annotations

import re

from flows.records import Edit

RULE = "invisible"

_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_NO_CHARACTERS = "\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff"
_NO_CHARACTERS_BEYOND = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
"""Code points that Unicode keeps free, and the marks of annotations and embedded objects."""
_WITHOUT_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u180b-\u180f\ufe00-\ufe0f"  # variation selectors
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction, byte order mark
)
_BEYOND = f"\U000e0000-\U000e007f\U000e0100-\U000e01ef{_NO_CHARACTERS_BEYOND}"
"""Tags and more variation selectors, beyond the first 65,536 code points."""
_SCRIPTS = "\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
"""Arabic (Uyghur), Indic, Tibetan and Mongolian letters, which joiners and selectors give their form."""
_COMBINING = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302d\ufe20-\ufe2f"
)
_BASIC = f"{_CONTROLS}{_NO_CHARACTERS}{_WITHOUT_WIDTH}"
_HIDDEN = f"{_BASIC}{_BEYOND}"
SIGNS = f"{_BASIC}{_COMBINING}\U00010000-\U0010ffff"
"""Characters, for a class of a pattern, one of which is where there is anything to take out or to count."""
_ANY = re.compile(f"[{SIGNS}]")
_INVISIBLE = re.compile(
    f"(?<=[\u3400-\u9fff\uf900-\ufaff])[{_COMBINING}{_HIDDEN}]+(?![{_SCRIPTS}])"
    f"|(?<![{_SCRIPTS}])[{_HIDDEN}]+(?![{_SCRIPTS}])|[{_CONTROLS}]+"
)
_PRIVATE = re.compile("[\U000f0000-\U000ffffd\U00100000-\U0010fffd]+")


def remove(text: str) -> tuple[str, list[Edit]]:
    """The text without them, and what was taken out; so are accents put on Chinese characters.

    >>> text, edits = remove("招\\u200b商\\ufeff引\\u0338资 cafe\\u0301")
    >>> text == "招商引资 cafe\\u0301", [edit.start for edit in edits]
    (True, [1, 3, 5])
    """
    if not _ANY.search(text):
        return text, []
    edits = [
        Edit(stage="restore", rule=RULE, start=found.start(), before=found.group(), after="")
        for found in _INVISIBLE.finditer(text)
    ]
    return (_INVISIBLE.sub("", text) if edits else text), edits


def private(text: str) -> int:
    """How many places hold private-use characters beyond the first 65,536, which no font of ours shows.

    >>> private("甲\\U000f0001\\U000f0002乙")
    1
    """
    return sum(1 for _ in _PRIVATE.finditer(text))
