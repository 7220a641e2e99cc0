"""Reading: memory is bounded by a page, not by the dump. Measured in a process of its own, by what the
system says was the most it ever held."""

from __future__ import annotations

import subprocess
import sys

import pytest

MEGABYTES = 24
"""Of unpacked dump; what is held beside may not be half of it."""

SCRIPT = """
import gzip, io, json, os, random, sys, tarfile, zipfile
from pathlib import Path
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
from flows.read import read
from flows.records import Dump, Page
from flows.settings import Limits

kind, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
words = "同志们 今天 我们 召开 全市 工作 会议 部署 明年 任务 项目 建设 首位 团结 一致 抓实 抓好".split()
random.seed(1)
text = "".join(random.choice(words) for _ in range(9_000))

def page(n):
    return f"第{n}次会议。{text}".encode()

def write():
    if kind == "jsonl":
        with path.open("wb") as file:
            for n in range(count):
                file.write(json.dumps({"text": page(n).decode()}, ensure_ascii=False).encode() + b"\\n")
    elif kind == "csv":
        with path.open("wb") as file:
            file.write(b"title,text\\n")
            for n in range(count):
                file.write(b'a,"' + page(n) + b'"\\n')
    elif kind in ("tar.gz", "zip"):
        make = {"zip": zipfile.ZipFile, "tar.gz": lambda path, _: tarfile.open(path, "w:gz", compresslevel=1)}
        with make[kind](path, "w") as archive:
            for n in range(count):
                if kind == "zip":
                    archive.writestr(f"{n}.txt", page(n))
                else:
                    info = tarfile.TarInfo(f"{n}.txt")
                    info.size = len(page(n))
                    archive.addfile(info, io.BytesIO(page(n)))
    else:
        with gzip.open(path, "wb", 1) if kind.endswith("gz") else path.open("wb") as file:
            writer = WARCWriter(file, gzip=False)
            for n in range(count):
                headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                writer.write_record(writer.create_warc_record(
                    f"http://a.example/{n}", "response", payload=io.BytesIO(page(n)), http_headers=headers))

def peak():
    with open("/proc/self/status") as file:  # of this program alone: ru_maxrss counts the parent's too
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))

if os.fork() == 0:  # so that what writing takes does not count
    write()
    os._exit(0)
os.wait()
small = path.with_name("small." + kind)
small.write_text('{"text": "同志们，今天我们在这里召开大会。"}', "utf-8")
list(read(Dump(file="a", path=str(small)), Limits()))
before = peak()
found = sum(isinstance(item, Page) for item in read(Dump(file=path.name, path=str(path)), Limits()))
print(found, peak() - before)
"""


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tar.gz", "zip", "warc", "warc.gz"])
def test_memory_does_not_grow_with_the_dump(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    count = MEGABYTES * 1_000_000 // 55_000
    path = tmp_path_factory.mktemp("large") / f"a.{kind}"
    command = [sys.executable, "-c", SCRIPT, kind, str(path), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, grown = map(int, done.stdout.split())
    path.unlink()
    assert found == count
    assert grown < MEGABYTES * 500_000
