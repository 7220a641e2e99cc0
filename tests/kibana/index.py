"""Searching and tidying up on the server that the tests use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.index.elastic.client import connect
from flows.settings import Settings

if TYPE_CHECKING:
    from elastic.plugin import Server


def clean(server: Server, alias: str) -> None:
    """Remove all that an alias's archive put on the server."""
    with server.client() as client:
        found = client.indices.resolve_index(name=f"{alias}*", expand_wildcards="all")["indices"]
        if found:
            client.indices.delete(index=[one["name"] for one in found])
        lenient = client.options(ignore_status=404)
        lenient.indices.delete_index_template(name=f"{alias}*")
        lenient.cluster.delete_component_template(name=f"{alias}*")


def search(settings: Settings, index: str, body: dict[str, Any]) -> dict[str, Any]:
    """A search's answer."""
    with connect(settings) as client:
        return dict(client.search(index=index, **body).body)
