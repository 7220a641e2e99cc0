"""A Prefect of the archive's own: private profile, database and server, gone when the run is gone.

Prefect's built-in temporary server outlives a killed parent, prints at exit and uses the person's own
profile. This one is told everything by its environment, lives in ``ARCHIVE/prefect``, listens on a free
loopback port, and ends itself when its standard input closes, which the system does for us even on
``kill -9``. Enter :func:`runtime` before anything imports prefect.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import JianghuaError

LOG = "run.log"
START_SECONDS = 120
"""How long the private server may take to answer; 4 to 20 s are usual, the first time makes its database."""
STOP_SECONDS = 5
FOLLOW_SECONDS = 0.5
"""How often a scheduled run looks whether its runner is there."""
KEPT = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_CLIENT_CUSTOM_HEADERS")
"""What a person's own Prefect settings may tell us, and only when a server is named: how to log in."""

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "true",
}
_SCHEDULED = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "true",
}
"""What a private server does besides where it also keeps a schedule."""


@contextmanager
def runtime(archive: Path, api_url: str = "", scheduled: bool = False) -> Iterator[None]:
    """Have Prefect answer at ``api_url``, or at a private server for the time of the block.

    ``scheduled``: the private server starts runs by the clock, too.

    Changes the environment and the working folder of this process, since Prefect takes settings from
    both (``.env``, ``prefect.toml``); both are put back.

    Raises JianghuaError when the private server does not come up.
    """
    home = archive.absolute() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    before, folder = dict(os.environ), Path.cwd()
    for name in [n for n in os.environ if n.startswith("PREFECT_") and not (api_url and n in KEPT)]:
        del os.environ[name]
    os.environ |= (
        _QUIET
        | (_SCHEDULED if scheduled else {})
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
            "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
            "PREFECT_LOCAL_STORAGE_PATH": str(home / "storage"),
        }
    )
    os.chdir(home)
    server = None
    try:
        with _apart_from_the_terminal(home / LOG):
            if api_url:
                os.environ["PREFECT_API_URL"] = api_url
            else:
                server = _start(home, scheduled)
            yield
    finally:
        if server:
            _stop(server)
        os.chdir(folder)
        os.environ.clear()
        os.environ |= before


@contextmanager
def _apart_from_the_terminal(log: Path) -> Iterator[None]:
    """Let all that this block starts write to a log; only our own sys.stderr still reaches the terminal.

    Server, pool and their helper processes inherit file descriptors 1 and 2, and print when they are
    interrupted, warned or killed.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    kept, ours = (os.dup(1), os.dup(2)), sys.stderr
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        with os.fdopen(os.dup(kept[1]), "w", encoding=ours.encoding, errors="backslashreplace") as terminal:
            sys.stderr = terminal
            yield
    finally:
        sys.stderr = ours
        for number, saved in enumerate(kept, 1):
            os.dup2(saved, number)
            os.close(saved)


def _start(home: Path, scheduled: bool) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.prefect_runtime", *(["scheduled"] if scheduled else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C at the terminal is the parent's to answer
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert server.stdout
    port = server.stdout.readline().strip().decode()
    url = f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + START_SECONDS
    while port and server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                os.environ["PREFECT_API_URL"] = url
                return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    _stop(server)
    raise JianghuaError(
        f"Prefect's own server did not start; its words are in {home / LOG}. "
        f"Remove {home} and run again, or name a running server in JIANGHUA_PREFECT_API_URL"
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin and server.stdout
    server.stdin.close()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    server.stdout.close()


def serve(scheduled: bool) -> None:
    """Run the private server until standard input closes. The process that :func:`runtime` starts.

    Prefect's services that look at the clock run in a server that is not called ephemeral alone.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    import uvicorn
    from prefect.server.api.server import create_app

    server = uvicorn.Server(
        uvicorn.Config(create_app(ephemeral=not scheduled), log_level="critical", lifespan="on")
    )

    def follow_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True
        time.sleep(STOP_SECONDS - 1)
        os._exit(0)

    threading.Thread(target=follow_parent, daemon=True).start()
    server.run(sockets=[listener])


def die_with_parent() -> None:
    """End this worker process when the process that started it is gone. For a pool's initializer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _follow_parent()


def die_with_runner() -> None:
    """End this process when the worker or schedule that runs the flow in it is gone; nothing elsewhere.

    Prefect gives a scheduled run a process of its own. It would outlive a runner that was killed; the archive
    is left as by any kill, and the next run goes on.
    """
    if not _follow_parent() and "PREFECT__FLOW_RUN_ID" in os.environ:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _follow_parent() -> bool:
    """End this process with its parent; False where it was not started by multiprocessing."""
    import multiprocessing as mp
    from multiprocessing.connection import wait

    parent = mp.parent_process()
    if parent is None:
        return False

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(FOLLOW_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    serve(scheduled="scheduled" in sys.argv[1:])
