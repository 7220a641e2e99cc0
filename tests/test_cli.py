"""The command as a person runs it: real processes, real Prefect, what is on the screen, exit statuses."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import SAMPLES, export_bytes, take_in

from flows.catalog.writer import Writer
from flows.display import print_search
from flows.index.engine import Answer

JIANGHUA = Path(sys.executable).with_name("jianghua")
PREFECT_SECONDS = 240
STAGES = ["starting", "read", "sites", "speeches", "copies", "index"]


def jianghua(*args: object, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [JIANGHUA, *map(str, args)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PREFECT_SECONDS,
        env={**os.environ, **extra},
    )


def no_traceback(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stdout + done.stderr, done.stderr


def processes_of(archive: Path) -> list[str]:
    """Processes whose working folder is the archive's Prefect folder: ours, and no one else's."""
    found = []
    for folder in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if folder.readlink().is_relative_to(archive):
                found.append((folder.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


SPY = """
import socket
real_connect, real_lookup = socket.socket.connect, socket.getaddrinfo
def note(what):
    with open({log!r}, "a") as log:
        log.write(f"{{what}}\\n")
def connect(self, address):
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1", "localhost")):
        note(address)
    return real_connect(self, address)
def lookup(host, *args, **kwargs):
    if host not in (None, "127.0.0.1", "localhost", "::1", b"127.0.0.1"):
        note(host)
    return real_lookup(host, *args, **kwargs)
socket.socket.connect, socket.getaddrinfo = connect, lookup
"""
"""Loaded by each Python process at its start: notes every address beyond this machine."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples taken in by the command itself; its outputs are looked at here, once."""
    folder = tmp_path_factory.mktemp("cli")
    spy = folder / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY.format(log=str(folder / "beyond.log")))
    home = {
        "HOME": str(folder / "home"),
        "PREFECT_API_URL": "http://127.0.0.1:1/api",
        "PYTHONPATH": str(spy),
        "DO_NOT_TRACK": "",
    }
    (folder / ".env").write_text("PREFECT_API_URL=http://127.0.0.1:2/api\nPREFECT_LOGGING_LEVEL=DEBUG\n")
    done = jianghua("ingest", SAMPLES, cwd=folder, **home)
    no_traceback(done)
    assert done.returncode == 1, done.stderr
    assert "rejected" in done.stdout and "jianghua rejects" in done.stdout
    assert [line.split()[0] for line in done.stderr.splitlines()] == STAGES
    assert not (folder / "home").exists(), "a person's own Prefect profile is not to be touched"
    assert processes_of(folder) == []
    assert not (folder / "beyond.log").exists(), "an attempt to reach another machine"
    return folder / "archive"


def test_the_spy_sees_an_attempt(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPY.format(log=str(tmp_path / "beyond.log")))
    attempt = "import socket\ntry: socket.getaddrinfo('telemetry.invalid', 443)\nexcept OSError: pass"
    subprocess.run(
        [sys.executable, "-c", attempt], env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True
    )
    assert (tmp_path / "beyond.log").read_text() == "telemetry.invalid\n"


def test_a_bar_for_a_person_at_a_terminal(tmp_path: Path) -> None:
    """Under a pseudo-terminal there is a bar, and the report after it."""
    import pty

    written: list[bytes] = []

    def keep(descriptor: int) -> bytes:
        written.append(os.read(descriptor, 4096))
        return written[-1]

    command = [str(JIANGHUA), "ingest", str(SAMPLES / "12_fields.txt"), "--archive", str(tmp_path / "a")]
    with Path(os.devnull).open() as nothing:
        before = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            status = pty.spawn(command, keep, lambda _: nothing.read().encode())
        finally:
            os.dup2(before, 1)
            os.close(before)
    shown = b"".join(written).decode("utf-8", "replace")
    assert os.waitstatus_to_exitcode(status) == 0
    assert "━" in shown and "1 made" in shown and "read 0/1" not in shown


def test_again_says_nothing_new_without_prefect(archive: Path) -> None:
    start = time.monotonic()
    done = jianghua("ingest", SAMPLES, cwd=archive.parent)
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing new: 0 new, 0 changed, ")
    assert time.monotonic() - start < 5, "that long it takes only where Prefect is started"


def test_dry_run_changes_nothing(tmp_path: Path) -> None:
    done = jianghua("ingest", SAMPLES, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert str(SAMPLES / "12_fields.txt") in done.stdout
    assert "14 new, 0 changed, 0 unchanged" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_search_for_a_person(archive: Path) -> None:
    done = jianghua("search", "地区:辽宁省 招商引資", cwd=archive.parent)
    assert done.returncode == 0
    assert done.stdout.startswith("1 speech\n")
    assert "招商引资" in done.stdout and "辽宁省 丹东市" in done.stdout and "region: “" in done.stdout


def test_a_search_that_finds_nothing_says_why(archive: Path) -> None:
    done = jianghua("search", "招商引资大会战", "日期:1950..", cwd=archive.parent)
    assert done.returncode == 0
    first, second, third = done.stdout.splitlines()
    assert (first, second) == ("0 speeches", "no speech has 招商引资大会战")
    assert third == "its longest beginning that is found is 招商引资大会: 2 speeches"
    assert "no speech has" not in jianghua("search", "招商引资", cwd=archive.parent).stdout


def test_the_command_for_the_next_page_is_good_as_it_is_printed(archive: Path) -> None:
    seen, command = list[str](), "jianghua search '-试读' '日期:1990..' --sort date --limit 4"
    while command:
        done = jianghua(*shlex.split(command)[1:], cwd=archive.parent)
        assert done.returncode == 0, done.stderr
        seen += re.findall(r"  ([0-9a-f]{16})$", done.stdout, re.M)
        command = done.stdout.partition("next page: ")[2].strip()
    assert len(seen) == len(set(seen)) == int(done.stdout.split()[0]) > 4


def test_years_shown_are_those_with_the_most_speeches(capsys: pytest.CaptureFixture[str]) -> None:
    years = {str(year): 1 + year % 10 for year in range(2000, 2020)}
    print_search(Answer(99, (), {"year": years}), (), None)
    shown = "2006 7  2007 8  2008 9  2009 10  2016 7  2017 8  2018 9  2019 10  and 12 more"
    assert f"year: {shown}\n" in capsys.readouterr().out


def test_search_for_a_program(archive: Path) -> None:
    found = json.loads(jianghua("search", "招商引资", "--json", "--limit", 3, cwd=archive.parent).stdout)
    assert set(found) == {"total", "results", "facets", "next"}
    assert len(found["results"]) == 3 < found["total"]
    assert "<em>招商引资</em>" in found["results"][0]["snippets"][0]
    after = ("search", "招商引资", "--json", "--limit", 3, "--after", found["next"])
    more = json.loads(jianghua(*after, cwd=archive.parent).stdout)
    assert not {r["id"] for r in found["results"]} & {r["id"] for r in more["results"]}


def test_a_query_of_several_words_that_leaves_one_out(archive: Path) -> None:
    with_it = json.loads(jianghua("search", "招商引资", "级别:县", "--json", cwd=archive.parent).stdout)
    without = json.loads(
        jianghua("search", "招商引资", "级别:县", "-消防", "--json", cwd=archive.parent).stdout
    )
    assert 0 < without["total"] < with_it["total"]


@pytest.mark.parametrize("command", ["search 招商引资", "show {id}", "export", "rejects"])
def test_a_reader_who_has_enough_is_no_error(command: str, archive: Path) -> None:
    speech = json.loads(jianghua("search", "地区:丹东市", "--json", cwd=archive.parent).stdout)["results"][0][
        "id"
    ]
    line = f"{JIANGHUA} {command.format(id=speech)} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=archive.parent, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_scraped_words_do_not_steer_the_terminal(tmp_path: Path) -> None:
    record = {
        "text": "同志们：\n今天开会。\x1b[2J",
        "title": "讲话\x1b]0;t\x07",
        "url": "http://a.example/\x1b[31m",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(record), "utf-8")
    take_in(tmp_path / "archive", tmp_path / "a.jsonl")
    (speech,) = json.loads(f"[{jianghua('export', cwd=tmp_path).stdout}]")
    for command in (["show", speech["id"]], ["search", "开会"], ["search", "\x1b[2J("]):
        done = jianghua(*command, cwd=tmp_path)
        assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stdout


@pytest.mark.parametrize(
    "setting",
    [
        *("ENGINE=none", "WORKERS=-3", "PAGE_BYTES=0", "WORKERS=many", "ELASTICSEARCH_ALIAS=-x"),
        *("ELASTICSEARCH_ALIAS=Other", "ELASTICSEARCH_ALIAS=a,b", "ELASTICSEARCH_ALIAS=speeches-victoria"),
    ],
)
def test_a_wrong_setting_is_told_at_once(setting: str, tmp_path: Path) -> None:
    name, value = setting.split("=")
    done = jianghua("ingest", SAMPLES, cwd=tmp_path, **{f"JIANGHUA_{name}": value})
    assert done.returncode == 2 and f"JIANGHUA_{name}" in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_query_is_pointed_at(archive: Path) -> None:
    done = jianghua("search", "招商 (引资", cwd=archive.parent)
    no_traceback(done)
    assert done.returncode == 2
    assert "character" in done.stderr and done.stderr.count("\n") == 1


def test_show_by_the_first_digits_of_an_id(archive: Path) -> None:
    found = json.loads(jianghua("search", "地区:丹东市", "--json", cwd=archive.parent).stdout)
    speech = found["results"][0]["id"]
    done = jianghua("show", speech[:6], cwd=archive.parent)
    assert done.returncode == 0 and "01_viewer_traditional.txt" in done.stdout
    whole = json.loads(jianghua("show", speech, "--json", cwd=archive.parent).stdout)
    assert whole["id"] == speech and whole["text"] in done.stdout
    unknown = jianghua("show", "ffffff", cwd=archive.parent)
    assert unknown.returncode == 2 and unknown.stderr.count("\n") == 1


def test_export_of_what_a_query_finds(archive: Path) -> None:
    done = jianghua("export", "level:county", cwd=archive.parent)
    speeches = [json.loads(line) for line in done.stdout.splitlines()]
    assert speeches and {s["level"] for s in speeches} == {"county"}
    assert [s["id"] for s in speeches] == sorted(s["id"] for s in speeches)
    assert not all(s["canonical"] for s in speeches), "variants are exported too"
    named = jianghua("export", "level:county", "-o", "-", cwd=archive.parent)
    assert named.stdout == done.stdout and not (archive.parent / "-").exists()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_export_to_a_file(archive: Path, tmp_path: Path, form: str) -> None:
    done = jianghua("export", "--format", form, "-o", tmp_path / "out", cwd=archive.parent)
    assert done.returncode == 0, done.stderr
    if form == "csv":
        import csv

        text = (tmp_path / "out").read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(text.splitlines(keepends=True)))
    else:
        from pyarrow.parquet import read_table

        rows = read_table(tmp_path / "out").to_pylist()
    assert len(rows) == 14
    assert {row["adcode"] for row in rows if row["county"] == "含山县"} == {"341423"}


def test_rejects_and_runs_and_doctor(archive: Path) -> None:
    rejects = jianghua("rejects", cwd=archive.parent)
    assert "11_not_text.txt" in rejects.stdout and "09_records.jsonl.gz" in rejects.stdout
    runs = json.loads(jianghua("runs", "--json", cwd=archive.parent).stdout)
    assert [run["status"] for run in runs] == ["done"]
    doctor = jianghua("doctor", cwd=archive.parent)
    assert doctor.returncode == 0, doctor.stdout
    assert "holds 14 of 14 speeches" in doctor.stdout


def test_an_index_that_was_not_told_of_the_newest_says_so(archive: Path, tmp_path: Path) -> None:
    """As where another engine was told last: the catalog knows more than the index does."""
    shutil.copytree(archive, tmp_path / "archive")
    with Writer.open(tmp_path / "archive") as catalog, catalog.db as db:
        (newest,) = db.execute("SELECT max(revision) FROM speeches").fetchone()
        db.execute("UPDATE speeches SET revision = ? WHERE revision = ?", (newest + 1, newest))
    for command in ("search 火星", "export 招商引资"):
        done = jianghua(*command.split(), "--archive", tmp_path / "archive", cwd=tmp_path)
        assert done.returncode == 0 and "was not told of the newest changes" in done.stderr
        assert "no speech has" not in done.stdout, "the index may only not know it"
    doctor = jianghua("doctor", "--archive", tmp_path / "archive", cwd=tmp_path)
    assert doctor.returncode != 0 and "was not told of the newest changes" in doctor.stdout
    assert "was not told" not in jianghua("search", "火星", cwd=archive.parent).stderr


@pytest.mark.parametrize("ending", [".term", ".idx", ".pos"])
def test_doctor_reads_the_index(ending: str, archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "archive")
    for path in (tmp_path / "archive").rglob(f"*{ending}"):
        held = path.read_bytes()
        path.write_bytes(bytes(255 - byte for byte in held[: len(held) // 2]) + held[len(held) // 2 :])
    doctor = jianghua("doctor", "--archive", tmp_path / "archive", cwd=tmp_path)
    assert doctor.returncode != 0, "damaged files are told"
    assert "jianghua reindex" in doctor.stdout


@pytest.mark.parametrize("command", ["search x", "show abcdef", "export", "rejects", "runs", "doctor"])
def test_without_an_archive_the_next_step_is_told(command: str, tmp_path: Path) -> None:
    done = jianghua(*command.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert "jianghua ingest" in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == [], "asking must not make an archive"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = jianghua("ingest", "nowhere", cwd=tmp_path)
    no_traceback(done)
    assert done.returncode == 2 and "nowhere" in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["--help", "search 招商引资", "export"])
def test_answers_within_a_second(command: str, archive: Path) -> None:
    args = [*command.split()]
    jianghua(*args, cwd=archive.parent)
    spent = []
    for _ in range(3):
        start = time.monotonic()
        jianghua(*args, cwd=archive.parent)
        spent.append(time.monotonic() - start)
    assert min(spent) < 1


def start_ingest(folder: Path, source: Path) -> subprocess.Popen[bytes]:
    """An ingest in a process group of its own, once it has begun to store pages."""
    process = subprocess.Popen(
        [JIANGHUA, "ingest", source, "--workers", "2"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr
    for line in process.stderr:
        if line.startswith(b"read"):
            break
    return process


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_stopped_in_the_middle_and_run_again(how: str, tmp_path: Path) -> None:
    """After kill -9, Ctrl-C and a termination: nothing left behind, and the next run completes it."""
    process = start_ingest(tmp_path, SAMPLES)
    time.sleep(1)
    if how == "SIGINT":  # as a terminal does: to the whole group
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(getattr(signal, how))
    assert process.stderr
    words = process.stderr.read().decode()
    status = process.wait(60)
    deadline = time.monotonic() + 15
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_of(tmp_path) == []
    assert "Traceback" not in words
    stopped = {"SIGKILL": -9, "SIGINT": 130, "SIGTERM": -15}[how]
    assert status in (stopped, 1), words  # 1: it was done, with the samples' rejects, before the signal came
    assert words.count("\n") < 10, words
    again = jianghua("ingest", SAMPLES, cwd=tmp_path)
    assert again.returncode in (0, 1), again.stderr
    take_in(tmp_path / "undisturbed", SAMPLES)
    assert export_bytes(tmp_path / "archive") == export_bytes(tmp_path / "undisturbed")


def test_killed_five_times_and_then_left_alone(tmp_path: Path) -> None:
    """kill -9 of the real command, each time a little later in its work: nothing is left behind by any."""
    killed = 0
    for seconds in (0.0, 0.3, 0.6, 1.0, 1.5):
        process = start_ingest(tmp_path, SAMPLES)
        time.sleep(seconds)
        process.kill()
        killed += process.wait(60) == -9
        deadline = time.monotonic() + 15
        while processes_of(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert processes_of(tmp_path) == []
    assert killed >= 2, "too few were killed for this to show anything"
    assert jianghua("ingest", SAMPLES, cwd=tmp_path).returncode in (0, 1)
    take_in(tmp_path / "undisturbed", SAMPLES)
    assert export_bytes(tmp_path / "archive") == export_bytes(tmp_path / "undisturbed")


def test_more_paths_than_a_request_holds_and_a_name_that_is_no_text(tmp_path: Path) -> None:
    odd = os.fsdecode(b"\xff\xfe \xe8.txt")
    (tmp_path / odd).write_bytes((SAMPLES / "12_fields.txt").read_bytes())
    many = [str(SAMPLES / "13_notice.txt")] * (600_000 // len(str(SAMPLES)))
    done = jianghua("ingest", *many, odd, "--json", cwd=tmp_path)
    no_traceback(done)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"]["speeches"] == 2
    shown = jianghua("export", cwd=tmp_path).stdout
    assert "\\\\xff\\\\xfe" in shown, "a name is shown with its odd bytes written out"


def test_a_second_ingest_at_the_same_time_is_told_so(tmp_path: Path) -> None:
    process = start_ingest(tmp_path, SAMPLES)
    try:
        done = jianghua("ingest", SAMPLES, cwd=tmp_path)
        assert done.returncode == 2
        assert "another run is at work" in done.stderr and done.stderr.count("\n") == 1
    finally:
        assert process.wait(PREFECT_SECONDS) == 1  # the samples have rejects
