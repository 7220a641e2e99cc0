"""The rule by which speeches are grouped: it sees no order and never joins what is apart."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import Graph, clusters

IDS = "abcdefgh"
PAIRS = st.sampled_from(sorted(combinations(IDS, 2)))
GRAPHS = st.builds(
    Graph,
    ids=st.just(IDS),
    alike=st.dictionaries(PAIRS, st.sampled_from([0.7, 0.8, 0.9, 1.0])),
    apart=st.sets(PAIRS, max_size=6),
    same=st.sets(PAIRS, max_size=3),
    not_same=st.sets(PAIRS, max_size=3),
)


@given(GRAPHS, st.permutations(IDS), st.randoms())
def test_order_does_not_matter(graph: Graph, ids: list[str], dice: object) -> None:
    shuffled = list(graph.alike.items())
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    other = Graph(
        ids=ids,
        alike=dict(shuffled),
        apart=sorted(graph.apart, reverse=True),
        same=sorted(graph.same, reverse=True),
        not_same=sorted(graph.not_same, reverse=True),
    )
    found = clusters(graph)
    assert found == clusters(other)
    assert sorted(i for group in found for i in group) == sorted(IDS)


@given(GRAPHS)
def test_what_is_apart_is_never_joined(graph: Graph) -> None:
    group = {i: n for n, found in enumerate(clusters(graph)) for i in found}
    assert not any(group[a] == group[b] for a, b in graph.not_same)
    if not graph.same:
        assert not any(group[a] == group[b] for a, b in graph.apart)


@given(GRAPHS)
def test_a_person_s_word_is_kept(graph: Graph) -> None:
    told = Graph(ids=IDS, alike=graph.alike, apart=graph.apart, same=graph.same)
    group = {i: n for n, found in enumerate(clusters(told)) for i in found}
    assert all(group[a] == group[b] for a, b in graph.same)


@given(GRAPHS, GRAPHS)
def test_speeches_of_another_component_change_nothing(one: Graph, other: Graph) -> None:
    def moved(pairs: object) -> set[tuple[str, str]]:
        return {(a.upper(), b.upper()) for a, b in pairs}  # type: ignore[attr-defined]

    both = Graph(
        ids=IDS + IDS.upper(),
        alike={**one.alike, **{(a.upper(), b.upper()): j for (a, b), j in other.alike.items()}},
        apart={*one.apart, *moved(other.apart)},
        same={*one.same, *moved(other.same)},
        not_same={*one.not_same, *moved(other.not_same)},
    )
    assert [g for g in clusters(both) if g[0].islower()] == clusters(one)


def test_copies_of_copies_are_one() -> None:
    assert clusters(Graph(ids="abc", alike={("a", "b"): 0.8, ("b", "c"): 0.8})) == [("a", "b", "c")]


def test_a_copy_that_fits_two_speeches_joins_neither() -> None:
    """m, n: masked copies of a and b, which are of one template and have copies of their own."""
    alike = {("a", "c"): 1.0, ("b", "d"): 1.0, ("m", "n"): 1.0} | {(x, y): 0.9 for x in "abcd" for y in "mn"}
    apart = {(x, y) for x in "ac" for y in "bd"} | {("b", "c")}
    apart = {tuple(sorted(p)) for p in apart}  # type: ignore[misc]
    assert clusters(Graph(ids="abcdmn", alike=alike, apart=apart)) == [("a", "c"), ("b", "d"), ("m", "n")]


def test_a_bridge_of_two_is_cut_where_it_is_weakest() -> None:
    alike = {("a", "m"): 0.9, ("m", "n"): 0.75, ("b", "n"): 0.8}
    assert clusters(Graph(ids="abmn", alike=alike, apart={("a", "b")})) == [("a", "m"), ("b", "n")]


def test_a_person_s_word_ends_the_doubt() -> None:
    alike = {("a", "m"): 0.9, ("b", "m"): 0.9}
    graph = Graph(ids="abm", alike=alike, apart={("a", "b")}, same={("a", "m")})
    assert clusters(graph) == [("a", "m"), ("b",)]
    assert clusters(Graph(ids="ab", alike={("a", "b"): 1.0}, not_same={("a", "b")})) == [("a",), ("b",)]
