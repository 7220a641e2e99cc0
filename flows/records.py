"""The records that pass between the stages: typed, frozen, without a free-form metadata dict.

A dump file holds pages, pages make speeches. A stage takes records and returns records; what it will
not take it returns as a :class:`Reject`. Positions are code points unless a field says bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

Level = Literal["national", "province", "prefecture", "county", "township"]
Precision = Literal["day", "month", "year", "range"]
Media = Literal["text/plain", "text/html"]
Field = Literal["title", "text", "head"]
CorrectedField = Literal["level", "region", "date", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A dump file to be read: its name as given, and where to open it."""

    file: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a page came from, to the byte."""

    file: str
    """Name of the dump as given; a member of an archive as ``a.zip!b.txt``."""
    offset: int = 0
    """First byte in the unpacked member."""
    length: int = 0
    """Number of bytes."""
    sha256: str = ""
    """Of those bytes."""
    page: int | None = None
    """The number the page gives itself (第2页), or None."""
    url: str | None = None
    captured: str | None = None
    """When it was scraped, ISO 8601, if the dump says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to the text beyond script conversion and white space.

    ``start`` counts in the text as the rule found it, so that the edits of one rule replay:
    put ``after`` in place of ``before`` at each ``start``, from the last to the first.
    """

    stage: str
    rule: str
    start: int
    before: str
    after: str
    exact: bool = True
    """False for a guess: bytes are lost, and the language decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a dump on its way from bytes to clean text; each stage fills in its part."""

    id: str
    source: Source
    media: Media
    raw: bytes = b""
    """The page's own bytes, unpacked, kept so that every later stage can be done again."""
    encoding: str = ""
    text: str = ""
    """After read: characters or markup. After extract: body with what surrounds it. After clean: the body."""
    title: str | None = None
    head: str = ""
    """Field lines taken off the body (发文时间:, 来源URL:), one a line."""
    published: str | None = None
    """When the site put it up, ISO 8601: a day, or a day and a time."""
    author: str | None = None
    site: str | None = None
    """Host of the page's url; None without one."""
    url: str | None = None
    next_url: str | None = None
    prev_url: str | None = None
    number: int | None = None
    """第2页 of 共5页."""
    count: int | None = None
    hint: tuple[int, int] | None = None
    """What may be its number and count (0: not told), where the page says it in words that may mean something
    else: a bare 2/4 or 第2页 on a line, a record's field ``page``. Believed where the texts show it."""
    truncated: str | None = None
    """The words that say the page stops before the speech does (试读结束), or None."""
    edits: tuple[Edit, ...] = ()
    gaps: int = 0
    """Places where text is lost and was left visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The words a tag rests on: ``field[start:end]`` of a speech, and the sentence around them."""

    field: Field
    start: int
    end: int
    sentence: str
    rule: str
    speech: str | None = None
    """None: this speech. Else the id of the copy in the cluster that says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A place in China by its official full names as of the speech date."""

    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    town: str | None = None
    adcode: str | None = None
    """Six digits, of the lowest of province, prefecture and county, as of the speech date."""
    name: str | None = None
    """The lowest of the four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechDate:
    """When it was spoken. ``start`` and ``end`` bound it (days, inclusive; None is open)."""

    precision: Precision
    value: str | None = None
    """``2007-09-12``, ``2007-09`` or ``2007``, as the precision says; None for a range."""
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What lets a reader trust a tag: how sure, on what evidence; or why it is unknown."""

    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    unknown: str | None = None
    """The reason, where the tag has no value, or only a part of one (浙江省 known, its county masked)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A speech made of one or more pages, with its tags."""

    id: str
    """The smallest id of its pages."""
    pages: tuple[str, ...]
    """Page ids in reading order."""
    title: str = ""
    text: str = ""
    head: str = ""
    published: str | None = None
    truncated: bool = False
    missing_pages: tuple[int, ...] = ()
    edits: tuple[tuple[str, int], ...] = ()
    """Rule and how often, sorted by rule."""
    gaps: int = 0
    level: Level | None = None
    region: Region = Region()
    speech_date: SpeechDate | None = None
    level_tag: Tag = Tag()
    region_tag: Tag = Tag()
    date_tag: Tag = Tag()
    speaker_role: str | None = None
    occasion: str | None = None
    doc_type: str | None = None
    anonymised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on one field of the speech that holds a page (see flows/person/corrections.py)."""

    page: str
    field: CorrectedField
    value: str | None
    """A level; a date or a range (``2007-09..2008``); a title; a Region as JSON; None: can't be known."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another speech with nearly the same words: one made from the same template, or one that this may be a
    copy of, but that some other speech may as well be."""

    id: str
    relation: Literal["template", "ambiguous"]
    places: tuple[str, ...] = ()
    """Those that only one of the two names, sorted; of a template."""
    numbers: float = 0.0
    """The part of their numbers that differs; of a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A speech as the archive holds it: with its cluster, its sources and its place in time."""

    speech: Speech
    cluster: str
    """The smallest id of the cluster's speeches."""
    canonical: bool
    """The member that stands for its cluster."""
    variants: int
    """How many speeches the cluster has beside this one."""
    sources: tuple[Source, ...]
    run: str
    """The run that last changed it."""
    revision: int
    """Grows with every change anywhere in the archive; an engine's copy is stale if lower."""
    related: tuple[Related, ...] = ()
    """Like this one, and kept apart from it; sorted by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """What was not taken, why, and where it is, so that it can be looked at and tried again."""

    reason: str
    """A key of :data:`flows.errors.REASONS`."""
    detail: str
    source: Source
    stage: str


def page_id(raw: bytes, url: str | None = None) -> str:
    """The id of a page: the first 16 hex digits of the SHA-256 of its bytes.

    The address takes part only where the dump gives it apart from the bytes (WARC), so that two
    addresses with equal bytes stay two pages. 64 bits: at a million pages the chance that any two
    collide is 3 in 100 million.

    >>> page_id(b"abc")
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(raw + (b"\0" + url.encode() if url else b"")).hexdigest()[:16]
