"""A person's word holds: through every run and refresh, for copies too, and until it is taken back."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import export_bytes, exported, take_in
from test_crash import die_at, in_child
from test_forget import id_of, jianghua, write_fragments
from test_laws import SPEECHES, write_dumps
from test_refresh import refresh

from flows.catalog import FILE, Catalog
from flows.catalog.corrections import corrected
from flows.catalog.words import Words
from flows.cli import main
from flows.errors import JianghuaError
from flows.person.corrections import read_value
from flows.places import as_of, find
from flows.records import Speech, SpeechDate, page_id

A, B = (page_id(SPEECHES[name].encode()) for name in ("a.txt", "b.txt"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "dumps").mkdir()
    write_dumps(folder / "dumps")
    take_in(folder / "archive", folder / "dumps")
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "archive", tmp_path / "archive")
    return tmp_path / "archive"


def speech(archive: Path, file: str = "b.txt") -> dict[str, Any]:
    (found,) = [s for s in exported(archive) if any(x["file"].endswith(f"/{file}") for x in s["sources"])]
    return found


@pytest.mark.parametrize(
    ("field", "value", "key", "expected"),
    [
        ("level", "prefecture", "level", "prefecture"),
        ("level", "unknown", "level", None),
        (
            "date",
            "2007-09",
            "speech_date",
            {"value": "2007-09", "precision": "month", "from": "2007-09-01", "to": "2007-09-30"},
        ),
        (
            "date",
            "2007-09..2008",
            "speech_date",
            {"value": None, "precision": "range", "from": "2007-09-01", "to": "2008-12-31"},
        ),
        ("date", "unknown", "speech_date", None),
        (
            "region",
            "辽宁铁岭昌图",
            "region",
            {
                "province": "辽宁省",
                "prefecture": "铁岭市",
                "county": "昌图县",
                "town": None,
                "adcode": "211224",
                "name": "昌图县",
            },
        ),
    ],
)
def test_a_tag_is_what_a_person_says(
    field: str, value: str, key: str, expected: object, archive: Path
) -> None:
    assert jianghua(archive, "correct", B, field, value, "--reason", "见档案原件") == 0
    found = speech(archive)
    assert found[key] == expected
    (evidence,) = found["evidence"][key]
    told = {
        "speech": None,
        "field": "title",
        "start": 0,
        "end": 0,
        "sentence": "见档案原件",
        "rule": "correction",
    }
    assert evidence == told
    if expected is None:
        assert found["unknown"][key] == "correction"
    else:
        assert found["confidence"][key] == 1.0 and key not in found["unknown"]
    with Catalog.open(archive) as catalog:
        assert not catalog.unfinished("embedded")


def test_a_title_is_what_a_person_says_and_its_tags_with_it(archive: Path) -> None:
    assert jianghua(archive, "correct", B, "title", "在昌图县安全生产会议上的讲话") == 0
    found = speech(archive)
    assert found["title"] == "在昌图县安全生产会议上的讲话"
    assert {"rule": "correction", "count": 1} in found["edits"]
    assert found["region"]["county"] == "昌图县"
    for evidence in (e for tag in found["evidence"].values() for e in tag):
        assert evidence["sentence"] and found[evidence["field"]][evidence["start"] : evidence["end"]]
    assert jianghua(archive, "correct", B, "title", "unknown") == 0
    assert speech(archive)["title"] == ""


def test_the_index_knows_at_once(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert jianghua(archive, "correct", B, "region", "昌图县") == 0
    capsys.readouterr()
    assert main(["search", "地区:昌图县", "--json", "--archive", str(archive)]) == 0
    assert [r["id"] for r in json.loads(capsys.readouterr().out)["results"]] == [B]


def test_a_copy_learns_from_it(archive: Path) -> None:
    """a.txt and copy.txt are one cluster, and neither says when."""
    assert jianghua(archive, "correct", A, "date", "2007") == 0
    copy = speech(archive, "copy.txt")
    assert copy["speech_date"]["value"] == "2007"
    assert {e["speech"] for e in copy["evidence"]["speech_date"]} == {A}


def test_what_a_copy_says_does_not_go_before_it(archive: Path) -> None:
    """Unknown is a person's word too: the copy's date is not put in its place."""
    copy = speech(archive, "copy.txt")["id"]
    assert jianghua(archive, "correct", copy, "date", "2007-03-04") == 0
    assert jianghua(archive, "correct", A, "date", "unknown") == 0
    assert speech(archive, "a.txt")["speech_date"] is None
    assert jianghua(archive, "correct", A, "date", "2007") == 0
    assert speech(archive, "a.txt")["speech_date"]["value"] == "2007"


def test_the_place_bears_the_name_of_the_corrected_time(archive: Path) -> None:
    assert jianghua(archive, "correct", B, "region", "安徽省/合肥市/巢湖市") == 0
    assert speech(archive)["region"]["adcode"] == "340181"
    assert jianghua(archive, "correct", B, "date", "2025") == 0
    assert speech(archive)["region"]["adcode"] == "340181"
    title = "在含山县安全生产会议上的讲话"
    assert jianghua(archive, "correct", B, "title", title) == 0
    assert jianghua(archive, "correct", "--undo", B, "region") == 0
    assert speech(archive)["region"]["prefecture"] == "马鞍山市"
    assert jianghua(archive, "correct", B, "date", "2005-03") == 0
    assert speech(archive)["region"]["prefecture"] == "巢湖市"


def test_it_holds_when_pages_join_and_files_come_again(tmp_path: Path) -> None:
    """The page it was said of becomes part of another speech, with another id."""
    ids = {id_of(tmp_path, part): part for part in write_fragments(tmp_path)}
    archive, first, later = tmp_path / "archive", ids[max(ids)], ids[min(ids)]
    take_in(archive, first)
    assert jianghua(archive, "correct", max(ids), "level", "township") == 0
    take_in(archive, later)
    (whole,) = exported(archive)
    assert whole["id"] == min(ids) and whole["level"] == "township"
    assert jianghua(archive, "correct", whole["id"], "level", "county") == 0
    assert exported(archive)[0]["level"] == "county"
    assert jianghua(archive, "correct", "--undo", whole["id"], "level") == 0
    take_in(tmp_path / "plain", first, later)
    assert export_bytes(archive) == export_bytes(tmp_path / "plain")


def test_it_holds_through_a_refresh_and_after_a_kill(archive: Path) -> None:
    def correct_and_die() -> None:
        die_at(Words, "put_speeches", False)
        jianghua(archive, "correct", B, "region", "昌图县")

    assert in_child(correct_and_die) == -signal.SIGKILL
    take_in(archive)
    for args in (("title", "另一个题目"), ("date", "2007-09"), ("different", A)):
        assert jianghua(archive, "correct", B, *args) == 0
    before = exported(archive)
    found = speech(archive)
    assert (found["region"]["county"], found["title"]) == ("昌图县", "另一个题目")
    with sqlite3.connect(archive / FILE) as db:
        db.execute("DELETE FROM meta WHERE key LIKE 'rules.%'")
    assert not any(refresh(archive).refresh.values())
    assert exported(archive) == before


@pytest.mark.parametrize("field", ["level", "region", "date", "title"])
def test_what_is_taken_back_leaves_nothing(field: str, archive: Path) -> None:
    before = export_bytes(archive)
    value = {"level": "national", "region": "昌图县", "date": "1999", "title": "另一个题目"}[field]
    assert jianghua(archive, "correct", B, field, value) == 0
    assert export_bytes(archive) != before
    assert jianghua(archive, "correct", "--undo", B[:8], field) == 0
    assert export_bytes(archive) == before


def test_two_speeches_are_one_or_are_not(archive: Path) -> None:
    before = export_bytes(archive)
    copy = speech(archive, "copy.txt")["id"]
    assert jianghua(archive, "correct", A, "different", copy, "--reason", "两次会议") == 0
    assert speech(archive, "a.txt")["cluster"] != speech(archive, "copy.txt")["cluster"]
    assert jianghua(archive, "correct", copy, "same", A) == 0, "a later word goes before an earlier one"
    assert export_bytes(archive) == before
    assert jianghua(archive, "correct", A, "same", B) == 0
    assert speech(archive)["cluster"] == speech(archive, "a.txt")["cluster"]
    assert jianghua(archive, "correct", "--undo", B, "same", A) == 0
    assert jianghua(archive, "correct", "--undo", A, "same", copy) == 0
    assert export_bytes(archive) == before


def test_the_list_says_what_and_why(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert jianghua(archive, "correct", B, "region", "昌图县", "--reason", "地方志") == 0
    assert jianghua(archive, "correct", A, "same", B) == 0
    capsys.readouterr()
    assert jianghua(archive, "correct", "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"{B}  region 辽宁省/铁岭市/昌图县  (地方志)" in lines[0] and f"{A}  same {B}" in lines[1]
    assert jianghua(archive, "correct", "--list", "--json", A) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["id"], one["field"], one["other"], one["value"]) == (A, "same", B, "same")
    assert jianghua(archive, "show", B) == 0
    assert "a person's word" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((B,), "jianghua correct ID region"),
        ((B, "speaker", "县长"), "level, region, date, title"),
        ((B, "level", "village"), "township"),
        ((B, "date", "2007-02-30"), "2007-09"),
        ((B, "date", "2008..2007"), "ends before it begins"),
        ((B, "region", "鼓楼区"), "江苏省/南京市/鼓楼区 (320106)"),
        ((B, "region", "无此县"), "no place of this name is known"),
        ((B, "title", "一\x1b[2J"), "one line"),
        ((B, "same", B), "one speech already"),
        ((B, "same", "ffffff"), "jianghua search"),
        ((B, "same", A, A), "more than can be said at once"),
        ((B, "level", "county", "extra"), "no level"),
        (("--undo", B, "level", "county"), "jianghua correct --undo ID level"),
        (("--undo", B, "same", A, A), "jianghua correct --undo ID same ID2"),
        (("--undo", B, "same"), "nothing was said"),
        ((B, "date", "1948-12-31"), "of 1949 to "),
        ((B, "date", "2007..9999"), "of 1949 to "),
        ((B, "date", "0001.."), "of 1949 to "),
        (("ffffff", "level", "county"), "jianghua search"),
        (("--undo", B, "level"), "--list"),
        ((B, "level", "county", "--reason", "a\nb"), "one line"),
    ],
)
def test_errors_teach_and_change_nothing(
    args: tuple[str, ...], told: str, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = exported(archive)
    capsys.readouterr()
    assert jianghua(archive, "correct", *args) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert exported(archive) == before


def test_a_take_down_keeps_what_quotes_nothing(
    archive: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its id: the level and the verdict wait for it, the title and all reasons are gone from the file."""
    words = (("title", "题目出自原文"), ("level", "township", "--reason", "原文如是说"), ("same", A))
    for word in words:
        assert jianghua(archive, "correct", B, *word) == 0
    capsys.readouterr()
    assert jianghua(archive, "forget", B) == 0
    told = capsys.readouterr().out
    assert "2 corrections are kept for when it comes back." in told
    assert "1 corrected title went too, with all reasons" in told
    held = b"".join(file.read_bytes() for file in archive.glob(f"{FILE}*"))
    assert "题目出自原文".encode() not in held and "原文如是说".encode() not in held
    assert jianghua(archive, "correct", "--list") == 0
    assert "not in the archive now; kept for when it comes back" in capsys.readouterr().out
    assert jianghua(archive, "forget", "--undo", B) == 0
    take_in(archive, made / "dumps")
    found = speech(archive)
    assert (found["title"], found["level"]) == ("在全县安全生产会议上的讲话", "township")
    assert found["cluster"] == speech(archive, "a.txt")["cluster"]


def test_what_waits_for_its_page_may_be_taken_back(
    archive: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = export_bytes(archive)
    for word in (("level", "township"), ("same", A)):
        assert jianghua(archive, "correct", B, *word) == 0
    assert jianghua(archive, "forget", B) == 0
    assert jianghua(archive, "correct", "--undo", B[:7], "level") == 0
    assert "no longer kept" in capsys.readouterr().out
    assert jianghua(archive, "correct", "--undo", A, "same", B) == 0
    assert jianghua(archive, "correct", "--undo", B, "level") == 2
    assert jianghua(archive, "forget", "--undo", B) == 0
    take_in(archive, made / "dumps")
    assert export_bytes(archive) == before


def test_a_folder_taken_in_from_the_wrong_place(
    archive: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forgotten there, taken in from elsewhere: the same bytes are the same pages, and the words hold."""
    assert jianghua(archive, "correct", B, "level", "township") == 0
    assert jianghua(archive, "correct", B, "title", "另一个题目", "--reason", "见原件") == 0
    assert jianghua(archive, "forget", made / "dumps") == 0
    assert "2 corrections are kept" in capsys.readouterr().out and exported(archive) == []
    shutil.copytree(made / "dumps", tmp_path / "right")
    take_in(archive, tmp_path / "right")
    assert (speech(archive)["level"], speech(archive)["title"]) == ("township", "另一个题目")


@pytest.mark.parametrize("later", [None, "prefecture"])
def test_what_was_said_of_a_page_that_goes_holds_for_the_rest(later: str | None, tmp_path: Path) -> None:
    """Said of p1 while p1 was alone, ``later`` of p2 while that was; then p1 goes, and comes back."""
    p1, p2 = write_fragments(tmp_path)
    archive, b = tmp_path / "archive", tmp_path / "b.txt"
    b.write_text(SPEECHES["b.txt"], "utf-8")
    take_in(archive, p1, b)
    id1, id2 = id_of(tmp_path, p1), id_of(tmp_path, p2)
    for word in (("level", "township"), ("region", "昌图县"), ("same", B)):
        assert jianghua(archive, "correct", id1, *word) == 0
    if later:  # as if said in an archive that had p2 alone
        with Words.open(archive) as words:
            words.put_correction(id2, "level", later, "")
    take_in(archive, p2)
    (whole,) = [s for s in exported(archive) if len(s["sources"]) == 2]
    before = export_bytes(archive)
    assert jianghua(archive, "forget", p1) == 0
    rest = speech(archive, "part2.jsonl")
    assert rest["id"] == id2 and rest["level"] == whole["level"] == (later or "township")
    assert rest["region"]["county"] == "昌图县" and rest["cluster"] == speech(archive)["cluster"]
    assert jianghua(archive, "forget", "--undo", p1) == 0
    take_in(archive, p1)
    assert export_bytes(archive) == before
    for word in (("level",), ("region",), ("same", B)):
        assert jianghua(archive, "correct", "--undo", id1, *word) == 0
    take_in(tmp_path / "plain", p1, p2, b)
    assert export_bytes(archive) == export_bytes(tmp_path / "plain")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_two_are_called_one(after: bool, archive: Path) -> None:
    """The word and the verdict are both there, or neither."""

    def correct_and_die() -> None:
        die_at(Words, "put_verdict", after)
        jianghua(archive, "correct", A, "same", B)

    before = export_bytes(archive)
    assert in_child(correct_and_die) == -signal.SIGKILL
    take_in(archive)
    with Catalog.open(archive) as catalog:
        assert not catalog.verdicts() and not corrected(catalog)
    assert export_bytes(archive) == before
    assert jianghua(archive, "correct", A, "same", B) == 0
    assert speech(archive)["cluster"] == speech(archive, "a.txt")["cluster"]


def test_what_is_unknown_is_shown_like_any_other_unknown(archive: Path) -> None:
    for field in ("level", "region", "date"):
        assert jianghua(archive, "correct", B, field, "unknown") == 0
    found = speech(archive)
    assert found["confidence"] == {}
    assert found["unknown"] == dict.fromkeys(("level", "region", "speech_date"), "correction")
    assert {e["rule"] for tag in found["evidence"].values() for e in tag} == {"correction"}


def test_the_command_that_takes_it_back_is_the_one_that_is_shown(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = export_bytes(archive)
    assert jianghua(archive, "correct", A, "different", B) == 0
    shown = f"jianghua correct --undo {A} different {B}"
    assert shown in capsys.readouterr().out
    assert jianghua(archive, "correct", "--undo", B, "same") == 2
    assert shown in capsys.readouterr().err
    assert jianghua(archive, "correct", "--list") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith(shown)
    assert jianghua(archive, *last.split("jianghua ")[1].split()) == 0
    assert export_bytes(archive) == before and "(was" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "years", "adcode"),
    [
        ("昌图县", None, "211224"),
        ("昌图县", ("1982-01-01", "1982-12-31"), "212124"),
        ("南京市鼓楼区", None, "320106"),
        ("吉林省/吉林市", None, "220200"),
        ("巢湖市", ("2005-01-01", "2005-12-31"), "341400"),
        ("211224", None, "211224"),
        ("昌图县八面城镇", None, "211224"),
    ],
)
def test_places_by_the_names_people_use(text: str, years: tuple[str, str] | None, adcode: str) -> None:
    date = SpeechDate(precision="range", start=years[0], end=years[1]) if years else None
    found = find(text, date)
    assert found.adcode == adcode and as_of(found, date) == found


@pytest.mark.parametrize(
    "text", ["吉林", "朝阳区", "和平镇", "", "/", "一" * 100_000, "市" * 50, "\\", "鼓楼区/鼓楼区"]
)
def test_no_place_is_guessed(text: str) -> None:
    with pytest.raises(JianghuaError):
        find(text)


@pytest.mark.parametrize("text", ["2007-13", "..", "昨天", "2007..2006", "1" * 100_000])
def test_no_date_is_guessed(text: str) -> None:
    with pytest.raises(JianghuaError):
        read_value("date", text, Speech(id="a", pages=("a",)))
