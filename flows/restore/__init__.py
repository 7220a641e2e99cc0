"""Puts the characters of a page right: copy-hindrances away, torn bytes together, simplified script."""

from __future__ import annotations

from dataclasses import replace

from flows import mojibake
from flows.records import Edit, Page
from flows.restore import byteshift, invisible, lookalikes, pinyin, regional, script, stray
from flows.restore.signs import Kind, signs


def restore(page: Page) -> Page:
    """The page with ``text`` and ``title`` restored; ``edits`` (of the text) are added to, ``gaps`` is set.

    The rules run in this order: mojibake (what only shows after extraction), invisible characters, pinyin,
    byte shift, look-alikes, script, regional words. A rule's edits count positions in the text as that
    rule found it. What read counted as lost is still visible in the text, so ``gaps`` is counted anew.
    """
    given = title, text = page.title or "", page.text
    shown = signs(f"{title}\n{text}")

    def may_show(kind: Kind) -> bool:
        """Whether a rule has something to look at; in a page that was changed anything may show."""
        return kind in shown or "odd" in shown or (title, text) != given

    edits, joined, reworded = list[Edit](), list[Edit](), list[Edit]()
    annotated: frozenset[str] = frozenset()
    gaps = 0
    if may_show("odd") or mojibake.is_senseless(title) or mojibake.is_senseless(text):
        title, _, _ = mojibake.repair(title, stage="restore")
        text, edits, _ = mojibake.repair(text, stage="restore")
        title, _ = invisible.remove(title)
        text, hidden = invisible.remove(text)
        edits += hidden
    if may_show("note") and pinyin.hindered(f"{title}\n{text}"):
        title, _, of_title = pinyin.remove_notes(title)
        text, notes, annotated = pinyin.remove_notes(text)
        edits += notes
        annotated |= of_title
    if may_show("odd") or "?" in text or "?" in title:
        title, _, _ = byteshift.repair(title, annotated)
        text, joined, gaps = byteshift.repair(text, annotated)
    fold = lookalikes.fold if may_show("lookalike") else lookalikes.fold_dashes
    title, _ = fold(title)
    text, folded = fold(text)
    gaps += invisible.private(text) if may_show("odd") else 0
    if may_show("traditional"):
        title, text, reworded = _in_mainland_script(title, text)
    return replace(
        page,
        title=title if page.title is not None else None,
        text=text,
        edits=(*page.edits, *edits, *joined, *folded, *reworded),
        gaps=gaps + (stray.count(text) if may_show("letter") else 0),
    )


def _in_mainland_script(title: str, text: str) -> tuple[str, str, list[Edit]]:
    """Title and text simplified, as one page; in the mainland's words, if it is of other usage."""
    page = f"{title}\n{text}"
    both = script.to_simplified(page)
    title, text = both[: len(title)], both[len(title) + 1 :]
    if both == page or not regional.is_regional(both) or not script.is_traditional(page):
        return title, text, []
    return regional.to_mainland(title)[0], *regional.to_mainland(text)
