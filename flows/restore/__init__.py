"""Puts the characters of a page right: copy-hindrances away, torn bytes together, simplified script."""

from __future__ import annotations

from dataclasses import replace

from flows.records import Page
from flows.restore import byteshift, invisible, pinyin, script


def restore(page: Page) -> Page:
    """The page with ``text`` and ``title`` restored; ``edits`` (of the text) and ``gaps`` are added to.

    The rules run in this order: invisible characters, pinyin, byte shift, script. A rule's edits count
    positions in the text as that rule found it.
    """
    title, _ = invisible.remove(page.title or "")
    text, edits = invisible.remove(page.text)
    annotated: frozenset[str] = frozenset()
    if pinyin.hindered(f"{title}\n{text}"):
        title, _, of_title = pinyin.remove_notes(title)
        text, more, annotated = pinyin.remove_notes(text)
        edits += more
        annotated |= of_title
    title, _, _ = byteshift.repair(title, annotated)
    text, more, gaps = byteshift.repair(text, annotated)
    edits += more
    both = script.to_simplified(f"{title}\n{text}")
    return replace(
        page,
        title=both[: len(title)] if page.title is not None else None,
        text=both[len(title) + 1 :],
        edits=(*page.edits, *edits),
        gaps=page.gaps + gaps,
    )
