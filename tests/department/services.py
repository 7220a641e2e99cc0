"""The services of docker-compose.yml by their names, on folders and ports of a test."""

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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT, exported, take_in
from elastic.node import Node
from kibana.security import ADMIN, SecuredGuard
from kibana.server import KibanaServer

from . import postgres
from .chat import Heard
from .disk import Disk

BIN = Path(sys.executable).parent
PATH = f"{BIN}:{os.environ['PATH']}"
PATIENCE = 240
"""Seconds that a run may take to show; a quiet machine needs 20."""
OFTEN = "* * * * * */15"
"""Every 15 seconds: Prefect takes seconds for a sixth field."""
POLLS = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
"""How often the worker asks whether a run is due; 10 are usual."""
PASSWORDS = {
    "ELASTIC_PASSWORD": ADMIN[1],
    "KIBANA_PASSWORD": "kibanas-eigenes",
    "WRITER_PASSWORD": "zum-schreiben",
    "READER_PASSWORD": "zum-lesen",
    "POSTGRES_PASSWORD": "die-datenbank",
    "KIBANA_KEY": "0123456789abcdef0123456789abcdef",
    "PREFECT_AUTH": "admin:der-server",
}


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


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

    def __init__(
        self,
        folder: Path,
        node: Node,
        guard: SecuredGuard,
        kibana: KibanaServer,
        disk: Disk,
        chat: tuple[str, Heard],
    ):
        self.folder, self.node, self.guard, self.disk = folder, node, guard, disk
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.heard = chat[1]
        self.services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.port, self.database = free_port(), free_port()
        self.places = {
            "http://elasticsearch:9200": guard.url,
            "http://kibana:5601": kibana.url,
            "http://prefect:4200": f"http://127.0.0.1:{self.port}",
            "@postgres:5432": f"@127.0.0.1:{self.database}",
            "/data/raw": str(self.drop),
            "/data/archive": str(disk.folder / "archive"),
            "/data/prefect": str(folder / "prefect"),
            "0.0.0.0": "127.0.0.1",
        }
        self.dotenv = PASSWORDS | {
            "STACK_VERSION": "9.5.3",
            "REST_SECONDS": "1",
            "INGEST_CRON": OFTEN,
            "WEBHOOK": chat[0],
        }

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
        if postgres.unavailable():
            told.pop("PREFECT_SERVER_DATABASE_CONNECTION_URL", None)
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            self._command(name),
            cwd=ROOT,
            env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8"}
            | POLLS
            | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        return self.running[name]

    def _command(self, name: str) -> list[str]:
        """A service's command; the worker's and the set-up's see the small disk."""
        if name == "postgres":
            return postgres.server(self.folder / name, self.database)
        words = [self._here(word) for word in self.services[name]["command"]]
        return [*self.disk.within, *words] if name == "worker" else words

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

    def jianghua(self, *words: str) -> bytes:
        """What a command on the archive says, as a researcher at Elasticsearch; nothing if it failed."""
        told = {
            "JIANGHUA_ENGINE": "elasticsearch",
            "JIANGHUA_ELASTICSEARCH_URL": self.guard.url,
            "JIANGHUA_ELASTICSEARCH_PASSWORD": ADMIN[1],
            "PATH": os.environ["PATH"],
        }
        place = str(self.disk.folder / "archive")
        command = [*self.disk.within, str(BIN / "jianghua"), *words, "--archive", place]
        done = subprocess.run(command, capture_output=True, env=told, cwd=self.folder)
        return done.stdout if done.returncode in (0, 1) else b""

    def found(self, query: str) -> int:
        """How many speeches a query finds; none while there is no index."""
        said = self.jianghua("search", query, "--limit", "1", "--json")
        return int(json.loads(said)["total"]) if said else 0

    def runs(self) -> list[dict[str, Any]]:
        """The reports of all runs, latest first, those at work too."""
        return list(json.loads(self.jianghua("runs", "--json") or b"[]"))

    def reports(self) -> list[dict[str, Any]]:
        """The reports of all runs that have ended well."""
        return [report for report in self.runs() if report["status"] == "done"]

    def completed(self) -> None:
        """Wait until the archive is as one that took the drop folder in undisturbed, and its index too."""
        alone = self.folder / f"alone-{time.monotonic_ns()}"
        take_in(alone, self.drop)
        whole = [{**speech, "run": ""} for speech in exported(alone)]
        canonical = sum(speech["canonical"] for speech in whole)

        def complete() -> bool:
            self.tend()
            there = [{**json.loads(line), "run": ""} for line in self.jianghua("export").splitlines()]
            return there == whole and self.found("canonical:true") == canonical

        wait(complete, "the whole archive")
        shutil.rmtree(alone)
