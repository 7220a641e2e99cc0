"""The pytest side: which Elasticsearch the tests use, and the fixtures that hand it out."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from .node import START, Node, Server, answer
from .parts import VERSION, Unavailable, find_java, install, java_version

ADDRESS = os.environ.get("JIANGHUA_TEST_ES")
"""A server to use instead of one of our own, such as http://127.0.0.1:9200; what it holds is not touched."""
IMAGE = f"docker.elastic.co/elasticsearch/elasticsearch:{VERSION}"
NOT_TESTED = "the engine elasticsearch is not tested"


def pytest_report_header() -> str:
    """One line: the server that the tests will use, or why they can't."""
    if ADDRESS:
        root = answer(ADDRESS)
        says = f"version {root['version']['number']}" if root else "which does not answer"
        return f"elasticsearch: {ADDRESS} (JIANGHUA_TEST_ES), {says}"
    try:
        java = find_java()
        return f"elasticsearch: a local node, version {VERSION}, on Java {java_version(java)} ({java})"
    except Unavailable as why:
        if docker():
            return f"elasticsearch: Docker, {IMAGE}"
        return f"elasticsearch: {NOT_TESTED}: {why}; no Docker either"


@functools.cache
def no_local_node() -> str | None:
    """Why this machine cannot run a node of our own; none when it can, its parts then being in the cache."""
    try:
        install()
    except Unavailable as why:
        return str(why)
    return None


@functools.cache
def docker() -> bool:
    """Whether a Docker daemon answers."""
    return (
        bool(shutil.which("docker"))
        and not subprocess.run(["docker", "info"], capture_output=True).returncode
    )


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the whole run, started when a test first asks. Begin every name with `prefix`."""
    if ADDRESS:
        yield Server(ADDRESS)
    elif not (why := no_local_node()):
        with Node(tmp_path_factory.mktemp("elasticsearch")) as node:
            yield node
    elif docker():
        yield from in_docker()
    else:
        pytest.skip(f"{NOT_TESTED}: {why}; no Docker either")


@pytest.fixture
def prefix(elasticsearch: Server) -> Iterator[str]:
    """A beginning for the names of a test's indices, aliases and templates, all removed after it."""
    own = f"jianghua-test-{uuid.uuid4().hex[:8]}-"
    yield own
    with elasticsearch.client().options(ignore_status=404) as client:
        indices = client.indices.resolve_index(name=f"{own}*", expand_wildcards="all")["indices"]
        if indices:
            client.indices.delete(index=[index["name"] for index in indices])
        client.indices.delete_index_template(name=f"{own}*")
        client.cluster.delete_component_template(name=f"{own}*")


@pytest.fixture
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Node]]:
    """Starts nodes of the test's own, to kill and freeze: `own_node({"setting": "value"})`."""
    if why := no_local_node():
        pytest.skip(f"{NOT_TESTED} against a server that fails: {why}")
    nodes: list[Node] = []

    def start(settings: Mapping[str, str] | None = None, **options: Any) -> Node:
        nodes.append(Node(tmp_path_factory.mktemp("node"), settings, **options))
        return nodes[-1].start()

    yield start
    for node in nodes:
        node.stop()


def in_docker() -> Iterator[Server]:
    """The official image with smartcn on a free port of loopback, removed afterwards."""
    settings = "-Ediscovery.type=single-node -Expack.security.enabled=false"
    script = f"bin/elasticsearch-plugin install --batch analysis-smartcn && exec bin/elasticsearch {settings}"
    run = ["docker", "run", "--rm", "-d", "-p", "127.0.0.1::9200", "-e", "ES_JAVA_OPTS=-Xmx512m"]
    name = output([*run, "--entrypoint", "bash", IMAGE, "-c", script])
    try:
        url = f"http://{output(['docker', 'port', name, '9200']).split()[0]}"
        deadline = time.monotonic() + START
        while answer(f"{url}/_cluster/health?wait_for_status=yellow") is None:
            assert time.monotonic() < deadline, (
                f"no answer from {IMAGE}: {output(['docker', 'logs', name])[-3000:]}"
            )
            time.sleep(0.5)
        yield Server(url)
    finally:
        output(["docker", "kill", name])


def output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
