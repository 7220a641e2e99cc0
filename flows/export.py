"""The archive as files for other programs: JSON lines, CSV or Parquet, the same bytes for the same pages."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flows.errors import JianghuaError
from flows.records import Entry, Evidence, Region, Related, Source, SpeechDate, Tag

FORMATS = ("jsonl", "csv", "parquet")
FLAT = (
    "id",
    "title",
    "level",
    "province",
    "prefecture",
    "county",
    "town",
    "adcode",
    "date",
    "precision",
    "date_from",
    "date_to",
    "published",
    "level_confidence",
    "region_confidence",
    "date_confidence",
    "level_unknown",
    "region_unknown",
    "date_unknown",
    "speaker_role",
    "occasion",
    "doc_type",
    "truncated",
    "missing_pages",
    "anonymised",
    "cluster",
    "canonical",
    "gaps",
    "files",
    "urls",
    "run",
    "head",
    "text",
)
"""Columns of a CSV or Parquet export."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
ROWS_IN_A_GROUP = 2000


def as_json(entry: Entry) -> dict[str, Any]:
    """One speech in the form of the JSON lines export; all keys always there, in a fixed order."""
    s = entry.speech
    tags = {"level": s.level_tag, "region": s.region_tag, "speech_date": s.date_tag}
    return {
        "id": s.id,
        "title": s.title,
        "text": s.text,
        "head": s.head,
        "level": s.level,
        "region": _region(s.region),
        "speech_date": _date(s.speech_date),
        "published": s.published,
        "confidence": {name: _confidence(tag) for name, tag in tags.items() if _confidence(tag)},
        "evidence": {name: [_evidence(e) for e in tag.evidence] for name, tag in tags.items()},
        "unknown": {name: tag.unknown for name, tag in tags.items() if tag.unknown},
        "speaker_role": s.speaker_role,
        "occasion": s.occasion,
        "doc_type": s.doc_type,
        "truncated": s.truncated,
        "missing_pages": list(s.missing_pages),
        "anonymised": s.anonymised,
        "cluster": entry.cluster,
        "canonical": entry.canonical,
        "sources": [_source(x) for x in entry.sources],
        "edits": [{"rule": rule, "count": count} for rule, count in s.edits],
        "gaps": s.gaps,
        "related": [_related(x) for x in entry.related],
        "run": entry.run,
    }


def as_row(entry: Entry) -> dict[str, Any]:
    """One speech as a flat row of the columns FLAT."""
    s, place, date = entry.speech, entry.speech.region, entry.speech.speech_date
    values = (
        (s.id, s.title, s.level, place.province, place.prefecture, place.county, place.town, place.adcode)
        + ((date.value, date.precision, date.start, date.end) if date else (None, None, None, None))
        + (s.published, *_of_tags(s.level_tag, s.region_tag, s.date_tag))
        + (s.speaker_role, s.occasion, s.doc_type, s.truncated, " ".join(map(str, s.missing_pages)))
        + (s.anonymised, entry.cluster, entry.canonical, s.gaps)
        + ("\n".join(x.file for x in entry.sources), "\n".join(x.url for x in entry.sources if x.url))
        + (entry.run, s.head, s.text)
    )
    return dict(zip(FLAT, values, strict=True))


def write(entries: Iterable[Entry], form: str, out: IO[bytes]) -> int:
    """Write entries to a binary stream in one of FORMATS; returns how many."""
    return {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[form](entries, out)


def write_file(entries: Iterable[Entry], form: str, path: Path) -> int:
    """Write entries to a file, whole or not at all.

    A pipe or a device is written to as it is. Raises JianghuaError where it can't be written.
    """
    path = path.resolve()  # what a link points to is written, the link stays
    if path.exists() and not path.is_file():  # a pipe, a device
        with _said(path), path.open("wb") as out:
            return write(entries, form, out)
    part = path.with_name(path.name + ".part")
    try:
        with _said(path), part.open("wb") as out:
            count = write(entries, form, out)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise JianghuaError(
            f"could not write {path} ({error.strerror}); choose another place with -o FILE"
        ) from None


def _jsonl(entries: Iterable[Entry], out: IO[bytes]) -> int:
    count = 0
    for entry in entries:
        count += 1
        out.write(json.dumps(as_json(entry), ensure_ascii=False).encode() + b"\n")
    return count


def _csv(entries: Iterable[Entry], out: IO[bytes]) -> int:
    out.write("\ufeff".encode())  # spreadsheets take a CSV for UTF-8 only by its mark
    lines = csv.writer(_Utf8(out), lineterminator="\r\n")
    lines.writerow(FLAT)
    count = 0
    for entry in entries:
        count += 1
        lines.writerow([_cell(v) for v in as_row(entry).values()])
    return count


def _parquet(entries: Iterable[Entry], out: IO[bytes]) -> int:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    kinds = {"truncated": pa.bool_(), "anonymised": pa.bool_(), "canonical": pa.bool_(), "gaps": pa.int32()}
    kinds |= {f"{tag}_confidence": pa.float32() for tag in ("level", "region", "date")}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in FLAT])
    count = 0
    rows: list[dict[str, Any]] = []
    with ParquetWriter(out, schema, compression="zstd") as writer:  # type: ignore[no-untyped-call]
        for entry in entries:
            count += 1
            rows.append(as_row(entry))
            if len(rows) == ROWS_IN_A_GROUP:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema))
    return count


class _Utf8:
    """What csv.writer needs: a write() that takes text."""

    def __init__(self, out: IO[bytes]):
        self.out = out

    def write(self, text: str) -> int:
        return self.out.write(text.encode())


def _cell(value: Any) -> str:
    """A value as a cell. Scraped text must not become a formula in a spreadsheet.

    >>> _cell("=1+1"), _cell(None), _cell(True)
    ("'=1+1", '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _of_tags(*tags: Tag) -> tuple[float | str | None, ...]:
    return tuple(_confidence(t) for t in tags) + tuple(t.unknown for t in tags)


def _confidence(tag: Tag) -> float | None:
    """None where nothing is known to be sure of, though a person's word may be the evidence for that."""
    return tag.confidence or None if tag.evidence else None


def _region(region: Region) -> dict[str, str | None]:
    names = ("province", "prefecture", "county", "town", "adcode", "name")
    return {name: getattr(region, name) for name in names}


def _date(date: SpeechDate | None) -> dict[str, str | None] | None:
    if date is None:
        return None
    return {"value": date.value, "precision": date.precision, "from": date.start, "to": date.end}


def _evidence(e: Evidence) -> dict[str, Any]:
    return {
        "speech": e.speech,
        "field": e.field,
        "start": e.start,
        "end": e.end,
        "sentence": e.sentence,
        "rule": e.rule,
    }


def _related(x: Related) -> dict[str, Any]:
    return {"id": x.id, "relation": x.relation, "places": list(x.places), "numbers": x.numbers}


def _source(x: Source) -> dict[str, Any]:
    return {
        "file": x.file,
        "offset": x.offset,
        "length": x.length,
        "sha256": x.sha256,
        "page": x.page,
        "url": x.url,
        "captured": x.captured,
    }
