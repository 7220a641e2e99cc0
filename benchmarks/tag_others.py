"""The tags beside other tools for places and dates, on the same texts in the same run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chain import check, table
from tag_accuracy import Result
from tag_sets import Labelled, prepared, sample

from flows.records import Speech
from flows.tag import tag

SAMPLE = {"reports": 60, "headless": 60, "excerpt": 120, "counties": 38, "seeds": 5}
"""How many texts of each set the tools are given: jionlp takes half a second for a report."""
PINNED = ("jionlp==1.5.31", "cpca==0.5.5")
BESIDE = ("setuptools<81",)
"""cpca imports pkg_resources, which newer ones lack."""
PATIENCE = 900
"""Seconds for a run of the tools, their installation included."""
UV = (Path(sys.prefix).parent / ".tools" / "bin" / "uv", "uv")
"""Where the Makefile puts uv, and its name on the path."""
OURS = "jianghua"
_PEERS = Path(__file__).with_name("tag_peers.py")
_HEADER = ("set", "tool", "n", "right", "wrong", "unknown", "time, ours for all tags is 1")
_KEYS = ("province", "prefecture", "county")


def report(shared: Path, found: Mapping[str, Result]) -> str:
    """The section on other tools, in Markdown; a tool that can't be installed or run is not measured."""
    texts = {name: _texts(found[name].labelled, count) for name, count in SAMPLE.items()}
    lines = [
        json.dumps({"name": f"{name}/{file}", "text": f"{s.title}\n{s.text}"})
        for name, speeches in texts.items()
        for file, s in speeches.items()
    ]
    asked = {"region": _throw_away(), "date": [sys.executable]}
    answers: list[dict[str, Any]] = []
    failed = []
    for what, command in asked.items():
        try:
            answers += _ask(command, what, lines)
        except (OSError, subprocess.SubprocessError) as error:
            why = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            tools = "jionlp and cpca" if what == "region" else "htmldate"
            failed.append(f"{tools} not measured: {(why or ['no reason given'])[-1][:200]}.")
    ours = {f"{name}/{file}": _timed(s) for name, speeches in texts.items() for file, s in speeches.items()}
    parts = [
        _regions(shared, found, texts, answers, ours),
        _dates(found, texts, answers, ours),
        _load(answers, ours),
    ]
    return "\n\n".join([_INTRODUCTION, *failed, *parts])


_INTRODUCTION = f"""The tools are given title and text of a sample:
{", ".join(f"{name} {count}" for name, count in SAMPLE.items())}. {" and ".join(PINNED)} run in an environment
made for the run and thrown away (`uv run --no-project`): they are no part of the lock file.
jionlp.recognize_location, which needs a word segmenter and 2 GB, is not among them. Of the tools' places what
lies below the prefecture is left out but for counties and seeds, so a district too much costs nothing."""


def _texts(labelled: Labelled, count: int) -> dict[str, Speech]:
    names = sample(tuple(labelled.files), count, labelled.kind)
    made = {name: prepared(name, labelled.files[name]) for name in names}
    return {name: max(s, key=lambda x: len(x.text)) for name, s in made.items() if s}


def _throw_away() -> list[str]:
    """The command of a Python that has jionlp and cpca, and nothing of this project."""
    uv = next((found for path in UV if (found := shutil.which(path))), "uv")
    packages = [word for pinned in PINNED + BESIDE for word in ("--with", pinned)]
    return [uv, "run", "--quiet", "--no-project", "--python", sys.executable, *packages, "python"]


def _ask(command: list[str], what: str, lines: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*command, str(_PEERS), what],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _timed(speech: Speech) -> float:
    started = time.perf_counter()
    tag(speech)
    return time.perf_counter() - started


def _regions(
    shared: Path,
    found: Mapping[str, Result],
    texts: Mapping[str, Mapping[str, Speech]],
    answers: list[dict[str, Any]],
    ours: Mapping[str, float],
) -> str:
    said: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    spent: dict[str, float] = defaultdict(float)
    for a in answers:
        if "name" in a and a["tool"] != "htmldate":
            said[a["tool"]][a["name"]] = a["answer"]
            spent[f"{a['tool']}/{a['name'].split('/')[0]}"] += a["seconds"]
    c, rows = check(shared), []
    for name, speeches in texts.items():
        labels = {file: found[name].labelled.labels[file] for file in speeches}
        mine = {s["sources"][0]["file"]: s["region"] for s in found[name].speeches}
        time_of_ours = sum(ours[f"{name}/{file}"] for file in speeches)
        rows.append([name, OURS, *_region_rates(c, name, labels, mine), "1"])
        for tool, regions in said.items():
            theirs = {file: regions.get(f"{name}/{file}", {}) for file in labels}
            ratio = spent[f"{tool}/{name}"] / time_of_ours
            rows.append([name, tool, *_region_rates(c, name, labels, theirs), f"{ratio:.1f}"])
    title = "### Region: to the prefecture; counties and seeds: to the county where there is one"
    return f"{title}\n\n{table(_HEADER, rows)}"


def _region_rates(
    c: Any, kind: str, labels: Mapping[str, Any], regions: Mapping[str, Mapping[str, Any]]
) -> list[object]:
    right = wrong = n = 0
    for file, row in labels.items():
        wanted = _wanted(kind, row)
        if wanted is None:
            continue
        n += 1
        deepest = "county" if wanted["county"] else "prefecture" if wanted["prefecture"] else "province"
        got = {key: regions.get(file, {}).get(key) for key in _KEYS}
        given = got[deepest] is not None
        asked = _KEYS[: _KEYS.index(deepest) + 1]
        good = given and all(not wanted[key] or c.same_place(got[key], wanted[key]) for key in asked)
        right += good
        wrong += given and not good
    return [n, *(f"{count / max(1, n):.3f}" for count in (right, wrong, n - right - wrong))]


def _wanted(kind: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The true place; None where there is none to find (a national report, a masked seed)."""
    if kind == "seeds":
        return row["region"] if row["region"]["province"] else None
    if kind == "counties":
        return {"province": row["province"], "prefecture": row["city"], "county": row["county"]}
    if row["level"] == "national":
        return None
    prefecture = row["region"] if row["level"] == "prefecture" else None
    return {"province": row["province"], "prefecture": prefecture, "county": None}


def _dates(
    found: Mapping[str, Result],
    texts: Mapping[str, Mapping[str, Speech]],
    answers: list[dict[str, Any]],
    ours: Mapping[str, float],
) -> str:
    spent = {a["name"]: a["seconds"] for a in answers if a["tool"] == "htmldate" and "name" in a}
    said = {
        a["name"]: a["answer"].get("date") for a in answers if a.get("tool") == "htmldate" and "name" in a
    }
    rows = []
    for name, speeches in texts.items():
        truth = {file: _year(name, found[name].labelled.labels[file]) for file in speeches}
        mine = {
            s["sources"][0]["file"]: (s["speech_date"] or {}).get("value") or "" for s in found[name].speeches
        }
        rows.append([name, OURS, *_year_rates(truth, mine), "1"])
        if said:
            theirs = {file: said.get(f"{name}/{file}") or "" for file in speeches}
            names = [f"{name}/{file}" for file in speeches]
            ratio = sum(spent[n] for n in names) / sum(ours[n] for n in names)
            rows.append([name, "htmldate", *_year_rates(truth, theirs), f"{ratio:.1f}"])
        if name == "seeds":
            put_up = {file: s.published or "" for file, s in speeches.items()}
            rows.append([name, "the year of upload", *_year_rates(truth, put_up), ""])
    return f"### Year\n\n{table(_HEADER, rows)}"


def _year(kind: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """The first month and the last year that are right, as the check has it: a report named for a year may
    be given in the last weeks of the year before."""
    if kind == "seeds":
        return row["speech_date"]["from"][:4], row["speech_date"]["from"][:4]
    if kind != "counties" and row["date_source"] == "title":
        return row["date"][:4], row["date"][:4]
    year = int(row["year"] if kind == "counties" else row["file_year"])
    return f"{year - 1}-11", str(year)


def _year_rates(truth: Mapping[str, tuple[str, str]], said: Mapping[str, str]) -> list[object]:
    right = sum(
        first <= said.get(file, "")[:7] and said.get(file, "")[:4] <= year
        for file, (first, year) in truth.items()
    )
    given = sum(bool(said.get(file)) for file in truth)
    n = len(truth)
    return [n, *(f"{count / max(1, n):.3f}" for count in (right, given - right, n - given))]


def _load(answers: list[dict[str, Any]], ours: Mapping[str, float]) -> str:
    loads = [f"{a['tool']} {a['load']:.1f} s" for a in answers if "load" in a]
    mean = 1000 * sum(ours.values()) / max(1, len(ours))
    return f"To load: {', '.join(loads) or 'none measured'}. All our tags: {mean:.0f} ms a text in this run."
