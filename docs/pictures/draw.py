"""Draws the pictures of the dashboards beside this file; starts an Elasticsearch node of the tests for it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from elastic.node import Node  # noqa: E402
from kibana.picture import NAMES, picture  # noqa: E402
from kibana.samples import filled_with, in_five_nights  # noqa: E402

from flows.kibana.objects import saved_objects  # noqa: E402


def main() -> None:
    """Write a file a dashboard."""
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        in_five_nights(archive)
        with Node(Path(folder) / "node") as node, filled_with(archive, node) as settings:
            objects = {one["id"]: one for one in saved_objects(settings.elasticsearch_alias)}
            for name in NAMES:
                (HERE / f"{name}.svg").write_text(picture(settings, objects, name), encoding="utf-8")


if __name__ == "__main__":
    main()
