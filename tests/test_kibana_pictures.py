"""The pictures of the dashboards in docs/ show what the panels' own queries answer on the samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from kibana.picture import NAMES, picture
from kibana.samples import filled_with, in_five_nights

from flows.kibana.objects import saved_objects
from flows.settings import Settings

if TYPE_CHECKING:
    from elastic.plugin import Server

PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def nights(elasticsearch: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    archive: Path = tmp_path_factory.mktemp("nights") / "archive"
    in_five_nights(archive)
    with filled_with(archive, elasticsearch) as settings:
        yield settings


@pytest.mark.parametrize("name", NAMES)
def test_it_is_in_step_with_the_objects_and_the_samples(name: str, nights: Settings) -> None:
    objects = {one["id"]: one for one in saved_objects(nights.elasticsearch_alias)}
    kept = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert picture(nights, objects, name) == kept, "draw it anew: python docs/pictures/draw.py"
    assert f"pictures/{name}.svg" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
