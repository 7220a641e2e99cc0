"""Kibana over HTTP: is it ready, what does it hold, take these objects.

As documented for saved objects (elastic.co/docs/api/doc/kibana): an import answers 200 and tells the faults
of single objects in its body; an export of objects that are not there answers 400 and names them.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlsplit

from flows.errors import JianghuaError
from flows.kibana.faults import Refused, as_object, told
from flows.kibana.objects import ndjson

Json = dict[str, Any]
Key = tuple[str, str]
"""Type and id of a saved object."""
NOT_READY = frozenset({429, 502, 503, 504})
MOST_BYTES = 64 << 20
"""The longest answer that is read; all our objects together are 0.1 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for Kibana, in seconds."""

    answer: float = 60
    """For one answer."""
    ready: float = 180
    """While it says that it is still starting: it takes a minute or two after Elasticsearch is up."""
    absent: float = 15
    """While nobody answers."""
    pause: float = 2
    """Between tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kibana:
    """A Kibana at an address; all that it is asked raises JianghuaError where it can't be done."""

    url: str
    authorization: str = field(default="", repr=False)
    """The header's value; see :func:`basic` and :func:`api_key`."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    patience: Patience = Patience()

    def version(self) -> str:
        """Its version, once it is ready."""
        answer = self._call("GET", "/api/status")
        version = as_object(answer).get("version")
        number = version.get("number") if isinstance(version, dict) else None
        if not isinstance(number, str):
            raise JianghuaError(
                f"{self.url} does not say that it is Kibana; correct JIANGHUA_KIBANA_URL (its base path too)"
            )
        return number

    def held(self, keys: Iterable[Key]) -> dict[Key, Json]:
        """The objects of these that it holds."""
        wanted = list(keys)
        for _ in range(2):  # the first answer may name those that are not there
            body = {
                "objects": [{"type": kind, "id": one} for kind, one in wanted],
                "includeReferencesDeep": False,
                "excludeExportDetails": True,
            }
            if not wanted:
                break
            try:
                answer = self._call("POST", "/api/saved_objects/_export", json.dumps(body).encode())
            except Refused as refused:
                missing = refused.missing()
                if not missing:
                    raise
                wanted = [key for key in wanted if key not in missing]
                continue
            objects = [as_object(line) for line in answer.splitlines() if line.strip()]
            return {(one["type"], one["id"]): one for one in objects if "type" in one and "id" in one}
        return {}

    def take(self, objects: list[Json]) -> None:
        """Import objects, in place of those of the same type and id."""
        boundary = "jianghua-objects"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="objects.ndjson"\r\n'
        body = f"{head}Content-Type: application/ndjson\r\n\r\n".encode() + ndjson(objects)
        body += f"\r\n--{boundary}--\r\n".encode()
        answer = as_object(
            self._call(
                "POST",
                "/api/saved_objects/_import?overwrite=true",
                body,
                f"multipart/form-data; boundary={boundary}",
            )
        )
        errors = answer.get("errors") or []
        if errors:
            raise JianghuaError(told(errors))
        if answer.get("successCount") != len(objects):
            raise JianghuaError(
                f"Kibana took {answer.get('successCount')} of {len(objects)} objects and does not say why; "
                "look at its log, and run jianghua setup again"
            )

    def _call(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        """The body of the answer, tried again while Kibana starts; every call may be made twice."""
        headers = {"kbn-xsrf": "jianghua", "Accept": "application/json", "Content-Type": kind}
        if self.authorization:
            headers["Authorization"] = self.authorization
        request = urllib.request.Request(self.url.rstrip("/") + path, body, headers, method=method)
        handlers = [
            urllib.request.ProxyHandler({}),
            _NoRedirect(),
            urllib.request.HTTPSHandler(context=self.tls),
        ]
        opener = urllib.request.build_opener(*handlers)
        start = time.monotonic()
        while True:
            try:
                with opener.open(request, timeout=self.patience.answer) as answer:
                    return bytes(answer.read(MOST_BYTES))
            except urllib.error.HTTPError as error:
                with error:
                    body_of_error = error.read(MOST_BYTES)
                    location = error.headers.get("Location", "")
                    refused = Refused(self.url, error.code, body_of_error, location)
                problem, limit = str(refused), self.patience.ready
                if error.code not in NOT_READY:
                    raise refused from None
            except (OSError, HTTPException) as error:
                problem, limit = self._no_answer(error)
            if time.monotonic() - start + self.patience.pause > limit:
                raise JianghuaError(problem)
            time.sleep(self.patience.pause)

    def _no_answer(self, error: Exception) -> tuple[str, float]:
        """What to say of it, and for how long to try again."""
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise JianghuaError(
                f"the certificate of {self.url} is not trusted ({reason.verify_message}); name the CA that "
                "signed it in JIANGHUA_ELASTICSEARCH_CA"
            )
        if isinstance(reason, TimeoutError):
            words = (
                f"Kibana at {self.url} did not answer within {self.patience.answer:g} s; look at its log, "
                "and run jianghua setup again"
            )
            return words, 2 * self.patience.answer
        words = (
            f"no Kibana answers at {self.url} ({reason}); start it, correct JIANGHUA_KIBANA_URL, or leave "
            "it out with --without-kibana"
        )
        return words, self.patience.absent


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Credentials go nowhere but where they were meant to."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """No other address is asked; the answer becomes an error that names it."""


def basic(user: str, password: str) -> str:
    """The header of a user and password.

    >>> basic("a", "b")
    'Basic YTpi'
    """
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def api_key(key: str) -> str:
    """The header of an API key in the encoded form that Elasticsearch gives out."""
    return f"ApiKey {key}"


def check_address(url: str, secret: bool, plain_http: bool) -> None:
    """Raises JianghuaError for an address that is none, that holds a password, or that would carry one
    in the clear to another machine (``plain_http`` allows that)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise JianghuaError("JIANGHUA_KIBANA_URL is no address such as http://localhost:5601; correct it")
    if parts.username is not None:
        raise JianghuaError(
            f"JIANGHUA_KIBANA_URL holds a user name or password; take it out ({parts.scheme}://{host}) and "
            "set JIANGHUA_ELASTICSEARCH_USER and JIANGHUA_ELASTICSEARCH_PASSWORD"
        )
    near = host in ("localhost", "127.0.0.1", "::1")
    if secret and parts.scheme == "http" and not near and not plain_http:
        raise JianghuaError(
            f"the password would go to {host} unencrypted; use https, or set "
            "JIANGHUA_ELASTICSEARCH_PLAIN_HTTP=true"
        )
