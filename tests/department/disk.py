"""A disk of a test's own that can be filled: a tmpfs that only those see who are told to."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT

SIZE = 64 << 20
"""Bytes."""


@dataclass(frozen=True)
class Disk:
    """A folder that is a disk for commands that begin with ``within``; ``seen`` is the same for us."""

    folder: Path
    within: list[str]
    seen: Path

    @contextmanager
    def full(self, but: int) -> Iterator[None]:
        """Leave so many bytes of it free for the time of the block."""
        ballast = self.seen / "ballast"
        free = os.statvfs(self.seen)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - but))
        try:
            yield
        finally:
            ballast.unlink()


@functools.cache
def allowed() -> bool:
    """Whether this system lets a person mount a disk of their own."""
    words = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return bool(shutil.which("unshare")) and not subprocess.run(words, capture_output=True).returncode


@contextmanager
def small(folder: Path) -> Iterator[Disk]:
    """Mount one at ``folder`` until the end of the block; it is gone with this process, however that ends.

    Where that is not allowed the folder itself, which cannot be filled.
    """
    folder.mkdir()
    if not allowed():
        yield Disk(folder, [], folder)
        return
    mount = f"mount -t tmpfs -o size={SIZE} none '{folder}' && echo mounted && read _"
    with subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", mount], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin and holder.stdout and holder.stdout.readline() == b"mounted\n"
        within = ["nsenter", f"--target={holder.pid}", "--user", "--mount", "--preserve-credentials"]
        yield Disk(folder, [*within, f"--wd={ROOT}"], Path(f"/proc/{holder.pid}/root{folder}"))
        holder.stdin.close()
