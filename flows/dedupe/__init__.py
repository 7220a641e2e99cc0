"""Finds copies: signs a speech, compares two, and groups what is the same speech into clusters."""

from flows.dedupe.clusters import Graph, clusters
from flows.dedupe.compare import Link, Read, compare, compare_read
from flows.dedupe.marks import (
    Sample,
    least_shared,
    paragraphs,
    sample,
    share_marks,
    sign,
)
from flows.dedupe.settle import group, settle

__all__ = [
    "Graph",
    "Link",
    "Read",
    "Sample",
    "clusters",
    "compare",
    "compare_read",
    "group",
    "least_shared",
    "paragraphs",
    "sample",
    "settle",
    "share_marks",
    "sign",
]
