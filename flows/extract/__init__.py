"""Extract: a page's markup in, its text and what it says about itself out."""

from __future__ import annotations

from dataclasses import replace

from flows.extract.author import author_of
from flows.extract.body import settle
from flows.extract.embedded import inner_pages
from flows.extract.fieldlines import field_line
from flows.extract.lines import tidy
from flows.extract.links import canonical, squeeze
from flows.extract.numbering import numbering
from flows.extract.published import published_of
from flows.extract.soup import TooManyTags
from flows.extract.title import title_of
from flows.extract.tree import Tree
from flows.extract.walk import parse
from flows.host import host
from flows.records import Page, Reject

__all__ = ["extract"]

HEAD_LINES = 6
"""Lines above the body among which its field lines are."""
TITLE_LINES = 4
"""Lines in which a title may be set."""


def extract(page: Page) -> Page | Reject:
    """The page with ``text`` as its body, one paragraph a line, and its fields filled in.

    Plain text is only tidied: its title and furniture are the clean stage's. Fields that the dump
    itself gives (a record's title, url, time) stay. Takes time linear in the size of the page.
    """
    if page.media == "text/plain":
        text = tidy(page.text)
        return (
            replace(page, text=text, site=host(page.url))
            if text
            else _reject(page, "empty", "white space only")
        )
    try:
        tree = parse(page.text)
    except TooManyTags as error:
        return _reject(page, "too-large", f"{error}: markup without end")
    shown, found = settle(tree)
    if found is None:
        shown, found = _drawn_by_script(tree)
    if found is None:
        return _reject(page, "no-body", "no line of prose outside links and menus")
    return _filled(page, shown, *found)


def _drawn_by_script(tree: Tree) -> tuple[Tree, tuple[int, int] | None]:
    """The body where the page holds it as data; what the page says about itself stays the page's."""
    for markup in inner_pages(tree):
        try:
            inner, found = settle(parse(markup))
        except TooManyTags:
            continue
        if found:
            return replace(tree, blocks=inner.blocks, elements=inner.elements), found
    return tree, None


def _filled(page: Page, tree: Tree, start: int, end: int) -> Page:
    url = page.url or canonical(tree)
    pages = numbering(tree, url)
    head = [b.text for b in tree.blocks[max(0, start - HEAD_LINES) : start] if field_line(b.text)]
    title = page.title or title_of(tree, start)
    lines = [block.text for block in tree.blocks[start:end]]
    return replace(
        page,
        text="\n".join(_without_title(lines, title)),
        title=title,
        head="\n".join(head),
        published=page.published or published_of(tree, start, end, url),
        author=page.author or author_of(tree, start, end),
        url=url,
        site=host(url),
        next_url=pages.next_url,
        prev_url=pages.prev_url,
        number=page.number or pages.number,
        count=page.count if page.number else pages.count,
        hint=page.hint or pages.hint,
        source=replace(page.source, page=page.number or pages.number, url=page.source.url or url),
    )


def _without_title(lines: list[str], title: str | None) -> list[str]:
    """The lines of a body less the title, which may be set in several."""
    begun, wanted = "", squeeze(title or "")
    for number, line in enumerate(lines[:TITLE_LINES], 1):
        begun += squeeze(line)
        if wanted and begun == wanted and number < len(lines):
            return lines[number:]
    return lines


def _reject(page: Page, reason: str, detail: str) -> Reject:
    return Reject(reason=reason, detail=detail, source=page.source, stage="extract")
