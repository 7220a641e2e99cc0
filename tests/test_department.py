"""What the services of docker-compose.yml run, as local processes, in the order of their health checks.

Elasticsearch is the real node, with users and roles in front of it as documented (kibana/security.py);
Kibana is the server of kibana/server.py; Prefect's server, the set-up and the worker are the very commands,
with SQLite in the place of PostgreSQL.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, SAMPLES, export_bytes, take_in
from elastic.node import Node
from kibana.security import ADMIN, SecuredGuard
from kibana.server import KibanaServer

from flows.catalog import Catalog

BIN = Path(sys.executable).parent
PATIENCE = 240
"""Seconds that a run may take to show; a quiet machine needs 30."""
PASSWORDS = {
    "ELASTIC_PASSWORD": ADMIN[1],
    "KIBANA_PASSWORD": "kibanas-eigenes",
    "WRITER_PASSWORD": "zum-schreiben",
    "READER_PASSWORD": "zum-lesen",
    "POSTGRES_PASSWORD": "die-datenbank",
    "KIBANA_KEY": "0123456789abcdef0123456789abcdef",
    "PREFECT_AUTH": "admin:der-server",
}


def wait(what: Callable[[], Any], for_what: str) -> Any:
    """What a function gives once it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"{for_what}: not within {PATIENCE} s")


class Department:
    """The services, by the names of the compose file, on folders and ports of a test."""

    def __init__(self, folder: Path, node: Node, guard: SecuredGuard, kibana: KibanaServer):
        self.folder, self.node, self.guard = folder, node, guard
        self.drop, self.archive = folder / "drop", folder / "archive"
        self.drop.mkdir()
        self.services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.places = {
            "http://elasticsearch:9200": guard.url,
            "http://kibana:5601": kibana.url,
            "http://prefect:4200": f"http://127.0.0.1:{self.port}",
            "/data/raw": str(self.drop),
            "/data/archive": str(self.archive),
            "/data/prefect": str(folder / "prefect"),
            "0.0.0.0": "127.0.0.1",
        }
        self.dotenv = PASSWORDS | {"STACK_VERSION": "9.5.3", "REST_SECONDS": "1", "INGEST_CRON": "* * * * *"}

    def _here(self, text: str) -> str:
        """A value of the compose file as it is on this machine."""

        def given(asked: re.Match[str]) -> str:
            return self.dotenv.get(asked[1], asked[2] or "")

        text = re.sub(r"\$\{([A-Z_]+)(?::[-?]([^}]*))?\}", given, text).replace("$$", "$")
        for there, here in self.places.items():
            text = text.replace(there, here)
        return self.port if text == "4200" else text

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Run a service's command with its environment and nothing else of ours."""
        told = {key: self._here(value) for key, value in self.services[name].get("environment", {}).items()}
        told.pop("PREFECT_SERVER_DATABASE_CONNECTION_URL", None)
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [self._here(word) for word in self.services[name]["command"]],
            cwd=ROOT,
            env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8"} | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        return self.running[name]

    def once(self, name: str) -> str:
        """Run a service that ends; what it said."""
        assert self.start(name).wait(PATIENCE) == 0, self.log(name)
        del self.running[name]
        return self.log(name)

    def kill(self, name: str) -> None:
        """End a service with all its processes, as the end of its container does."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def tend(self) -> None:
        """Start again what has ended and is not to end, as Compose does."""
        for name, process in list(self.running.items()):
            if process.poll() is not None and self.services[name].get("restart") == "unless-stopped":
                self.kill(name)
                self.start(name)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def healthy(self) -> bool:
        """The health check of Prefect's server."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def prefect(self, path: str, body: dict[str, Any]) -> Any:
        """Ask Prefect's server."""
        secret = base64.b64encode(PASSWORDS["PREFECT_AUTH"].encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Basic {secret}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def jianghua(self, *words: str) -> Any:
        """A command on the archive as a researcher at Elasticsearch runs it; its JSON, or None."""
        told = {
            "JIANGHUA_ENGINE": "elasticsearch",
            "JIANGHUA_ELASTICSEARCH_URL": self.guard.url,
            "JIANGHUA_ELASTICSEARCH_PASSWORD": ADMIN[1],
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(
            [BIN / "jianghua", *words, "--archive", self.archive, "--json"],
            capture_output=True,
            env=told,
            cwd=self.folder,
        )
        return json.loads(done.stdout) if done.returncode in (0, 1) and done.stdout else None

    def reports(self) -> list[dict[str, Any]]:
        """The reports of all runs that have ended well."""
        found = self.jianghua("runs") or []
        return [report for report in found if report["status"] == "done"]

    def complete(self) -> bool:
        """Whether the archive is as one that took the drop folder in undisturbed, and its index too."""
        self.tend()
        if not (self.archive / "catalog.sqlite").exists():
            return False
        alone = self.folder / f"alone-{time.monotonic_ns()}"
        take_in(alone, self.drop)
        try:
            if export_bytes(alone) != export_bytes(self.archive):
                return False
            with Catalog.open(alone) as catalog:
                canonical = catalog.totals()["canonical"]
            found = self.jianghua("search", "canonical:true", "--limit", "1")
            return bool(found and found["total"] == canonical)
        finally:
            shutil.rmtree(alone)


@pytest.fixture(scope="module")
def department(tmp_path_factory: pytest.TempPathFactory, elasticsearch: object) -> Iterator[Department]:
    """All of it up. (``elasticsearch`` skips where there can be no node.)"""
    folder = tmp_path_factory.mktemp("department")
    with ExitStack() as stack:
        node = stack.enter_context(Node(folder / "node"))
        guard = stack.enter_context(SecuredGuard(node.url, folder, tls=False))
        kibana = stack.enter_context(KibanaServer())
        found = Department(folder, node, guard, kibana)
        stack.callback(lambda: [found.kill(name) for name in list(found.running)])
        found.once("security")
        writer = base64.b64encode(f"jianghua_writer:{PASSWORDS['WRITER_PASSWORD']}".encode()).decode()
        guard.welcome.add(f"Basic {writer}")
        found.start("prefect")
        wait(found.healthy, "Prefect's server")
        found.once("setup")
        found.start("worker")
        yield found


def test_what_is_dropped_is_found_after_the_run_and_the_next_run_is_idle(department: Department) -> None:
    shutil.copy(SAMPLES / "12_fields.txt", department.drop / "2026.txt")
    wait(lambda: (department.jianghua("search", "canonical:true") or {}).get("total") == 1, "the speech")
    first = department.reports()[-1]
    assert (first["dumps"]["new"], first["index"]["told"]) == (1, 1)
    second = wait(lambda: department.reports()[:-1], "the next run")[0]
    assert second["dumps"] == {"new": 0, "changed": 0, "unchanged": 1}
    assert second["pages"]["read"] == 0
    assert second["seconds"]["total"] < 10
    said = department.prefect("flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 20})
    assert {run["state"]["type"] for run in said} <= {"COMPLETED", "RUNNING", "SCHEDULED", "PENDING"}
    artifacts = department.prefect("artifacts/filter", {})
    assert {one["key"] for one in artifacts} == {"ingest-report"}


def test_setup_again_changes_nothing(department: Department) -> None:
    before = department.log("setup")
    said = department.once("setup").removeprefix(before)
    furnished = [line for line in said.splitlines() if "unchanged" in line]
    assert furnished and not any("made" in line or "changed:" in line for line in furnished)


@pytest.mark.parametrize(("victim", "first"), [("worker", 0), ("prefect", 4), ("node", 8)])
def test_killed_in_the_middle_of_a_run_and_the_next_completes_it(
    victim: str, first: int, department: Department
) -> None:
    before = len(department.jianghua("runs"))
    for sample in sorted(SAMPLES.iterdir())[first : first + 4]:
        shutil.copy(sample, department.drop / sample.name)
    wait(lambda: len(department.jianghua("runs")) > before, "a run")
    if victim == "node":
        department.node.kill()
        time.sleep(5)
        department.node.restart()
    else:
        department.kill(victim)
        department.start(victim)
    wait(department.complete, f"the archive after the kill of {victim}")


def test_no_secret_is_written_anywhere(department: Department) -> None:
    """In no log, no report, nothing that Prefect keeps; the words of .env are the operator's alone."""
    for path in department.folder.rglob("*"):
        if path.is_file() and "node" not in path.relative_to(department.folder).parts[:1]:
            held = path.read_bytes()
            told = [name for name, secret in PASSWORDS.items() if secret.encode() in held]
            assert not told, f"{path.relative_to(department.folder)} holds {told}"
