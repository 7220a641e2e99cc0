"""Read: dump files in, pages out, each with the way back to its bytes.

``discover`` finds the dump files, ``read`` opens one and yields its pages, ``page`` makes a page of
its bytes alone. What can't be read comes out as a Reject with its reason.
"""

from flows.read.discover import discover
from flows.read.page import page
from flows.read.stream import read
from flows.read.times import iso_time

__all__ = ["discover", "iso_time", "page", "read"]
