"""Reading: what comes out of dump files of every kind, good and bad."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import REASONS, JianghuaError
from flows.read import discover, iso_time, page, read
from flows.records import Dump, Page, Reject, Source, page_id
from flows.settings import Limits

CASES = Path(__file__).parent / "cases" / "read"
TEXT = "同志们，今天我们在这里召开全市工作会议，部署明年的任务。\n"
LIMITS = Limits()


def cases() -> list[Any]:
    files = sorted(CASES.glob("*.json"))
    return [
        pytest.param(case, id=f"{file.stem}: {case['label']}")
        for file in files
        for case in json.loads(file.read_text("utf-8"))
    ]


def take(folder: Path, name: str, data: bytes, limits: Limits = LIMITS) -> list[Page | Reject]:
    """Writes a dump file and reads it."""
    path = folder / name
    path.write_bytes(data)
    return list(read(Dump(file=name, path=str(path)), limits))


def reasons(found: list[Page | Reject]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Reject)]


def texts(found: list[Page | Reject]) -> list[str]:
    return [item.text for item in found if isinstance(item, Page)]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("case", cases())
def test_cases(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expected"]
    raw = given["text"].encode(given["as"]) + bytes.fromhex(given.get("then", ""))
    found = page(raw, Source(file="x"))
    assert isinstance(found, Page), found
    assert {name: getattr(found, name) for name in expected} == expected, case["why"]


def test_a_page_knows_its_bytes(tmp_path: Path) -> None:
    raw = TEXT.encode("gbk")
    (found,) = take(tmp_path, "a.txt", raw)
    assert isinstance(found, Page)
    assert (found.id, found.raw) == (page_id(raw), raw)
    assert (found.source.offset, found.source.length) == (0, len(raw))
    assert found.id == found.source.sha256[:16]


def test_the_name_decides_nothing_about_a_page(tmp_path: Path) -> None:
    raw = f"<html><body><p>{TEXT}</p>".encode("gbk")
    pages = [take(tmp_path, name, raw)[0] for name in ("a.txt", "b.html", "c", "讲话.第1页")]
    assert {(p.id, p.text, p.media) for p in pages if isinstance(p, Page)} == {
        (page_id(raw), raw.decode("gbk"), "text/html")
    }


# --- encodings


@given(
    st.sampled_from(["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["utf-8", "gbk", "gb2312", "big5", "iso-8859-1", "nonsense", ""]),
    st.lists(
        st.sampled_from("我们要把项目建设工作放在首位，同志们：今天开会。2007年AB"), min_size=20, max_size=60
    ),
)
def test_encodings_round_trip_whatever_is_declared(actual: str, declared: str, letters: list[str]) -> None:
    text = f"<html><meta charset={declared}><p>全市上下团结一致，{''.join(letters)}</p>"
    found = page(text.encode(actual), Source(file="x"))
    assert isinstance(found, Page)
    assert (found.text, found.gaps) == (text, 0)


@given(
    st.lists(st.sampled_from("我們要把項目建設工作放在首位，同志們：今天開會。"), min_size=20, max_size=60)
)
def test_big5_round_trips(letters: list[str]) -> None:
    text = f"<meta charset=gb2312>各位，{''.join(letters)}"
    found = page(text.encode("big5"), Source(file="x"))
    assert isinstance(found, Page)
    assert found.text == text


@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_a_reason(raw: bytes) -> None:
    found = page(raw, Source(file="x"))
    assert isinstance(found, Page) or found.reason in REASONS
    if isinstance(found, Page):
        found.text.encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"a", "empty"),
        (b" \r\n\t ", "empty"),
        ("　　\n".encode(), "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"abc\0def", "binary"),
        (bytes(1000), "binary"),
        (bytes(range(256)) * 9, "binary"),
        (b"\xfd\xfe\xf7\xfb" * 50, "undecodable"),
    ],
)
def test_what_is_no_text(raw: bytes, reason: str) -> None:
    found = page(raw, Source(file="x"))
    assert isinstance(found, Reject)
    assert found.reason == reason


# --- kinds


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG"),
        ("a.txt", b"%PDF-1.4 abc", "PDF"),
        ("a", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "DOC"),
        ("a.txt", b"Rar!\x1a\x07\0", "RAR"),
        ("a.txt", b"7z\xbc\xaf\x27\x1c", "7z"),
        ("style.css", b"p {color: red}", "stylesheet"),
    ],
)
def test_kinds_that_are_not_supported_are_named(tmp_path: Path, name: str, head: bytes, kind: str) -> None:
    (found,) = take(tmp_path, name, head)
    assert isinstance(found, Reject)
    assert found.reason == "unsupported"
    assert kind in found.detail
    assert "; " in found.detail


def test_an_office_document_is_no_archive(tmp_path: Path) -> None:
    data = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    assert reasons(take(tmp_path, "a.docx", data)) == ["unsupported"]


# --- JSONL


def test_a_bad_line_does_not_stop_the_rest(tmp_path: Path) -> None:
    lines = [json.dumps({"text": TEXT + str(i)}, ensure_ascii=False) for i in range(3)]
    lines[1:1] = ["{broken", "[1, 2]", '{"no": "text"}', "", '{"text": null}', "[" * 100_000]
    data = "\r\n".join(lines).encode()
    found = take(tmp_path, "a.jsonl", data)
    assert texts(found) == [TEXT + str(i) for i in range(3)]
    assert reasons(found) == ["bad-record", "bad-record", "bad-record", "empty", "bad-record"]
    for item in found:
        start, length = item.source.offset, item.source.length
        if isinstance(item, Page):
            assert data[start : start + length] == item.raw


def test_jsonl_is_told_by_its_content(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + b"\n".join(json.dumps({"text": TEXT}).encode() for _ in range(2))
    found = take(tmp_path, "dump.txt", data)
    assert texts(found) == [TEXT, TEXT]
    assert [f.source.offset for f in found] == [3, 3 + len(json.dumps({"text": TEXT})) + 1]


def test_json_that_is_no_record_is_not_text(tmp_path: Path) -> None:
    assert reasons(take(tmp_path, "a.json", b'[\n  {"text": "abc"}\n]')) == ["unsupported"]
    assert reasons(take(tmp_path, "b.json", b'{\n  "documents": []\n}')) == ["bad-record"]


def test_a_line_over_the_limit_is_skipped(tmp_path: Path) -> None:
    good = json.dumps({"text": TEXT}, ensure_ascii=False).encode()
    data = good + b"\n" + b'{"text": "' + b"x" * 200_000 + b'"}\n' + good
    found = take(tmp_path, "a.jsonl", data, Limits(page_bytes=50_000))
    assert texts(found) == [TEXT, TEXT]
    assert reasons(found) == ["too-large"]


# --- size


def test_a_page_over_the_limit_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    with path.open("wb") as file:
        file.truncate(50 << 20)
        file.seek(0)
        file.write(TEXT.encode() * 9000)
    (found,) = read(Dump(file="line.txt", path=str(path)), LIMITS)
    assert isinstance(found, Reject)
    assert found.reason == "too-large"
    assert "JIANGHUA_PAGE_BYTES" in found.detail


def test_many_records_are_read_as_a_stream(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "a.jsonl"
    line = json.dumps({"text": TEXT * 100}, ensure_ascii=False) + "\n"
    path.write_text(line * 2000, "utf-8")
    tracemalloc.start()
    count = sum(1 for _ in read(Dump(file="a", path=str(path)), LIMITS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2000
    assert peak < 2 << 20 < path.stat().st_size


# --- gzip and zip


def test_gzip_keeps_the_name_and_unpacked_offsets(tmp_path: Path) -> None:
    lines = [json.dumps({"text": TEXT * n}).encode() for n in (1, 2)]
    found = take(tmp_path, "a.jsonl.gz", gzip.compress(b"\n".join(lines)))
    assert [(f.source.file, f.source.offset) for f in found] == [
        ("a.jsonl.gz", 0),
        ("a.jsonl.gz", len(lines[0]) + 1),
    ]


def test_truncated_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode() * 500)
    assert reasons(take(tmp_path, "a.txt.gz", packed[:-20])) == ["damaged"]
    lines = b"\n".join(json.dumps({"text": os.urandom(300).hex()}).encode() for _ in range(400))
    found = take(tmp_path, "b.jsonl.gz", gzip.compress(lines)[:-5000])
    assert reasons(found) == ["damaged"]
    assert 300 < len(texts(found)) < 400


def test_nested_members_are_named_by_their_path(tmp_path: Path) -> None:
    inner = zipped({"c.txt": TEXT.encode(), "__MACOSX/c.txt": b"x", ".DS_Store": b"x"})
    data = zipped({"b.zip": inner, "目录/": b"", "目录/甲 乙.txt.gz": gzip.compress(TEXT.encode())})
    found = take(tmp_path, "a.zip", data)
    assert [item.source.file for item in found] == ["a.zip!b.zip!c.txt", "a.zip!目录/甲 乙.txt.gz"]
    assert texts(found) == [TEXT, TEXT]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_unmarked_names_are_read_as_their_maker_wrote_them(tmp_path: Path, encoding: str) -> None:
    raw = "在大会上的讲话.txt".encode(encoding)
    data = zipped({"N" * len(raw): TEXT.encode()}).replace(b"N" * len(raw), raw)
    assert [item.source.file for item in take(tmp_path, "a.zip", data)] == ["a.zip!在大会上的讲话.txt"]


def test_member_names_are_only_names(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    names = ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt"]
    found = take(inside, "a.zip", zipped(dict.fromkeys(names, TEXT.encode())))
    assert [item.source.file for item in found] == [f"a.zip!{name}" for name in names]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "inside"]


def flip_encryption(data: bytes) -> bytes:
    """Sets the bit that says the first member is encrypted, in both of its headers."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + at
        flags = struct.unpack_from("<H", data, place)[0] | 1
        data = data[:place] + struct.pack("<H", flags) + data[place + 2 :]
    return data


def test_an_encrypted_member_does_not_stop_the_rest(tmp_path: Path) -> None:
    data = flip_encryption(zipped({"a.txt": b"secret", "b.txt": TEXT.encode()}))
    found = take(tmp_path, "a.zip", data)
    assert reasons(found) == ["encrypted"]
    assert texts(found) == [TEXT]


def test_bombs_by_ratio(tmp_path: Path) -> None:
    zeros = bytes(20 << 20)
    data = zipped({"zeros.txt": zeros, "ok.txt": TEXT.encode()})
    found = take(tmp_path, "a.zip", data)
    assert reasons(found) == ["bomb"]
    assert texts(found) == [TEXT]
    assert reasons(take(tmp_path, "a.txt.gz", gzip.compress(zeros))) == ["bomb"]


def test_bombs_by_total(tmp_path: Path) -> None:
    member = (TEXT * 4000).encode()
    data = zipped({f"{i}.txt": member for i in range(9)}, zipfile.ZIP_STORED)
    found = take(tmp_path, "a.zip", data, Limits(unpacked_bytes=4 * len(member)))
    assert len(texts(found)) == 4
    assert reasons(found) == ["bomb"]


def test_bombs_by_nesting(tmp_path: Path) -> None:
    data = TEXT.encode()
    for _ in range(6):
        data = zipped({"x.zip": data}, zipfile.ZIP_STORED)
    assert reasons(take(tmp_path, "a.zip", data)) == ["nested-too-deep"]
    for _ in range(6):
        data = gzip.compress(data)
    assert reasons(take(tmp_path, "a.gz", data)) == ["nested-too-deep"]


def test_bombs_by_count(tmp_path: Path) -> None:
    data = zipped({f"{i}.txt": b"" for i in range(30)})
    assert reasons(take(tmp_path, "a.zip", data, Limits(members=20))) == ["too-many-members"]


@pytest.mark.parametrize("spoil", [lambda d: d[:-30], lambda d: d[:40] + bytes(9) + d[49:], lambda d: d[:4]])
def test_damaged_zip(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    assert reasons(take(tmp_path, "a.zip", spoil(zipped({"a.txt": TEXT.encode() * 9})))) == ["damaged"]


def test_wrong_checksum_is_damage(tmp_path: Path) -> None:
    data = zipped({"a.txt": TEXT.encode()}, zipfile.ZIP_STORED)
    crc = struct.pack("<I", zlib.crc32(TEXT.encode()))
    assert reasons(take(tmp_path, "a.zip", data.replace(crc, b"abcd"))) == ["damaged"]


@given(st.binary(min_size=1, max_size=12), st.integers(0, 10_000))
def test_any_damage_to_a_zip_stays_inside(
    tmp_path_factory: pytest.TempPathFactory, bad: bytes, at: int
) -> None:
    data = bytearray(zipped({"甲.txt": TEXT.encode() * 9, "b.jsonl": b'{"text": "abc"}'}))
    at %= len(data)
    data[at : at + len(bad)] = bad
    found = take(tmp_path_factory.getbasetemp(), "fuzzed", bytes(data))
    assert all(reason in REASONS for reason in reasons(found))


# --- discovery


def test_discover_walks_in_order_and_skips_hidden_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "d/乙.txt",
        "d/a b.txt",
        "d/new\nline.txt",
        "d/.git/x",
        "d/.DS_Store",
        "d/sub/c.txt",
        "e.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "d/sub/loop").symlink_to(tmp_path / "d")
    monkeypatch.chdir(tmp_path)
    found = list(discover(["e.txt", "d"]))
    assert [item.file for item in found if isinstance(item, Dump)] == [
        "e.txt",
        "d/a b.txt",
        "d/new\nline.txt",
        "d/sub/c.txt",
        "d/乙.txt",
    ]
    assert all(Path(item.path).is_absolute() for item in found if isinstance(item, Dump))


def test_discover_shows_names_that_are_not_utf8(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/" + "讲话.txt".encode("gbk")
    with open(raw, "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(TEXT.encode())
    (found,) = discover([str(tmp_path)])
    assert isinstance(found, Dump)
    assert found.file.endswith("\\xbd\\xb2\\xbb\\xb0.txt")
    assert texts(list(read(found, LIMITS))) == [TEXT]


def test_discover_never_opens_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = list(discover([str(tmp_path), "/dev/zero"]))
    assert [item.reason for item in found if isinstance(item, Reject)] == ["unsupported", "unsupported"]
    assert reasons(list(read(Dump(file="pipe", path=str(tmp_path / "pipe")), LIMITS))) == ["unsupported"]


@pytest.mark.parametrize("path", ["no/such/folder", "", "a\0b", "x" * 5000])
def test_discover_says_what_to_do_about_a_path_that_is_not_there(path: str, tmp_path: Path) -> None:
    with pytest.raises(JianghuaError, match=r"check the name|name a file"):
        list(discover([str(tmp_path), path]))


def test_discover_reports_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (found,) = discover([str(tmp_path)])
    assert isinstance(found, Reject)
    assert found.reason == "unreadable"


def test_a_file_that_went_away(tmp_path: Path) -> None:
    assert reasons(list(read(Dump(file="a.txt", path=str(tmp_path / "gone.txt")), LIMITS))) == ["unreadable"]


# --- times


@given(st.datetimes(min_value=__import__("datetime").datetime(1950, 1, 1)).filter(lambda d: d.year < 2100))
def test_iso_time_keeps_what_is_iso(moment: Any) -> None:
    stated = moment.replace(microsecond=0).isoformat()
    assert iso_time(stated) == stated
    assert iso_time(moment.date().isoformat()) == moment.date().isoformat()


@pytest.mark.parametrize(
    "value", ["", "昨天", "2022年", "2022-02-30", "13800138000", True, None, [], "1/2/22"]
)
def test_iso_time_does_not_guess(value: object) -> None:
    assert iso_time(value) is None


def test_one_hostile_record_costs_no_other(tmp_path: Path) -> None:
    hostile = '{"text": "' + TEXT.replace("\n", "") + '", "published": ' + "9" * 400 + "}"
    lines = [json.dumps({"text": TEXT}, ensure_ascii=False), hostile, json.dumps({"text": TEXT + "2"})]
    found = take(tmp_path, "a.jsonl", "\n".join(lines).encode())
    assert len(texts(found)) == 3 and reasons(found) == []


def test_another_archive_in_a_dump_folder_is_no_dump(tmp_path: Path) -> None:
    (tmp_path / "archive" / "runs").mkdir(parents=True)
    (tmp_path / "archive" / "catalog.sqlite").write_bytes(b"")
    (tmp_path / "archive" / "runs" / "a.json").write_text("{}")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert [Path(found.file).name for found in discover([str(tmp_path)]) if isinstance(found, Dump)] == [
        "a.txt"
    ]
