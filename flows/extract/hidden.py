"""What a page holds and its reader never saw.

Text that no reader saw is no text of the page: like a script it is left out, and leaves no Edit. Copiers'
sites put it there to spoil copies. Where a script may show it later (a wrapper behind 阅读全文), it is kept
aside, and comes back if it is the body: see flows.extract.body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

Seen = Literal["", "later", "never", "tiny", "faint"]
"""How an element is hidden: a script may show it; out of sight for good; in no size, which a child may
change; in the colour of paper."""

STYLES = 200_000
"""Characters of a page's own style sheets that are read."""
TINY = 1.0
"""Pixels of the largest font that nobody reads."""
FAR = -500.0
"""Pixels off the screen from which nothing is seen."""

_WHITE = frozenset(("white", "#fff", "#ffffff", "#fefefe", "#fdfdfd", "rgb(255,255,255)", "transparent"))
_NUMBER = re.compile(r"-?\d{0,6}\.?\d{1,6}")
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"[a-z0-9]{0,10}([.#][\w-]{1,60})", re.I)


def seen(name: str, attrs: Mapping[str, str], rules: Mapping[str, Seen]) -> Seen:
    """How an element is hidden by its attributes and by the page's own simple rules; "" where it is not.

    ``aria-hidden`` hides from a screen reader only, and is not asked.

    >>> seen("p", {"style": "COLOR: red; Display : none"}, {}), seen("p", {"class": "a b"}, {".b": "tiny"})
    ('later', 'tiny')
    """
    if "hidden" in attrs:
        return "later"
    if style := attrs.get("style"):
        found = by_style(style[:1000])
        if found or "display:" in style:  # what an element says of itself outdoes the style sheet
            return found
    if name == "font" and (attrs.get("color") or "").lower() in _WHITE:
        return "faint"
    if not rules:
        return ""
    for word in (attrs.get("class") or "").split()[:20]:
        if found := rules.get("." + word, ""):
            return found
    return rules.get("#" + attrs["id"], "") if "id" in attrs else ""


@lru_cache(maxsize=4096)
def by_style(style: str) -> Seen:
    """How a list of declarations hides.

    >>> by_style("font-size:0"), by_style("text-indent:-9999px"), by_style("color:#fff;background:#FFF")
    ('tiny', 'never', 'never')
    >>> by_style("color: white"), by_style("font-size:0.9em"), by_style("left:-9999px")
    ('faint', '', '')
    """
    said: dict[str, str] = {}
    for part in "".join(style.lower().replace("!important", "").split()).split(";"):
        name, _, value = part.partition(":")
        said[name] = value
    if said.get("display") == "none" or said.get("visibility") in ("hidden", "collapse"):
        return "later"
    if _is_zero(said.get("opacity")) or _closed(said):
        return "later"
    if _away(said):
        return "never"
    if "font-size" in said and 0 <= _pixels(said["font-size"]) <= TINY:
        return "tiny"
    ink = said.get("color")
    paper = said.get("background-color") or said.get("background")
    if ink and paper:
        return "never" if ink == paper or (ink in _WHITE and paper in _WHITE) else ""
    return "faint" if ink in _WHITE else ""


def hiding_rules(styles: str) -> dict[str, Seen]:
    """The simple rules of a page's own style sheets that hide: ``.a``, ``#a`` or ``p.a``, at top level.

    Rules for a medium (``@media print``) or for an element inside another are not read: what they hide
    depends on more than the element.

    >>> hiding_rules("p.no, #x {display:none} .a .b{display:none} @media print{.c{display:none}}")
    {'.no': 'later', '#x': 'later'}
    """
    found: dict[str, Seen] = {}
    first, *rest = styles.split("/*")
    styles = first + "".join(part.partition("*/")[2] for part in rest)
    depth = last = 0
    selectors = ""
    for brace in _BRACE.finditer(styles):
        if brace[0] == "{":
            depth += 1
            selectors = styles[last : brace.start()] if depth == 1 else ""
        else:
            if depth == 1 and selectors:
                _add_rule(found, selectors, styles[last : brace.start()])
            depth = max(0, depth - 1)
        last = brace.end()
    return found


def _add_rule(found: dict[str, Seen], selectors: str, declarations: str) -> None:
    how = by_style(declarations[:1000])
    if how == "faint":  # which paper it is on is not known
        how = ""
    for selector in selectors.split(","):
        if simple := _SIMPLE.fullmatch(selector.strip()):
            if how:
                found[simple[1]] = how
            elif "display" in declarations or "font-size" in declarations:
                found.pop(simple[1], None)


def _closed(said: Mapping[str, str]) -> bool:
    """A box of no width or height that shows nothing outside itself."""
    return said.get("overflow") == "hidden" and any(
        _is_zero(said.get(side)) for side in ("height", "width", "max-height", "max-width")
    )


def _away(said: Mapping[str, str]) -> bool:
    """Placed off the screen, or cut to nothing."""
    if _pixels(said.get("text-indent", "")) <= FAR:
        return True
    if said.get("position") not in ("absolute", "fixed"):
        return False
    return said.get("clip", "").startswith(("rect(0", "rect(1px")) or any(
        _pixels(said.get(side, "")) <= FAR for side in ("left", "top", "right", "margin-left")
    )


def _is_zero(value: str | None) -> bool:
    return value is not None and value[:1] in "0." and _pixels(value) == 0


def _pixels(value: str) -> float:
    """A length in pixels, roughly; a large number for what is no length."""
    number = _NUMBER.match(value)
    if not number:
        return 1e6
    unit = value[number.end() :]
    scale = 16.0 if unit in ("em", "rem") else 0.16 if unit == "%" else 1.0
    return float(number[0]) * scale
