"""Indices of other archives, and those with a name of a person's own, are left alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from elastic.node import Server

from flows.catalog.writer import Writer
from flows.index.engine import IndexUnusable
from flows.settings import Settings

from .conftest import Archive


@pytest.fixture
def on_node(elasticsearch: Server, prefix: str, base: Path, tmp_path: Path) -> Archive:
    """An archive whose alias leads to an index of another archive's, held by that one's aliases."""
    settings = Settings(
        archive=tmp_path / "archive",
        engine="elasticsearch",
        elasticsearch_url=elasticsearch.url,
        elasticsearch_alias=f"{prefix}speeches",
    )
    shutil.copytree(base / "archive", tmp_path / "other")
    other = Archive(replace(settings, archive=tmp_path / "other"), (base / "dumps", base / "dumps"))
    other.ingest()
    shutil.copytree(base / "archive", settings.archive)
    with Writer.open(settings.archive) as catalog:
        catalog.db.execute("DELETE FROM meta WHERE key = 'archive'")
    return Archive(settings, (base / "dumps", base / "dumps"))


def test_the_index_of_another_archive_is_not_touched(on_node: Archive) -> None:
    before = on_node.all_names()
    for rollback in (False, True):
        with pytest.raises(IndexUnusable, match=r"of another archive; .*_ALIAS and run: jianghua reindex"):
            on_node.reindex(rollback)
    with pytest.raises(IndexUnusable, match="of another archive"):
        on_node.ingest()
    assert on_node.all_names() == before
    alias = f"{on_node.settings.elasticsearch_alias}-of-mine"
    mine = Archive(replace(on_node.settings, elasticsearch_alias=alias), on_node.dumps)
    mine.reindex()
    mine.sound()
    other = Archive(replace(on_node.settings, archive=on_node.settings.archive.parent / "other"), mine.dumps)
    other.reindex()
    other.reindex()
    mine.sound()
    other.sound()


def test_an_index_with_a_name_of_a_persons_own_is_kept(on_node: Archive) -> None:
    other = Archive(
        replace(on_node.settings, archive=on_node.settings.archive.parent / "other"), on_node.dumps
    )
    first, _ = other.names()
    assert first
    with Server(other.settings.elasticsearch_url).client() as client:
        client.indices.put_alias(index=first, name=f"{other.settings.elasticsearch_alias}-of-may")
    second = other.reindex().in_use
    third = other.reindex().in_use
    assert other.all_names() == {first, second, third}
    other.sound()
