"""Reading: dumps at addresses, by fsspec: web servers, memory, local files, and servers that are gone."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from conftest import exported, serially
from test_read import TEXT, reasons, texts, zipped
from test_read_containers import tarred

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.errors import JianghuaError
from flows.ingest import steps
from flows.plan import Plan, make_plan, retry_plan, seen
from flows.progress import Progress
from flows.read import discover, read
from flows.records import Dump, Page, Reject
from flows.report import Report
from flows.settings import Limits, Settings

SPEECH = "在全县项目推进会上的讲话\n同志们：\n今天我们召开全县项目推进会，总结去年，部署今年。\n谢谢大家！\n"
LIMITS = Limits()


class Handler(SimpleHTTPRequestHandler):
    """Python's own: it lists folders, tells times of change, and knows no ranges."""

    forbidden = frozenset({"/forbidden.txt"})

    def log_message(self, *_: Any) -> None:
        pass

    def send_head(self) -> Any:
        if self.path == "/cut.gz":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(gzip.compress(SPEECH.encode()))
            return None
        if self.path in self.forbidden:
            self.send_error(403)
            return None
        return super().send_head()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A web server on a folder, for the time of the block: its address."""
    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "www"
    folder.mkdir()
    with served(folder) as address:
        yield folder, address


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def found(*paths: str) -> list[str]:
    return [item.file for item in discover(paths) if isinstance(item, Dump)]


def take(address: str) -> list[Page | Reject]:
    (dump,) = discover([address])
    assert isinstance(dump, Dump)
    return list(read(dump, LIMITS))


# --- finding


def test_files_folders_and_patterns(memory: Any) -> None:
    for name in ("/b/2007/乙.txt", "/b/2007/a.txt", "/b/.x/y.txt", "/b/2007/.z", "/b/2008/c.txt"):
        memory.pipe(name, b"abc")
    memory.pipe("/b/archive/catalog.sqlite", b"")
    memory.pipe("/b/archive/runs/a.json", b"{}")
    assert found("memory://b/2007/a.txt") == ["memory://b/2007/a.txt"]
    everything = ["memory://b/2007/a.txt", "memory://b/2007/乙.txt", "memory://b/2008/c.txt"]
    assert found("memory://b") == found("memory://b/") == everything
    assert found("memory://b/200?/*.txt") == found("memory://b/2*") == everything


def test_a_file_whose_name_looks_like_a_pattern(memory: Any) -> None:
    memory.pipe("/b/[1].txt", b"abc")
    memory.pipe("/b/1.txt", b"abc")
    assert found("memory://b/[1].txt") == ["memory://b/[1].txt"]


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "讲 话.txt").write_text(TEXT, "utf-8")
    assert found(f"file://{tmp_path}") == found(str(tmp_path))


def test_folders_of_a_web_server(web: tuple[Path, str]) -> None:
    folder, address = web
    (folder / "d/e").mkdir(parents=True)
    for name in ("d/a.txt", "d/e/b.txt", "d/e/讲话.txt"):
        (folder / name).write_text(TEXT, "utf-8")
    assert len(found(f"{address}/d/")) == 3
    assert found(f"{address}/d/*.txt") == [f"{address}/d/a.txt"]
    assert [texts(take(a)) for a in found(f"{address}/d/")] == [[TEXT]] * 3


@pytest.mark.parametrize("address", ["memory://nowhere/a.txt", "memory://nowhere/*.txt"])
def test_nothing_there(memory: Any, address: str) -> None:
    with pytest.raises(JianghuaError, match="nothing is there; check the address"):
        discover([address])


def test_nothing_there_on_the_web(web: tuple[Path, str]) -> None:
    with pytest.raises(JianghuaError, match=r"gone\.txt: nothing is there"):
        discover([f"{web[1]}/gone.txt"])


@pytest.mark.parametrize(
    ("address", "package"), [("s3://bucket/a.txt", "s3fs"), ("gs://b/a", "gcsfs"), ("sftp://h/a", "paramiko")]
)
def test_a_missing_driver_says_what_to_install(address: str, package: str) -> None:
    try:
        __import__(package)
        pytest.skip(f"{package} is installed here, so nothing is missing")
    except ImportError:
        pass
    with pytest.raises(JianghuaError, match=f"pip install {package}"):
        discover([address])


def test_an_unknown_scheme() -> None:
    with pytest.raises(JianghuaError, match="check the address"):
        discover(["gopher9://a/b"])


def test_a_password_is_not_shown(web: tuple[Path, str]) -> None:
    folder, address = web
    (folder / "a.txt").write_text(TEXT, "utf-8")
    (dump,) = discover([f"{address.replace('//', '//me:secret@')}/a.txt"])
    assert isinstance(dump, Dump)
    assert "secret" not in dump.file
    (page,) = read(dump, LIMITS)
    assert page.source.file == dump.file


# --- reading


@pytest.mark.parametrize("scheme", ["http", "memory", "file"])
def test_what_lies_at_an_address_is_read_like_a_file(
    scheme: str, web: tuple[Path, str], memory: Any, tmp_path: Path
) -> None:
    folder, address = web
    dumps = {
        "a.txt": TEXT.encode("gbk"),
        "b.zip": zipped({"x.txt": TEXT.encode(), "y.tgz": gzip.compress(tarred({"z.txt": TEXT.encode()}))}),
        "c.jsonl.gz": gzip.compress(b"\n".join(json.dumps({"text": TEXT}).encode() for _ in range(3))),
    }
    for name, data in dumps.items():
        (folder / name).write_bytes(data)
        memory.pipe(f"/{name}", data)
    root = {"http": address, "memory": "memory:/", "file": f"file://{folder}"}[scheme]
    results = {name: take(f"{root}/{name}") for name in dumps}
    assert {name: texts(pages) for name, pages in results.items()} == {
        "a.txt": [TEXT],
        "b.zip": [TEXT] * 2,
        "c.jsonl.gz": [TEXT] * 3,
    }
    shown = str(folder) if scheme == "file" else root
    assert [p.source.file for p in results["b.zip"]] == [f"{shown}/b.zip!x.txt", f"{shown}/b.zip!y.tgz!z.txt"]
    assert results["a.txt"][0].source.sha256 == hashlib.sha256(dumps["a.txt"]).hexdigest()


def test_a_connection_that_breaks(web: tuple[Path, str]) -> None:
    """What came before is read, and one reject says so."""
    items = list(read(Dump(file="cut", path=f"{web[1]}/cut.gz"), LIMITS))
    assert len(reasons(items)) == 1 and reasons(items)[0] in ("damaged", "unreadable")


def test_a_file_that_went_away(memory: Any, web: tuple[Path, str]) -> None:
    for address in ("memory://gone.txt", f"{web[1]}/gone.txt", f"{web[1]}/forbidden.txt"):
        assert reasons(list(read(Dump(file="x", path=address), LIMITS))) == ["unreadable"], address


# --- what is new


def plan_of(archive: Path, *paths: str) -> Plan:
    with Catalog.open(archive) as catalog:
        return make_plan(paths, catalog)


def counts(plan: Plan) -> tuple[int, int, int, int]:
    return len(plan.new), len(plan.changed), plan.unchanged, len(plan.refused)


def ingest(archive: Path, *paths: str) -> Report:
    return carried_out(archive, lambda catalog: make_plan(paths, catalog))


def carried_out(archive: Path, make: Callable[[Catalog], Plan]) -> Report:
    with Writer.open(archive, create=True) as catalog:
        todo = make(catalog)
        run = Run(Settings(archive=archive), catalog, Progress(quiet=True), serially)
        with run.reported(lambda: todo):
            steps(run, todo)
    return run.report


def test_the_same_address_twice_changes_nothing(tmp_path: Path, memory: Any) -> None:
    archive = tmp_path / "archive"
    memory.pipe("/d/a.txt", SPEECH.encode())
    assert ingest(archive, "memory://d").dumps["new"] == 1
    assert counts(plan_of(archive, "memory://d")) == (0, 0, 1, 0)
    memory.pipe("/d/a.txt", SPEECH.replace("去年", "前年").encode())
    assert counts(plan_of(archive, "memory://d")) == (0, 1, 0, 0), "changed at once, with the size alike"
    memory.pipe("/d/b.txt", SPEECH.encode())
    assert counts(plan_of(archive, "memory://d/*.txt")) == (1, 1, 0, 0)


def test_a_web_server_tells_changes(tmp_path: Path, web: tuple[Path, str]) -> None:
    archive, (folder, address) = tmp_path / "archive", web
    dump = folder / "a.txt"
    dump.write_text(SPEECH, "utf-8")
    ingest(archive, f"{address}/a.txt")
    assert exported(archive)[0]["sources"][0]["file"] == f"{address}/a.txt"
    assert counts(plan_of(archive, f"{address}/a.txt")) == (0, 0, 1, 0)
    dump.write_text(SPEECH.replace("去年", "前年"), "utf-8")
    os.utime(dump, (1, 1))
    assert counts(plan_of(archive, f"{address}/a.txt")) == (0, 1, 0, 0)


def test_a_settled_file_is_not_fetched_for_its_hash(memory: Any) -> None:
    memory.pipe("/d/a.txt", SPEECH.encode())
    dump = Dump(file="a", path="memory://d/a.txt")
    assert seen(dump).sha256 == hashlib.sha256(SPEECH.encode()).hexdigest()
    memory.store["/d/a.txt"].created = memory.store["/d/a.txt"].created.replace(year=2020)
    assert seen(dump).sha256 == ""


NOWHERE = "http://127.0.0.1:9/a.txt"


def test_a_server_that_is_not_there_stops_nobody(tmp_path: Path, memory: Any) -> None:
    archive = tmp_path / "archive"
    memory.pipe("/d/a.txt", SPEECH.encode())
    start = time.monotonic()
    report = ingest(archive, NOWHERE, "memory://d")
    assert time.monotonic() - start < 20
    assert report.rejects == {"unreadable": 1} and report.archive["speeches"] == 1
    with Catalog.open(archive) as catalog:
        ((reject, _),) = catalog.rejects()
    assert reject.source.file == NOWHERE and "check the address and the network" in reject.detail
    assert counts(plan_of(archive, NOWHERE, "memory://d")) == (0, 0, 2, 0), "noted once"


def test_retry_when_the_server_is_back(
    tmp_path: Path, web: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, (folder, address) = tmp_path / "archive", web
    (folder / "forbidden.txt").write_text(SPEECH, "utf-8")
    assert ingest(archive, f"{address}/forbidden.txt").rejects == {"unreadable": 1}
    with Catalog.open(archive) as catalog:
        assert counts(retry_plan(catalog)) == (0, 0, 0, 0), "still refused"
        key = catalog.dumps_with_rejects()[0][0]
    assert key == f"{address}/forbidden.txt"
    monkeypatch.setattr(Handler, "forbidden", frozenset())
    report = carried_out(archive, retry_plan)
    assert report.archive["rejects"] == 0 and report.archive["speeches"] == 1


def test_retry_of_a_folder(tmp_path: Path, memory: Any) -> None:
    """Its old reject goes, and the files in it come."""
    archive, folder = tmp_path / "archive", tmp_path / "dumps"
    folder.symlink_to(tmp_path / "nowhere")
    assert ingest(archive, str(folder)).rejects == {"unreadable": 1}
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "a.txt").write_text(SPEECH, "utf-8")
    report = carried_out(archive, retry_plan)
    assert (report.dumps["new"], report.archive["rejects"], report.archive["speeches"]) == (1, 0, 1)


def test_retry_of_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    dump = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "讲话.jsonl".encode("gbk")))
    dump.write_bytes(b"{}\n")
    assert ingest(archive, str(dump)).rejects == {"bad-record": 1}
    dump.write_text(json.dumps({"text": SPEECH}), "utf-8")
    report = carried_out(archive, retry_plan)
    assert report.archive["rejects"] == 0 and report.archive["speeches"] == 1
