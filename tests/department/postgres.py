"""The machine's own PostgreSQL for the tests, as Debian's package postgresql and others install it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

USER = DATABASE = "prefect"
"""As docker-compose.yml names them."""
ANOTHER_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
"""PostgreSQL refuses to run as root; a name space of its own in which root has another number will do."""


def pytest_report_header() -> str:
    """One line: which database the Prefect server of the department's tests keeps its runs in."""
    why = unavailable()
    return f"postgresql: {f'SQLite instead: {why}' if why else f'{_version()} ({programs()})'}"


def programs() -> Path | None:
    """The folder of initdb, postgres and their like, of the newest version; none where there are none."""
    named = shutil.which("postgres")
    places = [Path(named).resolve().parent] if named else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def _number(place: Path) -> int:
    return int(place.parent.name) if place.parent.name.isdecimal() else 0


@functools.cache
def unavailable() -> str:
    """Why there can be no PostgreSQL on this machine; nothing where there can."""
    if programs() is None:
        return "there is no PostgreSQL here; apt-get install postgresql brings one"
    done = _run("postgres", "--version")
    return "" if done.returncode == 0 else (done.stderr.strip() or "postgres does not start")


def _version() -> str:
    return _run("postgres", "--version").stdout.strip()


def _command(program: str, *words: str) -> list[str]:
    folder = programs()
    assert folder
    return [*(ANOTHER_USER if os.geteuid() == 0 else []), str(folder / program), *words]


def _run(program: str, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(_command(program, *words), input=said, capture_output=True, text=True)
    except OSError as error:
        return subprocess.CompletedProcess([], 1, "", str(error))


def prepare(folder: Path, password: str) -> None:
    """Make the user and the database of the compose file in an empty folder, as the image's start does."""
    secret = folder / "password"
    secret.write_text(password)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
    made = _run("initdb", f"--pgdata={folder / 'data'}", f"--username={USER}", f"--pwfile={secret}", *options)
    secret.unlink()
    assert made.returncode == 0, made.stderr
    made = _run(
        "postgres", "--single", "-D", str(folder / "data"), "postgres", said=f"CREATE DATABASE {DATABASE}"
    )
    assert made.returncode == 0, made.stderr


def server(folder: Path, port: str) -> list[str]:
    """The command of a server on loopback, which does not wait for the disk."""
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    told = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return _command("postgres", "-D", str(folder / "data"), "-p", port, *told)


def healthy(port: str) -> bool:
    """The health check of the compose file."""
    return not _run("pg_isready", "-h", "127.0.0.1", "-p", port, "-U", USER, "-d", DATABASE).returncode
