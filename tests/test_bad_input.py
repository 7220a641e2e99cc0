"""Whatever lies in a dump folder: it is rejected with its reason, and what is good beside it gets in."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import SAMPLES, export_bytes, exported, take_in

from flows.catalog import Catalog
from flows.cli import main

GOOD = "在全县项目推进会上的讲话\n同志们：\n今天我们召开全县项目推进会，总结去年，部署今年。\n谢谢大家！\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def nested(levels: int) -> bytes:
    data = zipped({"a.txt": GOOD.encode()})
    for _ in range(levels):
        data = zipped({"a.zip": data})
    return data


BAD = {
    "empty.txt": (b"", "empty"),
    "one byte.txt": (b"a", "empty"),
    "nul.txt": (b"\0" * 4096, "binary"),
    "one line of 50 MB.txt": (b"abcd " * (10 << 20), "too-large"),
    "picture.txt": (PNG, "unsupported"),
    "cut.txt.gz": (gzip.compress(GOOD.encode() * 50)[:-40], "damaged"),
    "cut.zip": (zipped({"a.txt": PNG})[:-40], "damaged"),
    "cut.tar": (tarfile.TarInfo("a").tobuf() + b"abc", "damaged"),
    "cut.warc": (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\n", "damaged"),
    "cut.mht": (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n\nabc", "damaged"),
    "no text.csv": ("编号,单位\n1,某县\n".encode(), "bad-record"),
    "ratio.zip": (zipped({"a.txt": b"\n" * (8 << 20)}), "bomb"),
    "nesting.zip": (nested(10), "nested-too-deep"),
    "report.pdf": (b"%PDF-1.4\n" + PNG, "unsupported"),
    "换行\n和 空格.txt": (bytes(range(128, 256)) * 20, "undecodable"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "dumps"
    folder.mkdir()
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "讲话 一.txt").write_text(GOOD, "utf-8")
    (folder / "nul inside.txt").write_bytes((GOOD + "\0" + GOOD.replace("今年", "全年")).encode())
    (folder / "outside.zip").write_bytes(zipped({"../../evil.txt": GOOD.replace("去年", "前年").encode()}))
    (folder / "deep.html").write_bytes(
        b"<title>t</title>" + b"<div>" * 100_000 + GOOD.replace("去年", "上年").encode() + b"</div>" * 100_000
    )
    (folder / "loop").symlink_to(folder)
    return folder


@pytest.fixture(scope="module")
def archive(folder: Path) -> Path:
    archive = folder / "archive"
    take_in(archive, folder)
    return archive


@pytest.mark.parametrize("name", BAD)
def test_each_is_rejected_with_its_reason(name: str, archive: Path) -> None:
    with Catalog.open(archive) as catalog:
        rejects = [(r.source.file.split("/")[-1].split("!")[0], r.reason) for r, _ in catalog.rejects()]
    assert (name, BAD[name][1]) in rejects


def test_what_is_good_gets_in(archive: Path) -> None:
    speeches = exported(archive)
    assert len({s["id"] for s in speeches}) == 4
    assert all("同志们：" in s["text"] and "\0" not in s["text"] for s in speeches)
    assert any(s["sources"][0]["file"].endswith("outside.zip!../../evil.txt") for s in speeches)


def test_nothing_is_written_outside_the_archive(archive: Path, folder: Path) -> None:
    assert {p.name for p in folder.parent.iterdir()} == {"dumps"}
    assert not list(folder.parent.parent.rglob("evil.txt"))


def test_an_archive_inside_the_dump_folder_is_not_read(archive: Path, folder: Path) -> None:
    again = take_in(archive, folder)
    assert (again.dumps["new"], again.dumps["changed"]) == (0, 0)
    with Catalog.open(archive) as catalog:
        assert not [r for r, _ in catalog.rejects() if "/archive/" in r.source.file]


def test_unreadable_to_this_person() -> None:
    """As root, who may read everything, the test becomes nobody for a moment."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        secret = folder / "secret.txt"
        secret.write_text(GOOD, "utf-8")
        secret.chmod(0)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            assert take_in(folder / "archive", secret).rejects == {"unreadable": 1}
            again = take_in(folder / "archive", secret)
            assert (again.dumps["changed"], again.dumps["unchanged"]) == (0, 1), "noted once"
        finally:
            os.seteuid(was)


def test_full_disk_and_again_when_there_is_room(tmp_path: Path) -> None:
    """With 500 KB left: a line that says so, exit status 2, and the same command goes on with more."""
    unshare = shutil.which("unshare")
    try_mount = [unshare or "unshare", "-rm", "mount", "-t", "tmpfs", "none", str(tmp_path)]
    if not unshare or subprocess.run(try_mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets a person mount no disk of their own")
    script = f"""
import os, subprocess, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from conftest import SAMPLES, export_bytes, take_in
import flows.cli, flows.commands.ingest
archive = Path({str(tmp_path)!r}) / "disk"
archive.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=50m", "none", str(archive)], check=True)
ballast = archive / "ballast"
ballast.write_bytes(bytes(os.statvfs(archive).f_bavail * os.statvfs(archive).f_frsize - (500 << 10)))
flows.commands.ingest.ingest = lambda args: take_in(archive, SAMPLES) and 0
print("status", flows.cli.main(["ingest", str(SAMPLES), "--archive", str(archive)]), flush=True)
ballast.unlink()
print("status", flows.cli.main(["ingest", str(SAMPLES), "--archive", str(archive)]), flush=True)
sys.stdout.buffer.write(export_bytes(archive))
"""
    command = [unshare, "-rm", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[:2] == ["status 2", "status 0"], done.stderr
    assert done.stderr.count("\n") == 1 and "run the same command again" in done.stderr, done.stderr
    take_in(tmp_path / "undisturbed", SAMPLES)
    assert lines[2].encode() == export_bytes(tmp_path / "undisturbed")


def test_many_rejects_of_one_reason_are_told_in_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dumps").mkdir()
    for number in range(60):
        (tmp_path / "dumps" / f"{number:02}.txt").write_bytes(b"")
    take_in(tmp_path / "archive", tmp_path / "dumps")
    assert main(["rejects", "--archive", str(tmp_path / "archive")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("60 empty")
    assert len(told) == 1 + 50 + 1 + 1
    assert told[-2] == "  … and 10 more: jianghua rejects --json lists them all"
