"""The five real documents against what a careful reader gets from them: ``make seeds``.

Alone, renamed and in reverse order, and among the labelled reports; scored by the check that lies with
the data. Needs the data beside the checkout, and says so where it is not there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import export, run


def score(shared: Path, labels: Path, exported: Path) -> dict[str, int]:
    """The check's own verdict: statements and failed."""
    check = [sys.executable, shared / "checks" / "check.py", "score", "seeds", labels, exported]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    return json.loads(done.stdout.splitlines()[-1])


def main(shared: Path) -> int:
    """Score all three ways; 1 where a statement fails."""
    if not (shared / "seeds").is_dir():
        print(f"{shared / 'seeds'} is not there: nothing to check")
        return 0
    failed = 0
    with TemporaryDirectory() as made:
        work = Path(made)
        check = shared / "checks" / "check.py"
        subprocess.run([sys.executable, check, "make", "seeds", shared / "seeds", work / "s"], check=True)
        for name, folders in {
            "alone": [work / "s"],
            "among": [work / "s", shared / "corpora/reports"],
        }.items():
            print(f"{name}:")
            run("ingest", *folders, "--archive", work / name, "--json")
            export(work / name, work / f"{name}.jsonl")
            failed += score(shared, work / "s.labels.json", work / f"{name}.jsonl")["failed"]
        print("renamed, one by one, in reverse order:")
        before = export(work / "alone", work / "alone.jsonl")
        for number, file in enumerate(sorted((work / "s").iterdir(), reverse=True)):
            shutil.copy(file, work / f"文件 {number}.txt")
            run("ingest", work / f"文件 {number}.txt", "--archive", work / "renamed", "--json")
        after = export(work / "renamed", work / "renamed.jsonl")
        for speech in before + after:
            del speech["run"]
            for source in speech["sources"]:
                del source["file"]
        print("the same export" if before == after else "ANOTHER EXPORT")
        failed += before != after
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
