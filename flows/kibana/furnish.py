"""Kibana furnished: what is missing or of another version is imported, what a person changed is left."""

from __future__ import annotations

import re
from typing import Any

from flows.errors import JianghuaError
from flows.kibana.api import Kibana
from flows.kibana.objects import DIGITS, saved_objects

Json = dict[str, Any]
KINDS = {
    "index-pattern": "data view",
    "search": "saved search",
    "map": "map",
    "dashboard": "dashboard",
    "tag": "tag",
}
"""What Kibana calls its types on screen."""
_DIGEST = re.compile(rf"\[([0-9a-f]{{{DIGITS}}})\]$")


def furnish(kibana: Kibana, alias: str, stack_version: str) -> list[tuple[str, str, str]]:
    """Import the saved objects of an alias: kind, title and ``made``, ``changed`` or ``unchanged`` of each.

    What was imported before is known by the digest in the tag's description, not by comparing, since
    Kibana rewrites what it takes in, and since a person may have changed it: that stays until jianghua's
    own objects change. Raises JianghuaError.
    """
    version = kibana.version()
    if version.split(".")[:2] != stack_version.split(".")[:2]:
        raise JianghuaError(
            f"Kibana is {version} and Elasticsearch {stack_version}; install the same version of both"
        )
    objects = saved_objects(alias)
    keys = [(one["type"], one["id"]) for one in objects]
    before = kibana.held(keys)
    stale = _given(before.get(keys[-1])) != _given(objects[-1])
    todo = [one for one, key in zip(objects, keys, strict=True) if stale or key not in before]
    for part in (todo[:-1], todo[-1:]) if stale else (todo,):  # the digest last: when all else is there
        if part:
            kibana.take(part)
    after = kibana.held(keys) if stale and before else before
    told = []
    for one, key in zip(objects, keys, strict=True):
        state = (
            "unchanged"
            if key in before and before[key].get("attributes") == _attributes(after, key)
            else "changed"
        )
        title = one["attributes"].get("name") or one["attributes"]["title"]
        told.append((KINDS[one["type"]], title, "made" if key not in before else state))
    return told


def _given(tag: Json | None) -> str | None:
    """The digest that a tag carries."""
    found = _DIGEST.search(str((tag or {}).get("attributes", {}).get("description", "")))
    return found[1] if found else None


def _attributes(objects: dict[tuple[str, str], Json], key: tuple[str, str]) -> Any:
    return objects.get(key, {}).get("attributes")
