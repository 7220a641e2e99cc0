"""Elasticsearch's users and roles as documented, in front of a node that knows none."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from elastic.guard import Guard, _Handler

Json = dict[str, Any]
ADMIN = ("elastic", "das-passwort-der-verwaltung")
SHORTEST = 6
"""Characters of a password that Elasticsearch takes."""


class SecuredGuard(Guard):
    """A Guard that has `users` (name: password, roles) and `roles`, and answers `/_xpack` and `/_security`.

    Everybody else's requests go to the node. `denied` are names of users who may do nothing but log in.
    """

    def __init__(self, target: str, folder: Path, **options: Any) -> None:
        super().__init__(target, folder, user=ADMIN, **options)
        self.users: dict[str, Json] = {
            ADMIN[0]: {"password": ADMIN[1], "roles": ["superuser"], "enabled": True},
            "kibana_system": {"password": "", "roles": ["kibana_system"], "enabled": True},
        }
        self.roles: dict[str, Json] = {}
        self.denied: set[str] = set()
        handler = type("Secured", (_Secured,), {"guard": self})
        self._server.RequestHandlerClass = handler  # type: ignore[assignment]

    def who(self, header: str | None) -> str | None:
        """The user of an Authorization header."""
        if not header or not header.startswith("Basic "):
            return None
        name, _, password = base64.b64decode(header[6:]).decode().partition(":")
        user = self.users.get(name)
        return name if user and password and user["password"] == password else None


class _Secured(_Handler):
    guard: SecuredGuard

    def do(self) -> None:
        path = urlsplit(self.path).path
        name = self.guard.who(self.headers.get("Authorization"))
        if name is None or not path.startswith(("/_xpack", "/_security")):
            if name and name in self.guard.denied:
                self.read()
                self.error(403, "security_exception", f"action is unauthorized for user [{name}]")
            else:
                super().do()
            return
        body = self.read()
        if path == "/_xpack":
            self.answer(200, {"features": {"security": {"available": True, "enabled": True}}})
        elif path == "/_security/_authenticate":
            self.answer(200, {"username": name, "roles": self.guard.users[name]["roles"]})
        elif name in self.guard.denied:
            self.error(403, "security_exception", f"action is unauthorized for user [{name}]")
        else:
            self.manage(path.split("/")[2:], json.loads(body) if body else {})

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def manage(self, path: list[str], body: Json) -> None:
        """Roles and users: get, put, and a user's password."""
        what, name = path[0], path[1]
        held = self.guard.roles if what == "role" else self.guard.users
        if self.command == "GET":
            found = {name: shown(held[name])} if name in held else {}
            self.answer(200 if found else 404, found)
        elif len(str(body.get("password", "longer"))) < SHORTEST:
            self.error(
                400, "action_request_validation_exception", "passwords must be at least [6] characters"
            )
        elif what == "user" and path[2:] == ["_password"]:
            held[name]["password"] = body["password"]
            self.answer(200, {})
        elif what == "role":
            created = name not in held
            held[name] = {**body, "metadata": {}, "transient_metadata": {"enabled": True}, "run_as": []}
            for one in held[name]["indices"]:
                one["allow_restricted_indices"] = False  # what the server adds
            self.answer(200, {"role": {"created": created}})
        else:
            created = name not in held
            held[name] = {**body}
            self.answer(200, {"created": created})

    def answer(self, status: int, body: Json) -> None:
        headers = [("X-elastic-product", "Elasticsearch"), ("content-type", self.kind())]
        self.reply(status, headers, json.dumps(body).encode())

    def kind(self) -> str:
        """The form that the client asks for, with its version."""
        return self.headers.get("Accept", "application/json").split(",")[0]


def shown(held: Json) -> Json:
    """What the server gives out: never a password."""
    return {key: value for key, value in held.items() if key != "password"}
