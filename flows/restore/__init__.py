"""Puts the characters of a page right: copy-hindrances away, torn bytes together, simplified script."""

from __future__ import annotations

import re
from dataclasses import replace

from flows import mojibake
from flows.records import Edit, Page
from flows.restore import byteshift, invisible, lookalikes, pinyin, regional, script, stray

_STRANGE = re.compile(f"[{invisible.SIGNS}{byteshift.SIGNS}]")
"""What is taken out or counted as a gap: asked once for all that looks for it, since most pages have none."""


def restore(page: Page) -> Page:
    """The page with ``text`` and ``title`` restored; ``edits`` (of the text) are added to, ``gaps`` is set.

    The rules run in this order: mojibake (what only shows after extraction), invisible characters, pinyin,
    byte shift, look-alikes, script, regional words. A rule's edits count positions in the text as that
    rule found it. What read counted as lost is still visible in the text, so ``gaps`` is counted anew.
    """
    title, _, _ = mojibake.repair(page.title or "", stage="restore")
    text, edits, _ = mojibake.repair(page.text, stage="restore")
    strange = bool(_STRANGE.search(title) or _STRANGE.search(text))
    if strange:
        title, _ = invisible.remove(title)
        text, hidden = invisible.remove(text)
        edits += hidden
    annotated: frozenset[str] = frozenset()
    if pinyin.hindered(f"{title}\n{text}"):
        title, _, of_title = pinyin.remove_notes(title)
        text, notes, annotated = pinyin.remove_notes(text)
        edits += notes
        annotated |= of_title
    gaps, joined = 0, list[Edit]()
    if strange or annotated or "?" in text or "?" in title:
        title, _, _ = byteshift.repair(title, annotated)
        text, joined, gaps = byteshift.repair(text, annotated)
    title, _ = lookalikes.fold(title)
    text, folded = lookalikes.fold(text)
    title, text, reworded = _in_mainland_script(title, text)
    return replace(
        page,
        title=title if page.title is not None else None,
        text=text,
        edits=(*page.edits, *edits, *joined, *folded, *reworded),
        gaps=gaps + (invisible.private(text) if strange else 0) + stray.count(text),
    )


def _in_mainland_script(title: str, text: str) -> tuple[str, str, list[Edit]]:
    """Title and text simplified, as one page; in the mainland's words, if it is of other usage."""
    page = f"{title}\n{text}"
    both = script.to_simplified(page)
    title, text = both[: len(title)], both[len(title) + 1 :]
    if both == page or not script.is_traditional(page) or not regional.is_regional(both):
        return title, text, []
    return regional.to_mainland(title)[0], *regional.to_mainland(text)
