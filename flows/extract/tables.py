"""The word lists of this stage, from ``data/reference/extract``."""

from __future__ import annotations

from functools import cache

from flows.resources import reference


@cache
def table(name: str) -> dict[str, list[str]]:
    """Rows of a key and its words, as in ``key<TAB>word,word``; lines with # are remarks.

    >>> table("elements.tsv")["heading"][0]
    'h1'
    """
    lines = reference(f"extract/{name}").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {key: words.split(",") for key, words in rows}
