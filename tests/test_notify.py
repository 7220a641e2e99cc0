"""The webhook: told of a failed run, and never a reason for a run to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows import notify
from flows.errors import ArchiveBusy

Heard = list[dict[str, str]]


@pytest.fixture
def listener() -> Iterator[tuple[str, Heard]]:
    """A department's chat: its address, and what it heard; ``/no`` refuses."""
    heard: Heard = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if self.path == "/garbage":
                self.wfile.write(b"this is no HTTP\r\n\r\n")
                return
            self.send_response(403 if self.path == "/no" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_a_failed_run_is_told(listener: tuple[str, Heard]) -> None:
    address, heard = listener
    assert notify.failed(address, "/a", ArchiveBusy("another ingest is at work; wait")) == ""
    assert heard == [{"event": "run-failed", "archive": "/a", "error": "another ingest is at work; wait"}]


def test_an_error_of_the_program_is_named_and_cut(listener: tuple[str, Heard]) -> None:
    address, heard = listener
    notify.failed(address, "/a", ValueError("x" * 10_000))
    assert heard[0]["error"].startswith("ValueError: xxx")
    assert len(heard[0]["error"]) == notify.LONGEST


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://name:secret@127.0.0.1:9/hook", "the webhook at 127.0.0.1:9 was not told: "),
        ("http://[::1", "not told"),
        ("nonsense", "not told"),
        ("http://127.0.0.1:abc/", "not told"),
        ("http://127.0.0.1/a b", "not told"),
    ],
)
def test_what_cannot_be_told_is_said_without_secrets(address: str, why: str) -> None:
    said = notify.failed(address, "/a", OSError("full"))
    assert why in said
    assert "secret" not in said


def test_a_refusal_is_said(listener: tuple[str, Heard]) -> None:
    address, _ = listener
    assert notify.failed(f"{address}/no", "/a", OSError("full")).endswith("it answered 403")


def test_an_answer_that_is_garbage_is_said(listener: tuple[str, Heard]) -> None:
    address, _ = listener
    assert notify.failed(f"{address}/garbage", "/a", OSError("full")).endswith("was not told: BadStatusLine")
