"""One Elasticsearch node in a process of its own, that a test may stop, kill, freeze and start again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from .parts import Installed, install

DEFAULTS = {
    "cluster.name": "jianghua-test",
    "discovery.type": "single-node",
    "http.type": "netty4",
    "transport.type": "netty4",
    "network.host": "127.0.0.1",
    "transport.port": "0",
    "node.portsfile": "true",
    "logger.level": "INFO",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}
"""Whatever else a setting can say is the server's own default. A full disk here must not fail a test."""
START, STOP = 120.0, 30.0
"""Seconds until a start, or a stop, counts as failed; both take a few on an idle machine."""
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server:
    """An Elasticsearch that answers at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, **options: Any) -> Elasticsearch:
        """The official client, connected to it."""
        return Elasticsearch(self.url, **options)


class Node(Server):
    """A node with its data in `folder`. As a context manager it is started on entry and stopped on exit.

    It listens on loopback only, on a port it picks itself and keeps across restarts. It ends with this
    process however that ends: its standard input is a pipe that only we hold, and it stops when that closes.

    Java's optimizing compiler doubles the work of a start and pays off after minutes: `optimized` is for
    measurements.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        heap: str = "512m",
        *,
        optimized: bool = False,
    ) -> None:
        super().__init__(url="")
        self.folder = folder
        self.settings = {**DEFAULTS, **(settings or {})}
        self.heap = heap
        self.optimized = optimized
        self.log = folder / "node.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._thaw: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Node:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process, "not started"
        return self._process.pid

    def start(self) -> Node:
        """Starts it on what is in the folder and waits until it answers and its indices are open."""
        assert not self._process, "already started"
        parts = install()
        for name in ("config", "data", "logs", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        ports = self.folder / "logs" / "http.ports"
        ports.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(parts), stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            deadline = time.monotonic() + START
            self._until(ports.exists, deadline)
            self.url = f"http://{ports.read_text().split()[0]}"
            self._until(
                lambda: answer(f"{self.url}/_cluster/health?wait_for_status=yellow") is not None, deadline
            )
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Stops it in order, also when it is paused or stopped already."""
        self.resume()
        if self._process and self._process.stdin:
            self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP)
        self.kill()

    def kill(self) -> None:
        """Ends it at once, as `kill -9` does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
        self._process = None
        self.resume()

    def restart(self) -> Node:
        """Stops it unless it is down, and starts it on the same data at the same address."""
        self.stop()
        return self.start()

    def pause(self) -> None:
        """Freezes it: connections are taken and nothing answers, until `resume`."""
        # A frozen process sees no end of input. This one lets it go on when we resume it or are gone.
        self._thaw = subprocess.Popen(
            ["sh", "-c", f"read _; kill -CONT {self.pid}"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        # Sent is not stopped: a thread may answer once more.
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Lets a frozen node go on."""
        if self._thaw and self._thaw.stdin:
            self._thaw.stdin.close()
            self._thaw.wait()
        self._thaw = None

    def _command(self, parts: Installed) -> list[str]:
        port = self.url.rpartition(":")[2] or "0"
        paths = {"home": parts.home, "data": self.folder / "data", "logs": self.folder / "logs"}
        settings = {**{f"path.{k}": str(v) for k, v in paths.items()}, "http.port": port, **self.settings}
        return [
            str(parts.java),
            f"-Xmx{self.heap}",
            *([] if self.optimized else ["-XX:TieredStopAtLevel=1"]),
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            "--enable-native-access=ALL-UNNAMED",
            *("-cp", parts.class_path, "LocalNode", str(self.folder / "config")),
            *(f"{name}={value}" for name, value in settings.items()),
        ]

    def _until(self, true: Callable[[], bool], deadline: float) -> None:
        assert self._process
        while not true():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"the node did not start (exit code {self._process.poll()}):\n{tail}")
            time.sleep(0.05)


def answer(url: str, seconds: float = 30) -> dict[str, Any] | None:
    """The JSON that a GET answers with; none when nothing or nothing good does."""
    try:
        with _direct.open(url, timeout=seconds) as response:
            return dict(json.load(response))
    except (OSError, ValueError):
        return None
