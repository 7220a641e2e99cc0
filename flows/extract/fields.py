"""What a page says about itself: title, publish time, author, address."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urljoin, urlsplit

from flows.extract.lines import shown
from flows.extract.tables import table
from flows.extract.tree import Block, Tree
from flows.read import iso_time

NEAR = 12
"""Blocks above the body over which a line's claim to be the title fades."""
ABOVE = 48
"""Blocks above the body in which a title and field lines are looked for."""
TITLE_SCORE = 0.8
"""What a line needs to be taken as the title: a heading near the body, or most of what <title> says."""
SITE_NAME = 6
"""A <title> shorter than this names a site, not a text."""
FIELD_LINE = 120
"""Characters of the longest field line."""
LONGEST_TITLE = 120

_CLOCK = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?[T\s　]{0,4}\d{1,2}[:：]\d{2}")
_DAY = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_SEPARATOR = re.compile(r"\s?[_|｜»]\s?|\s[-–—]{1,2}\s?|\s?[-–—]{1,2}\s|[-–—]{2}")
_POSTED = re.compile(r"发表于|发布于|发布时间|张贴|回复|评论于|\bby\b|\d{1,5}\s?[楼#]|#\s?\d")
_AUTHOR = re.compile(r"[一-鿿·]{2,12}(?:[、，][一-鿿·]{2,12}){0,4}")


def field_line(text: str) -> bool:
    """Is it a line of the site about the text (发布时间：… 来源：…), not the speaker's own dateline?

    >>> field_line("2022-02-13 09:57　来源：某某网"), field_line("（2007年9月12日）")
    (True, False)
    """
    if len(text) > FIELD_LINE or text.endswith("。"):
        return False
    if _CLOCK.search(text):
        return True
    labels = [label for label, pattern in _labels().items() if pattern.search(text)]
    return bool(labels) and (len(labels) > 1 or labels != ["published"] or not _plain_label(text))


def stamp(text: str) -> bool:
    """Is it the line a forum or blog puts on each post: who posted it, to the minute?

    >>> stamp("由某某张贴 @ 2005-06-14 03:25:55 (370)"), stamp("会议时间：2007年9月12日 9:00")
    (True, False)
    """
    return len(text) <= FIELD_LINE and bool(_CLOCK.search(text)) and bool(_POSTED.search(text))


def _plain_label(text: str) -> bool:
    """时间：2007年9月12日 may be the speaker's; 发布时间：… is not."""
    return text.lstrip().startswith(("时间", "日期"))


def title_of(tree: Tree, start: int) -> str | None:
    """The title: the line above the body that ``<title>`` or a meta tag repeats, or that is a heading
    near it; failing that, the meta tag or ``<title>`` without the site's name.
    """
    stated = meta(tree, "title") or document_title(tree)
    parts = [part for part in _SEPARATOR.split(stated) if part]
    cut = max(parts[:2], key=len, default="")
    best, best_score = None, TITLE_SCORE
    low = max(0, start - ABOVE)
    for i, block in enumerate(tree.blocks[low : start + 2], low):
        text = squeeze(block.text)
        if not 4 <= len(text) <= LONGEST_TITLE or field_line(block.text):
            continue
        near = max(0.0, 1 - abs(start - i) / NEAR)
        repeats = len(text) / len(squeeze(stated)) if text in squeeze(stated) else 0.0
        score = 3 * repeats + block.heading + near - bool(block.anchors) - text.endswith("。")
        alone = i < start and len(cut) < SITE_NAME
        if score > best_score and (repeats or block.heading or alone):
            best, best_score = block.text, score
    return best or (cut if len(cut) >= SITE_NAME else None)


def document_title(tree: Tree) -> str:
    """The text of ``<title>``, one line."""
    return next((shown(tag.get_text()[:2000])[:500] for tag in tree.named["title"]), "")


def squeeze(text: str) -> str:
    """Text without white space, for comparing."""
    return "".join(text.split())


def published_of(tree: Tree, start: int, end: int) -> str | None:
    """When the site put the page up: meta tag, ``<time>``, or a field line near the body.

    A visible time is finer than a meta day; where the two name different days, the visible line wins,
    since it is what a reader can check.
    """
    stated = iso_time(meta(tree, "published") or "")
    stated = stated.removesuffix("T00:00:00") if stated else None
    seen = _visible(
        tree.blocks[max(0, start - ABOVE) : start + 3] + tree.blocks[max(start, end - 1) : end + 3]
    )
    if seen and stated and seen[:10] == stated[:10]:
        return max(seen, stated, key=len)
    if seen or stated:
        return seen or stated
    times = (iso_time(str(tag["datetime"])) for tag in tree.named["time"] if "datetime" in tag.attrs)
    return next((time for time in times if time), None)


def _visible(blocks: list[Block]) -> str | None:
    """The best-labelled date: 发布时间 before a day with a clock time before one beside 来源."""
    best, best_rank = None, 0
    labels = _labels()
    for block in blocks:
        text = block.text
        clock = bool(_CLOCK.search(text))
        if len(text) > FIELD_LINE or not _DAY.search(text) or (block.links * 2 > len(text) and not clock):
            continue
        rank = 1 if labels["source"].search(text) or labels["author"].search(text) else 0
        rank += 2 * clock
        rank += 4 if labels["published"].search(text) else 0
        if rank > best_rank and (time := iso_time(_after_label(text))):
            best, best_rank = time, rank
    return best


def _after_label(text: str) -> str:
    found = _labels()["published"].search(text)
    return text[found.start() :] if found and _DAY.search(text, found.start()) else text


def author_of(tree: Tree, start: int, end: int) -> str | None:
    """The author line near the body (作者：某某); meta tags name the site's software."""
    near = tree.blocks[max(0, start - NEAR) : start + 3] + tree.blocks[max(start, end - 2) : end + 2]
    for block in near:
        found = _labels()["author"].search(block.text) if len(block.text) <= FIELD_LINE else None
        name = _AUTHOR.match(block.text, found.end()) if found else None
        if name:
            return name[0]
    return None


def canonical(tree: Tree) -> str | None:
    """The page's own address as it gives it."""
    address = link(tree, "canonical") or meta(tree, "url")
    return address if address and host(address) else None


def link(tree: Tree, relation: str) -> str | None:
    """Where ``<link rel=…>`` points to."""
    for tag in tree.named["link"]:
        relations = tag.attrs.get("rel") or ()
        if relation in relations and "href" in tag.attrs:
            return str(tag["href"]).strip()
    return None


def host(url: str | None) -> str | None:
    """The host of a web address.

    >>> host("https://www.example.gov.cn/a.html"), host("a.html"), host("http://[")
    ('www.example.gov.cn', None, None)
    """
    try:
        parts = urlsplit(url or "")
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def absolute(base: str | None, href: str) -> str | None:
    """A link as given, resolved against the page's address where that is known; None for a script."""
    href = href.strip()
    if not href or href.startswith("#") or href.lower().startswith(("javascript:", "mailto:")):
        return None
    try:
        return urljoin(base, href) if base else href
    except ValueError:
        return None


def meta(tree: Tree, what: str) -> str | None:
    """The content of the most reliable meta tag for title, published or url."""
    found: dict[str, str] = {}
    for tag in tree.named["meta"]:
        name = str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
        content = str(tag.get("content") or "").strip()
        if content:
            found.setdefault(name, shown(content)[:500])
    return next((found[name] for name in table("meta_names.tsv")[what] if name in found), None)


@cache
def _labels() -> dict[str, re.Pattern[str]]:
    rows = table("labels.tsv").items()
    return {
        kind: re.compile(
            "(?:" + "|".join(r"[ \u3000]?".join(label) for label in labels) + r")[ \u3000]?[:：]\s?"
        )
        for kind, labels in rows
    }
