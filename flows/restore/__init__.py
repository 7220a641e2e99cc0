"""Puts the characters of a page right: copy-hindrances away, torn bytes together, simplified script."""

from __future__ import annotations

from dataclasses import replace

from flows import mojibake
from flows.records import Edit, Page
from flows.restore import byteshift, invisible, lookalikes, pinyin, regional, script, stray


def restore(page: Page) -> Page:
    """The page with ``text`` and ``title`` restored; ``edits`` (of the text) are added to, ``gaps`` is set.

    The rules run in this order: mojibake (what only shows after extraction), invisible characters, pinyin,
    byte shift, look-alikes, script, regional words. A rule's edits count positions in the text as that
    rule found it. What read counted as lost is still visible in the text, so ``gaps`` is counted anew.
    """
    title, _ = _shown(page.title or "")
    text, edits = _shown(page.text)
    annotated: frozenset[str] = frozenset()
    if pinyin.hindered(f"{title}\n{text}"):
        title, _, of_title = pinyin.remove_notes(title)
        text, more, annotated = pinyin.remove_notes(text)
        edits += more
        annotated |= of_title
    title, _, _ = byteshift.repair(title, annotated)
    text, more, gaps = byteshift.repair(text, annotated)
    title, _ = lookalikes.fold(title)
    text, folded = lookalikes.fold(text)
    title, text, reworded = _in_mainland_script(title, text)
    return replace(
        page,
        title=title if page.title is not None else None,
        text=text,
        edits=(*page.edits, *edits, *more, *folded, *reworded),
        gaps=gaps + invisible.private(text) + stray.count(text),
    )


def _shown(text: str) -> tuple[str, list[Edit]]:
    text, decoded, _ = mojibake.repair(text, stage="restore")
    text, hidden = invisible.remove(text)
    return text, decoded + hidden


def _in_mainland_script(title: str, text: str) -> tuple[str, str, list[Edit]]:
    """Title and text simplified, as one page; in the mainland's words, if it is of other usage."""
    page = f"{title}\n{text}"
    both = script.to_simplified(page)
    title, text = both[: len(title)], both[len(title) + 1 :]
    if both == page or not script.is_traditional(page) or not regional.is_regional(both):
        return title, text, []
    return regional.to_mainland(title)[0], *regional.to_mainland(text)
