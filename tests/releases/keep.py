"""Keeps the catalog that a release makes, for later versions to be tested on. In a checkout of the release:

    cd CHECKOUT && PYTHONPATH=.:tests python keep.py FOLDER

FOLDER holds ``dumps`` and gets ``catalog.sqlite.gz``, in which PLACE stands for its own path.
"""

import gzip
import os
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import take_in

PLACE = "/release"


def main() -> None:
    """Take FOLDER/dumps in, named as a person in FOLDER would, and keep the catalog."""
    folder = Path(sys.argv[1]).resolve()
    os.chdir(folder)
    with TemporaryDirectory() as name:
        take_in(Path(name), Path("dumps"))
        file = Path(name) / "catalog.sqlite"
        with sqlite3.connect(file) as db:
            for table, column in (("dumps", "path"), ("sources", "dump"), ("rejects", "dump")):
                db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (str(folder), PLACE))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("VACUUM")
        db.execute("PRAGMA journal_mode = DELETE")
        db.close()
        with gzip.GzipFile(folder / "catalog.sqlite.gz", "wb", mtime=0) as out:
            out.write(file.read_bytes())


if __name__ == "__main__":
    main()
