"""The text itself, measured beside the peers in one run: ``make bench-text``.

Prints one report in Markdown and writes it to ``results/text.md``. It tells what targets are missed, and
fails only where it can't run. Needs the labelled texts beside the checkout.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from datetime import date
from importlib.metadata import version
from pathlib import Path

import text_html
import text_plain
import text_restore
import text_script
import text_speed

RESULT = Path(__file__).parent / "results" / "text.md"
SECTIONS = (
    ("Pages", text_html),
    ("Plain text", text_plain),
    ("Characters", text_restore),
    ("Script", text_script),
    ("Speed", text_speed),
)
PEERS = (
    "trafilatura",
    "readability-lxml",
    "resiliparse",
    "gne",
    "jusText",
    "htmldate",
    "chardet",
    "charset-normalizer",
    "ftfy",
    "opencc-python-reimplemented",
    "beautifulsoup4",
    "lxml",
)
INTRODUCTION = """# The text itself, beside other tools

Made by `make bench-text`, all tools in the same run on the same texts, scored by the check that lies with
the labelled texts. Times are ratios within the run. Right means what the check says; **missed** is a target
that is not met."""


def main(shared: Path) -> int:
    """Print the report and write it down; 2 where the labelled texts are not there."""
    if not (shared / "corpora").is_dir():
        print(f"{shared / 'corpora'} is not there: nothing to measure", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)  # what the peers say of pages is not part of the report
    warnings.simplefilter("ignore")
    parts = [INTRODUCTION, f"{date.today()}; " + ", ".join(f"{name} {version(name)}" for name in PEERS) + "."]
    for title, section in SECTIONS:
        started = time.monotonic()
        parts += [f"## {title}", section.report(shared)]
        print(f"{title}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    missed = sum(part.count("**missed**") for part in parts[1:])
    parts.insert(2, f"Targets missed: {missed}." if missed else "All targets are met.")
    report = "\n\n".join(parts) + "\n"
    print(report)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(report, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
