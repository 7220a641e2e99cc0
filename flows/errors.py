"""What can go wrong, in words for the person at the terminal."""

import errno
from pathlib import Path
from typing import NamedTuple

AGAIN = "run the same command again: it goes on from here"


class Ended(NamedTuple):
    """Exit statuses."""

    done: int = 0
    rejects: int = 1
    """Done, and something was rejected."""
    failed: int = 2
    stopped: int = 130
    """By Ctrl-C, in a sound state."""


ENDED = Ended()


class JianghuaError(Exception):
    """A thing that could not be done: what happened, to which file, and what to do next, in one line."""


def in_words(error: OSError, place: Path | str) -> str:
    """What the system said, to which file (or else ``place``), and what to do next, in one line.

    >>> in_words(OSError(errno.ENOSPC, "No space left on device"), "archive")
    'the disk is full: archive; make room and run the same command again: it goes on from here'
    """
    where = error.filename or place
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {where}; make room and {AGAIN}"
    return f"{error.strerror or error}: {where}; mend that (may you write there?) and {AGAIN}"


class ArchiveBusy(JianghuaError):
    """Another ingest holds the archive."""


class ArchiveMissing(JianghuaError):
    """There is no archive where one was looked for."""


class QueryError(JianghuaError):
    """The query can't be read; says where."""

    def __init__(self, message: str, query: str, position: int):
        self.query, self.position = query, position
        super().__init__(f"{message} (at character {position + 1} of the query: {query})")


REASONS: dict[str, str] = {
    "empty": "there is nothing in it",
    "no-body": "no body text was found on the page",
    "binary": "it is not text",
    "unsupported": "this kind of file is not supported",
    "undecodable": "no encoding fits its bytes",
    "unreadable": "the system would not let it be read",
    "damaged": "it is cut short or damaged",
    "encrypted": "it needs a password",
    "too-large": "it is larger than the limit",
    "bomb": "it unpacks to far more than its size allows",
    "nested-too-deep": "archives inside archives, deeper than the limit",
    "too-many-members": "it holds more members than the limit",
    "not-pages": "records in it that are no pages were left out",
    "bad-record": "the record is not in the form its file type promises",
    "failed": "a stage failed on it",
    "refused": "the search engine would not take it; once that is mended: jianghua rejects --retry",
}
"""Reject reasons and the sentence shown for each."""
