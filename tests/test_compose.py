"""docker-compose.yml, .env.example, the Dockerfile and prefect.yaml: held against their schema, against what
an operator is promised, and against each other. What the services run is tested in test_department.py."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

COMPOSE = ROOT / "docker-compose.yml"
SECRET = re.compile(r"PASSWORD|KEY|AUTH")
MACHINE = 8 << 30
"""Bytes of memory of the machine that all services together must leave room on."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _asked(text: str) -> dict[str, str]:
    """Variables that a file asks for, and what stands in where one is not set."""
    return dict(re.findall(r"\$\{([A-Z_]+)((?::[?-][^}]*)?)\}", text))


def test_it_fits_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _compose_command() -> list[str] | None:
    """The current Compose of this machine, in the words that call it. ``config`` needs no daemon."""
    named = os.environ.get("JIANGHUA_TEST_COMPOSE")
    for words in ([named] if named else []), ["docker", "compose"], ["docker-compose"]:
        if words and shutil.which(words[0]):
            told = subprocess.run([*words, "version", "--short"], capture_output=True, text=True)
            if told.returncode == 0 and told.stdout.strip().lstrip("v").split(".")[0] >= "2":
                return words
    return None


def test_compose_itself_reads_it(tmp_path: Path) -> None:
    words = _compose_command()
    if words is None:
        pytest.skip("no Docker Compose 2 here (name one in JIANGHUA_TEST_COMPOSE): `config` is not tried")
    folder = tmp_path / "drop"
    filled = re.sub(r"(?m)=$", "=0123456789abcdef0123456789abcdef", (ROOT / ".env.example").read_text())
    (tmp_path / "env").write_text(re.sub(r"DROP_FOLDER=.*", f"DROP_FOLDER={folder}", filled))
    asked = [*words, "-f", str(COMPOSE)]
    done = subprocess.run(
        [*asked, "--env-file", str(tmp_path / "env"), "config", "--quiet"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "none").write_text("STACK_VERSION=9.5.3\n")
    bare = subprocess.run(
        [*asked, "--env-file", str(tmp_path / "none"), "config", "--quiet"], capture_output=True, text=True
    )
    assert bare.returncode != 0
    assert "in .env" in bare.stderr, "what is not set is asked for, with where to set it"


def test_every_variable_is_in_the_example_and_the_other_way_round(example: dict[str, str]) -> None:
    assert set(_asked(COMPOSE.read_text("utf-8"))) == set(example)


def test_there_is_no_default_password(example: dict[str, str]) -> None:
    text = COMPOSE.read_text("utf-8")
    for name in filter(SECRET.search, example):
        assert example[name] == "", f"{name} has a value in .env.example"
        uses = re.findall(r"\$\{" + name + r"([^}]*)\}", text)
        assert any(use.startswith(":?") for use in uses), f"{name} is not asked for"
        assert not any(use.startswith(":-") for use in uses), f"{name} has a default"


def test_what_is_not_in_dotenv_is_asked_for_or_has_a_default() -> None:
    uses = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", COMPOSE.read_text("utf-8"))
    for name in {name for name, _ in uses}:
        ways = {way[:2] for used, way in uses if used == name}
        assert ways in ({":-"}, {":?"}, {":?", ""}), (
            f"{name} may be empty, or is one thing here and another there"
        )


def test_secrets_come_from_dotenv_alone(compose: dict[str, Any]) -> None:
    """So that `config` prints none that the operator did not write there."""
    for name, service in compose["services"].items():
        told = {key: value for key, value in service.get("environment", {}).items() if SECRET.search(key)}
        for key, value in told.items():
            assert re.fullmatch(r"\$\{[A-Z_]+(:\?[^}]*)?\}", value), f"{name}: {key}"
        spoken = [*service.get("command", []), *service.get("healthcheck", {}).get("test", [])]
        assert not any(re.search(r"\$\{[A-Z_]*(PASSWORD|KEY|AUTH)", word) for word in spoken), name


def test_images_are_of_a_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()} - {"jianghua:local"}
    images |= set(re.findall(r"(?m)^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8")))
    for image in images:
        assert re.search(r":(\d+[\w.-]*|\$\{STACK_VERSION(:\?[^}]*)?\})$", image), image


@pytest.mark.skipif(not shutil.which("openssl"), reason="the lines of docs/operate.md call openssl")
def test_the_lines_of_the_manual_fill_dotenv(tmp_path: Path, example: dict[str, str]) -> None:
    manual = (ROOT / "docs" / "operate.md").read_text("utf-8")
    lines = re.findall(r"(?m)^\$ ((?:cp|sed) .*?)(?: +#.*)?$", manual)
    shutil.copy(ROOT / ".env.example", tmp_path)
    subprocess.run(["bash", "-ec", "\n".join(lines)], cwd=tmp_path, check=True)
    written = (line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines() if "=" in line)
    filled = {name: value for name, value in written if name in example}
    assert [name for name, value in filled.items() if not value] == ["WEBHOOK"]
    secrets = [value for name, value in filled.items() if SECRET.search(name)]
    assert len(set(secrets)) == len(secrets) == 7
    assert all(re.fullmatch(r"(admin:)?[0-9a-f]{32}", secret) for secret in secrets)


def test_ports_are_open_to_this_machine_alone(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert compose["networks"]["inside"] == {"internal": True}


def _bytes(limit: str) -> int:
    return int(limit[:-1]) << {"m": 20, "g": 30}[limit[-1]]


def test_memory_fits_a_machine_of_eight_gigabytes(compose: dict[str, Any]) -> None:
    limits = {name: _bytes(service["mem_limit"]) for name, service in compose["services"].items()}
    for_a_moment = {"security", "setup"}
    always = sum(size for name, size in limits.items() if name not in for_a_moment)
    assert always <= MACHINE * 7 // 8
    before_the_worker = always - limits["worker"] + limits["setup"]
    assert before_the_worker <= MACHINE * 7 // 8


def test_nobody_is_root(compose: dict[str, Any]) -> None:
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.findall(r"(?m)^USER (.+)$", docker)[-1] == "jianghua"
    for name, service in compose["services"].items():
        ours = service["image"] == "jianghua:local"
        assert ours or service["user"] in ("1000:0", "postgres"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_services_start_in_the_order_of_their_health(compose: dict[str, Any]) -> None:
    services = compose["services"]
    needs = {name: service.get("depends_on", {}) for name, service in services.items()}
    order = list(TopologicalSorter({name: list(before) for name, before in needs.items()}).static_order())
    assert "--limit 1" in services["worker"]["command"][-1], "one run at a time"
    assert order.index("security") < order.index("kibana") < order.index("setup") < order.index("worker")
    for name, before in needs.items():
        for other, how in before.items():
            healthy = how["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in services[other]), f"{name} waits for {other}"


def test_elasticsearch_and_kibana_are_of_one_version(
    compose: dict[str, Any], example: dict[str, str]
) -> None:
    search, kibana = compose["services"]["elasticsearch"], compose["services"]["kibana"]
    assert "/elasticsearch:${STACK_VERSION}\n" in search["build"]["dockerfile_inline"]
    assert "analysis-smartcn" in search["build"]["dockerfile_inline"]
    assert kibana["image"].endswith("/kibana:${STACK_VERSION}")
    assert example["STACK_VERSION"].startswith("9.")


def test_kibana_asks_nothing_of_the_internet(compose: dict[str, Any]) -> None:
    told = compose["services"]["kibana"]["environment"]
    for name in ("MAP_INCLUDEELASTICMAPSSERVICE", "NEWSFEED_ENABLED", "TELEMETRY_OPTIN"):
        assert told[name] == "false"


def test_volumes_have_names(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith("$")}
    assert named == set(compose["volumes"])
    assert [mount for mount in mounts if mount.startswith("$")] == [
        "${DROP_FOLDER:?set DROP_FOLDER in .env}:/data/raw:ro"
    ]


def test_settings_of_the_services_are_settings_of_the_program(compose: dict[str, Any]) -> None:
    from dataclasses import fields

    from flows.settings import PREFIX, Settings

    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    for name, service in compose["services"].items():
        told = {key for key in service.get("environment", {}) if key.startswith(PREFIX)}
        assert told <= known, name


def test_the_image_takes_in_what_is_there() -> None:
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    copied = [
        words for line in re.findall(r"(?m)^COPY --chown=\S+ (.+)$", docker) for words in line.split()[:-1]
    ]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == kept
    assert all((ROOT / name).exists() for name in copied)


def test_deployments_are_flows_with_parameters_of_theirs() -> None:
    from importlib import import_module

    told = yaml.safe_load(re.sub(r"\{\{ \$(\w+) \}\}", r"\1", (ROOT / "prefect.yaml").read_text("utf-8")))
    names = {one["name"] for one in told["deployments"]}
    assert names == {"nightly", "weekly-refresh", "reindex"}
    for one in told["deployments"]:
        file, _, flow = one["entrypoint"].partition(":")
        module = import_module(file.removesuffix(".py").replace("/", "."))
        accepted = inspect.signature(getattr(module, flow).fn).parameters
        assert set(one.get("parameters", {})) <= set(accepted)
        assert one["work_pool"] == {"name": "jianghua"}
