"""``python -m tests.gate [--update]``: 0 where no figure is below its floor, 1 where one is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import floors, measure


def main(arguments: list[str]) -> int:
    """Measure, tell, and with ``--update`` raise the floors; where one would fall nothing is written."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.gate", description="Hold the tags against their floors."
    )
    parser.add_argument("--update", action="store_true", help="raise the floors to what is measured")
    parser.add_argument("--floors", type=Path, default=floors.FILE, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    bodies = {"own": measure.of_own}
    if (measure.SHARED / "corpora").is_dir():
        bodies["shared"] = measure.of_shared
    else:
        print(f"{measure.SHARED} is not there: its floors stay as they are and are not measured")
    pinned = floors.load(asked.floors)
    after, refused = dict(pinned), False
    for name, measured in bodies.items():
        data, figures = measured()
        before = pinned.get(name)
        for line in floors.fallen(before, figures) if before else ():
            refused = True
            print(f"{name}: {line}")
        if before and before.data != data:
            print(f"{name}: the data are not those the floors were pinned on")
            refused = refused or not asked.update
        if not refused:
            after[name] = floors.raised(before, data, figures)
    if refused:
        print("A floor is not lowered: mend what fell." if asked.update else "Below the floors.")
        return 1
    if asked.update:
        floors.save(after, asked.floors)
    print("Floors raised to what was measured." if asked.update else "No figure is below its floor.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
