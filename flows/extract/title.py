"""The title of the text on a page, which is not always what ``<title>`` says."""

from __future__ import annotations

import re
from itertools import pairwise

from flows.extract.fieldlines import DATELINE, field_line
from flows.extract.links import meta, squeeze
from flows.extract.tables import table
from flows.extract.tree import Block, Tree

NEAR = 12
"""Blocks above the body over which a line's claim to be the title fades."""
ABOVE = 48
"""Blocks above the body in which a title is looked for."""
TITLE_SCORE = 0.8
"""What a line needs to be taken as the title: a heading near the body, or most of what <title> says."""
SHORTEST = 4
LONGEST = 120
SITE_NAME = 6
"""A <title> shorter than this names a site, not a text."""
HEADS_FIELDS = 0.4
"""What it speaks for a line that the next one says who wrote it and when."""
MOST = 0.5
"""Share of the stated title that a line must repeat to be the title itself and not a line of it."""

_SEPARATOR = re.compile(r"\s?[_|｜»]\s?|\s[-–—]{1,2}\s?|\s?[-–—]{1,2}\s|[-–—]{2}|::")
_EDGES = " \t-–—_|·•※>》】、"


def title_of(tree: Tree, start: int) -> str | None:
    """The title: the line above the body that ``<title>`` or a meta tag repeats, or that is a heading
    near it; failing that, the meta tag or ``<title>`` without the site's name.
    """
    stated = meta(tree, "title") or tree.title
    cut = main_part(stated)
    best, best_score = None, TITLE_SCORE
    low = max(0, start - ABOVE)
    for at, block in enumerate(tree.blocks[low : start + 2], low):
        score = _score(block, start - at, squeeze(stated), squeeze(cut))
        if score and _set_in_lines(tree.blocks, at, squeeze(cut)):
            continue
        if score and at + 1 < start and field_line(tree.blocks[at + 1].text):
            score += HEADS_FIELDS
        if score > best_score:
            best, best_score = block.text, score
    return _bare(best) if best else cut or None


def main_part(stated: str) -> str:
    """The part of ``<title>`` that names the text, "" where it names the site alone.

    >>> main_part("在全市大会上的讲话_某某市人民政府"), main_part("CCTV.com- 某某论坛 :: null")
    ('在全市大会上的讲话', '')
    >>> main_part("2009-2010年全市工作总结-某某市人民政府")
    '2009-2010年全市工作总结'
    """
    parts = [_without_site(part) for part in _SEPARATOR.split(stated) if part.strip(_EDGES)]
    texts = [part for part in parts if not _is_site(part.strip())]
    cut = max(texts[:2], key=len, default="").rstrip(_EDGES.replace("》", "").replace("】", "")).strip()
    return cut if len(cut) >= SITE_NAME else ""


def _without_site(part: str) -> str:
    """A part of ``<title>`` less the site's name behind a hyphen without spaces."""
    text, hyphen, site = part.rpartition("-")
    return text if hyphen and _is_site(site.strip()) else part


def _score(block: Block, distance: int, stated: str, cut: str) -> float:
    """How much a line ``distance`` blocks above the body claims to be the title; 0 for none."""
    text = squeeze(block.text)
    if "\t" in block.text:
        return 0  # a row of a table
    if not SHORTEST <= len(text) <= LONGEST or field_line(block.text) or DATELINE.fullmatch(text):
        return 0
    near = max(0.0, 1 - abs(distance) / NEAR)
    repeats = bool(cut) and text in stated and len(text) >= MOST * len(cut)
    if not repeats and cut and text in cut:
        return 0  # a line of a title that is set in several
    score = 3 * len(text) / len(stated) if repeats else 0.0
    score += block.heading * near + near - 0.4 * bool(block.anchors) - text.endswith("。")
    alone = distance > 0 and not cut and not _is_site(block.text)
    return score if repeats or block.heading or alone else 0


def _set_in_lines(blocks: list[Block], at: int, cut: str) -> bool:
    """Is the line, with the next or the one before, a part of the title that ``<title>`` has whole?"""
    lines = [squeeze(block.text[:LONGEST]) for block in blocks[max(0, at - 1) : at + 2]]
    return any(a != cut and b != cut and a + b in cut for a, b in pairwise(lines))


def _is_site(part: str) -> bool:
    words = table("titles.tsv")
    return part.endswith(tuple(words["ends"])) or any(word in part for word in words["holds"])


def _bare(line: str) -> str:
    for prefix in table("titles.tsv")["prefixes"]:
        line = line.removeprefix(prefix)
    return line.strip().removesuffix("- -").strip()
