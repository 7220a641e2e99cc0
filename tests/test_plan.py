"""Only what is new or changed is read again."""

from __future__ import annotations

import os
from pathlib import Path

from conftest import take_in

from flows.catalog import Catalog
from flows.plan import SHARD_FILES, make_plan, shards
from flows.records import Dump

SPEECH = "在全县项目推进会上的讲话\n同志们：\n今天我们召开全县项目推进会。\n"


def plan(archive: Path, *paths: Path) -> tuple[int, int, int, int]:
    with Catalog.open(archive) as catalog:
        todo = make_plan([str(p) for p in paths], catalog)
    return len(todo.new), len(todo.changed), todo.unchanged, len(todo.refused)


def test_new_changed_unchanged_and_touched(tmp_path: Path) -> None:
    archive, dump = tmp_path / "archive", tmp_path / "讲 话\n1.txt"
    dump.write_text(SPEECH, "utf-8")
    take_in(archive, dump)
    assert plan(archive, dump) == (0, 0, 1, 0)
    os.utime(dump, ns=(1, 1))
    assert plan(archive, dump) == (0, 0, 1, 0), "another time stamp alone is no change"
    stat = dump.stat()
    dump.write_text(SPEECH.replace("今天", "昨天"), "utf-8")
    os.utime(dump, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert plan(archive, dump) == (0, 1, 0, 0), "changed at once after it was read, with size and time alike"
    other = tmp_path / "other.txt"
    other.write_text(SPEECH, "utf-8")
    assert plan(archive, other) == (1, 0, 0, 0)


def test_what_can_not_be_opened_is_noted_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    report = take_in(tmp_path / "archive", tmp_path / "pipe")
    assert sum(report.rejects.values()) == 1
    assert plan(tmp_path / "archive", pipe) == (0, 0, 1, 0)


def test_shards_keep_every_dump_once_and_in_order() -> None:
    dumps = [Dump(file=f"{n}", path=f"/nowhere/{n}") for n in range(2 * SHARD_FILES + 1)]
    portions = list(shards(dumps))
    assert [d for portion in portions for d in portion] == dumps
    assert [len(p) for p in portions] == [SHARD_FILES, SHARD_FILES, 1]


def test_one_file_however_its_path_is_spelled(tmp_path: Path) -> None:
    archive, dump = tmp_path / "archive", tmp_path / "dumps" / "a.txt"
    dump.parent.mkdir()
    dump.write_text(SPEECH, "utf-8")
    take_in(archive, dump)
    (tmp_path / "link").symlink_to(dump.parent)
    with Catalog.open(archive) as catalog:
        other = dump.with_name("b.txt")
        other.write_text(SPEECH, "utf-8")
        twice = make_plan([str(other), str(dump.parent), str(other)], catalog)
        assert (len(twice.new), twice.unchanged) == (1, 1), "a file named twice is one"
        other.unlink()
    for spelling in (dump.parent, dump.parent / ".." / "dumps", tmp_path / "link" / "a.txt"):
        assert plan(archive, spelling) == (0, 0, 1, 0)
