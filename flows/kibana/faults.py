"""What Kibana's refusals mean, in words for the person at the terminal."""

from __future__ import annotations

import json
from typing import Any

from flows.errors import JianghuaError

Json = dict[str, Any]
MOST_WORDS = 300
"""Characters of an error of Kibana's that are shown."""
NEXT_STEPS = {
    401: "correct JIANGHUA_ELASTICSEARCH_USER and its password, or the API key: Kibana takes the same",
    403: "this user may not change Kibana's objects; run setup as elastic, or give it that right",
    404: "correct JIANGHUA_KIBANA_URL (its base path too)",
    413: "raise savedObjects.maxImportPayloadBytes in Kibana's settings",
    503: "it is not ready yet; wait until it is, and run jianghua setup again",
}
OBJECT_STEPS = {
    "unsupported_type": "this Kibana is not of version 9, or has that app switched off",
    "missing_references": "delete jianghua's objects in Kibana (Stack Management), and run setup again",
    "conflict": "delete that object in Kibana (Stack Management), and run setup again",
}
"""By the type of the error of one object."""
OTHERWISE = "look at Kibana's log, and run jianghua setup again"


class Refused(JianghuaError):
    """Kibana said no, with a status and perhaps a message."""

    def __init__(self, url: str, status: int, body: bytes, location: str = ""):
        self.status, self.answer = status, as_object(body)
        message = str(self.answer.get("message") or body[:MOST_WORDS].decode("utf-8", "replace"))
        says = " ".join(message.split())[:MOST_WORDS] or "nothing more"
        next_step = NEXT_STEPS.get(status, OTHERWISE)
        if 300 <= status < 400:
            says = f"look at {location[:MOST_WORDS]}"
            next_step = "set JIANGHUA_KIBANA_URL to the right address"
        super().__init__(f"Kibana at {url} answers {status}: {says}; {next_step}")

    def missing(self) -> set[tuple[str, str]]:
        """Type and id of the objects that an export could not find; empty if it failed for another reason."""
        attributes = self.answer.get("attributes")
        objects = attributes.get("objects") if isinstance(attributes, dict) else None
        found = [one for one in objects or [] if isinstance(one, dict) and isinstance(one.get("error"), dict)]
        return {
            (str(one.get("type")), str(one.get("id")))
            for one in found
            if one["error"].get("statusCode") == 404
        }


def told(errors: list[Json]) -> str:
    """The faults of single objects, in one line."""
    first = errors[0]
    error = first.get("error") or {}
    kind = str(error.get("type", "unknown"))
    missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in error.get("references") or [])
    why = missing or error.get("message") or error.get("reason")
    because = f": {str(why)[:MOST_WORDS]}" if why else ""
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    name = f"{first.get('type')} {first.get('id')}"
    return f"Kibana did not take {name}{more} ({kind}{because}); {OBJECT_STEPS.get(kind, OTHERWISE)}"


def as_object(body: bytes) -> Json:
    """A JSON object; an empty one where it is none.

    >>> as_object(b"<html>")
    {}
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
