"""How speeches come back from their fragments: part of ``make bench-dedupe``; needs the labelled data.

Each of the reports is cut into 2 to 9 pages as sites cut them, a tenth of the pages is withheld, the rest is
shuffled and taken in by the real steps in two runs. A third of the titles is one that many speeches have; the
reports of the State Council (1954年政府工作报告) name no place, so that others may have theirs too. Pages
without an address that have such a title are joined only where each seam shows it, so that about half of
those speeches stay in pieces. Files numbered by their names alone are a set of its own: names decide
nothing (the same pages under other names are the same archive)."""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import dedupe_strangers
from chain import through
from dedupe_cuts import FILES, KINDS, NUMBERED, Made, make, make_numbered_files

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.plan import make_plan
from flows.progress import Progress
from flows.records import Page, Speech
from flows.settings import Settings
from flows.steps import in_process
from flows.stitch import group_key


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


def score(
    made: Sequence[Made], found_all: Sequence[tuple[Speech, set[int]]]
) -> tuple[dict[str, Counter[str]], list[str]]:
    """Counts by kind, and what is wrong, in words."""
    by_report: dict[int, list[Speech]] = defaultdict(list)
    by_number = {one.number: one for one in made}
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for speech, numbers in found_all:
        for number in numbers:
            by_report[number].append(speech)
        if len(numbers) > 1:
            tally[by_number[min(numbers)].kind]["mixed"] += 1
            wrong.append(f"mixed: {sorted(numbers)} {[by_number[n].title for n in sorted(numbers)]}")
    for one in made:
        count, found = tally[one.kind], by_report[one.number]
        if not one.held:
            continue
        missing = tuple(n for n in range(1, _expected(one) + 1) if n not in one.held)
        best = max(found, key=lambda speech: len(speech.text), default=None)
        if missing:
            count["cut"] += 1
            right = best is not None and best.missing_pages == missing
            count["named"] += right
            count["cut own"] += one.specific
            count["named own"] += right and one.specific
        else:
            count["all"] += 1
            wanted = whole(one) if one.held == set(range(1, one.pages + 1)) else ""
            right = best is not None and (not wanted or equal(best.text, wanted))
            count["equal"] += right
            count["all own"] += one.specific
            count["equal own"] += right and one.specific
        if not right:
            wrong.append(
                f"{one.kind} {one.number} {one.title} {one.pages} held {sorted(one.held)}: "
                f"{[(s.missing_pages, len(s.text)) for s in found]} of {len(one.text)}"
            )
    return tally, wrong


def _expected(one: Made) -> int:
    """The last page that the pages which came tell of."""
    if one.counted:
        return one.pages
    return min(one.pages, max(one.held) + 1)


def measure(shared: Path, seed: int = 2007, verbose: bool = False) -> list[str]:
    """Rows of the table: kind, speeches whole and equal, gaps named right, speeches mixed; strangers
    joined."""
    dice = random.Random(seed)
    with TemporaryDirectory() as work:
        folder, archive = Path(work) / "dumps", Path(work) / "archive"
        folder.mkdir()
        made, paths = make(shared, folder, dice)
        made += make_numbered_files(made, folder, random.Random(seed))
        paths += sorted(folder.glob(f"{str(NUMBERED)[0]}???-*.txt"))
        dice.shuffle(paths)
        take_in(archive, paths[: len(paths) // 2])
        take_in(archive, paths)
        with Writer.open(archive) as catalog:
            tally, wrong = score(made, speeches(catalog))
    if verbose:
        print("\n".join(sorted(wrong)), file=sys.stderr)
    rows = [_row(kind, tally[kind]) for kind in KINDS]
    rows.append(_row("all", sum((tally[kind] for kind in KINDS), Counter())))
    return [*rows, _row(FILES, tally[FILES]), *dedupe_strangers.strangers(shared, seed)]


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
    print("\n".join(measure(Path(sys.argv[1]), seed, verbose=len(sys.argv) > 3)))
