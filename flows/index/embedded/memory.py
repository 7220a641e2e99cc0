"""What becomes of memory that the writing of an index is done with."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of glibc's ``malloc.h``."""
_BYTES = 128 * 1024
"""What glibc begins with (DEFAULT_MMAP_THRESHOLD), and which of its own accord it raises to 32 MiB."""


def give_back() -> bool:
    """From now on, what is freed in one piece of 128 KiB or more leaves this process at once.

    glibc would come to keep such pieces, apart for each thread, and Tantivy fills a segment out of pieces
    of a megabyte, in new threads after each commit: what is kept grew with the number of speeches. False
    where the C library has no such setting, and then nothing is changed.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return set_option is not None and bool(set_option(_MMAP_THRESHOLD, _BYTES))
