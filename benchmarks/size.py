"""What many speeches take, on disk and in time: ``python benchmarks/size.py SHARED [NUMBER]``.

Speeches of 500 to 8,000 characters, evenly over the orders of length, of such sentences of the labelled
reports as name no place, in other company; each has a title, a dateline and a place of its own. JSONL dumps
of 500 are taken in by the command, and put into a real Elasticsearch (``tests/elastic``) by ``reindex``.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from math import exp, log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measure import ROOT, run
from search_sets import HEAP, Node

from flows.catalog import FILE

SPEECHES, A_DUMP = 20_000, 500
SHORTEST, LONGEST = 500, 8_000
PLACE = set("省市县区州盟旗镇乡")
"""Sentences without these letters hardly name a place."""
MEETINGS = ("招商引资", "安全生产", "乡村振兴", "经济工作", "项目建设", "防汛抗旱", "教育工作", "作风建设")


def speeches(shared: Path, number: int) -> Iterator[dict[str, str]]:
    """So many records, the same each time."""
    reports = sorted((shared / "corpora" / "reports").glob("*.txt"))
    whole = "".join(report.read_text("utf-8") for report in reports)
    said = (one.strip() for one in whole.split("。"))
    sentences = [f"{one}。" for one in said if 10 <= len(one) <= 200 and not PLACE & set(one)]
    with (ROOT / "data/reference/places/divisions.csv").open(encoding="utf-8", newline="") as file:
        counties = [row["name"] for row in csv.DictReader(file) if row["rank"] == "3"]
    for at in range(number):
        dice = random.Random(at)
        county, meeting = dice.choice(counties), dice.choice(MEETINGS)
        length, text = exp(dice.uniform(log(SHORTEST), log(LONGEST))), "同志们：\n"
        while len(text) < length:
            text += dice.choice(sentences) + ("\n" if dice.random() < 0.25 else "")
        day = f"{dice.randrange(1995, 2024)}年{dice.randrange(1, 13)}月{dice.randrange(1, 29)}日"
        title = f"在{county}{meeting}会议上的讲话"
        url = f"http://www.wengao{at % 40}.example/{at}.html"
        yield {"title": title, "url": url, "content": f"（{day}）\n{text}"}


def write(folder: Path, shared: Path, number: int) -> int:
    """Write the dumps; how many characters the records hold."""
    folder.mkdir()
    characters, records = 0, list(speeches(shared, number))
    for first in range(0, number, A_DUMP):
        portion = records[first : first + A_DUMP]
        characters += sum(len(one["content"]) for one in portion)
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in portion)
        (folder / f"{first:07}.jsonl").write_text(lines, "utf-8")
    return characters


def tables(catalog: Path) -> dict[str, int]:
    """Bytes of each table with its indices, the largest first."""
    with closing(sqlite3.connect(catalog)) as db:
        sizes = "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY 1"
        return dict(db.execute(f"{sizes} ORDER BY 2 DESC"))


def spent() -> float:
    """Seconds of processor time that the commands so far have taken, with all their processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def elasticsearch(archive: Path, folder: Path) -> int:
    """Bytes of the index that ``reindex`` makes, its segments merged into one."""
    with Node(folder, heap=HEAP, optimized=True) as node:
        told = {"JIANGHUA_ENGINE": "elasticsearch", "JIANGHUA_ELASTICSEARCH_URL": node.url}
        os.environ |= told
        run("reindex", "--archive", archive, ok=(0,))
        for name in told:
            del os.environ[name]
        with node.client(request_timeout=600) as client:
            client.indices.forcemerge(index="speeches", max_num_segments=1)
            client.indices.flush(index="speeches", force=True)  # which lets go of the segments before
            said: dict[str, Any] = client.indices.stats(index="speeches", metric="store").body
        return int(said["_all"]["primaries"]["store"]["size_in_bytes"])


def main(shared: Path, number: int = SPEECHES) -> None:
    """Measure, and print a table of it."""
    with TemporaryDirectory() as made:
        folder, archive = Path(made) / "dumps", Path(made) / "archive"
        characters = write(folder, shared, number)
        dumps = sum(file.stat().st_size for file in folder.iterdir())
        done = run("ingest", folder, "--archive", archive, "--json")
        processor = spent()
        report = json.loads(done.output)
        again = run("ingest", folder, "--archive", archive, "--json")
        made_of = tables(archive / FILE)
        catalog = (archive / FILE).stat().st_size
        index = sum(file.stat().st_size for file in (archive / "index").rglob("*") if file.is_file())
        store = elasticsearch(archive, Path(made) / "node")
    spoken = report["archive"]["speeches"]
    print(
        f"{spoken:,} speeches of {characters / number:,.0f} characters, {characters / 1e6:.1f} million in all"
    )
    for name, size in {
        "dumps": dumps,
        "catalog": catalog,
        **{f"  {table}": held for table, held in list(made_of.items())[:6]},
        "embedded index": index,
        "Elasticsearch index": store,
    }.items():
        each = f"{size / spoken:,.0f} bytes a speech, {size / characters:.2f} a character"
        print(f"{name:22} {size / 1e6:8.1f} MB  {each}")
    print(f"first ingest           {done.seconds:8.1f} s   {done.seconds / spoken * 1e3:.1f} ms a speech")
    print(f"  processor time       {processor:8.1f} s   {processor / spoken * 1e3:.1f} ms a speech")
    print(f"  memory               {done.peak_mb:8.0f} MB  all processes together")
    for stage, seconds in sorted(report["seconds"].items(), key=lambda x: -x[1]):
        print(f"  {stage:20} {seconds:8.1f} s")
    print(f"again                  {again.seconds:8.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
