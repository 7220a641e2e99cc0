"""Reading: pages inside archives and compressed files, one in the other, whole, broken and hostile."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from test_read import TEXT, reasons, take, texts, zipped

from flows.errors import REASONS
from flows.read import page
from flows.records import Page
from flows.settings import Limits

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "bz2": bz2.decompress,
    "xz": lzma.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read(),
}
LINES = b"\n".join(
    json.dumps({"text": f"{TEXT}第{n}次会议，" + hashlib.sha256(bytes([n])).hexdigest() * 5}).encode()
    for n in range(200)
)
NOISE = b"".join(hashlib.sha256(n.to_bytes(4, "big")).hexdigest().encode() for n in range(5000))


def tarred(members: dict[str, bytes], **header: Any) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in header.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def member_bytes(dump: bytes, file: str) -> bytes:
    """The bytes that a source's name leads to, found by other means than the reader's."""
    names = file.split("!")
    data = dump
    for at, name in enumerate(names):
        while (suffix := name.rsplit(".", 1)[-1]) in (*UNPACK, "tgz"):
            data, name = UNPACK[suffix.replace("tgz", "gz")](data), name.rsplit(".", 1)[0]
        if at + 1 == len(names):
            return data
        if data.startswith(b"PK"):
            data = zipfile.ZipFile(io.BytesIO(data)).read(names[at + 1])
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                data = archive.extractfile(names[at + 1]).read()  # type: ignore[union-attr]
    return data


def check_provenance(dump: bytes, found: list[Any]) -> None:
    """Every page's bytes are where its source says, and make the same page again."""
    for item in found:
        assert isinstance(item, Page), item
        source = item.source
        piece = member_bytes(dump, source.file)[source.offset : source.offset + source.length]
        assert hashlib.sha256(piece).hexdigest() == source.sha256
        assert page(item.raw, source) == item


# --- compression


@pytest.mark.parametrize("suffix", PACK)
def test_compressed_pages_and_records(tmp_path: Path, suffix: str) -> None:
    data = PACK[suffix](TEXT.encode("gbk"))
    (found,) = take(tmp_path, f"a.txt.{suffix}", data)
    assert isinstance(found, Page) and found.text == TEXT
    check_provenance(data, [found])
    packed = PACK[suffix](LINES)
    records = take(tmp_path, f"b.jsonl.{suffix}", packed)
    assert len(texts(records)) == 200
    check_provenance(packed, records)


@pytest.mark.parametrize("suffix", PACK)
def test_streams_one_after_the_other_are_one(tmp_path: Path, suffix: str) -> None:
    pack = PACK[suffix]
    assert texts(take(tmp_path, f"a.{suffix}", pack(TEXT.encode()) + pack(b"") + pack(b"abc"))) == [
        TEXT + "abc"
    ]


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_an_unfinished_download_gives_what_there_is(tmp_path: Path, suffix: str, share: float) -> None:
    lines = (LINES + b"\n") * 5
    packed = PACK[suffix](lines)
    found = take(tmp_path, f"a.jsonl.{suffix}", packed[: int(len(packed) * share)])
    assert reasons(found) == ["damaged"]
    last = found[-1]
    assert not isinstance(last, Page) and "bytes; fetch it again" in last.detail
    assert [f.source.length for f in found[:-1]] == [len(line) for line in lines.split(b"\n")][
        : len(found) - 1
    ]


def test_gzip_gives_all_that_came_before_the_break(tmp_path: Path) -> None:
    lines = [b'{"text": "%s"}\n' % NOISE[n : n + 300] for n in range(0, 200_000, 300)]
    packed = gzip.compress(b"".join(lines))
    found = take(tmp_path, "a.jsonl.gz", packed[: len(packed) // 2])
    assert reasons(found) == ["damaged"]
    assert found[-1].source.offset > 95_000


@pytest.mark.parametrize("suffix", PACK)
def test_bombs_by_ratio(tmp_path: Path, suffix: str) -> None:
    assert reasons(take(tmp_path, f"a.txt.{suffix}", PACK[suffix](bytes(40 << 20)))) == ["bomb"]


def test_a_bomb_inside_bombs(tmp_path: Path) -> None:
    data = bytes(20 << 20)
    for pack in PACK.values():
        data = pack(data)
    assert reasons(take(tmp_path, "a.gz", data)) == ["bomb"]


def test_xz_that_wants_too_much_memory(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    data = lzma.compress(TEXT.encode(), filters=filters)
    assert reasons(take(tmp_path, "a.txt.xz", data)) == ["bomb"]


def test_zstandard_that_wants_too_much_memory(tmp_path: Path) -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=30)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    data = packer.compress(NOISE) + packer.flush()
    assert reasons(take(tmp_path, "a.txt.zst", data)) == ["damaged"]


def test_zstandard_with_a_skippable_frame(tmp_path: Path) -> None:
    data = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + zstandard.compress(TEXT.encode())
    assert texts(take(tmp_path, "a.txt.zst", data)) == [TEXT]


def test_text_that_begins_like_bzip2(tmp_path: Path) -> None:
    assert texts(take(tmp_path, "a.txt", b"BZh and " + TEXT.encode())) == ["BZh and " + TEXT]


# --- tar


@pytest.mark.parametrize("name", ["a.tar", "a", "a.tgz", "a.tar.xz", "a.tar.zst", "a.tar.bz2"])
def test_tar(tmp_path: Path, name: str) -> None:
    data = tarred({"甲/一.txt": TEXT.encode(), ".x/y.txt": b"no", "b.jsonl": LINES, "乙" * 90: b"abc"})
    suffix = name.rsplit(".", 1)[-1].replace("tgz", "gz")
    data = PACK[suffix](data) if suffix in PACK else data
    found = take(tmp_path, name, data)
    assert [f.source.file for f in found] == [
        f"{name}!甲/一.txt",
        *[f"{name}!b.jsonl"] * 200,
        f"{name}!" + "乙" * 90,
    ]
    check_provenance(data, found)


def test_old_tar_without_its_magic(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.txt": TEXT.encode()}))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert texts(take(tmp_path, "a.tar", bytes(data))) == [TEXT]


def test_tars_one_after_the_other_are_one(tmp_path: Path) -> None:
    data = tarred({"a.txt": TEXT.encode()}) + tarred({"b.txt": b"abc"})
    assert texts(take(tmp_path, "a.tar", data)) == [TEXT, "abc"]


@pytest.mark.parametrize("cut", [512 * 2 + 100, 512 * 3 + 60, 512 * 4, 512 * 4 + 100, 512 * 5, 512 * 6])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["tar", "tar.gz"])
def test_a_tar_that_breaks_off(tmp_path: Path, cut: int, pack: Callable[[bytes], bytes]) -> None:
    data = pack(tarred({f"{n}.txt": TEXT.encode() * 6 for n in range(3)})[:cut])
    found = take(tmp_path, "a", data)
    assert reasons(found) == ["damaged"]
    assert len(texts(found)) == cut // (512 * 2)


def test_what_a_tar_holds_beside_files(tmp_path: Path) -> None:
    """Links and devices are neither followed nor made; folders are nothing to read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"m{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("../../evil.txt")
        info.size = len(TEXT.encode())
        archive.addfile(info, io.BytesIO(TEXT.encode()))
    inside = tmp_path / "inside"
    inside.mkdir()
    (found,) = take(inside, "a.tar", buffer.getvalue())
    assert found.source.file == "a.tar!../../evil.txt" and texts([found]) == [TEXT]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.tar", "inside"]


def test_a_sparse_member_is_refused(tmp_path: Path) -> None:
    headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,4,99999999,4"}
    found = take(tmp_path, "a.tar", tarred({"s.txt": b"abcdefgh"}, pax_headers=headers))
    assert reasons(found) == ["unsupported"]


@pytest.mark.parametrize(
    "size", [b"\x80" + b"\x7f" * 11, b"\xff" * 12, b"\x80\0\0\0\0\0\xff" + bytes(5), b"77777777777\0"]
)
def test_absurd_sizes_in_a_tar(tmp_path: Path, size: bytes) -> None:
    data = bytearray(tarred({"a.txt": TEXT.encode()}))
    data[124:136] = size
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert set(reasons(take(tmp_path, "a.tar", bytes(data)))) <= {"damaged", "too-large"}
    assert reasons(take(tmp_path, "a.tar", bytes(data)))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("content", [b"0" * (3 << 20), b"1" * (200 << 10), b"12 a=" * 40_000])
def test_hostile_headers_in_a_tar(tmp_path: Path, kind: bytes, content: bytes) -> None:
    data = tarred({"x": content}, type=kind)
    assert set(reasons(take(tmp_path, "a.tar", data))) == {"damaged"}


def test_a_chain_of_headers_in_a_tar(tmp_path: Path) -> None:
    data = tarred(dict.fromkeys([f"{n}" for n in range(3000)], b"12 a=bcdefg\n"), type=tarfile.XHDTYPE)
    assert set(reasons(take(tmp_path, "a.tar", data))) == {"damaged"}


def test_a_tar_of_too_many_members(tmp_path: Path) -> None:
    header = tarfile.TarInfo("empty").tobuf()
    data = gzip.compress(header * 2000)
    assert reasons(take(tmp_path, "a.tgz", data, Limits(members=1000)))[-1] == "too-many-members"


def test_an_empty_tar(tmp_path: Path) -> None:
    assert reasons(take(tmp_path, "a.tar", tarred({}))) == ["empty"]
    assert reasons(take(tmp_path, "b.tar", b"")) == ["empty"]


# --- zip


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_zip_that_breaks_off(tmp_path: Path, share: float) -> None:
    whole = {f"{n}.txt": NOISE[n * 3000 : n * 3000 + 3000] for n in range(9)}
    data = zipped({"dir/": b"", **whole})
    found = take(tmp_path, "a.zip", data[: int(len(data) * share)])
    assert reasons(found) == ["damaged"]
    assert [t.encode() for t in texts(found)] == list(whole.values())[: len(texts(found))]
    assert len(texts(found)) >= int(9 * share) - 1


def test_a_streamed_zip_that_breaks_off(tmp_path: Path) -> None:
    """Its sizes stand behind the members: what one holds ends where its compression says."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"{n}.txt", NOISE[n * 3000 : n * 3000 + 3000])
        data = pipe.getvalue()
        archive._didModify = False  # no list of members
    assert len(texts(take(tmp_path, "a.zip", data))) == 5
    assert reasons(take(tmp_path, "a.zip", data)) == ["damaged"]


def test_two_members_of_one_name(tmp_path: Path) -> None:
    for data in (_twice_in_zip(), _twice_in_tar()):
        found = take(tmp_path, "a", data)
        assert texts(found) == [TEXT, "abc"]
        assert [f.source.file for f in found] == ["a!x.txt"] * 2
        assert [f.source.sha256 for f in found] == [
            hashlib.sha256(raw).hexdigest() for raw in (TEXT.encode(), b"abc")
        ]


def _twice_in_zip() -> bytes:
    return zipped({"x.txt": TEXT.encode(), "y.txt": b"abc"}).replace(b"y.txt", b"x.txt")


def _twice_in_tar() -> bytes:
    return tarred({"x.txt": TEXT.encode()})[:1024] + tarred({"x.txt": b"abc"})


def test_a_large_zip_inside_a_tar(tmp_path: Path) -> None:
    """Larger than what is held in memory."""
    pages = {f"{n}.txt": (str(n) + NOISE.decode()).encode() for n in range(40)}
    data = tarred({"b.zip": zipped(pages, zipfile.ZIP_STORED)})
    assert len(data) > 8 << 20
    found = take(tmp_path, "a.tar", data)
    assert [t.encode() for t in texts(found)] == list(pages.values())


# --- one in the other

names = st.sampled_from(["a", "讲话 1", "b.c", "深/层/d"])
wrapping = st.lists(st.tuples(st.sampled_from(["zip", "tar", *PACK]), names), max_size=4)


@settings(max_examples=60, deadline=None)
@given(wrapping, st.sampled_from(["txt", "html", "jsonl", "csv", "mht"]), st.sampled_from(["utf-8", "gbk"]))
def test_a_page_is_the_same_in_whatever_container(
    tmp_path_factory: pytest.TempPathFactory, wraps: list[tuple[str, str]], kind: str, encoding: str
) -> None:
    plain = _dump_of(kind, encoding)
    bare = take(tmp_path_factory.getbasetemp(), f"bare.{kind}", plain)
    data, name = plain, f"x.{kind}"
    for how, outer in wraps:
        if how in PACK:
            data, name = PACK[how](data), f"{name}.{how}"
        else:
            data = (zipped if how == "zip" else tarred)({name: data})
            name = f"{outer}.{how}"
    (tmp_path_factory.getbasetemp() / Path(name).name).parent.mkdir(exist_ok=True)
    found = take(tmp_path_factory.getbasetemp(), Path(name).name, data)
    assert [f.id for f in found if isinstance(f, Page)] == [f.id for f in bare if isinstance(f, Page)]
    assert [f.source.sha256 for f in found] == [f.source.sha256 for f in bare]
    assert [f.source.offset for f in found] == [f.source.offset for f in bare]
    check_provenance(data, found)


def _dump_of(kind: str, encoding: str) -> bytes:
    text = {
        "txt": TEXT * 3,
        "html": f"<html><meta charset={encoding}><p>{TEXT}</p></html>",
        "jsonl": "\n".join(json.dumps({"text": TEXT * n}, ensure_ascii=False) for n in (1, 2, 3)),
        "csv": f'title,text\r\n一,"{TEXT}他说：""好""，"\r\n二,{TEXT.strip()}\r\n',
        "mht": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
        f"Content-Type: text/html; charset={encoding}\n\n<p>{TEXT}</p>\n--b--\n",
    }[kind]
    return text.encode(encoding)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["zip", "tar", *PACK]), st.binary(min_size=1, max_size=12), st.integers(0, 100_000))
def test_any_damage_stays_inside(
    tmp_path_factory: pytest.TempPathFactory, how: str, bad: bytes, at: int
) -> None:
    members = {"甲.txt": TEXT.encode() * 9, "b.jsonl": LINES}
    packed = PACK[how](LINES) if how in PACK else (zipped if how == "zip" else tarred)(members)
    data = bytearray(packed)
    at %= len(data)
    data[at : at + len(bad)] = bad
    found = take(tmp_path_factory.getbasetemp(), "fuzzed", bytes(data))
    assert all(reason in REASONS and reason != "failed" for reason in reasons(found))
