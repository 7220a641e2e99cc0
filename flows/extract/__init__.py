"""Extract: a page's markup in, its text and what it says about itself out."""

from __future__ import annotations

from dataclasses import replace

from flows.extract.body import find_body
from flows.extract.fields import author_of, canonical, field_line, host, published_of, squeeze, title_of
from flows.extract.lines import tidy
from flows.extract.numbering import numbering
from flows.extract.tree import TooManyTags, Tree, parse
from flows.records import Page, Reject

__all__ = ["extract"]


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
    found = find_body(tree)
    if found is None:
        return _reject(page, "no-body", "no line of prose outside links and menus")
    return _filled(page, tree, *found)


def _filled(page: Page, tree: Tree, start: int, end: int) -> Page:
    url = page.url or canonical(tree)
    pages = numbering(tree, url)
    head = [b.text for b in tree.blocks[max(0, start - 6) : start] if field_line(b.text)]
    title = page.title or title_of(tree, start)
    lines = [block.text for block in tree.blocks[start:end]]
    if title and len(lines) > 1 and squeeze(lines[0]) == squeeze(title):
        del lines[0]
    return replace(
        page,
        text="\n".join(lines),
        title=title,
        head="\n".join(head),
        published=page.published or published_of(tree, start, end),
        author=page.author or author_of(tree, start, end),
        url=url,
        site=host(url),
        next_url=pages.next_url,
        number=pages.number,
        count=pages.count,
        source=replace(page.source, page=pages.number, url=page.source.url or url),
    )


def _reject(page: Page, reason: str, detail: str) -> Reject:
    return Reject(reason=reason, detail=detail, source=page.source, stage="extract")
