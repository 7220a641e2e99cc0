"""`jianghua setup`: once, again, and where it can't; on a real node, with security and Kibana stood in."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from elastic.guard import Guard
from kibana.index import clean
from kibana.security import ADMIN, SecuredGuard
from kibana.server import KibanaServer

from flows.errors import JianghuaError
from flows.index.elastic.client import connect
from flows.kibana.api import Patience, basic
from flows.settings import Settings
from flows.setup.security import name_of, roles
from flows.setup.stack import Done, set_up, show

if TYPE_CHECKING:
    from elastic.plugin import Server

pytest_plugins = ["elastic.plugin"]
HASTY = Patience(answer=2, ready=1, absent=0.2, pause=0.02)
SECRETS = {
    "reader_password": "geheim-der-lesenden",
    "writer_password": "geheim-der-schreibenden",
    "kibana_password": "geheim-von-kibana",
}


@pytest.fixture
def settings(elasticsearch: Server) -> Iterator[Settings]:
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}"
    yield Settings(elasticsearch_url=elasticsearch.url, elasticsearch_alias=alias)
    clean(elasticsearch, alias)


@pytest.fixture
def secured(settings: Settings, tmp_path: Path) -> Iterator[tuple[SecuredGuard, Settings]]:
    """A cluster with security, by https, and settings that log in as its administrator."""
    with SecuredGuard(settings.elasticsearch_url, tmp_path) as guard:
        user, password = ADMIN
        yield (
            guard,
            replace(
                settings,
                elasticsearch_url=guard.url,
                elasticsearch_user=user,
                elasticsearch_password=password,
                elasticsearch_ca=str(guard.ca_file),
                **SECRETS,
            ),
        )


def states(done: list[Done]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in done:
        found.setdefault(one.kind, Counter())[one.state] += 1
    return found


def failure(settings: Settings, kibana: bool = False) -> str:
    with pytest.raises(JianghuaError) as caught:
        set_up(settings, kibana, HASTY)
    said = str(caught.value)
    assert "\n" not in said and ";" in said, "one line: what happened; what to do next"
    assert not any(secret in said for secret in (*SECRETS.values(), ADMIN[1]))
    return said


def templates_of(settings: Settings) -> dict[str, Any]:
    """All templates of an alias as the server holds them."""
    alias = settings.elasticsearch_alias
    with connect(settings) as client:
        indices = client.indices.get_index_template(name=f"{alias}*")["index_templates"]
        components = client.cluster.get_component_template(name=f"{alias}*")["component_templates"]
        return {one["name"]: one for one in [*indices, *components]}


def test_a_node_without_security_gets_its_templates_and_a_second_time_nothing_changes(
    settings: Settings,
) -> None:
    first = set_up(settings, kibana=False)
    assert set(states(first)) == {"component template", "index template"}
    assert all(one.state == "made" for one in first)
    held = templates_of(settings)
    assert {f"{settings.elasticsearch_alias}{end}" for end in ("", "-rejects", "-runs")} <= set(held)
    again = set_up(settings, kibana=False)
    assert [one.state for one in again] == ["unchanged"] * len(first)
    assert templates_of(settings) == held


def test_a_template_that_somebody_changed_is_mended(settings: Settings) -> None:
    set_up(settings, kibana=False)
    name = f"{settings.elasticsearch_alias}-runs"
    with connect(settings) as client:
        client.indices.put_index_template(name=name, index_patterns=[name], priority=7)
    done = set_up(settings, kibana=False)
    assert [one.name for one in done if one.state == "changed"] == [name]
    assert all(one.state == "unchanged" for one in set_up(settings, kibana=False))


def test_indices_made_by_hand_are_strict(settings: Settings) -> None:
    set_up(settings, kibana=False)
    for name in ("rejects", "runs"):
        index = f"{settings.elasticsearch_alias}-{name}"
        with connect(settings) as client:
            client.indices.create(index=index)
            assert client.indices.get_mapping(index=index)[index]["mappings"]["dynamic"] == "strict"


def test_roles_and_users_where_security_is_on(secured: tuple[SecuredGuard, Settings]) -> None:
    guard, settings = secured
    alias = settings.elasticsearch_alias
    reader, writer = name_of(alias, "reader"), name_of(alias, "writer")
    done = states(set_up(settings, kibana=False))
    assert done["role"] == {"made": 2}
    assert done["user"] == {"made": 2, "changed": 1}
    assert guard.users[reader] == {"password": SECRETS["reader_password"], "roles": [reader], "enabled": True}
    assert guard.users["kibana_system"]["password"] == SECRETS["kibana_password"]
    before = json.dumps([guard.users, guard.roles], sort_keys=True)
    guard.seen.clear()
    assert all(one.state == "unchanged" for one in set_up(settings, kibana=False))
    assert json.dumps([guard.users, guard.roles], sort_keys=True) == before
    assert not [one for one in guard.seen if one[0] == "PUT"], "nothing was put"
    assert guard.roles[writer]["cluster"] == ["manage_index_templates", "monitor"]


def test_a_new_password_and_a_role_that_somebody_changed(secured: tuple[SecuredGuard, Settings]) -> None:
    guard, settings = secured
    set_up(settings, kibana=False)
    reader = name_of(settings.elasticsearch_alias, "reader")
    guard.roles[reader]["indices"][0]["privileges"] = ["all"]
    done = set_up(replace(settings, reader_password="ein-neues-geheimnis"), kibana=False)
    assert {one.name for one in done if one.state == "changed"} == {reader}
    assert guard.users[reader]["password"] == "ein-neues-geheimnis"
    assert guard.roles[reader]["indices"][0]["privileges"] == ["read", "view_index_metadata"]


def test_without_passwords_there_are_roles_and_no_users(secured: tuple[SecuredGuard, Settings]) -> None:
    guard, settings = secured
    done = set_up(replace(settings, **dict.fromkeys(SECRETS, "")), kibana=False)
    assert "user" not in states(done)
    assert set(guard.users) == {"elastic", "kibana_system"}


def test_the_reader_may_not_write_and_neither_touches_other_indices() -> None:
    made = roles("speeches")
    reader, writer = made["jianghua_reader"], made["jianghua_writer"]
    assert {p for one in reader["indices"] for p in one["privileges"]} == {"read", "view_index_metadata"}
    assert reader["cluster"] == []
    assert all(p.endswith(".read") for one in reader["applications"] for p in one["privileges"])
    for role in (reader, writer):
        assert [one["names"] for one in role["indices"]] == [
            ["speeches", *(f"speeches-{one}" for one in ("v*", "next", "previous", "rejects", "runs"))]
        ]
    assert set(writer["indices"][0]["privileges"]) >= {"create_index", "write", "manage"}
    assert not {"all", "manage_security", "superuser"} & set(writer["cluster"])


def test_what_is_printed_names_everything_and_no_secret(secured: tuple[SecuredGuard, Settings]) -> None:
    _, settings = secured
    printed = show(set_up(settings, kibana=False))
    again = show(set_up(settings, kibana=False))
    for secret in (*SECRETS.values(), ADMIN[1]):
        assert secret not in printed + again + repr(settings)
    assert "2 made: jianghua_" in printed
    assert "made" not in again
    assert "2 unchanged" in again


def test_a_password_that_the_server_does_not_take(secured: tuple[SecuredGuard, Settings]) -> None:
    _, settings = secured
    said = failure(replace(settings, reader_password="kurz"))
    assert "at least [6] characters" in said
    assert "kurz" not in said


def test_a_wrong_password(secured: tuple[SecuredGuard, Settings]) -> None:
    _, settings = secured
    said = failure(replace(settings, elasticsearch_password="falsch-und-geheim"))
    assert "does not know this user or key" in said
    assert "falsch" not in said


def test_a_user_without_the_rights(secured: tuple[SecuredGuard, Settings]) -> None:
    guard, settings = secured
    guard.denied.add(ADMIN[0])
    said = failure(settings)
    assert "may not set Elasticsearch up" in said
    assert "manage_security" in said


def refusing(path: str) -> Callable[[str, str], bool]:
    return lambda method, asked: not asked.startswith(path)


@pytest.mark.parametrize("path", ["/_component_template", "/_index_template", "/_analyze"])
def test_each_missing_right_is_told(settings: Settings, tmp_path: Path, path: str) -> None:
    with Guard(settings.elasticsearch_url, tmp_path, tls=False, allows=refusing(path)) as guard:
        assert "run setup as elastic" in failure(replace(settings, elasticsearch_url=guard.url))


class Altered(Guard):
    """A node whose answers to one path are others."""

    def answering(self, path: str, status: int, body: dict[str, Any]) -> Altered:
        original = self._server.RequestHandlerClass

        class Handler(original):  # type: ignore[misc,valid-type]
            def forward(self, content: bytes, *, lose: bool) -> None:
                if self.path.split("?")[0] == path:
                    headers = [("X-elastic-product", "Elasticsearch"), ("content-type", "application/json")]
                    self.reply(status, headers, json.dumps(body).encode())
                else:
                    super().forward(content, lose=lose)

        self._server.RequestHandlerClass = Handler
        return self


def test_an_elasticsearch_without_smartcn(settings: Settings, tmp_path: Path) -> None:
    missing = {
        "error": {
            "type": "illegal_argument_exception",
            "reason": "failed to find global tokenizer under [smartcn_tokenizer]",
        },
        "status": 400,
    }
    with Altered(settings.elasticsearch_url, tmp_path, tls=False).answering(
        "/_analyze", 400, missing
    ) as guard:
        said = failure(replace(settings, elasticsearch_url=guard.url))
    assert "elasticsearch-plugin install analysis-smartcn" in said


def test_an_elasticsearch_of_another_version(settings: Settings, tmp_path: Path) -> None:
    later = {"version": {"number": "10.0.1"}, "tagline": "You Know, for Search"}
    with Altered(settings.elasticsearch_url, tmp_path, tls=False).answering("/", 200, later) as guard:
        assert "Elasticsearch is 10.0.1; install 9.x" in failure(
            replace(settings, elasticsearch_url=guard.url)
        )
    earlier = {
        "error": {
            "type": "media_type_header_exception",
            "reason": "Invalid media-type value on headers [Accept]",
        },
        "status": 400,
    }
    with Altered(settings.elasticsearch_url, tmp_path, tls=False).answering("/", 400, earlier) as guard:
        assert "not of version 9" in failure(replace(settings, elasticsearch_url=guard.url))


def test_no_elasticsearch() -> None:
    said = failure(Settings(elasticsearch_url="http://127.0.0.1:1"))
    assert "Elasticsearch can't be reached" in said


def test_all_of_it_with_kibana_and_again(secured: tuple[SecuredGuard, Settings]) -> None:
    _, settings = secured
    with KibanaServer(authorization=basic(*ADMIN)) as kibana:
        settings = replace(settings, kibana_url=kibana.url)
        first = states(set_up(settings, patience=HASTY))
        assert first["dashboard"] == {"made": 3}
        assert {"data view", "saved search", "map", "tag"} < set(first)
        held = dict(kibana.objects)
        assert all(one.state == "unchanged" for one in set_up(settings, patience=HASTY))
        assert kibana.objects == held


def test_kibana_that_is_not_there_stops_setup_after_elasticsearch_is_done(settings: Settings) -> None:
    settings = replace(settings, kibana_url="http://127.0.0.1:1")
    assert "--without-kibana" in failure(settings, kibana=True)
    assert all(one.state == "unchanged" for one in set_up(settings, kibana=False))


def test_a_kibana_address_that_is_none_is_told_before_anything_is_done(settings: Settings) -> None:
    assert "JIANGHUA_KIBANA_URL" in failure(replace(settings, kibana_url="kibana"), kibana=True)
    assert all(one.state == "made" for one in set_up(settings, kibana=False))


def test_a_ca_file_that_is_none(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    settings = replace(settings, kibana_url="https://127.0.0.1:1", elasticsearch_ca=str(broken))
    assert "can't be used as a CA" in failure(settings, kibana=True)
