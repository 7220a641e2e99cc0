"""Read: dump files in, pages out, each with the way back to its bytes.

``discover`` finds the dump files, ``read`` opens one and yields its pages, ``page`` makes a page of
its bytes alone; ``look`` and ``sha256`` tell whether a dump file has changed. What can't be read comes
out as a Reject with its reason.
"""

from flows.read.address import is_address
from flows.read.discover import discover
from flows.read.page import page
from flows.read.place import look, sha256
from flows.read.refused import Refused
from flows.read.stream import read
from flows.read.times import iso_time

__all__ = ["Refused", "discover", "is_address", "iso_time", "look", "page", "read", "sha256"]
