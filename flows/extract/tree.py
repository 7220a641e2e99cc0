"""A page as a flat list of blocks: the lines a reader sees, and which element holds which of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Block:
    """A line of text as shown, with what tells prose from furniture."""

    text: str
    links: int = 0
    """Characters inside links."""
    anchors: int = 0
    """Number of links."""
    linked: tuple[str, ...] = ()
    """The texts of the links."""
    heading: bool = False


@dataclass(slots=True)
class Element:
    """An element and its blocks: ``blocks[start:end]``."""

    start: int
    end: int


@dataclass(slots=True)
class Hidden:
    """Lines that are not shown unless a script shows them, and where they would stand among the blocks."""

    at: int
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Anchor:
    """A link with the beginning of its text."""

    href: str
    text: str = ""


@dataclass(slots=True)
class Tree:
    """A parsed page."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    title: str = ""
    """The text of ``<title>``, one line."""
    meta: dict[str, str] = field(default_factory=dict)
    """Name or property in lower case, and the content of the first that has any."""
    relations: dict[str, str] = field(default_factory=dict)
    """``<link rel=…>`` and where it points to."""
    times: list[str] = field(default_factory=list)
    """``<time datetime=…>``."""
    anchors: list[Anchor] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """The scripts that are or hold data."""
    inner: list[str] = field(default_factory=list)
    """Markup inside the markup: srcdoc of a frame, a text field, a template of a script."""


def with_hidden(tree: Tree, shown: list[Hidden]) -> Tree:
    """The tree as it is once a script has shown some of its hidden lines."""
    blocks: list[Block] = []
    moved: list[int] = []
    by_place: dict[int, list[Block]] = {}
    for part in shown:
        by_place.setdefault(part.at, []).extend(part.blocks)
    for at in range(len(tree.blocks) + 1):
        moved.append(len(blocks))
        blocks += by_place.get(at, ())
        blocks += tree.blocks[at : at + 1]
    # an element that ends where hidden lines stand holds them: what is shown late belongs to what is there
    elements = [Element(moved[e.start], moved[e.end] + len(by_place.get(e.end, ()))) for e in tree.elements]
    return Tree(
        blocks=blocks, elements=elements, title=tree.title, meta=tree.meta, relations=tree.relations,
        times=tree.times, anchors=tree.anchors, scripts=tree.scripts,
    )  # fmt: skip
