"""Which folder holds the embedded index in use, and which the one before it.

Both are in the archive's folder ``index``. A small file names them; it is replaced in one step.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

from flows.index.engine import REBUILD, IndexUnusable

POINTER = "in-use.json"
FIRST = "embedded"
"""The folder of an archive's first index, in use where no file says otherwise."""
NAME = re.compile(r"embedded(?:-\d{8}t\d{6}-[0-9a-f]{4})?")
"""What a folder of ours is called."""


class Places(NamedTuple):
    """Names of two folders; ``previous`` is empty where there is none."""

    in_use: str
    previous: str = ""


def read(folder: Path) -> Places:
    """The two folders below ``folder``; raises IndexUnusable where the file that names them is damaged."""
    try:
        held = json.loads((folder / POINTER).read_bytes())
        places = Places(held["in_use"], held["previous"])
        if NAME.fullmatch(places.in_use) and (not places.previous or NAME.fullmatch(places.previous)):
            return places
    except FileNotFoundError:
        return Places(FIRST)
    except (ValueError, KeyError, TypeError):
        pass
    raise IndexUnusable(f"{folder / POINTER} is damaged; {REBUILD}")


def write(folder: Path, places: Places) -> None:
    """Name the two folders, for good once this returns."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / POINTER, json.dumps(places._asdict()))


def write_durably(path: Path, text: str) -> None:
    """Put a text in place of a file's, whole or not at all."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
