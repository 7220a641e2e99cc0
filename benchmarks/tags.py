"""The tags measured beside other tools, in one run: ``make bench-tags``.

Prints one report in Markdown and writes it to ``results/tags.md``. It tells what targets are missed, and
fails only where it can't run. Needs the labelled texts beside the checkout.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import oracle
import tag_accuracy
import tag_cost
import tag_others

RESULT = Path(__file__).parent / "results" / "tags.md"
PROCESSES = 2
_CHUNK = 4
INTRODUCTION = """# Level, region and date, beside other tools

Made by `make bench-tags`, all tools in the same run on the same texts, scored by the check that lies with the
labelled texts. Right and wrong are shares of all texts; the rest is unknown, with a reason. A year is that
of `speech_date.value`; a range is given where its ends are at most ten years apart. The weights of the
hypotheses were fitted on these texts, so what is said of confidence is on the kind side. Times are ratios
within the run. **missed** is a target that is not met."""


def main(shared: Path) -> int:
    """Print the report and write it down; 2 where the labelled texts are not there."""
    if not (shared / "corpora").is_dir():
        print(f"{shared / 'corpora'} is not there: nothing to measure", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)  # what the tools say of a page is not part of the report
    warnings.simplefilter("ignore")
    with get_context("spawn").Pool(PROCESSES) as pool:
        found = tag_accuracy.results(shared, lambda work, items: pool.imap(work, items, _CHUNK))
    sections: dict[str, Callable[[], str]] = {
        "Right, wrong, unknown": lambda: tag_accuracy.report(found),
        "How far a confidence can be believed": lambda: tag_accuracy.reliability(shared, found),
        "Other tools": lambda: tag_others.report(shared, found),
        "The list of divisions against an oracle": lambda: oracle.report(shared),
        "Cost": lambda: tag_cost.report(shared),
    }
    parts = [INTRODUCTION, f"{date.today()}."]
    for title, section in sections.items():
        started = time.monotonic()
        parts += [f"## {title}", section()]
        print(f"{title}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    lines = [line for part in parts[1:] for line in part.splitlines()]
    told = sum("**missed**" in line for line in lines if not line.startswith("**missed**:"))
    parts.insert(2, f"Targets missed: {told}." if told else "All targets are met.")
    text = "\n\n".join(parts) + "\n"
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
