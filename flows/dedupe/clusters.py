"""Clusters: which speeches are one, by a rule that sees the speeches and their links and no order.

Given is a graph: pairs found *alike* (compare.py: variants), pairs that are *apart* (two speeches of one
template, two speeches that one collection holds or that a third is like, a person's "not the same"), and
pairs a person called the same. The rule, in four steps:

1. A person's pairs are joined first, unless another word of a person keeps them apart; what the text says
   against is dropped.
2. A speech that is like two that are apart is *between*: a masked copy that fits two speeches of one
   template, a page that holds two speeches, a beginning that two have in common. One a person joined to
   something is not.
3. The pairs alike are gone through from the most alike to the least, equals by id. A pair joins the two
   groups it lies in, unless any two of their members are apart, or one of the two speeches is between and
   the other is not.
4. What is left alone is a cluster by itself. A pair alike whose ends lie in two clusters stays a link.

So no two speeches that are apart are ever in one cluster (3 asks for every pair of members: complete linkage
as to what is apart, single linkage as to what is alike), and a bridge merges nothing: of one speech between,
step 2 takes its links away; a chain of several is cut in step 3 where it is weakest. Each component of the
graph is settled by itself, so a speech that is linked with none of it changes nothing. The cost is the sum
over speeches between of their neighbours squared, and over joins of the pairs apart of the smaller group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

PIECE = 0.75
"""Part of a collection's length that a speech in it has at most."""
MOST_HELD = 100
"""Speeches held by one page that are looked at for two that are unlike."""
Pair = tuple[str, str]
"""Two ids, the smaller first."""


def pair(a: str, b: str) -> Pair:
    """Two ids as a key.

    >>> pair("b", "a")
    ('a', 'b')
    """
    return (a, b) if a < b else (b, a)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What is known of some speeches; all pairs with the smaller id first."""

    ids: Collection[str]
    alike: Mapping[Pair, float] = field(default_factory=dict)
    """How much, 0 to 1."""
    apart: Collection[Pair] = ()
    same: Collection[Pair] = ()
    """A person's word."""
    not_same: Collection[Pair] = ()
    """A person's word; it wins over all else."""


def clusters(graph: Graph) -> list[tuple[str, ...]]:
    """The clusters of a graph, each sorted, in order of their smallest id.

    >>> clusters(Graph(ids="abcd", alike={("a", "c"): 0.9, ("b", "c"): 0.8}))
    [('a', 'b', 'c'), ('d',)]
    >>> clusters(Graph(ids="abc", alike={("a", "c"): 0.9, ("b", "c"): 0.9}, apart={("a", "b")}))
    [('a',), ('b',), ('c',)]
    """
    told = _Groups(graph.ids, graph.not_same)
    for a, b in sorted(graph.same):
        told.join(a, b)
    apart = {p for p in graph.apart if told.of(p[0]) != told.of(p[1])} | set(graph.not_same)
    between = {i for i in _between(graph, apart) if len(told.members[told.of(i)]) == 1}
    groups = _Groups(graph.ids, apart)
    for a, b in sorted(graph.same):
        if told.of(a) == told.of(b):
            groups.join(a, b)
    for (a, b), _ in sorted(graph.alike.items(), key=lambda item: (-item[1], item[0])):
        if (a in between) == (b in between):
            groups.join(a, b)
    return sorted(tuple(sorted(group)) for group in groups.members.values())


def _between(graph: Graph, apart: Collection[Pair]) -> set[str]:
    """Speeches that are like two that are apart."""
    beside = neighbours(graph.alike)
    against = neighbours(apart)
    return {i for i, near in beside.items() if any(not near.isdisjoint(against.get(n, ())) for n in near)}


def neighbours(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """The ids that each is paired with."""
    beside: dict[str, set[str]] = {}
    for a, b in pairs:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    return beside


class _Groups:
    """Disjoint sets that never hold two ids that are apart."""

    def __init__(self, ids: Iterable[str], apart: Iterable[Pair]):
        self.members = {i: [i] for i in ids}
        self._group = {i: i for i in self.members}
        self._against = neighbours(apart)

    def of(self, i: str) -> str:
        """The name of an id's group, which is one of its members."""
        return self._group[i]

    def join(self, a: str, b: str) -> None:
        """Make the groups of two ids one, unless some of their members are apart."""
        small, large = sorted((self.of(a), self.of(b)), key=lambda g: (len(self.members[g]), g))
        if small == large or any(
            self._group.get(foe) == large for i in self.members[small] for foe in self._against.get(i, ())
        ):
            return
        for i in self.members[small]:
            self._group[i] = large
        self.members[large] += self.members.pop(small)


def held_apart(lengths: Mapping[str, int], alike: Collection[Pair]) -> set[Pair]:
    """Pairs of speeches that one page holds, both much shorter than it, and not found alike.

    Where such two are really unlike, and no pieces of one speech, the page is a collection.
    """
    beside = neighbours(alike)
    found: set[Pair] = set()
    for whole, others in beside.items():
        held = sorted(i for i in others if lengths[i] < PIECE * lengths[whole])[:MOST_HELD]
        found |= {(a, b) for a, b in combinations(held, 2) if b not in beside[a]}
    return found


def bridged(lengths: Mapping[str, int], alike: Collection[Pair]) -> set[Pair]:
    """Pairs of speeches not found alike that a third, no longer than they are, is like: a preview of what two
    have in common, a masked copy that fits two.

    Where such two are really unlike, and whole, they are two speeches.
    """
    beside = neighbours(alike)
    found: set[Pair] = set()
    for bridge, others in beside.items():
        near = sorted(i for i in others if lengths[i] >= PIECE * lengths[bridge])[:MOST_HELD]
        found |= {(a, b) for a, b in combinations(near, 2) if b not in beside[a]}
    return found
