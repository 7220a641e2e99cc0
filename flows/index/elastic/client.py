"""The connection to Elasticsearch, and its errors in one line each."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from elastic_transport import TlsError
from elasticsearch import VERSION as CLIENT
from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)

from flows.errors import JianghuaError
from flows.index.engine import REBUILD, IndexUnusable
from flows.settings import Settings


class Trouble(NamedTuple):
    """What an error of the client means, and what to do next."""

    what: str
    next: str


SECONDS = 30
"""Until a request counts as unanswered."""
PORTS = {"http": 80, "https": 443}
NEAR = ("localhost", "127.0.0.1", "::1")
BUSY = (429, 502, 503, 504)
"""Statuses that say: not now."""
MOST_WORDS = 500
"""Characters of a server's words that are kept."""
SHA256_DIGITS = 64
SERVER: int = CLIENT[0]
"""The version of Elasticsearch that this client talks to, the first number of it."""
RIGHTS = (
    "have the key or user given the rights of the role jianghua_writer (mappings/roles.json; jianghua setup "
    "makes the role), or jianghua_reader if it only searches"
)
UPGRADE = f"upgrade the server to version {SERVER}, or use the embedded engine"
_UNREACHED = "Elasticsearch can't be reached"
_KEY = "correct JIANGHUA_ELASTICSEARCH_API_KEY, or _USER and _PASSWORD"
_CONNECTION = ("Connection refused", "Name or service not known", "No route to host", "Connection reset")
"""Words of the system's that a person knows what to do with."""
_TLS = (
    (
        "CERTIFICATE_VERIFY_FAILED",
        Trouble(
            "its certificate is not trusted, or is another machine's",
            "name the file of its authority with JIANGHUA_ELASTICSEARCH_CA, or its SHA-256 with "
            "JIANGHUA_ELASTICSEARCH_FINGERPRINT, and reach it by the name in the certificate",
        ),
    ),
    (
        "ingerprints did not match",
        Trouble(
            "its certificate has another fingerprint",
            "ask the one who runs the cluster whether the certificate is new, and set "
            "JIANGHUA_ELASTICSEARCH_FINGERPRINT to its SHA-256",
        ),
    ),
    (
        "WRONG_VERSION_NUMBER",
        Trouble("it does not speak https", "let JIANGHUA_ELASTICSEARCH_URL begin with http://"),
    ),
)
_OTHER_TLS = Trouble("no encrypted connection can be made", "look at the server's log")

for _name in ("elastic_transport", "elasticsearch"):
    # Else Python, or Prefect where a run has loaded it, prints their warnings with tracebacks.
    _logger = logging.getLogger(_name)
    _logger.addHandler(logging.NullHandler())
    _logger.propagate = False


def connect(settings: Settings) -> Elasticsearch:
    """A client for the cluster that the settings name; nothing is sent yet.

    Raises JianghuaError where a setting can't be meant so, or a key or password would go unencrypted.
    """
    secret = bool(settings.elasticsearch_api_key or settings.elasticsearch_password)
    options: dict[str, Any] = {"max_retries": 3, "retry_on_status": BUSY, "retry_on_timeout": False}
    if settings.elasticsearch_cloud_id:
        options["cloud_id"] = settings.elasticsearch_cloud_id
    else:
        hosts = [host.strip() for host in settings.elasticsearch_url.split(",") if host.strip()]
        options["hosts"] = [_address(host, secret, settings.elasticsearch_plain_http) for host in hosts]
    if settings.elasticsearch_api_key:
        options["api_key"] = _sendable(settings.elasticsearch_api_key)
    elif settings.elasticsearch_password:
        options["basic_auth"] = settings.elasticsearch_user, settings.elasticsearch_password
    options |= _trust(settings, options.get("hosts", []))
    try:
        return Elasticsearch(request_timeout=SECONDS, **options)
    except (ValueError, OSError):
        name = "CLOUD_ID" if settings.elasticsearch_cloud_id else "URL"
        raise JianghuaError(
            f"JIANGHUA_ELASTICSEARCH_{name} names no cluster; copy it once more from the cluster's own page"
        ) from None


def _sendable(key: str) -> str:
    """A key that can stand in a request; Python's own words for one that can't would show it."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise JianghuaError(
            "JIANGHUA_ELASTICSEARCH_API_KEY holds characters that no key has; copy it once more from Kibana"
        )
    return key


def _trust(settings: Settings, hosts: Sequence[str]) -> dict[str, str]:
    """What certificate is trusted, as the client takes it; raises JianghuaError where that is none."""
    authority, fingerprint = settings.elasticsearch_ca, settings.elasticsearch_fingerprint
    if (authority or fingerprint) and any(host.startswith("http:") for host in hosts):
        raise JianghuaError(
            "JIANGHUA_ELASTICSEARCH_CA and _FINGERPRINT are for https; let JIANGHUA_ELASTICSEARCH_URL begin "
            "with https://, or unset them"
        )
    found: dict[str, str] = {}
    if authority:
        try:
            ssl.create_default_context(cafile=authority)
        except ssl.SSLError:
            why = "holds no certificate"
        except OSError as error:
            why = f"can't be read ({error.strerror or error})"
        else:
            why, found["ca_certs"] = "", authority
        if why:
            raise JianghuaError(
                f"the file {authority} {why}; set JIANGHUA_ELASTICSEARCH_CA to the cluster's certificate "
                "authority, as http_ca.crt in the server's config/certs"
            )
    if fingerprint:
        digits = fingerprint.replace(":", "").strip()
        if len(digits) != SHA256_DIGITS or set(digits.lower()) - set("0123456789abcdef"):
            raise JianghuaError(
                "JIANGHUA_ELASTICSEARCH_FINGERPRINT is no SHA-256 of 64 hexadecimal digits; get it with: "
                "openssl x509 -fingerprint -sha256 -noout -in http_ca.crt"
            )
        found["ssl_assert_fingerprint"] = digits
    return found


def _address(url: str, secret: bool, plain_http: bool) -> str:
    """An address as the client wants it, with a port; raises JianghuaError for one that can't be used.

    >>> _address("https://search.example.org", True, False)
    'https://search.example.org:443'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in PORTS or not host:
        raise JianghuaError(
            "JIANGHUA_ELASTICSEARCH_URL is no address such as http://localhost:9200; correct it"
        )
    if parts.username is not None:
        raise JianghuaError(
            "JIANGHUA_ELASTICSEARCH_URL holds a user name or password; take it out and set "
            "JIANGHUA_ELASTICSEARCH_USER and JIANGHUA_ELASTICSEARCH_PASSWORD"
        )
    if secret and parts.scheme == "http" and host not in NEAR and not plain_http:
        raise JianghuaError(
            f"the key or password would go to {host} unencrypted; use https, or set "
            "JIANGHUA_ELASTICSEARCH_PLAIN_HTTP=true"
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{port or PORTS[parts.scheme]}{parts.path.rstrip('/')}"


@contextmanager
def troubles(done: str) -> Iterator[None]:
    """Elasticsearch's errors as ours; ``done`` is what was being done (``searched``)."""
    try:
        yield
    except NotFoundError as error:
        raise IndexUnusable(f"the Elasticsearch index is gone ({reason(error)}); {REBUILD}") from None
    except (ApiError, TransportError) as error:
        what, following = explain(error)
        where = f"the Elasticsearch index can't be {done}" if isinstance(error, ApiError) else _UNREACHED
        raise JianghuaError(f"{where}: {what}; {following}") from None


def explain(error: ApiError | TransportError) -> Trouble:
    """An error in words for the person at the terminal, without anything secret."""
    if isinstance(error, ApiError):
        return _answered(error)
    if isinstance(error, TlsError):
        return next((t for sign, t in _TLS if sign in str(error.message)), _OTHER_TLS)
    if isinstance(error, ConnectionTimeout):
        return Trouble("it does not answer", "see whether it is overloaded or frozen, and look at its log")
    said = next((word for word in _CONNECTION if word.lower() in str(error.message).lower()), reason(error))
    return Trouble(said, "is it running, and is JIANGHUA_ELASTICSEARCH_URL right?")


def _answered(error: ApiError) -> Trouble:
    said, status = reason(error), error.status_code
    if isinstance(error, UnsupportedProductError):
        return Trouble("what answers there is no Elasticsearch", "correct JIANGHUA_ELASTICSEARCH_URL")
    if status == 401:
        return Trouble(f"the key or password is not taken ({said})", _KEY)
    if status == 403 and kind(said) == "security_exception":
        return Trouble(f"a right is missing ({said})", RIGHTS)
    if kind(said) == "media_type_header_exception":
        return Trouble("the server is older than this client", UPGRADE)
    if status in BUSY:
        return Trouble(f"the server is busy or not ready ({said})", "try again in some minutes")
    return Trouble(said, "see: jianghua doctor")


def reason(error: ApiError | TransportError) -> str:
    """What an error says, in one line without addresses or anything we sent."""
    if not isinstance(error, ApiError):
        return type(error).__name__
    cause = error.body.get("error") if isinstance(error.body, dict) else None
    return item_reason(cause) if cause else f"status {error.status_code}"


def kind(said: str) -> str:
    """The kind of error in the words of :func:`item_reason`.

    >>> kind("cluster_block_exception: index [speeches-v1] blocked")
    'cluster_block_exception'
    """
    return said.partition(": ")[0]


def item_reason(cause: object) -> str:
    """What the server says of an error: its kind and words, and the first cause below it."""
    if not isinstance(cause, dict):
        return " ".join(str(cause).split())[:MOST_WORDS]
    said = [f"{cause.get('type')}: {cause.get('reason')}"]
    below = cause.get("caused_by")
    while isinstance(below, dict):
        said.append(f"{below.get('reason')}")
        below = below.get("caused_by")
    return " ".join("; ".join(said).split())[:MOST_WORDS]
