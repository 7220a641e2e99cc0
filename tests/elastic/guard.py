"""What a secured cluster and a bad network put before a node: TLS, keys, rights, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

REALMS = ['Basic realm="security", charset="UTF-8"', "ApiKey"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Guard:
    """A proxy on loopback before the node at `target`, over https with a certificate of its own.

    - `api_key` (encoded, as the client takes it) and `user` (name, password) are let in; everyone is when
      neither is given. Others get 401 in the server's own form.
    - `allows(method, path)` says what they have rights for; otherwise 403.
    - `faults` are used up one per request: a whole number answers with that status, `"reset"` breaks the
      connection, `"lost"` does what was asked and breaks it before the answer, a float waits so many seconds.
    - `answers` stand in for the node's: method and path, as in "GET /", to the JSON that is answered.
    - `seen` lists (method, path, status) of every request; status 0 where the connection was broken.
    - `ca_file` is the certificate authority, `fingerprint` its SHA-256.
    """

    def __init__(
        self,
        target: str,
        folder: Path,
        *,
        api_key: str | None = None,
        user: tuple[str, str] | None = None,
        allows: Callable[[str, str], bool] = lambda method, path: True,
        tls: bool = True,
    ) -> None:
        self.target = urlsplit(target).netloc
        basic = base64.b64encode(":".join(user).encode()).decode() if user else None
        self.welcome = {w for w in (api_key and f"ApiKey {api_key}", basic and f"Basic {basic}") if w}
        self.allows = allows
        self.faults: deque[int | float | str] = deque()
        self.answers: dict[str, object] = {}
        self.seen: list[tuple[str, str, int]] = []
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        der = ssl.PEM_cert_to_DER_cert(self.ca_file.read_text())
        self.fingerprint = hashlib.sha256(der).hexdigest()
        guard = self
        handler = type("Handler", (_Handler,), {"guard": guard})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http{'s' * tls}://127.0.0.1:{self._server.server_port}"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate = authority.issue_cert("127.0.0.1", "localhost")
            chain = folder / "server.pem"
            parts = [certificate.private_key_pem, *certificate.cert_chain_pems, authority.cert_pem]
            chain.write_bytes(b"".join(part.bytes() for part in parts))
            context.load_cert_chain(chain)
            # The handshake is the handler's: a client that breaks it off must not stop the others.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> Guard:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    guard: Guard

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client is gone, or does not trust the certificate
            self.close_connection = True

    def do(self) -> None:
        """One request: the fault that is due, who asks, whether they may, and the node's own answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        guard, path = self.guard, urlsplit(self.path).path
        fault = guard.faults.popleft() if guard.faults else None
        if isinstance(fault, float):
            time.sleep(fault)
        if fault == "reset":
            self.broken()
        elif isinstance(fault, int):
            self.error(fault, "status_exception", f"fault asked for by a test: {fault}")
        elif guard.welcome and self.headers.get("Authorization") not in guard.welcome:
            self.unauthorized(path)
        elif not guard.allows(self.command, path):
            reason = f"action [{self.command} {path}] is unauthorized for API key id [test] of user [test]"
            self.error(403, "security_exception", reason)
        elif (instead := guard.answers.get(f"{self.command} {path}")) is not None:
            self.json(200, instead)
        else:
            self.forward(body, lose=fault == "lost")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do

    def forward(self, body: bytes, *, lose: bool) -> None:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP | {"authorization"}}
        node = http.client.HTTPConnection(self.guard.target)
        try:
            node.request(self.command, self.path, body, headers)
            answer = node.getresponse()
            content = answer.read()
        except OSError as error:
            return self.error(502, "bad_gateway", str(error))
        finally:
            node.close()
        if lose:
            return self.broken()
        return self.reply(answer.status, answer.getheaders(), content)

    def unauthorized(self, path: str) -> None:
        reason = f"missing authentication credentials for REST request [{path}]"
        if self.headers.get("Authorization"):
            reason = f"unable to authenticate with provided credentials for REST request [{path}]"
        self.error(401, "security_exception", reason, {"header": {"WWW-Authenticate": REALMS}})

    def error(self, status: int, kind: str, reason: str, more: dict[str, object] | None = None) -> None:
        cause: dict[str, object] = {"type": kind, "reason": reason, **(more or {})}
        self.json(status, {"error": {"root_cause": [cause], **cause}, "status": status})

    def json(self, status: int, content: object) -> None:
        headers = [("X-elastic-product", "Elasticsearch"), ("content-type", "application/json")]
        if status == 401:
            headers += [("WWW-Authenticate", realm) for realm in REALMS]
        self.reply(status, headers, json.dumps(content).encode())

    def reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.guard.seen.append((self.command, self.path, status))
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    def broken(self) -> None:
        """Breaks the connection so that the client sees a reset, not an end."""
        self.guard.seen.append((self.command, self.path, 0))
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass
