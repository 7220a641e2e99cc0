"""Reading: CSV and TSV files, and the names of fields that a user gives."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_read import TEXT, reasons, take, texts

from flows.read import page
from flows.records import Page
from flows.settings import Fields, Limits, load

LINE = TEXT.strip()


def table(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("name", ["a.csv", "a.TSV"])
def test_a_page_a_row(tmp_path: Path, delimiter: str, encoding: str, name: str) -> None:
    text = f"{TEXT}他说：“好”；\n三点,如下;一\t二：\n{TEXT}"
    rows = [
        ["标题", "正文", "网址", "发布时间", "采集时间"],
        ["在大会上的讲话", text, "http://a.example/1", "2022-01-25 04:34", "2023-02-01"],
        ["二", LINE, "", "", ""],
    ]
    data = table(rows, delimiter).encode(encoding)
    first, second = take(tmp_path, name, data)
    assert isinstance(first, Page) and isinstance(second, Page)
    assert (first.text, first.title, first.url) == (text, "在大会上的讲话", "http://a.example/1")
    assert (first.published, first.source.captured) == ("2022-01-25T04:34:00", "2023-02-01")
    assert (second.text, second.title, second.url) == (LINE, "二", None)
    for found in (first, second):
        source = found.source
        piece = data[source.offset : source.offset + source.length]
        assert hashlib.sha256(piece).hexdigest() == source.sha256
        assert page(found.raw, source) == found
    assert (
        data[first.source.offset : first.source.offset + first.source.length]
        .decode(encoding)
        .startswith("在大")
    )


cells = st.text(st.sampled_from('同志们，今天开会。"",;\t\n\r ab一'), max_size=30)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=6),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_rows_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    delimiter: str,
    end: str,
    encoding: str,
) -> None:
    texts_given = [f"{LINE}{LINE}{text}" for _, text in rows]
    written = [
        ["title", "text"],
        *[[title, text] for (title, _), text in zip(rows, texts_given, strict=True)],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(written)
    data = out.getvalue().encode(encoding)
    found = take(tmp_path_factory.getbasetemp(), "a.csv", data)
    assert texts(found) == texts_given
    for item in found:
        piece = data[item.source.offset : item.source.offset + item.source.length]
        assert hashlib.sha256(piece).hexdigest() == item.source.sha256


def test_the_delimiter_that_the_file_names(tmp_path: Path) -> None:
    data = f"sep=;\r\ntitle;text\r\na,b,c;{LINE}\r\n".encode()
    (found,) = take(tmp_path, "dump", data)
    assert isinstance(found, Page) and (found.title, found.text) == ("a,b,c", LINE)


@pytest.mark.parametrize("row", [f"一,{LINE},好", "一", f"一,{LINE}\r二,{LINE}"])
def test_a_row_that_missing_quotes_have_cut(tmp_path: Path, row: str) -> None:
    """Its text would be a part of the text: no page rather than half a page."""
    data = f"title,text\n{row}\n二,{LINE}\n".encode()
    found = take(tmp_path, "a.csv", data)
    assert reasons(found) == ["bad-record"] and texts(found) == [LINE]
    assert found[0].source.offset == len("title,text\n")


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    data = f'title,text\n一,{LINE}\n二,"{LINE}\n三,{LINE}\n'.encode()
    found = take(tmp_path, "a.csv", data)
    assert texts(found) == [LINE] and reasons(found) == ["bad-record"]


def test_quotes_inside_a_cell_without_quotes(tmp_path: Path) -> None:
    data = f'title,text\n一,他说"{LINE}\n二,{LINE}\n'.encode()
    assert texts(take(tmp_path, "a.csv", data)) == [f'他说"{LINE}', LINE]


def test_a_header_that_names_no_text(tmp_path: Path) -> None:
    (found,) = take(tmp_path, "a.csv", f"编号,内容简介\n1,{LINE}\n2,{LINE}\n".encode())
    assert reasons([found]) == ["bad-record"] and "JIANGHUA_TEXT_FIELDS" in found.detail  # type: ignore[union-attr]


@pytest.mark.parametrize("data", [b"", b"\r\n", b"title,text\n", "标题,正文".encode("gbk")])
def test_a_table_without_rows(tmp_path: Path, data: bytes) -> None:
    assert reasons(take(tmp_path, "a.csv", data)) == ["empty"]


def test_utf16_says_what_to_do(tmp_path: Path) -> None:
    (found,) = take(tmp_path, "a.csv", f"标题,正文\n一,{LINE}\n".encode("utf-16"))
    assert reasons([found]) == ["unsupported"] and "UTF-8" in found.detail  # type: ignore[union-attr]


def test_a_row_over_the_limit_is_skipped(tmp_path: Path) -> None:
    long = "x\n" * 100_000
    data = f'title,text\n一,{LINE}\n二,"{long}"\n三,{LINE}\n'.encode()
    found = take(tmp_path, "a.csv", data, Limits(page_bytes=50_000))
    assert texts(found) == [LINE, LINE] and reasons(found) == ["too-large"]
    assert found[1].source.length == len(long) + len('二,""\n'.encode())


def test_a_table_of_a_million_quotes_takes_linear_time(tmp_path: Path) -> None:
    data = b"title,text\n" + b'"' * 1_000_000 + b"\n" + b'","' * 300_000 + b"\n"
    assert reasons(take(tmp_path, "a.csv", data))


def test_a_page_that_is_no_table(tmp_path: Path) -> None:
    """Text with commas is text, whatever its first line looks like."""
    text = f"title,text\n{TEXT}"
    assert texts(take(tmp_path, "a.txt", text.encode())) == [text]


# --- names of fields

OWN = Fields(text=("Nei_Rong",), title=("biaoti",), url=("dizhi",), published=("fabu",), captured=("zhuaqu",))


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_users_names_come_first(tmp_path: Path, kind: str) -> None:
    record = {
        "html": "<p>导航</p>",
        "text": "摘要，不是正文。",
        "nei_rong": LINE,
        "title": "网站",
        "BiaoTi": "讲话",
        "url": "http://a.example/",
        "dizhi": "http://b.example/",
        "time": "2001-01-01",
        "fabu": "2002-02-02",
        "captured": "2003-03-03",
        "zhuaqu": "2004-04-04",
    }
    data = json.dumps(record) if kind == "jsonl" else table([list(record), list(record.values())])
    (found,) = take(tmp_path, f"a.{kind}", data.encode(), Limits(fields=OWN))
    assert isinstance(found, Page)
    assert (found.text, found.media, found.title, found.url) == (
        LINE,
        "text/plain",
        "讲话",
        "http://b.example/",
    )
    assert (found.published, found.source.captured) == ("2002-02-02", "2004-04-04")
    assert page(found.raw, found.source, OWN) == found


def test_names_that_are_not_there_leave_the_usual_ones(tmp_path: Path) -> None:
    data = json.dumps({"text": LINE, "title": "讲话"}).encode()
    (found,) = take(tmp_path, "a.jsonl", data, Limits(fields=OWN))
    assert isinstance(found, Page) and (found.text, found.title) == (LINE, "讲话")


def test_the_settings_name_fields(tmp_path: Path) -> None:
    environ = {"JIANGHUA_TEXT_FIELDS": "content, body ,", "JIANGHUA_TIME_FIELDS": "发布"}
    found = load(environ=environ, dotenv=tmp_path / "none")
    assert found.limits.fields == Fields(text=("content", "body"), published=("发布",))
    assert found.given_fields["text_fields"] == "content, body ,"
