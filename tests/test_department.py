"""What the services of docker-compose.yml run, as local processes, in the order of their health checks.

Elasticsearch is the real node, with users and roles in front of it as documented (kibana/security.py);
Kibana is the server of kibana/server.py; PostgreSQL, Prefect's server, the set-up and the worker are the very
programs. (department/postgres.py says where there is none; Prefect's server then keeps its runs in SQLite.)
"""

from __future__ import annotations

import base64
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from conftest import SAMPLES
from department import disk, postgres
from department.chat import chat
from department.services import PASSWORDS, Department, wait
from elastic.node import Node
from elastic.plugin import no_local_node
from kibana.security import SecuredGuard
from kibana.server import KibanaServer
from prose import words


@pytest.fixture(scope="module")
def department(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """All of it up."""
    if why := no_local_node():
        pytest.skip(f"what the compose file runs is not tested: {why}")
    folder = tmp_path_factory.mktemp("department")
    with ExitStack() as stack:
        node = stack.enter_context(Node(folder / "node"))
        guard = stack.enter_context(SecuredGuard(node.url, folder, tls=False))
        kibana = stack.enter_context(KibanaServer())
        small = stack.enter_context(disk.small(folder / "disk"))
        found = Department(folder, node, guard, kibana, small, stack.enter_context(chat()))
        stack.callback(lambda: [found.kill(name) for name in list(found.running)])
        found.once("security")
        writer = base64.b64encode(f"jianghua_writer:{PASSWORDS['WRITER_PASSWORD']}".encode()).decode()
        guard.welcome.add(f"Basic {writer}")
        if not postgres.unavailable():
            (folder / "postgres").mkdir()
            postgres.prepare(folder / "postgres", PASSWORDS["POSTGRES_PASSWORD"])
            found.start("postgres")
            wait(lambda: postgres.healthy(found.database), "PostgreSQL")
        found.start("prefect")
        wait(found.healthy, "Prefect's server")
        found.once("setup")
        found.start("worker")
        yield found


def test_what_is_dropped_is_found_after_the_run_and_the_next_run_is_idle(department: Department) -> None:
    shutil.copy(SAMPLES / "12_fields.txt", department.drop / "2026.txt")
    wait(lambda: department.found("canonical:true") == 1, "the speech")
    first = department.reports()[-1]
    assert (first["dumps"]["new"], first["index"]["told"]) == (1, 1)
    second = wait(lambda: department.reports()[:-1], "the next run")[0]
    assert second["dumps"] == {"new": 0, "changed": 0, "unchanged": 1}
    assert second["pages"]["read"] == 0
    assert second["seconds"]["total"] < 10
    said = department.prefect("flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 20})
    assert {run["state"]["type"] for run in said} <= {"COMPLETED", "RUNNING", "SCHEDULED", "PENDING"}
    artifacts = department.prefect("artifacts/filter", {})
    assert {one["key"] for one in artifacts} == {"ingest-report"}


def test_setup_again_changes_nothing(department: Department) -> None:
    before = department.log("setup")
    said = department.once("setup").removeprefix(before)
    furnished = [line for line in said.splitlines() if "unchanged" in line]
    assert furnished and not any("made" in line or "changed:" in line for line in furnished)


@pytest.mark.parametrize(("victim", "first"), [("worker", 0), ("prefect", 4), ("node", 8)])
def test_killed_in_the_middle_of_a_run_and_the_next_completes_it(
    victim: str, first: int, department: Department
) -> None:
    before = len(department.runs())
    for sample in sorted(SAMPLES.iterdir())[first : first + 4]:
        shutil.copy(sample, department.drop / sample.name)
    wait(lambda: len(department.runs()) > before, "a run")
    if victim == "node":
        department.node.kill()
        time.sleep(2)
        department.node.restart()
    else:
        department.kill(victim)
        department.start(victim)
    department.completed()


def _full(words: str) -> bool:
    return "full" in words and "make room" in words


def test_a_full_disk_is_told_and_the_next_run_with_room_completes_the_archive(department: Department) -> None:
    """It fills in the middle of a run: there is room to begin, and not for what is to be taken in."""
    if not disk.allowed():
        pytest.skip("this system lets a person mount no disk of their own")
    dice = random.Random(8)
    with department.disk.full(but=300 << 10):
        for number in range(12):
            said = "。\n".join("".join(dice.choices(words(), k=20)) for _ in range(400))
            (department.drop / f"long-{number}.txt").write_text(
                f"在全县工作会议上的讲话\n同志们：\n{said}。\n"
            )
        wait(lambda: any(_full(one["error"]) for one in department.heard), "the webhook's word")
        failed = {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}
        ended = lambda: department.prefect("flow_runs/filter", failed)  # noqa: E731
        wait(lambda: any(_full(run["state"]["message"]) for run in ended()), "the failed run")
    department.completed()


def test_no_secret_is_written_anywhere(department: Department) -> None:
    """In no log, no report, nothing that Prefect keeps; the words of .env are the operator's alone."""
    for path in [*department.folder.rglob("*"), *department.disk.seen.rglob("*")]:
        if path.is_file() and department.folder / "node" not in path.parents:
            held = path.read_bytes()
            told = [name for name, secret in PASSWORDS.items() if secret.encode() in held]
            assert not told, f"{path} holds {told}"
