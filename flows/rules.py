"""By what rules an archive was made: fingerprints of the installed code and reference data, by stage.

They tell whether an archive is up to date, not what would change: a comment changes a fingerprint too. Then
a refresh does the work again and finds that nothing is different.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from flows.resources import reference

CODE: dict[str, tuple[str, ...]] = {
    "pages": (
        "read",
        "extract",
        "restore",
        "clean",
        "mojibake.py",
        "likelihood.py",
        "host.py",
        "language.py",
        "parts.py",
        "numerals.py",
    ),
    "speeches": (
        "stitch",
        "tag",
        "language.py",
        "parts.py",
        "numerals.py",
        "catalog/families.py",
        "person/corrections.py",
        "places.py",
    ),
    "copies": ("dedupe", "copies.py", "catalog/copies.py"),
}
"""What makes pages, speeches of pages, and clusters of speeches: packages and modules of ``flows``."""
DATA: dict[str, tuple[str, ...]] = {
    "pages": ("read", "extract", "restore", "clean"),
    "speeches": ("dates", "places", "restore"),
    "copies": ("dedupe",),
}
"""Their folders of data/reference."""
LIBRARIES: dict[str, tuple[str, ...]] = {
    "pages": ("beautifulsoup4", "lxml", "opencc-python-reimplemented", "ftfy"),
    "speeches": (),
    "copies": (),
}
"""Libraries whose version may change what a stage makes of a page."""
_DATA_ENDS = (".csv", ".tsv", ".txt", ".json")
_PACKAGE = Path(__file__).resolve().parent


@cache
def fingerprints() -> dict[str, str]:
    """SHA-256 by name of what is made: ``pages``, ``speeches``, ``copies``."""
    return {name: _digest(name) for name in CODE}


def _digest(name: str) -> str:
    digest = hashlib.sha256()
    for path in _files(name):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for library in LIBRARIES[name]:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


def _files(name: str) -> Iterator[Path]:
    for part in CODE[name]:
        place = _PACKAGE / part
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]
    for part in DATA[name]:
        yield from sorted(p for p in reference(part).rglob("*") if p.suffix in _DATA_ENDS)
