"""Where the project's own data files are: beside the checkout, or inside the installed wheel."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def reference(name: str) -> Path:
    """The path of a file in ``data/reference``.

    >>> reference("README.md").is_file()
    True
    """
    return _find("reference", "data/reference") / name


@cache
def mapping(name: str) -> Path:
    """The path of a file in ``mappings``."""
    return _find("mappings", "mappings") / name


def _find(packed: str, checkout: str) -> Path:
    inside = _PACKAGE / "_resources" / packed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout
