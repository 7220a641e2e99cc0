"""Kibana furnished over HTTP: once, again, and where it goes wrong; against a server like Kibana."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator

import pytest
from kibana.server import KibanaServer

from flows.errors import JianghuaError
from flows.kibana.api import Kibana, Patience, basic, check_address
from flows.kibana.furnish import furnish
from flows.kibana.objects import saved_objects

HASTY = Patience(answer=0.4, ready=1.0, absent=0.3, pause=0.02)
COUNT = len(saved_objects())
ARCHIVE = ("dashboard", "speeches-dashboard-archive")
TAG = ("tag", "speeches-tag-jianghua")


@pytest.fixture
def server() -> Iterator[KibanaServer]:
    with KibanaServer() as running:
        yield running


def states(server: KibanaServer, **more: str) -> Counter[str]:
    done = furnish(Kibana(url=server.url, patience=HASTY, **more), "speeches", "9.5.3")
    assert len(done) == COUNT
    return Counter(state for _, _, state in done)


def failure(server: KibanaServer, **more: str) -> str:
    with pytest.raises(JianghuaError) as caught:
        furnish(Kibana(url=server.url, patience=HASTY, **more), "speeches", "9.5.3")
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value), "what happened; what to do next"
    return str(caught.value)


def imports(server: KibanaServer) -> int:
    return sum("_import" in path for _, path, _ in server.seen)


def test_what_is_not_there_is_made_and_a_second_time_nothing_changes(server: KibanaServer) -> None:
    assert states(server) == {"made": COUNT}
    held = dict(server.objects)
    server.seen.clear()
    assert states(server) == {"unchanged": COUNT}
    assert server.objects == held
    assert imports(server) == 0


def test_what_a_person_deleted_comes_back_and_what_they_changed_stays(server: KibanaServer) -> None:
    states(server)
    del server.objects[ARCHIVE]
    changed = server.objects["search", "speeches-search-truncated"]
    changed["attributes"] |= {"title": "mine"}
    assert states(server) == {"made": 1, "unchanged": COUNT - 1}
    assert ARCHIVE in server.objects
    assert server.objects["search", "speeches-search-truncated"]["attributes"]["title"] == "mine"


def test_objects_of_another_version_are_replaced_and_only_those_that_differ_count_as_changed(
    server: KibanaServer,
) -> None:
    states(server)
    server.objects[TAG]["attributes"]["description"] = "Made by an earlier version. [0123456789abcdef]"
    server.objects[ARCHIVE]["attributes"]["title"] = "档案"
    assert states(server) == {"changed": 2, "unchanged": COUNT - 2}
    assert states(server) == {"unchanged": COUNT}


def test_the_errors_of_single_objects_are_told_though_the_status_is_200(server: KibanaServer) -> None:
    server.broken[ARCHIVE[1]] = {"type": "unknown", "message": "mapper_parsing_exception", "statusCode": 400}
    said = failure(server)
    assert "dashboard speeches-dashboard-archive" in said
    assert "mapper_parsing_exception" in said
    assert TAG not in server.objects, "not done: the next time tries all of it again"
    server.broken.clear()
    assert states(server)["made"] == 2
    assert states(server) == {"unchanged": COUNT}


def test_an_object_that_kibana_has_no_app_for(server: KibanaServer) -> None:
    server.broken["speeches-map-places"] = {"type": "unsupported_type"}
    assert "map speeches-map-places (unsupported_type)" in failure(server)


def test_an_object_that_refers_to_what_is_not_there(server: KibanaServer) -> None:
    lost = saved_objects()[0]
    server.broken[lost["id"]] = {"type": "missing_references", "references": [{"type": "x", "id": "y"}]}
    assert "missing_references: x y" in failure(server)


def test_kibana_that_starts_is_waited_for(server: KibanaServer) -> None:
    server.faults.extend([503, 503, 503])
    assert states(server) == {"made": COUNT}


def test_kibana_that_never_gets_ready_is_given_up(server: KibanaServer) -> None:
    server.faults.extend([503] * 1000)
    start = time.monotonic()
    assert "not ready yet" in failure(server)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("fault", ["lost", 1.0, 502, 504, 429])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_one_lost_or_late_answer_is_asked_for_again(
    server: KibanaServer, fault: int | float | str, before: int
) -> None:
    for number in range(before):
        server.faults.append(0.0 * number)
    server.faults.append(fault)
    done = states(server)
    assert sum(done.values()) == COUNT
    assert len(server.objects) == COUNT
    assert states(server) == {"unchanged": COUNT}


def test_no_answer_in_time(server: KibanaServer) -> None:
    server.faults.extend([1.0] * 100)
    assert "did not answer within 0.4 s" in failure(server)


def test_kibana_that_is_not_there(server: KibanaServer) -> None:
    with KibanaServer() as other:
        pass
    said = failure(other)
    assert "no Kibana answers" in said
    assert "--without-kibana" in said


def test_another_version_of_kibana() -> None:
    with KibanaServer(version="8.19.1") as old:
        assert "Kibana is 8.19.1 and Elasticsearch 9.5.3" in failure(old)
        assert not old.objects


def test_a_patch_release_apart_is_no_other_version() -> None:
    with KibanaServer(version="9.5.4") as newer:
        assert states(newer) == {"made": COUNT}


@pytest.mark.parametrize("status", [401, 403, 404, 413, 500])
def test_refusals_are_final_and_say_what_to_do(server: KibanaServer, status: int) -> None:
    server.faults.append(status)
    assert f"answers {status}" in failure(server)
    assert len(server.seen) == 1


def test_credentials_go_along_and_are_never_shown() -> None:
    header = basic("elastic", "geheim-7")
    with KibanaServer(authorization=header) as guarded:
        assert states(guarded, authorization=header) == {"made": COUNT}
        said = failure(guarded, authorization=basic("elastic", "falsch-8"))
    assert "401" in said
    assert "falsch-8" not in said and basic("elastic", "falsch-8") not in said
    assert "geheim" not in repr(Kibana(url="http://127.0.0.1:1", authorization=header))


def test_credentials_do_not_follow_a_redirect(server: KibanaServer) -> None:
    server.faults.append(302)
    said = failure(server, authorization=basic("elastic", "geheim-7"))
    assert "https://elsewhere.example/login" in said
    assert "JIANGHUA_KIBANA_URL" in said


def test_something_else_at_the_address() -> None:
    class NoKibana(KibanaServer):
        """Answers with a page of its own."""

    with NoKibana() as other:
        other.version = None  # type: ignore[assignment]
        assert "does not say that it is Kibana" in failure(other)


def test_the_server_here_refuses_what_kibana_refuses(server: KibanaServer) -> None:
    """The stand-in is as strict as the real one where a client may go wrong."""

    def status(headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"{server.url}/api/saved_objects/_import", b"x", headers)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        with caught.value as error:
            return error.code

    assert status({}) == 400
    assert status({"kbn-xsrf": "x", "kbn-version": "8.0.0"}) == 400


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("localhost:5601", False, "no address"),
        ("", False, "no address"),
        ("ftp://host", False, "no address"),
        ("http://[::1", False, "no address"),
        ("http://elastic:geheim@host:5601", False, "holds a user name or password"),
        ("http://kibana.example:5601", True, "unencrypted"),
    ],
)
def test_addresses_that_are_refused(url: str, secret: bool, said: str) -> None:
    with pytest.raises(JianghuaError, match=said) as caught:
        check_address(url, secret, plain_http=False)
    assert "geheim" not in str(caught.value)


def test_addresses_that_are_good() -> None:
    check_address("http://localhost:5601/base", True, plain_http=False)
    check_address("https://kibana.example", True, plain_http=False)
    check_address("http://kibana:5601", True, plain_http=True)
    check_address("http://kibana:5601", False, plain_http=False)
