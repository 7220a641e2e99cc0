"""A department's chat, which a webhook tells of failed runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

Heard = list[dict[str, str]]


@contextmanager
def chat() -> Iterator[tuple[str, Heard]]:
    """Its address, and what it heard; ``/no`` refuses, ``/garbage`` answers with no HTTP."""
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
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
