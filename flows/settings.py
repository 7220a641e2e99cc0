"""Settings: few, named once, from ``JIANGHUA_*`` variables, then ``.env``, then flags, in rising order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from dotenv import dotenv_values

from flows.errors import JianghuaError

PREFIX = "JIANGHUA_"
PAGE_BYTES = 32 << 20
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
ENGINES = ("embedded", "elasticsearch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Names of fields of JSONL and CSV dumps that a user gives, tried before the ones known here."""

    text: tuple[str, ...] = ()
    html: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    captured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How dumps are read: bounds on what one may do to the machine (sizes in bytes), and field names."""

    page_bytes: int = PAGE_BYTES
    """A page larger than this is rejected; a long speech is 0.3 MB, a heavy web page 5 MB."""
    ratio: int = 200
    """How many times its packed size an archive may unpack to (text packs 3 to 20 times)."""
    unpacked_bytes: int = 64 << 30
    """The most that one dump file may unpack to."""
    nesting: int = 4
    """Archives inside archives."""
    members: int = 1_000_000
    """Members of one archive."""
    fields: Fields = Fields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may set; the help text of a field is its docstring in README's table."""

    archive: Path = Path("archive")
    engine: str = "embedded"
    workers: int = 0
    """Processes that compute; 0 means one per core."""
    elasticsearch_url: str = "http://127.0.0.1:9200"
    """Addresses of the nodes, separated by commas."""
    elasticsearch_cloud_id: str = ""
    """Of Elastic Cloud, in place of the addresses."""
    elasticsearch_api_key: str = field(default="", repr=False)
    """As Kibana shows it, in Base64; in place of user and password."""
    elasticsearch_user: str = "elastic"
    elasticsearch_password: str = field(default="", repr=False)
    elasticsearch_ca: str = ""
    """A file with the certificate authority that signed the nodes' certificate."""
    elasticsearch_fingerprint: str = ""
    """The SHA-256 of the nodes' certificate, in place of that file."""
    elasticsearch_plain_http: bool = False
    """Whether a key or password may be sent unencrypted to another machine."""
    elasticsearch_alias: str = "speeches"
    """The name that the archive's index is searched by; each archive needs its own."""
    prefect_api_url: str = ""
    """A Prefect server to report runs to; empty means a private one for the time of the run."""
    rest_seconds: int = 0
    """A dump file that changed within so many seconds is still being written, and left for the next run."""
    webhook: str = field(default="", repr=False)
    """An address that is told of failed runs by a JSON POST."""
    page_bytes: int = PAGE_BYTES
    """A page larger than this many bytes is rejected."""
    text_fields: str = ""
    """Names of the fields of JSONL and CSV dumps that hold the text, separated by commas, best first."""
    html_fields: str = ""
    title_fields: str = ""
    url_fields: str = ""
    time_fields: str = ""
    """When the site put the page up."""
    captured_fields: str = ""
    """When it was scraped."""
    kibana_url: str = "http://127.0.0.1:5601"
    """The Kibana that setup furnishes; it takes Elasticsearch's user and password, or API key."""
    kibana_password: str = field(default="", repr=False)
    """The password that setup gives to kibana_system, the user that Kibana itself logs in as."""
    reader_password: str = field(default="", repr=False)
    """The password of the user jianghua_reader; empty makes no such user."""
    writer_password: str = field(default="", repr=False)
    """The password of the user jianghua_writer; empty makes no such user."""

    @property
    def limits(self) -> Limits:
        """What a page may hold, and the names of fields in records."""
        fields = Fields(
            text=_names(self.text_fields),
            html=_names(self.html_fields),
            title=_names(self.title_fields),
            url=_names(self.url_fields),
            published=_names(self.time_fields),
            captured=_names(self.captured_fields),
        )
        return Limits(page_bytes=self.page_bytes, fields=fields)

    @property
    def given_fields(self) -> dict[str, str]:
        """The settings that name fields, as given, to be handed on to a run."""
        return {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name.endswith("_fields")}

    @property
    def worker_count(self) -> int:
        """Processes that reckon: as set, or one a core."""
        return self.workers or os.cpu_count() or 1


_ALIAS = re.compile(r"(?!.*-v)[a-z0-9][a-z0-9._-]{0,199}")
"""Elasticsearch's names of indices, less those that the pattern of another alias's indices would take in."""


def load(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    dotenv: Path | None = None,
) -> Settings:
    """Settings from the environment, the ``.env`` of the working folder, and flags that were given.

    Raises JianghuaError for a value that does not fit its type.

    >>> load({"workers": 2}, environ={"JIANGHUA_ARCHIVE": "/a"}, dotenv=Path("/nonexistent")).archive
    PosixPath('/a')
    """
    given: dict[str, Any] = {}
    hints = get_type_hints(Settings)
    try:
        files = {k: v for k, v in dotenv_values(dotenv or Path(".env")).items() if v is not None}
    except (UnicodeDecodeError, OSError) as error:
        raise JianghuaError(f"{dotenv or '.env'} can't be read ({error}); save it as UTF-8") from None
    for source in (environ, files):
        for one in fields(Settings):
            key = PREFIX + one.name.upper()
            if source.get(key):
                given[one.name] = _convert(key, source[key], hints[one.name])
    given |= {k: v for k, v in (flags or {}).items() if v is not None}
    found = Settings(**given)
    if found.engine not in ENGINES:
        raise JianghuaError(
            f"no engine is called {found.engine}; set {PREFIX}ENGINE to {' or '.join(ENGINES)}"
        )
    if found.workers < 0 or found.page_bytes <= 0 or found.rest_seconds < 0:
        raise JianghuaError(
            f"{PREFIX}WORKERS, {PREFIX}PAGE_BYTES and {PREFIX}REST_SECONDS are positive numbers; correct them"
        )
    if not _ALIAS.fullmatch(found.elasticsearch_alias):
        raise JianghuaError(
            f"{PREFIX}ELASTICSEARCH_ALIAS={found.elasticsearch_alias} can't be the name of an index; write "
            "it with a-z, 0-9, . _ and -, a letter or digit first, and without -v: an index's version follows"
        )
    return found


def absolute(settings: Settings) -> Settings:
    """The settings with the archive's place made absolute, since a run changes its working folder."""
    return replace(settings, archive=settings.archive.absolute())


def _names(given: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _convert(key: str, value: str, kind: type) -> Any:
    try:
        return _TRUTH[value.strip().lower()] if kind is bool else kind(value)
    except (ValueError, KeyError):
        raise JianghuaError(f"{key}={value}: not a {kind.__name__}; correct it or unset it") from None
