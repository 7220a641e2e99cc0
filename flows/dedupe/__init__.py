"""Finds copies: signs a speech, compares two, and groups what is the same speech into clusters."""

from flows.dedupe.clusters import clusters, settle, without_collections
from flows.dedupe.compare import Link, compare
from flows.dedupe.marks import enough_shared, sign

__all__ = ["Link", "clusters", "compare", "enough_shared", "settle", "sign", "without_collections"]
