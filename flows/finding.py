"""One thing that ``jianghua doctor`` looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and whether it is as it should be."""

    good: bool
    text: str
    next: str = ""
    """What to do about it."""
