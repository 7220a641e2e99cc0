"""Whatever a page holds, no stage raises, and what a stage hands on keeps its promises."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.clean import clean
from flows.errors import REASONS
from flows.extract import extract
from flows.read import page, read
from flows.records import Dump, Page, Reject, Source
from flows.restore import restore
from flows.settings import Limits
from flows.stitch import group_key, stitch
from flows.tag import tag

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "big5hkscs", "latin-1", "cp1252", "utf-32")
SENTENCES = (
    "同志们：",
    "今天我们召开全县项目推进会，总结去年的工作，部署今年的任务。",
    "今年糧食產量達到十二萬噸，長勢比去年還好；乾安縣的幹部寫得很實在。",
    "要坚持“项目为王”，一件一件抓落实！",
    "（2019年3月4日）",
    "浙江省某县县长 XX",
    "看結(jié)果??催^(guò)程就是",
    "頂?shù)葐栴}，在當(dāng)?shù)?,堅決",
    "變?yōu)槿\ue087猩舷碌墓餐\ue0f2裱",
    "亳(bó)州市、字（zì）",
    "先锋作3/7用",
    "第2页/共5页",
    "试读结束，还剩8页未读",
    "版权说明：本文档由用户提供",
    "来源URL：http://www.example.cn/a/123456_2.html",
    "发文时间：2019-01-02 08:30",
    "标题：在全县工作会议上的讲话",
    "????",
    "\\r\\n",
    "杜M绝，ΑВС，０１２",
    "\u200b\ufeff\xa0\u3000\ufffd\u0301\u202e",
    "**一、**《》〔2019〕3号",
    "谢谢大家！",
)
DAMAGES: tuple[Callable[[str], str], ...] = (
    lambda text: text.encode("utf-8").decode("latin-1"),
    lambda text: text.encode("utf-8").decode("cp1252", "replace"),
    lambda text: text.encode("utf-8").decode("gb18030", "replace"),
    lambda text: text.encode("gb18030").decode("latin-1"),
    lambda text: text.encode("gb18030")[1:].decode("gb18030", "replace"),
    lambda text: text.replace("，", "?").replace("。", "??"),
    lambda text: "\u200b".join(text),
    lambda text: text + text,
)
TAGS = (
    "<html>", "<head>", "<title>", "</title>", "<body>", "<div class='content'>", "</div>",
    "<p>", "</p>", "<br>", "<span style='display:none'>", '<span style="font-size:0">',
    "</span>", "<ruby>", "<rt>", "</ruby>", "<table>", "<tr>", "<td>", "</table>", "<ul>",
    "<li>", "<a href='a_2.html'>下一页", "</a>", "<!--", "-->", "<script>", "</script>", "<style>",
    "<meta charset=gb2312>", "<meta name=PubDate content='2019-02-30'>", "<link rel=canonical",
    "<b", "&nbsp;", "&#x4e00;", "&#99999999;", "&#0;", "<![CDATA[",
    "<?xml version='1.0' encoding='utf-7'?>", "<svg>", "<select>", "<frameset>", "<plaintext>",
    "<textarea>", "<base href='//['>", "<a href='http://[::'>", "</html>",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from(DAMAGES))(text)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CHINESE = st.sampled_from(SENTENCES)
PIECE = CHINESE | CHINESE.flatmap(damaged) | ANY_TEXT
TEXT = st.lists(PIECE, max_size=20).flatmap(
    lambda parts: st.sampled_from(["\n", "", "\r\n", " ", "\n\n"]).map(lambda between: between.join(parts))
)
SOUP = st.lists(st.sampled_from(TAGS) | PIECE, max_size=40).map("".join)
FIELDS = ("text", "html", "content", "url", "title", "time", "date", "pubtime", "正文", "标题", "发布时间")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | SOUP,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)
RECORD = st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, VALUES, max_size=6)
RAW = st.one_of(
    st.binary(max_size=200),
    st.tuples(
        TEXT | SOUP | RECORD.map(lambda r: json.dumps(r, ensure_ascii=False)), st.sampled_from(ENCODINGS)
    ).map(lambda made: made[0].encode(made[1], "replace")),
)
QUICK = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


SOURCE = Source(file="a")


def keeps_its_promises(found: Page | Reject) -> None:
    if isinstance(found, Reject):
        assert found.reason in REASONS, found
        return
    found.text.encode("utf-8"), (found.title or "").encode("utf-8"), found.head.encode("utf-8")
    assert found.text.strip()
    assert found.gaps >= 0
    assert all(edit.start >= 0 and (edit.before or edit.after) for edit in found.edits)


def through(raw: bytes) -> None:
    found = page(raw, Source(file="page"))
    keeps_its_promises(found)
    for stage in (extract, restore, clean):
        if isinstance(found, Reject):
            return
        found = stage(found)
        if stage is not restore or isinstance(found, Reject):
            keeps_its_promises(found)
    if isinstance(found, Page):
        spoken(found)


def spoken(*pages: Page) -> None:
    """Stitched and tagged: the evidence is where it says it is."""
    for each in pages:
        group_key(each)
    for speech in stitch(pages):
        done = tag(speech)
        for told in (done.level_tag, done.region_tag, done.date_tag):
            for evidence in told.evidence:
                shown = getattr(done, evidence.field)[evidence.start : evidence.end]
                assert shown and shown in evidence.sentence


@given(RAW)
@QUICK
def test_a_page_of_any_bytes(raw: bytes) -> None:
    through(raw)


@given(SOUP, st.sampled_from(ENCODINGS))
@QUICK
def test_any_markup(soup: str, encoding: str) -> None:
    through(("<html><body><p>" + SENTENCES[1] + soup).encode(encoding, "replace"))


@given(TEXT)
@QUICK
def test_each_stage_alone(text: str) -> None:
    """What no page that passed the stage before would hold, too."""
    for media in ("text/plain", "text/html"):
        given_page = Page(id="a", source=Source(file="a"), media=media, text=text, title=text[:40])  # type: ignore[arg-type]
        for stage in (extract, restore, clean):
            assert isinstance(stage(given_page), Page | Reject)
    spoken(Page(id="a", source=Source(file="a"), media="text/plain", text=text, title=text[:40]))


NUMBER = st.none() | st.integers(-2, 1200)


@given(st.lists(st.tuples(TEXT, NUMBER, NUMBER), max_size=6))
@QUICK
def test_any_pages_of_a_group(given_pages: list[tuple[str, int | None, int | None]]) -> None:
    pages = [
        Page(
            id=f"{at:016x}",
            source=Source(file="a"),
            media="text/plain",
            text=text,
            number=number,
            count=count,
        )
        for at, (text, number, count) in enumerate(given_pages)
    ]
    spoken(*pages)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name or "a", data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name or "a")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.cn/1\r\n"
    b"WARC-Date: 2019-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n\r\n"
MHTML = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\nContent-Location: http://a.cn/1\r\n\r\n%b\r\n--b--\r\n"
)
WRAPPERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("a.txt", lambda raw: raw),
    ("a.html", lambda raw: raw),
    ("a.jsonl", lambda raw: raw + b"\n" + raw),
    ("a.csv", lambda raw: b"text,url\n" + raw + b",http://a.cn\n"),
    ("a.txt.gz", gzip.compress),
    ("a.zip", lambda raw: zipped("讲话.txt", raw)),
    ("a.tar", lambda raw: tarred("讲话.txt", raw)),
    ("a.warc", lambda raw: WARC % (len(HTTP + raw), HTTP + raw)),
    ("a.warc.gz", lambda raw: gzip.compress(WARC % (len(HTTP + raw), HTTP + raw))),
    ("a.mhtml", lambda raw: MHTML % raw),
)


@given(
    RAW,
    st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=4),
    st.none() | st.integers(0, 4000),
)
@QUICK
def test_any_dump_file(
    raw: bytes,
    wrappers: list[tuple[str, Callable[[bytes], bytes]]],
    flipped: list[tuple[int, int]],
    cut: int | None,
) -> None:
    """Containers in containers, with bytes changed and the end cut off."""
    for _, wrap in wrappers:
        raw = wrap(raw)
    data = bytearray(raw)
    for at, value in flipped:
        if data:
            data[at % len(data)] = value
    with TemporaryDirectory() as folder:
        file = Path(folder) / wrappers[-1][0]
        file.write_bytes(data[:cut])
        for found in read(Dump(file=file.name, path=str(file)), Limits(page_bytes=1 << 20)):
            keeps_its_promises(found)
            assert found.source.offset >= 0 and found.source.length >= 0


def test_the_generators_reach_every_stage() -> None:
    """The first sentence of each kind gets through, so the properties above test more than rejects."""
    assert {field.name for field in fields(Page)} >= {"text", "title", "edits", "gaps"}
    found = page("\n".join(SENTENCES).encode(), Source(file="a"))
    for stage in (extract, restore, clean):
        assert isinstance(found, Page)
        found = stage(found)
    assert isinstance(found, Page)
    assert {"pinyin"} <= {edit.rule for edit in found.edits}
