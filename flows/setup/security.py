"""Roles and users in Elasticsearch, where security is on: a reader for researchers, a writer for ingest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from elasticsearch import ApiError, AuthenticationException, Elasticsearch, NotFoundError

from flows.resources import mapping
from flows.settings import Settings

Json = dict[str, Any]
KINDS = ("reader", "writer")
KIBANA = "kibana_system"
"""The user that Kibana itself logs in as; Elasticsearch has it from the start, without a password."""
NO_SECURITY = frozenset({400, 404, 405})
"""What a server without security, or with it switched off, answers to questions about it."""
OWN_ALIAS = "speeches"
OWN = ("v*", "next", "previous", "rejects", "runs")
"""What an archive's indices are called behind its alias; another archive's alias may begin like it."""


def security_on(client: Elasticsearch) -> bool:
    """Whether the server knows users."""
    try:
        features = client.xpack.info(categories="features")["features"]
    except ApiError as error:
        if error.status_code in NO_SECURITY:
            return False
        raise
    security = features.get("security", {})
    return bool(security.get("available") and security.get("enabled"))


def name_of(alias: str, kind: str) -> str:
    """The name of a role and of the user that has it; archives in one cluster have their own.

    >>> name_of("speeches", "reader"), name_of("liaoning", "reader")
    ('jianghua_reader', 'jianghua_liaoning_reader')
    """
    return f"jianghua_{kind}" if alias == OWN_ALIAS else f"jianghua_{alias}_{kind}"


def roles(alias: str) -> dict[str, Json]:
    """The roles by name, as ``mappings/roles.json`` describes them, for the indices of an alias."""
    described = json.loads(mapping("roles.json").read_text(encoding="utf-8"))
    found: dict[str, Json] = {}
    for kind in KINDS:
        role = described[kind]
        for indices in role["indices"]:
            indices["names"] = [alias, *(f"{alias}-{one}" for one in OWN)]
        found[name_of(alias, kind)] = role
    return found


def put_roles(client: Elasticsearch, alias: str) -> Iterator[tuple[str, str, str]]:
    """Make the roles what they should be: kind, name and ``made``, ``changed`` or ``unchanged`` of each."""
    for name, role in roles(alias).items():
        try:
            held = client.security.get_role(name=name).body.get(name)
        except NotFoundError:
            held = None
        if held is None or _rights(held) != _rights(role):
            client.security.put_role(name=name, **role)
            yield "role", name, "made" if held is None else "changed"
        else:
            yield "role", name, "unchanged"


def put_users(client: Elasticsearch, settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Make the users whose passwords the settings give, and set Kibana's own; told like the roles."""
    alias = settings.elasticsearch_alias
    passwords = {"reader": settings.reader_password, "writer": settings.writer_password}
    for kind, password in passwords.items():
        name = name_of(alias, kind)
        if not password:
            continue
        try:
            held = client.security.get_user(username=name).body.get(name)
        except NotFoundError:
            held = None
        has = held.get("roles", []) if held else []
        if held and name in has and held.get("enabled") and _logs_in(client, name, password):
            yield "user", name, "unchanged"
            continue
        kept = {key: held[key] for key in ("full_name", "email", "metadata") if held and held.get(key)}
        more = [role for role in has if role != name]  # that somebody gave this user besides
        client.security.put_user(username=name, password=password, roles=[name, *more], enabled=True, **kept)
        yield "user", name, "changed" if held else "made"
    if settings.kibana_password:
        known = _logs_in(client, KIBANA, settings.kibana_password)
        if not known:
            client.security.change_password(username=KIBANA, password=settings.kibana_password)
        yield "user", KIBANA, "unchanged" if known else "changed"


def _logs_in(client: Elasticsearch, user: str, password: str) -> bool:
    try:
        client.options(basic_auth=(user, password)).security.authenticate()
    except AuthenticationException:
        return False
    return True


def _rights(role: Json) -> Json:
    """What a role allows, in one order, without what the server adds of its own."""
    return {
        "cluster": sorted(role.get("cluster", [])),
        "indices": sorted(
            (sorted(one["names"]), sorted(one["privileges"])) for one in role.get("indices", [])
        ),
        "applications": sorted(
            (one["application"], sorted(one["privileges"]), sorted(one["resources"]))
            for one in role.get("applications", [])
        ),
    }
