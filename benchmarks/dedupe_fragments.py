"""How speeches come back from their fragments: part of ``make bench-dedupe``; needs the labelled data.

Each of the reports is cut into 2 to 9 pages as sites cut them, a tenth of the pages is withheld, the rest is
shuffled and taken in by the real steps in two runs. A third of the titles is one that many speeches have; the
reports of the State Council (1954年政府工作报告) name no place, so that others may have theirs too. Pages
without an address that have such a title are joined only where each seam shows it, so that about half of
those speeches stay in pieces. Files numbered by their names alone are a set of its own: names decide
nothing (the same pages under other names are the same archive). So are the loose kinds, whose pages say where
they stand by links alone, or in words that may mean something else: each in an archive of its own."""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import dedupe_strangers
from chain import table, through
from dedupe_cuts import FILES, KINDS, LOOSE, NUMBERED, Made, make, make_loose, make_numbered_files

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.plan import make_plan
from flows.progress import Progress
from flows.records import Page, Speech
from flows.settings import Settings
from flows.steps import in_process
from flows.stitch import group_key
from flows.stitch.evidence import names_its_occasion


@dataclass(frozen=True, slots=True)
class Wrong:
    """A report that came back otherwise than it was cut, and the reason."""

    of: Made
    reason: str
    told: str


Score = tuple[dict[str, Counter[str]], list[Wrong]]


def take_in(archive: Path, paths: Sequence[Path]) -> None:
    """The steps up to the speeches."""
    with Writer.open(archive, create=True) as catalog:
        todo = make_plan([str(path) for path in paths], catalog)
        run = Run(Settings(archive=archive), catalog, Progress(quiet=True), in_process)
        with run.reported(lambda: todo):
            run.take_in(todo, group_key)
            run.learn_site_lines()
            run.make_speeches()


def whole(made: Made) -> str:
    """The text as one page gives it, so that only what the cutting does is measured."""
    page = through(f"{made.title}\n{made.text}\n".encode())
    return page.text if isinstance(page, Page) else ""


def equal(text: str, original: str) -> bool:
    """Whether two texts have the same characters, and the same line breaks behind letters. Whether a
    paragraph ends at a full stop where a page does can't be told."""
    return _bare(text) == _bare(original) and _breaks(text) == _breaks(original)


def _bare(text: str) -> str:
    return "".join(text.split())


def _breaks(text: str) -> set[int]:
    """How many characters stand before each line break behind a letter, white space not counted."""
    sizes = accumulate(len(_bare(line)) for line in text.split("\n")[:-1])
    return {size for size, line in zip(sizes, text.split("\n"), strict=False) if line[-1:].isalnum()}


def speeches(catalog: Catalog) -> list[tuple[Speech, set[int]]]:
    """All speeches, each with the numbers of the reports that its pages are of."""
    files = catalog.db.execute("SELECT page, file FROM sources").fetchall()
    numbers = {page: int(Path(file).name.split("-")[0]) for page, file in files}
    ids = [i for (i,) in catalog.db.execute("SELECT id FROM speeches ORDER BY id")]
    return [(speech, {numbers[page] for page in speech.pages}) for speech in catalog.tagged(ids)]


def score(made: Sequence[Made], found_all: Sequence[tuple[Speech, set[int]]]) -> Score:
    """Counts by kind, and what is wrong."""
    by_report: dict[int, list[Speech]] = defaultdict(list)
    by_number = {one.number: one for one in made}
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for speech, numbers in found_all:
        for number in numbers:
            by_report[number].append(speech)
        if len(numbers) > 1:
            one = by_number[min(numbers)]
            tally[one.kind]["mixed"] += 1
            wrong.append(Wrong(one, "mixed", f"{sorted(numbers)} {[by_number[n].title for n in numbers]}"))
    for one in made:
        if not one.held:
            continue
        fault = _fault(one, by_report[one.number])
        cut = one.held != set(range(1, _expected(one) + 1))
        for name in ("cut", "named") if cut else ("all", "equal"):
            if name in ("cut", "all") or not fault:
                tally[one.kind][name] += 1
                tally[one.kind][f"{name} own"] += one.specific
        if fault:
            pieces = [(speech.missing_pages, len(speech.text)) for speech in by_report[one.number]]
            wrong.append(
                Wrong(one, fault, f"{one.pages} held {sorted(one.held)}: {pieces} of {len(one.text)}")
            )
    return tally, wrong


def _fault(one: Made, found: Sequence[Speech]) -> str:
    """What is wrong with a report's longest speech; "" where nothing is."""
    missing = tuple(n for n in range(1, _expected(one) + 1) if n not in one.held)
    best = max(found, key=lambda speech: len(speech.text), default=None)
    if best is None:
        return "lost"
    wanted = whole(one) if one.held == set(range(1, one.pages + 1)) else ""
    if best.missing_pages == missing if missing else not wanted or equal(best.text, wanted):
        return ""
    if len(found) > 1:
        return _in_pieces(one)
    if missing:
        return "in one, other pages named as missing"
    return "in one, another line break" if _bare(best.text) == _bare(wanted) else "in one, other characters"


def _in_pieces(one: Made) -> str:
    if not one.specific:
        return "in pieces, a title that many have"
    return f"in pieces, a title of its own{'' if names_its_occasion(one.title) else ' that names no place'}"


def _expected(one: Made) -> int:
    """The last page that the pages which came tell of."""
    if one.counted:
        return one.pages
    return min(one.pages, max(one.held) + one.linked)


def section(shared: Path) -> list[str]:
    """The part of the report on copies that tells of fragments, in Markdown."""
    rows, wrong = measure(shared)
    return [
        "### Speeches from their fragments",
        "",
        *(f"- {row}" for row in rows),
        "",
        "What stays wrong, speeches by kind and reason:",
        "",
        table(("kind", "reason", "speeches"), wrong),
        "",
        "Files that nothing but their names numbers are not joined: the same pages under other names are the",
        "same archive, and the text alone shows too little.",
    ]


def measure(
    shared: Path, seed: int = 2007, verbose: bool = False
) -> tuple[list[str], list[tuple[str, str, int]]]:
    """Rows of the list: kind, speeches whole and equal, gaps named right, speeches mixed, and strangers
    joined; and how many speeches of a kind are wrong for which reason."""
    dice = random.Random(seed)
    with TemporaryDirectory() as work:
        folder, archive = Path(work) / "dumps", Path(work) / "archive"
        folder.mkdir()
        made, paths = make(shared, folder, dice)
        files = make_numbered_files(made, folder, random.Random(seed))
        paths += sorted(folder.glob(f"{str(NUMBERED)[0]}???-*.txt"))
        tally, wrong = _scored([*made, *files], paths, archive, dice)
    for kind in LOOSE:
        tally[kind], loose_wrong = _loose(made, kind, seed)
        wrong += loose_wrong
    if verbose:
        print(
            "\n".join(sorted(f"{w.of.kind} {w.of.number} {w.of.title}: {w.reason}: {w.told}" for w in wrong)),
            file=sys.stderr,
        )
    rows = [_row(kind, tally[kind]) for kind in KINDS]
    rows.append(_row("all", sum((tally[kind] for kind in KINDS), Counter())))
    rows += [_row(kind, tally[kind]) for kind in (*LOOSE, FILES)]
    reasons = Counter((w.of.kind, w.reason) for w in wrong if w.of.kind != FILES)
    kinds = [*KINDS, *LOOSE]
    told = sorted(reasons.items(), key=lambda item: (kinds.index(item[0][0]), -item[1], item[0]))
    return [*rows, *dedupe_strangers.strangers(shared, seed)], [(*what, n) for what, n in told]


def _scored(made: Sequence[Made], paths: list[Path], archive: Path, dice: random.Random) -> Score:
    """The score of some reports' files, taken in in two runs."""
    dice.shuffle(paths)
    take_in(archive, paths[: len(paths) // 2])
    take_in(archive, paths)
    with Writer.open(archive) as catalog:
        return score(made, speeches(catalog))


def _loose(reports: Sequence[Made], kind: str, seed: int) -> tuple[Counter[str], list[Wrong]]:
    """The score of one loose kind, in an archive of its own: the reports are in the first one already."""
    dice = random.Random(f"{seed} {kind}")
    with TemporaryDirectory() as work:
        folder = Path(work) / "dumps"
        folder.mkdir()
        made = make_loose(reports, kind, folder, dice)
        tally, wrong = _scored(made, sorted(folder.iterdir()), Path(work) / "archive", dice)
    return tally[kind], wrong


def _row(kind: str, count: Counter[str]) -> str:
    def share(part: str, of: str) -> str:
        rate = f"{count[part] / count[of]:.3f}" if count[of] else "-"
        return f"{rate} ({count[part]} of {count[of]})"

    return (
        f"{kind:26} equal {share('equal', 'all')}, with a title of its own {share('equal own', 'all own')}; "
        f"missing pages named {share('named', 'cut')}, {share('named own', 'cut own')}; "
        f"mixed {count['mixed']}"
    )


if __name__ == "__main__":
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2007
    rows, wrong = measure(Path(sys.argv[1]), seed, verbose=len(sys.argv) > 3)
    print("\n".join([*rows, *(f"{kind}: {reason}: {n}" for kind, reason, n in wrong)]))
