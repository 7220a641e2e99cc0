"""Stitch: the pages of one speech become one text, without seams, and what is missing is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from flows.records import Page, Speech
from flows.stitch.address import part
from flows.stitch.copies import best
from flows.stitch.evidence import letters, names_its_occasion
from flows.stitch.families import FAMILY, family_of, joined, parted
from flows.stitch.fragments import join_fragments
from flows.stitch.gaps import count, missing
from flows.stitch.loose import is_loose, loose_key
from flows.stitch.order import Article, articles
from flows.stitch.overlaps import overlap
from flows.stitch.seam import join

_SAID_LEAST = 50
"""Letters of a page that is left out where another holds all of it; a shorter one may be a refrain."""

__all__ = ["FAMILY", "family", "group_key", "stitch"]


def group_key(page: Page) -> str:
    """What the pages of one speech have in common, told from one page alone.

    Pages with an address: its stem. Pages without, that say 第2页/共5页 and whose title says where and when:
    title, count and site. Any other page: its own id; a family brings together those that have a title in
    common, as long as they are few enough to be told apart.

    >>> from flows.records import Source
    >>> page = Page(id="a", source=Source(file="x.html"), media="text/html", url="http://www.example.cn/a/123456_2.html")
    >>> group_key(page)
    'url:www.example.cn/a/123456'
    """
    if page.url:
        return "url:" + part(page.url, page.number, page.next_url).stem
    return (_titled(page) if names_its_occasion(page.title or "") else None) or page.id


def stitch(pages: Sequence[Page], several: bool = False) -> tuple[Speech, ...]:
    """The speeches that the pages of one group make, or of ``several`` groups of one family, sorted by id; in
    whatever order the pages come.

    Tags are left empty. Pages that contradict each other are not joined; pages of several groups only where
    the text shows that one goes on in the other (see families.py).

    >>> from flows.records import Source
    >>> one, two = (Page(id=i, source=Source(file=i), media="text/html", number=n, count=2, text=t)
    ...     for i, n, t in (("b", 1, "我们要把工作做"), ("a", 2, "好。")))
    >>> stitch([two, one])[0].text
    '我们要把工作做好。'
    """
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault((_titled(page) or group_key(page)) if several else "", []).append(page)
    whole = [article for group in groups.values() for article in articles(group) if article]
    found = joined([part for article in whole for part in parted(article)])
    return tuple(sorted(map(_speech, found), key=lambda speech: speech.id))


def family(speeches: Sequence[Speech], pages: Sequence[Page]) -> str | None:
    """Where the speeches of a group's pages may find the pages they lack: what groups of one title have in
    common. None where nothing is missing, or no title tells.

    >>> family([Speech(id="a", pages=("a",), title="在全县项目大会上的讲话", missing_pages=(2,))], [])
    'family:在全县项目大会上的讲话|0'
    """
    if len(speeches) == 1 and (key := _loose_family(pages)):
        return key
    total = count({0: list(pages)})
    least = {} if any(page.url for page in pages) else {"least": 1}
    families = {family_of(speech.title, total, **least) for speech in speeches if speech.missing_pages}
    return families.pop() if len(families) == 1 else None


def _loose_family(pages: Sequence[Page]) -> str | None:
    """The family of pages that are one loose page and its copies (see loose.py)."""
    article = {1: list(pages)}
    key = loose_key(article) if is_loose(article) else None
    return f"{FAMILY}{key}" if key else None


def _titled(page: Page) -> str | None:
    """What pages of one speech have in common that have no address, but a title, a number and a count."""
    title = re.sub(r"\W+", "", page.title or "")
    if page.url or not (page.number and page.count and title):
        return None
    return f"title:{title}|{page.count}|{page.site or ''}"


def _speech(article: Article) -> Speech:
    pages = [best(copies) for _, copies in sorted(article.items())]
    everyone = [page for _, copies in sorted(article.items()) for page in copies]
    text, edits = _join_pages(pages)
    edits["page-copy"] = len(everyone) - len(pages)
    for page in pages:
        edits.update(edit.rule for edit in page.edits)
    lacking = missing(article)
    return Speech(
        id=min(page.id for page in everyone),
        pages=tuple(page.id for page in everyone),
        title=next((page.title for page in pages if page.title), ""),
        text=text,
        head="\n".join(_unique(line for page in pages for line in page.head.split("\n") if line)),
        published=min((page.published for page in everyone if page.published), default=None),
        truncated=pages[-1].truncated is not None or max(lacking, default=0) > max(article),
        missing_pages=lacking,
        edits=tuple(sorted((rule, count) for rule, count in edits.items() if count)),
        gaps=sum(page.gaps for page in pages),
    )


def _join_pages(pages: Sequence[Page]) -> tuple[str, Counter[str]]:
    """The pages' texts as one, and what was taken out on the way: a page that another holds, as where a site
    parted a text after the whole of it was saved, too."""
    edits: Counter[str] = Counter()
    text = told = ""
    for page in pages:
        piece, numbers = join_fragments(page.text)
        said = letters(piece)
        if len(said) >= _SAID_LEAST and said in told:
            edits["page-copy"] += 1
            continue
        if len(told) >= _SAID_LEAST and told in said:
            edits["page-copy"] += 1
            text = told = ""
        told += said
        repeated = overlap(text, piece)
        edits["fragment-number"] += numbers
        edits["page-overlap"] += bool(repeated)
        text = text[: repeated.end] + piece[repeated.start :] if repeated else join([text, piece])
    return text, edits


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
