"""What ``jianghua setup`` does: templates, roles and users in Elasticsearch, and Kibana furnished.

Everything is compared before it is put, so that a second time changes nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from elasticsearch import (
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
)

from flows.errors import JianghuaError
from flows.index.elastic.client import connect, reason, troubles
from flows.index.elastic.reports import report_templates
from flows.index.elastic.schema import templates
from flows.kibana.api import Kibana, Patience, api_key, basic, check_address
from flows.kibana.furnish import furnish
from flows.settings import Settings
from flows.setup.security import put_roles, put_users, security_on

Json = dict[str, Any]
MAJOR = 9
STATES = ("made", "changed", "unchanged")


class Done(NamedTuple):
    """One thing that is there now: what it is, its name, and what was done."""

    kind: str
    name: str
    state: str
    """One of STATES."""


def set_up(settings: Settings, kibana: bool = True, patience: Patience | None = None) -> list[Done]:
    """Set up the Elasticsearch and the Kibana that the settings name; ``kibana`` false leaves that out.

    Raises JianghuaError for the first thing that can't be done; what was done before it stays.
    """
    if kibana:
        furniture = _kibana(settings, patience or Patience())
    with connect(settings) as client, _rights():
        version = check(client)
        done = [Done(*one) for one in put_templates(client, settings.elasticsearch_alias)]
        if security_on(client):
            done += [Done(*one) for one in put_roles(client, settings.elasticsearch_alias)]
            done += [Done(*one) for one in put_users(client, settings)]
    if kibana:
        done += [Done(*one) for one in furnish(furniture, settings.elasticsearch_alias, version)]
    return done


def show(done: list[Done]) -> str:
    """For the terminal: what was made or changed by name, what was not as a number; a line a kind."""
    lines = []
    for kind in dict.fromkeys(one.kind for one in done):
        of_kind = [one for one in done if one.kind == kind]
        said = []
        for state in STATES:
            names = [one.name for one in of_kind if one.state == state]
            if names:
                said.append(
                    f"{len(names)} {state}" + ("" if state == "unchanged" else f": {', '.join(names)}")
                )
        lines.append(f"{kind:20}{'; '.join(said)}")
    return "\n".join(lines)


def check(client: Elasticsearch) -> str:
    """The server's version. Raises JianghuaError where it is not of version 9 or has no smartcn."""
    try:
        version = str(client.info()["version"]["number"])
    except BadRequestError as error:  # an older server does not know the form of our requests
        raise JianghuaError(
            f"this Elasticsearch is not of version {MAJOR} ({reason(error)}); install {MAJOR}.x"
        ) from None
    if int(version.split(".")[0]) != MAJOR:
        raise JianghuaError(f"Elasticsearch is {version}; install {MAJOR}.x, which this client talks to")
    try:
        client.indices.analyze(tokenizer="smartcn_tokenizer", text="讲话")
    except BadRequestError:
        raise JianghuaError(
            "Elasticsearch has no smartcn, which cuts Chinese into words; on each node run "
            "bin/elasticsearch-plugin install analysis-smartcn, and restart it"
        ) from None
    return version


def put_templates(client: Elasticsearch, alias: str) -> Iterator[tuple[str, str, str]]:
    """Put the component and index templates: kind, name and state of each."""
    reports = {name: ("index", body) for name, body in report_templates(alias).items()}
    for name, (kind, body) in {**templates(alias), **reports}.items():
        held = _held_template(client, kind, name)
        state = "made" if held is None else "unchanged" if _same(body, held) else "changed"
        if state != "unchanged" and kind == "component":
            client.cluster.put_component_template(name=name, **_arguments(body))
        elif state != "unchanged":
            client.indices.put_index_template(name=name, **_arguments(body))
        yield f"{kind} template", name, state


def _held_template(client: Elasticsearch, kind: str, name: str) -> Json | None:
    try:
        if kind == "component":
            found = client.cluster.get_component_template(name=name)["component_templates"]
        else:
            found = client.indices.get_index_template(name=name)["index_templates"]
    except NotFoundError:
        return None
    held: Json = found[0][f"{kind}_template"]
    return held


def _arguments(body: Json) -> Json:
    """A body as the client's arguments: ``_meta`` is called ``meta`` there."""
    return {name.lstrip("_"): value for name, value in body.items()}


def _same(ours: Json, held: Json) -> bool:
    """Whether the server's template says what ours says; it writes settings out as strings, and may add."""
    for name, value in ours.items():
        if name == "template":
            theirs = held.get(name, {})
            if value.get("mappings") != theirs.get("mappings"):
                return False
            if dict(_flat(value.get("settings", {}))) != dict(_flat(theirs.get("settings", {}))):
                return False
        elif value != held.get(name):
            return False
    return True


def _flat(settings: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Settings as the server counts them: one a path, as text."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            yield from _flat(value, f"{path}.{name}" if path else name)
    elif isinstance(settings, list):
        yield path, [str(value) for value in settings]
    else:
        yield path, str(settings).lower() if isinstance(settings, bool) else str(settings)


def _kibana(settings: Settings, patience: Patience) -> Kibana:
    if settings.elasticsearch_api_key:
        authorization = api_key(settings.elasticsearch_api_key)
    elif settings.elasticsearch_password:
        authorization = basic(settings.elasticsearch_user, settings.elasticsearch_password)
    else:
        authorization = ""
    check_address(settings.kibana_url, bool(authorization), settings.elasticsearch_plain_http)
    tls = None
    if settings.kibana_url.startswith("https:"):
        try:
            tls = ssl.create_default_context(cafile=str(settings.elasticsearch_ca) or None)
        except (OSError, ssl.SSLError) as error:
            raise JianghuaError(
                f"{settings.elasticsearch_ca} can't be used as a CA ({error}); correct "
                "JIANGHUA_ELASTICSEARCH_CA"
            ) from None
    return Kibana(url=settings.kibana_url, authorization=authorization, tls=tls, patience=patience)


@contextmanager
def _rights() -> Iterator[None]:
    """The server's errors as ours, a missing right with what to do about it."""
    with troubles("set up"):
        try:
            yield
        except AuthenticationException as error:
            raise JianghuaError(
                f"Elasticsearch does not know this user or key ({reason(error)}); correct "
                "JIANGHUA_ELASTICSEARCH_USER and its password, or the API key"
            ) from None
        except AuthorizationException as error:
            raise JianghuaError(
                f"this user may not set Elasticsearch up ({reason(error)}); run setup as elastic, or give it "
                "manage_index_templates, manage_security and monitor"
            ) from None
        except NotFoundError as error:
            raise JianghuaError(
                f"this is no Elasticsearch {MAJOR} as it should be ({reason(error)}); "
                "is JIANGHUA_ELASTICSEARCH_URL right?"
            ) from None
