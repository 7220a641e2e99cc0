"""Characters to simplified ones, one for one: ``str.translate``, and for long texts what is far faster.

``str.translate`` makes and looks up a number for every character. Arrow takes all of a text from a table at
once, in a thirteenth of the time; loading it costs as much as 20,000 characters, so short texts do without.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flows.restore.dictionaries import tables

LONG = 2000
"""Characters from which a text is taken from the table at once."""
_BEYOND = "\uffff"
"""No character: in the table for the few that become one beyond the first 65,536 code points."""


def simplified_each(text: str) -> str:
    """The text with each character simplified by itself.

    >>> simplified_each("乾隆年間"), simplified_each("乾隆年間" * LONG) == "干隆年间" * LONG
    ('干隆年间', True)
    """
    if len(text) >= LONG:
        units = text.encode("utf-16-le", "surrogatepass")
        if len(units) == 2 * len(text):  # else some are beyond the first 65,536 code points
            simple = _from_table(units).decode("utf-16-le", "surrogatepass")
            if _BEYOND not in simple:
                return simple
    return text.translate(tables().characters)


def _from_table(units: bytes) -> bytes:
    import pyarrow  # only long traditional texts need it

    numbers = pyarrow.Array.from_buffers(pyarrow.uint16(), len(units) // 2, [None, pyarrow.py_buffer(units)])
    return bytes(_table().take(numbers).buffers()[1].to_pybytes())


@cache
def _table() -> Any:
    import pyarrow

    becomes = [ord(tables().characters.get(code, chr(code))) for code in range(1 << 16)]
    return pyarrow.array([code if code < 1 << 16 else ord(_BEYOND) for code in becomes], pyarrow.uint16())
