"""Speed beside other tools, and what growth costs: synthetic speeches, signed, matched and settled.

Letters are drawn by their frequency in the labelled reports, one sentence in twenty from 500 standing ones
that all share; one speech in ten is a copy of another with two letters in a hundred changed.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from datasketch import MinHash
from rensa import RMinHash, RMinHashLSH

from flows import copies, dedupe
from flows.catalog import FILE
from flows.catalog.writer import Writer
from flows.dedupe.marks import letters
from flows.records import Speech, page_id
from flows.spool import Spoken

SENTENCE = 50
"""Letters."""
PORTION = 2000
STEPS = ("sign", "match", "settle")
TABLES = ("signatures", "marks", "prints", "links", "links_by_b", "sqlite_autoindex_signatures_1")
MASKS = 128
"""Permutations of the MinHash tools."""
FEW = 500
"""Speeches that the slow peer signs."""
NIGHT = 500
"""Speeches that come to an archive in one more run."""


class Synthetic:
    """A stream of speeches of ``shortest`` to ``longest`` letters, evenly over the orders of length."""

    def __init__(self, shared: Path, shortest: int, longest: int):
        files = sorted((shared / "corpora" / "reports").glob("*.txt"))[::20]
        counts = Counter("".join(letters(f.read_text("utf-8")) for f in files))
        common = counts.most_common(3000)
        self.letters = np.array([ord(c) for c, _ in common], np.uint16)
        weights = np.array([n for _, n in common], float)
        self.weights = np.cumsum(weights / weights.sum())
        self.dice = np.random.default_rng(6)
        self.standing = self._drawn(500 * SENTENCE).reshape(500, SENTENCE)
        self.range = (np.log(shortest), np.log(longest))

    def texts(self, count: int) -> Iterator[str]:
        """So many of them."""
        kept: list[np.ndarray] = []
        for _ in range(count):
            if kept and self.dice.random() < 0.1:
                units = kept[self.dice.integers(len(kept))].copy()
                at = self.dice.integers(0, len(units), len(units) // 50)
                units[at] = self._drawn(len(at))
            else:
                size = int(np.exp(self.dice.uniform(*self.range))) // SENTENCE * SENTENCE
                units = self._drawn(size).reshape(-1, SENTENCE)
                which = np.flatnonzero(self.dice.random(len(units)) < 0.05)
                units[which] = self.standing[self.dice.integers(0, 500, len(which))]
                units = units.ravel()
                if len(kept) < PORTION:
                    kept.append(units)
                else:
                    kept[self.dice.integers(PORTION)] = units
            text = units.tobytes().decode("utf-16-le")
            pieces = [text[i : i + SENTENCE] for i in range(0, len(text), SENTENCE)]
            yield "\n".join("，".join(pieces[i : i + 4]) + "。" for i in range(0, len(pieces), 4))

    def _drawn(self, count: int) -> np.ndarray:
        found = np.searchsorted(self.weights, self.dice.random(count))
        return self.letters[np.minimum(found, len(self.letters) - 1)]


def grow(shared: Path, count: int, shortest: int, longest: int) -> dict[str, float]:
    """One archive of so many speeches: seconds of each step, memory, and what the catalog takes."""
    seconds: Counter[str] = Counter()
    synthetic = Synthetic(shared, shortest, longest)
    characters = 0
    with TemporaryDirectory() as folder, Writer.open(Path(folder), create=True) as catalog:
        texts: list[str] = []
        for text in synthetic.texts(count):
            texts.append(text)
            if len(texts) == PORTION:
                characters += sum(map(len, texts))
                _put(catalog, texts, seconds)
                texts = []
        _put(catalog, texts, seconds)
        seconds["match"] = _timed(lambda: copies.match(catalog, lambda _: None))
        seconds["settle"] = _timed(lambda: copies.settle(catalog, "bench"))
        catalog.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = sum(
            catalog.db.execute("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (t,)).fetchone()[0] or 0
            for t in TABLES
        )
        links = catalog.db.execute("SELECT count(*) FROM links").fetchone()[0]
        peak = _peak()
        _put(catalog, list(synthetic.texts(NIGHT)), Counter())
        catalog.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        catalog.db.execute("PRAGMA wal_autocheckpoint = 0")
        seconds["night"] = _timed(lambda: copies.match(catalog, lambda _: None))
        written = (Path(folder) / f"{FILE}-wal").stat().st_size
    return {
        "count": count,
        "letters": characters / count,
        "bytes": size / count,
        "peak": peak,
        "links": links,
        "written": written,
        **seconds,
    }


def _peak() -> float:
    """MB that this process had at most; ru_maxrss would tell its parent's, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _put(catalog: Writer, texts: list[str], seconds: Counter[str]) -> None:
    start = time.process_time()
    signed = [dedupe.sign(text) for text in texts]
    seconds["sign"] += time.process_time() - start
    speeches = [Speech(id=i, pages=(i,), text=t) for t in texts for i in (page_id(t.encode()),)]
    catalog.put_speeches(
        (Spoken(key=s.id, speeches=(s,), marks=(m,)) for s, m in zip(speeches, signed, strict=True)), "bench"
    )


def peers(shared: Path, count: int, shortest: int, longest: int) -> dict[str, float]:
    """Microseconds a speech that other tools need to sign the same speeches; rensa also to match them in its
    own LSH and compare what that finds, in memory."""
    lsh = RMinHashLSH(threshold=0.7, num_perm=MASKS, num_bands=32)
    seconds: Counter[str] = Counter()
    hashes: list[RMinHash] = []
    for number, text in enumerate(Synthetic(shared, shortest, longest).texts(count)):
        seconds["rensa"] += _timed(lambda text=text: hashes.append(_rensa(text)))
        seconds["matched"] += _timed(lambda n=number: _match(lsh, hashes, n))
        if number < FEW:
            seconds["datasketch"] += _timed(lambda text=text: _datasketch(text))
    rensa = seconds["rensa"] / count
    return {
        "rensa": rensa * 1e6,
        "rensa+naive": (rensa + seconds["matched"] / count) * 1e6,
        "datasketch": seconds["datasketch"] / min(count, FEW) * 1e6,
    }


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _shingles(text: str) -> list[str]:
    return [text[i : i + 5] for i in range(len(text) - 4)]


def _rensa(text: str) -> RMinHash:
    found = RMinHash(num_perm=MASKS, seed=42)
    found.update(_shingles(text))
    return found


def _match(lsh: RMinHashLSH, hashes: list[RMinHash], number: int) -> int:
    found = sum(hashes[number].jaccard(hashes[other]) > 0.6 for other in lsh.query(hashes[number]))
    lsh.insert(number, hashes[number])
    return found


def _datasketch(text: str) -> MinHash:
    found = MinHash(num_perm=MASKS)
    found.update_batch([s.encode() for s in _shingles(text)])
    return found


def crowds(shared: Path) -> list[str]:
    """The table of one text many times: copies with a notice of their own each, and what a template makes."""
    texts = list(Synthetic(shared, 800, 800).texts(1))
    copied, filled = texts[0], texts[0].replace("，", "，今年增长{}万元，")
    dice = np.random.default_rng(7)
    notices = list(Synthetic(shared, 100, 100).texts(200))
    sets = {
        "200 copies of one text, each with a notice of its own": [
            f"{copied}\n{notice}" for notice in notices
        ],
        "2,000 notices from one template": [
            filled.format(*dice.integers(100, 99_999, filled.count("{}"))) for _ in range(2000)
        ],
    }
    rows = [
        "### One text many times",
        "",
        "| set | match, s | settle, s | links | clusters |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, made in sets.items():
        with TemporaryDirectory() as folder, Writer.open(Path(folder), create=True) as catalog:
            _put(catalog, made, Counter())
            match = _timed(lambda: copies.match(catalog, lambda _: None))
            settle = _timed(lambda: copies.settle(catalog, "bench"))
            links, clusters = catalog.db.execute(
                "SELECT (SELECT count(*) FROM links), (SELECT count(DISTINCT cluster) FROM speeches)"
            ).fetchone()
        rows.append(f"| {name} | {match:.2f} | {settle:.2f} | {links:,} | {clusters:,} |")
    return rows


def speed(shared: Path, count: int = 100_000) -> list[str]:
    """The table of speed: so many speeches of all lengths, each tool in a process of its own."""
    rows = [
        f"### Speed, {count:,} speeches of 300 to 12,000 letters, µs of one core a speech",
        "",
        "| tool | sign | sign and match | beside rensa signing | target |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    full = _apart(shared, "grow", count, 300, 12_000)
    other = _apart(shared, "peers", count, 300, 12_000)
    sign, match = (full[step] / full["count"] * 1e6 for step in ("sign", "match"))
    for name, one, both in (
        ("jianghua", sign, sign + match),
        ("rensa", other["rensa"], None),
        ("rensa+naive, in memory", other["rensa"], other["rensa+naive"]),
        (f"datasketch ({FEW} of them)", other["datasketch"], None),
    ):
        share = (both or one) / other["rensa"]
        target = ("≤ 1: met" if share <= 1 else "≤ 1: **missed**") if name == "jianghua" else ""
        rows.append(f"| {name} | {one:.0f} | {f'{both:.0f}' if both else ''} | {share:.2f} | {target} |")
    return [
        *rows,
        "",
        f"jianghua: {full['links']:,.0f} pairs linked, {full['letters']:,.0f} "
        f"characters a speech, {full['bytes']:.0f} bytes a speech in the catalog, {full['peak']:.0f} MB.",
    ]


def growth(shared: Path, sizes: Iterable[int]) -> list[str]:
    """The table of growth; each size is measured in a process of its own."""
    rows = [
        "### Growth, speeches of 400 to 800 letters",
        "",
        "| speeches | sign, µs each | match, µs each | settle, µs each | match beside sign | peak MB "
        f"| catalog bytes each | {NIGHT} more: match, s | MB written |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    whole = []
    for size in sizes:
        one = _apart(shared, "grow", size, 400, 800)
        each = " | ".join(f"{one[step] / size * 1e6:.0f}" for step in STEPS)
        rows.append(
            f"| {size:,} | {each} | {one['match'] / one['sign']:.2f} | {one['peak']:.0f} "
            f"| {one['bytes']:.0f} | {one['night']:.2f} | {one['written'] / 1e6:.0f} |"
        )
        # Signing is the same work for each speech, however many there are: it tells how fast the machine was.
        whole.append((size, sum(one[step] for step in STEPS) / one["sign"] * size))
    (least, first), (most, last) = whole[0], whole[-1]
    power = math.log(last / first) / math.log(most / least)
    return [
        *rows,
        "",
        f"Measured by the time of signing, all three grow as the number of speeches to the {power:.2f}.",
    ]


def _apart(shared: Path, what: str, *numbers: int) -> dict[str, float]:
    """Measured in a new process, whose memory is its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(shared), what, *map(str, numbers)], capture_output=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    do = {"grow": grow, "peers": peers}[sys.argv[2]]
    print(json.dumps(do(Path(sys.argv[1]), *map(int, sys.argv[3:]))))
