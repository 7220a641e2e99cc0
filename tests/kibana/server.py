"""A server that behaves as Kibana is documented to, as far as setup asks: status, export and import."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Key = tuple[str, str]
KNOWN = ("index-pattern", "search", "map", "dashboard", "tag")


class KibanaServer:
    """Listens on loopback; a context manager.

    - `objects` is what it holds. Like Kibana it adds to what it takes (dates, versions, a newer shape).
    - `faults` are used up one a request, before anything else: a number answers that status, "lost" breaks
      the connection, a float waits so many seconds before it goes on.
    - `broken` gives the error that an object of this id meets when it is imported.
    - `authorization` is the only value of that header that it lets in, if set.
    - `seen` lists (method, path, status).
    """

    def __init__(self, version: str = "9.5.3", authorization: str = "") -> None:
        self.version, self.authorization = version, authorization
        self.objects: dict[Key, Json] = {}
        self.faults: deque[int | float | str] = deque()
        self.broken: dict[str, Json] = {}
        self.seen: list[tuple[str, str, int]] = []
        handler = type("Handler", (_Handler,), {"kibana": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> KibanaServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, objects: list[Json], overwrite: bool) -> Json:
        """The answer to an import: good objects are stored, and each bad one is told with its error."""
        errors: list[Json] = []
        keys = {(one["type"], one["id"]) for one in objects} | set(self.objects)
        for one in objects:
            key = one["type"], one["id"]
            missing = [
                {"type": r["type"], "id": r["id"]}
                for r in one.get("references", [])
                if r["type"] in ("index-pattern", "search") and (r["type"], r["id"]) not in keys
            ]
            error = self.broken.get(one["id"])
            if one["type"] not in KNOWN:
                error = {"type": "unsupported_type"}
            elif missing:
                error = {"type": "missing_references", "references": missing}
            elif key in self.objects and not overwrite:
                error = {"type": "conflict"}
            if error:
                errors.append({"id": one["id"], "type": one["type"], "meta": {}, "error": error})
                continue
            lifted = {**one["attributes"], **({"tabs": []} if one["type"] == "search" else {})}
            stamp = f"{len(self.seen)}"
            self.objects[key] = {**one, "attributes": lifted, "updated_at": stamp, "version": stamp}
        answer: Json = {"success": not errors, "successCount": len(objects) - len(errors), "warnings": []}
        return answer | ({"errors": errors} if errors else {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kibana: KibanaServer

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kibana = self.kibana
        fault = kibana.faults.popleft() if kibana.faults else None
        if isinstance(fault, float):
            time.sleep(fault)
        if fault == "lost":
            kibana.seen.append((self.command, self.path, 0))
            self.close_connection = True
        elif isinstance(fault, int):
            self.refuse(fault, "Kibana server is not ready yet" if fault == 503 else "")
        elif kibana.authorization and self.headers.get("Authorization") != kibana.authorization:
            self.refuse(401, "[security_exception]: unable to authenticate user for REST request")
        elif self.command != "GET" and not self.headers.get("kbn-xsrf"):
            self.refuse(400, "Request must contain a kbn-xsrf header.")
        elif self.headers.get("kbn-version", kibana.version) != kibana.version:
            self.refuse(400, "Browser client is out of date, please refresh the page")
        elif (self.command, self.path) == ("GET", "/api/status"):
            level = {"overall": {"level": "available", "summary": "All services are available"}}
            self.reply(200, json.dumps({"version": {"number": kibana.version}, "status": level}).encode())
        elif (self.command, self.path) == ("POST", "/api/saved_objects/_export"):
            self.export(json.loads(body))
        elif self.command == "POST" and self.path.startswith("/api/saved_objects/_import"):
            answer = kibana.take(self.upload(body), overwrite="overwrite=true" in self.path)
            self.reply(200, json.dumps(answer).encode())
        else:
            self.refuse(404, "Not Found")

    do_GET = do_POST = do

    def upload(self, body: bytes) -> list[Json]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + body).get_payload()  # type: ignore[misc]
        assert part.get_param("name", header="content-disposition") == "file"  # type: ignore[union-attr]
        assert str(part.get_filename()).endswith(".ndjson")  # type: ignore[union-attr]
        content = part.get_payload(decode=True)  # type: ignore[union-attr]
        assert isinstance(content, bytes)
        return [json.loads(line) for line in content.splitlines() if line.strip()]

    def export(self, wanted: Json) -> None:
        objects = self.kibana.objects
        keys = [(one["type"], one["id"]) for one in wanted["objects"]]
        missing = [
            {
                "type": kind,
                "id": one,
                "error": {"statusCode": 404, "error": "Not Found", "message": f"[{kind}/{one}] not found"},
            }
            for kind, one in keys
            if (kind, one) not in objects
        ]
        if missing:
            self.refuse(400, "Error fetching objects to export", attributes={"objects": missing})
            return
        lines = [json.dumps(objects[key]) for key in keys]
        self.reply(200, "\n".join(lines).encode(), "application/ndjson")

    def refuse(self, status: int, message: str, **more: Any) -> None:
        body = {"statusCode": status, "error": "Error", "message": message, **more}
        self.reply(status, b"" if status >= 500 and not message else json.dumps(body).encode())

    def reply(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.kibana.seen.append((self.command, self.path, status))
        self.send_response_only(status)
        if status in (301, 302):
            self.send_header("Location", "https://elsewhere.example/login")
        self.send_header("kbn-name", "test")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
