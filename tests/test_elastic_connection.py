"""How Elasticsearch is reached: what is trusted and refused, what is said, and that no secret is told."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from elastic.guard import Guard
from elastic.node import Server
from elastic_archive import make
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import BadRequestError, Elasticsearch

from flows.cli import main
from flows.errors import JianghuaError
from flows.index.elastic import client as elastic_client
from flows.index.elastic.client import connect
from flows.settings import Settings

KEY = base64.b64encode(b"id-of-a-test:hush-hush-this-is-a-key").decode()
PASSWORD = "hush-hush-this-is-a-password"
SECRETS = (KEY, "hush-hush", base64.b64encode(f"elastic:{PASSWORD}".encode()).decode())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "archive", 3, tmp_path_factory.mktemp("dumps"))


@pytest.fixture
def guard(elasticsearch: Server, tmp_path: Path) -> Iterator[Guard]:
    with Guard(elasticsearch.url, tmp_path, api_key=KEY, user=("elastic", PASSWORD)) as one:
        yield one


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    archive: Path, prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command with these settings; its status and all it printed."""

    def run_one(command: str, **settings: str) -> tuple[int, str]:
        with monkeypatch.context() as patched:
            given = {"engine": "elasticsearch", "elasticsearch_alias": f"{prefix}speeches", **settings}
            for name, value in given.items():
                patched.setenv(f"JIANGHUA_{name.upper()}", value)
            status = main([*command.split(), "--archive", str(archive)])
        return status, "".join(capsys.readouterr())

    return run_one


def names_no_secret(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


def trusted(guard: Guard, by: str) -> dict[str, str]:
    if by == "ca":
        return {"elasticsearch_url": guard.url, "elasticsearch_ca": str(guard.ca_file)}
    pairs = [guard.fingerprint[n : n + 2].upper() for n in range(0, 64, 2)]
    fingerprint = guard.fingerprint if by == "fingerprint" else ":".join(pairs)
    return {"elasticsearch_url": guard.url, "elasticsearch_fingerprint": fingerprint}


@pytest.mark.parametrize("by", ["ca", "fingerprint", "as openssl shows it"])
@pytest.mark.parametrize("secret", [{"elasticsearch_api_key": KEY}, {"elasticsearch_password": PASSWORD}])
def test_the_ways_in(by: str, secret: dict[str, str], guard: Guard) -> None:
    with connect(Settings(**secret, **trusted(guard, by))) as client:  # type: ignore[arg-type]
        assert client.info()["version"]["number"].startswith("9.")


def test_a_cloud_id_names_the_cluster() -> None:
    where = base64.b64encode(b"europe.example.org$abc$def").decode()
    settings = Settings(elasticsearch_cloud_id=f"archive:{where}", elasticsearch_api_key=KEY)
    with connect(settings) as client:
        (node,) = client.transport.node_pool.all()
    assert node.base_url == "https://abc.europe.example.org:443"


def test_a_secret_goes_unencrypted_to_this_machine_or_where_asked_for() -> None:
    for settings in (
        Settings(elasticsearch_api_key=KEY),
        Settings(elasticsearch_url="http://es.example.org", elasticsearch_plain_http=True),
        Settings(elasticsearch_url="http://es.example.org"),
    ):
        connect(settings).close()
    for secret in ({"elasticsearch_api_key": KEY}, {"elasticsearch_password": PASSWORD}):
        unwise: dict[str, Any] = {"elasticsearch_url": "http://[::1]:9200,http://es.example.org", **secret}
        with pytest.raises(JianghuaError, match=r"es\.example\.org unencrypted.*PLAIN_HTTP=true"):
            connect(Settings(**unwise))
        connect(Settings(**unwise, elasticsearch_plain_http=True)).close()


def no_certificate(folder: Path) -> str:
    path = folder / "no.pem"
    path.write_text("no certificate")
    return str(path)


WRONG: list[tuple[str, Callable[[Guard, Path], dict[str, str]], str]] = [
    (
        "a wrong key",
        lambda guard, _: {"elasticsearch_api_key": base64.b64encode(b"id:hush-hush-wrong").decode()},
        "key or password is not taken (security_exception: unable to authenticate with provided credentials "
        "for REST request [/{alias}]); correct JIANGHUA_ELASTICSEARCH_API_KEY, or _USER and _PASSWORD",
    ),
    (
        "no key",
        lambda guard, _: {"elasticsearch_api_key": ""},
        "missing authentication credentials",
    ),
    (
        "a key of two lines",
        lambda guard, _: {"elasticsearch_api_key": KEY + "\n" + KEY},
        "JIANGHUA_ELASTICSEARCH_API_KEY holds characters that no key has",
    ),
    (
        "a certificate that is not trusted",
        lambda guard, _: {"elasticsearch_ca": ""},
        "certificate is not trusted, or is another machine's; name the file of its authority with "
        "JIANGHUA_ELASTICSEARCH_CA",
    ),
    (
        "another fingerprint",
        lambda guard, _: {"elasticsearch_ca": "", "elasticsearch_fingerprint": "ab" * 32},
        "another fingerprint; ask the one who runs the cluster",
    ),
    (
        "half a fingerprint",
        lambda guard, _: {"elasticsearch_fingerprint": guard.fingerprint[:32]},
        "no SHA-256 of 64 hexadecimal digits; get it with: openssl",
    ),
    (
        "a file of authority that is not there",
        lambda guard, folder: {"elasticsearch_ca": str(folder / "gone.pem")},
        "gone.pem can't be read (No such file or directory); set JIANGHUA_ELASTICSEARCH_CA",
    ),
    (
        "a file that is no certificate",
        lambda guard, folder: {"elasticsearch_ca": no_certificate(folder)},
        "no.pem holds no certificate; set JIANGHUA_ELASTICSEARCH_CA",
    ),
    (
        "a folder in place of the file",
        lambda guard, folder: {"elasticsearch_ca": str(folder)},
        "; set JIANGHUA_ELASTICSEARCH_CA",
    ),
    (
        "http where https is spoken",
        lambda guard, _: {
            "elasticsearch_url": guard.url.replace("https", "http"),
            "elasticsearch_ca": "",
        },
        "is it running, and is JIANGHUA_ELASTICSEARCH_URL right?",
    ),
    (
        "http with an authority",
        lambda guard, _: {"elasticsearch_url": "http://127.0.0.1:9200"},
        "are for https; let JIANGHUA_ELASTICSEARCH_URL begin with https://",
    ),
    (
        "https where http is spoken",
        lambda guard, _: {"elasticsearch_url": f"https://{guard.target}"},
        "does not speak https; let JIANGHUA_ELASTICSEARCH_URL begin with http://",
    ),
    (
        "nobody there",
        lambda guard, _: {"elasticsearch_url": "https://127.0.0.1:9"},
        "can't be reached: Connection refused; is it running",
    ),
    (
        "a cloud id that is none",
        lambda guard, _: {"elasticsearch_cloud_id": "nonsense"},
        "JIANGHUA_ELASTICSEARCH_CLOUD_ID names no cluster",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_is_said_in_one_line(
    wrong: Callable[[Guard, Path], dict[str, str]],
    message: str,
    guard: Guard,
    run: Run,
    prefix: str,
    tmp_path: Path,
) -> None:
    right = {"elasticsearch_api_key": KEY, **trusted(guard, "ca")}
    status, said = run("search 讲话", **right | wrong(guard, tmp_path))
    assert status == 2
    assert said.count("\n") == 1
    assert message.format(alias=f"{prefix}speeches") in said
    assert names_no_secret(said)
    status, said = run("doctor", **right | wrong(guard, tmp_path))
    assert status == 2
    (bad,) = [line for line in said.splitlines() if line.startswith("BAD  ") and "cut off" not in line]
    assert said.splitlines()[said.splitlines().index(bad) + 1].startswith("     ")
    assert names_no_secret(said)


def test_a_missing_right_is_named(elasticsearch: Server, tmp_path: Path, run: Run) -> None:
    def reader(method: str, path: str) -> bool:
        return method == "GET" or path.endswith("_search")

    with Guard(elasticsearch.url, tmp_path, api_key=KEY, allows=reader) as guard:
        status, said = run("doctor", elasticsearch_api_key=KEY, **trusted(guard, "ca"))
    assert status == 2
    assert "a right is missing (security_exception: action [" in said
    assert "the rights of the role jianghua_writer" in said
    assert names_no_secret(said)


def test_another_program_at_that_address(run: Run, elasticsearch: Server, tmp_path: Path) -> None:
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        guard.faults.extend([400] * 9)
        status, said = run("search 讲话", elasticsearch_url=guard.url)
    assert (status, said.count("\n")) == (2, 1)
    assert "see: jianghua doctor" in said


def test_a_server_that_hangs_is_given_up(
    run: Run, elasticsearch: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_client, "SECONDS", 0.3)
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        guard.faults.extend([2.0] * 3)
        status, said = run("search 讲话", elasticsearch_url=guard.url)
    assert (status, said.count("\n")) == (2, 1)
    assert "it does not answer; see whether it is overloaded or frozen" in said


def test_a_failing_run_leaves_no_secret_anywhere(elasticsearch: Server, tmp_path: Path, prefix: str) -> None:
    """By Prefect and all: every file of the archive is looked through, and all that was printed."""
    (tmp_path / "speech.txt").write_text("在全县大会上的讲话\n同志们：今天开会，研究招商引资工作。", "utf-8")

    def no_writer(method: str, path: str) -> bool:
        return not path.endswith("_bulk")

    with Guard(elasticsearch.url, tmp_path, api_key=KEY, allows=no_writer) as guard:
        settings = {
            "JIANGHUA_ENGINE": "elasticsearch",
            "JIANGHUA_ELASTICSEARCH_URL": guard.url,
            "JIANGHUA_ELASTICSEARCH_CA": str(guard.ca_file),
            "JIANGHUA_ELASTICSEARCH_API_KEY": KEY,
            "JIANGHUA_ELASTICSEARCH_PASSWORD": PASSWORD,
            "JIANGHUA_ELASTICSEARCH_ALIAS": f"{prefix}speeches",
            "JIANGHUA_ARCHIVE": str(tmp_path / "archive"),
        }
        command = [sys.executable, "-m", "flows.cli", "ingest", "speech.txt", "--workers", "1", "--debug"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
        )
    assert done.returncode != 0
    assert "a right is missing" in done.stderr
    assert names_no_secret(done.stdout + done.stderr)
    files = [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]
    assert any(path.name == "prefect.db" for path in files)
    assert any(path.parent.name == "runs" and "a right is missing" in path.read_text() for path in files)
    for path in files:
        content = path.read_bytes()
        assert not any(secret.encode() in content for secret in SECRETS), path


def test_a_server_too_old_for_the_client_to_talk_to() -> None:
    """Elasticsearch 8 refuses every request of this client, that for its version too."""
    words = "A compatible version is required. Accept version must be either version 8 or 7, but found 9."
    body = {"error": {"type": "media_type_header_exception", "reason": words}, "status": 400}
    node = NodeConfig("http", "127.0.0.1", 9200)
    meta = ApiResponseMeta(400, "1.1", HttpHeaders(), 0.1, node)
    what, following = elastic_client.explain(BadRequestError("media_type_header_exception", meta, body))
    assert what == "the server is older than this client"
    assert following.startswith("upgrade the server to version 9")


def test_settings_are_shown_without_their_secrets() -> None:
    settings = Settings(elasticsearch_api_key=KEY, elasticsearch_password=PASSWORD)
    with connect(settings) as client:
        assert names_no_secret(repr(settings) + repr(client) + repr(client.transport.node_pool.all()))


def test_no_request_is_logged_with_its_headers(
    elasticsearch: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"), Elasticsearch(elasticsearch.url, api_key=KEY) as client:
        client.info()
    assert caplog.records
    assert names_no_secret(caplog.text)
