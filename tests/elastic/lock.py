"""Writes jars.lock from pom.xml: `python -m tests.elastic.lock`. Needs Maven; run it to change a version."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from .parts import HERE, LOCK

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        goal = [
            f"{PLUGIN}:copy-dependencies",
            f"-DoutputDirectory={folder}",
            "-Dmdep.useRepositoryLayout=true",
        ]
        subprocess.run(["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), *goal], check=True)
        jars = sorted(Path(folder).rglob("*.jar"))
        lines = [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.relative_to(folder)}" for jar in jars]
    LOCK.write_text("\n".join(lines) + "\n")
    print(f"{LOCK.name}: {len(lines)} jars")


if __name__ == "__main__":
    main()
