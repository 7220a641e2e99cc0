"""What the commands share: settings, JSON for other programs, and what is said of an id not found."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

import msgspec

from flows import settings as settings_of
from flows.catalog import Catalog
from flows.display import safe
from flows.settings import Settings


def settings_of_args(args: Namespace) -> Settings:
    """The settings that hold for a command; raises JianghuaError for one that can't be."""
    names = ("archive", "engine", "workers")
    found = settings_of.load({name: getattr(args, name, None) for name in names})
    return settings_of.absolute(found)


def print_json(data: Any) -> None:
    """Print records, or what they hold, for other programs."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n")
    sys.stdout.flush()


MOST_MEANT = 5
"""Speeches that are listed where the first digits of an id fit several."""


def no_speech(catalog: Catalog, given: str) -> str:
    """Why an id finds nothing, and what to do."""
    from flows.catalog.words import forgotten_word

    word = forgotten_word(catalog, given)
    if word:
        return f"{word} was forgotten; to let it be taken in again: jianghua forget --undo {word}"
    several = catalog.meant(given, MOST_MEANT + 1)
    if len(several) > 1:
        more = ", …" if len(several) > MOST_MEANT else ""
        listed = ", ".join(several[:MOST_MEANT])
        return (
            f"more than one speech has an id that begins with {safe(given)}: {listed}{more}; write more of it"
        )
    return f"no speech {safe(given)} here; find ids with: jianghua search QUERY"
