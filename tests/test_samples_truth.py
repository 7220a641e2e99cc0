"""The archive of ``data/samples`` says what a careful reader would say, and its searches find it."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from samples.truth import QUERIES, TRUTH, Document, Speech, base_name, failures, files_of, find, plain

from flows.errors import REASONS
from flows.records import Reject

DOCUMENTS = TRUTH["documents"]
CLUSTERS = [set(files) for files in TRUTH["clusters"]]
TAKEN = {file for document in DOCUMENTS for file in document["files"]}


def label(document: Document) -> str:
    return document["title"] + "_" + document["files"][0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=label)
def test_every_statement_holds(document: Document, samples_export: list[Speech]) -> None:
    failed = failures(document, samples_export)
    assert not failed, "\n".join(f"{document['files'][0]}: {failure}" for failure in failed)


def test_nothing_but_the_documents_is_exported(samples_export: list[Speech]) -> None:
    cited = set().union(*map(files_of, samples_export))
    assert cited == TAKEN, f"cited and not in truth.json, or the other way round: {sorted(cited ^ TAKEN)}"
    assert len(samples_export) == len(DOCUMENTS)


def test_copies_share_a_cluster_and_others_do_not(samples_export: list[Speech]) -> None:
    for a, b in combinations(samples_export, 2):
        same = any(files_of(a) <= cluster and files_of(b) <= cluster for cluster in CLUSTERS)
        assert (a["cluster"] == b["cluster"]) is same, f"{files_of(a)} and {files_of(b)}: copies is {same}"


def test_each_cluster_has_one_canonical_speech(samples_export: list[Speech]) -> None:
    canonical = [speech["cluster"] for speech in samples_export if speech["canonical"]]
    assert sorted(canonical) == sorted({speech["cluster"] for speech in samples_export})


def test_evidence_taken_from_a_copy_is_in_that_copy(samples_export: list[Speech]) -> None:
    by_id = {speech["id"]: speech for speech in samples_export}
    for speech in samples_export:
        for item in (item for items in speech["evidence"].values() for item in items if item["speech"]):
            copy = by_id[item["speech"]]
            assert copy["cluster"] == speech["cluster"], f"{files_of(speech)}: {item}"
            field = copy[item["field"]]
            assert item["sentence"] in field, f"{files_of(speech)}: {item}"
            assert field[item["start"] : item["end"]] in item["sentence"], f"{files_of(speech)}: {item}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=label)
def test_the_proof_can_be_read_in_the_archive(document: Document, samples_export: list[Speech]) -> None:
    (speech,) = find(document, samples_export)
    shown = plain(speech["title"]) + plain(speech["text"])
    for tag, quotes in document["proof"].items():
        for quote in quotes:
            assert plain(quote) in shown, f"{document['files'][0]}: proof of {tag}: {quote}"


def test_rejects_say_why(samples_rejects: list[Reject]) -> None:
    assert len(samples_rejects) == len(TRUTH["rejects"]), samples_rejects
    for truth in TRUTH["rejects"]:
        reasons = [r.reason for r in samples_rejects if base_name(r.source.file) == truth["file"]]
        assert len(reasons) == 1 and reasons[0] in truth["reasons"], f"{truth['file']}: {reasons}"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query["query"])
def test_queries_find_their_files(
    query: dict[str, Any], samples_export: list[Speech], samples_search: Callable[[str], list[dict[str, Any]]]
) -> None:
    """A result stands for its cluster, so that this holds whether or not a search lists the copies."""
    clusters = {result["cluster"] for result in samples_search(query["query"])}
    found = set().union(*(files_of(speech) for speech in samples_export if speech["cluster"] in clusters))
    wanted, allowed = set(query["files"]), set(query.get("may", ()))
    assert wanted <= found, f"{query['query']} misses {sorted(wanted - found)}"
    assert found <= wanted | allowed, f"{query['query']} also finds {sorted(found - wanted - allowed)}"


def test_queries_of_plain_words_agree_with_a_plain_search(samples_export: list[Speech]) -> None:
    plain_queries = [query for query in QUERIES if query["query"].strip('"') in {"招商引资", "项目为王"}]
    assert len(plain_queries) == 2
    for query in plain_queries:
        words = query["query"].strip('"')
        hits = (speech for speech in samples_export if words in speech["title"] + speech["text"])
        assert set().union(*map(files_of, hits)) == set(query["files"]), query["query"]


def test_truth_and_queries_name_files_and_reasons_that_exist() -> None:
    for query in QUERIES:
        assert set(query["files"]) | set(query.get("may", ())) <= TAKEN, query["query"]
    for reject in TRUTH["rejects"]:
        assert set(reject["reasons"]) <= set(REASONS), reject["file"]
    assert set().union(*CLUSTERS) <= TAKEN
