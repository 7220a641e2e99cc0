"""Plain-text dumps: pages as scraped beside their clean text, county reports, and the five real documents."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from chain import check, table, through, verdict
from measure import export, run

from flows.records import Page

ENDS = Path(__file__).with_name("county_ends.tsv")
"""Where the county reports begin and end, as a careful reader sees it: hashes, so that no text is here."""
FOOTERS = (
    "阅读排行",
    "标签云",
    "分享到",
    "相关文章",
    "数据网",
    "macrodatas",
    "QQ空间",
    "新浪微博",
    "来源于网络",
)
"""Words of the sites' own lines on the county pages, none of which a report uses."""
ENDING = 12
"""Letters and digits that tell a beginning or an end."""
HELD = 0.7
"""A page with less than this share of the report is cut short."""
TOLD = 0.5
"""Share of long sentences told more than once above which a page holds its body twice."""
_LONG = 25
_FIELD = re.compile(r"(?:标题|发文时间|来源URL)[:：]")


def report(shared: Path) -> str:
    """The section on plain text, in Markdown."""
    return "\n\n".join([_pairs(shared), _counties(shared), _seeds(shared)])


def ending(text: str) -> tuple[str, str]:
    """Hashes of the first and the last letters and digits of a text."""
    letters = re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))
    return _hash(letters[:ENDING]), _hash(letters[-ENDING:])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


@dataclass(frozen=True)
class _Pair:
    name: str
    precision: float
    recall: float
    once: float
    """Recall of what the page holds when a line that it repeats is counted once."""
    cut: bool
    flagged: bool
    twice: bool
    repeated: bool
    """Our text holds its body twice as well."""
    fields: bool


def _pair(shared: Path, name: str, noisy: str, clean: str) -> _Pair:
    c = check(shared)
    found = through(noisy.encode(), name)
    text = found.text if isinstance(found, Page) else ""
    precision, recall, _ = c.bag_f1(text, clean, noisy)
    _, once, _ = c.bag_f1(text, clean, "\n".join(dict.fromkeys(noisy.split("\n"))))
    wanted = c.grams(clean)
    held = (wanted & c.grams(noisy)).total() / wanted.total()
    return _Pair(
        name,
        precision,
        recall,
        once,
        cut=held < HELD,
        flagged=isinstance(found, Page) and found.truncated is not None,
        twice=_told_twice(noisy) > TOLD,
        repeated=_told_twice(text) > 0,
        fields=isinstance(found, Page)
        and not re.search(r"(?:标题|发文时间|来源URL)[:：]", text)
        and bool(found.url),
    )


def _told_twice(text: str) -> float:
    """The share of long sentences' characters in sentences that stand more than once."""
    sentences = re.split(r"[。！？\n]", re.sub(r"[^\S\n]+", "", text))
    counts = Counter(s for s in sentences if len(s) >= _LONG)
    return sum(len(s) for s, n in counts.items() if n > 1) / max(1, sum(map(len, counts)))


def _pairs(shared: Path) -> str:
    with TemporaryDirectory() as made:
        out = Path(made) / "clean"
        check(shared).make("clean", shared / "corpora", out)
        labels = json.loads(out.with_suffix(".labels.json").read_text("utf-8"))
    pairs = [_pair(shared, name, row["within"], row["clean"]) for name, row in labels.items()]
    rows = [
        [p.name[1:4], p.precision, p.recall, p.once, "twice" if p.twice else "", "cut" if p.cut else ""]
        for p in pairs
    ]
    p, r, o = (mean(getattr(pair, part) for pair in pairs) for part in ("precision", "recall", "once"))
    rows.append(["mean", p, r, o, "", ""])
    twice, cut = [x for x in pairs if x.twice], [x for x in pairs if x.cut]
    short = [x.name[1:4] for x in pairs if min(x.precision, x.recall) < 0.985]
    header = ["page", "precision", "recall", "recall, repeats once", "its body", "it is"]
    return "\n\n".join(
        [
            f"### {len(pairs)} pages as scraped beside the clean text",
            table(header, rows),
            f"Target precision ≥ 0.985: {verdict(p >= 0.985)}; recall ≥ 0.985: {verdict(r >= 0.985)}. Below: "
            f"{', '.join(short) or 'none'}. The check counts what the page holds with its repetitions, so a "
            "page that holds half of a report twice asks for more than one copy has; *repeats once* counts "
            "each line of the page once.",
            f"- bodies told twice, in our text once: {sum(not x.repeated for x in twice)} of {len(twice)}\n"
            f"- pages cut short (under {HELD:.0%} of the report), flagged: {sum(x.flagged for x in cut)} of "
            f"{len(cut)}; whole ones flagged: {sum(x.flagged for x in pairs if not x.cut)} of "
            f"{len(pairs) - len(cut)}\n"
            f"- field lines became fields: {sum(x.fields for x in pairs)} of {len(pairs)}",
        ]
    )


def _counties(shared: Path) -> str:
    known = {
        int(number): (start.split(","), end.split(","))
        for number, start, end in (
            line.split("\t") for line in ENDS.read_text("utf-8").splitlines() if not line.startswith("#")
        )
    }
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    rows = _lines(shared / "corpora" / "county_reports.jsonl")
    for number, row in enumerate(rows):
        found = through(row["text"].encode(), f"c{number:03}")
        text = found.text if isinstance(found, Page) else ""
        start, end = ending(text)
        starts, ends = known.get(number, ([], []))
        counts["no footer"] += not any(word in text for word in FOOTERS)
        counts["no `????`"] += "????" not in text
        counts["no `??`, which a dash may have been"] += "??" not in text
        counts["no literal `\\r\\n`"] += "\\r\\n" not in text and "\\n" not in text
        counts["right start"] += start in starts
        counts["right end"] += end in ends
        both = start in starts and end in ends
        counts["right start and end"] += both
        if not both:
            wrong.append(f"c{number:03} ({'end' if start in starts else 'start'})")
    figures = [[what, f"{count} of {len(rows)}"] for what, count in counts.items()]
    met = counts["right start and end"] >= 37 and all(
        counts[what] == len(rows) for what in ("no footer", "no `????`", "no literal `\\r\\n`")
    )
    return "\n\n".join(
        [
            f"### {len(rows)} county reports as scraped",
            table(["of our text", "pages"], figures),
            f"Target all, and start and end on 37: {verdict(met)}. Other start or end than a careful "
            f"reader's: {', '.join(wrong) or 'none'}.",
        ]
    )


def _seeds(shared: Path) -> str:
    c = check(shared)
    with TemporaryDirectory() as made:
        work = Path(made)
        c.make("seeds", shared / "seeds", work / "s")
        run("ingest", work / "s", "--archive", work / "archive", "--json")
        export(work / "archive", work / "export.jsonl")
        command = [sys.executable, shared / "checks" / "check.py", "score", "seeds", work / "s.labels.json"]
        done = subprocess.run([*command, work / "export.jsonl"], capture_output=True, text=True, check=False)
    score = json.loads(done.stdout.splitlines()[-1])
    right = score["statements"] - score["failed"]
    failed = re.findall(r"^  fails: (\d{3} [a-z. ]+)", done.stdout, re.M)
    return (
        f"### The five real documents\n\n{right} of {score['statements']} statements hold, through the whole "
        f"ingest: {verdict(not score['failed'])}. {'; '.join(map(str.strip, failed))}"
    ).strip()
