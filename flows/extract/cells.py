"""Tables: a row of data is one line, its cells set apart; a table for layout is what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from flows.extract.tree import Block, Tree

CELL = 120
"""Characters; a table with a longer cell is there for layout, not for data."""


@dataclass(slots=True)
class Table:
    """A table while it is walked: where its blocks, elements and hidden lines begin, and its rows."""

    block: int
    element: int
    hidden: int
    nested: bool = False
    rows: list[list[int]] = field(default_factory=list)
    """For each row its first block, then the first block of each cell."""


def begin(tree: Tree, tables: list[Table]) -> None:
    """A table opens."""
    if tables:
        tables[-1].nested = True
    tables.append(Table(len(tree.blocks), len(tree.elements), len(tree.hidden)))


def end(tree: Tree, tables: list[Table]) -> None:
    """A table closes: the blocks of each row of data become one block, and what counts in blocks moves.

    A table holds data if it has several rows of short cells and no other table inside, so that each block
    is moved once at most.
    """
    table = tables.pop()
    if table.nested or len(table.rows) < 2 or max(map(len, table.rows)) < 3:
        return
    base = table.block
    old = tree.blocks[base:]
    if _longest_cell(table, old) > CELL:
        return
    new: list[Block] = []
    moved: list[int] = []
    starts = [row[0] - base for row in table.rows] + [len(old)]
    for block in old[: starts[0]]:
        moved.append(base + len(new))
        new.append(block)
    for row, (start, stop) in zip(table.rows, pairwise(starts), strict=False):
        moved += [base + len(new)] * (stop - start)
        if start < stop:
            new.append(_joined(old[start:stop], [at - base for at in row[1:]], start))
    tree.blocks[base:] = new
    moved.append(base + len(new))
    for element in tree.elements[table.element :]:
        after = moved[element.end - 1 - base] + 1 if element.end > element.start else 0
        element.start = moved[element.start - base]
        element.end = max(element.start, after)
    for hidden in tree.hidden[table.hidden :]:
        hidden.at = moved[min(hidden.at - base, len(moved) - 1)]


def _longest_cell(table: Table, blocks: list[Block]) -> int:
    """Characters of the longest cell."""
    edges = [at - table.block for row in table.rows for at in row[1:]] + [len(blocks)]
    return max(sum(len(block.text) for block in blocks[start:stop]) for start, stop in pairwise(edges))


def _joined(blocks: list[Block], cells: list[int], start: int) -> Block:
    """The blocks of a row as one, a tab before each cell but the first."""
    begins = set(cells)
    parts = [blocks[0].text]
    for at, block in enumerate(blocks[1:], start + 1):
        parts += ["\t" if at in begins else " ", block.text]
    return Block(
        "".join(parts),
        links=sum(block.links for block in blocks),
        anchors=sum(block.anchors for block in blocks),
        linked=tuple(words for block in blocks for words in block.linked),
        heading=any(block.heading for block in blocks),
    )
