"""What a worker does with one task: from files to files, timed by stage, and nothing raises on bad input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows import spool
from flows.dedupe import sign
from flows.plan import seen
from flows.read import read
from flows.records import Dump, Page, Reject, Source, Speech, Tag
from flows.report import Clock
from flows.settings import Limits

DropSiteLines = Callable[[Page, frozenset[int], frozenset[int]], Page]
PageStages = Sequence[tuple[str, Callable[[Page], Page | Reject]]]
Stitch = Callable[[Sequence[Page]], tuple[Speech, ...]]
Tagger = Callable[[Speech], Speech]
DETAIL = 300
"""Characters kept of an error's own words."""


def pages(shard: Sequence[Dump], limits: Limits, out: Path, stages: PageStages) -> dict[str, float]:
    """Take the pages of some dump files through the stages that look at one page; seconds by stage.

    Writes a spool of pages and rejects, each dump file begun by its Seen. OSError passes through where
    ``out`` can't be written.
    """
    clock = Clock()
    spool.write(out, (item for dump in shard for item in _items(dump, limits, stages, clock)))
    return clock.rounded()


def speeches(
    groups: Path, out: Path, drop_site_lines: DropSiteLines, stitch: Stitch, tag: Tagger
) -> dict[str, float]:
    """Make the speeches of some groups of pages, less what is their sites' own, tagged and signed; seconds
    by stage."""
    clock = Clock()
    found = (g for g in spool.read(groups) if isinstance(g, spool.Group))
    spool.write(out, (_spoken(g, drop_site_lines, stitch, tag, clock) for g in found))
    return clock.rounded()


def unspoken(group: spool.Group, fault: str) -> spool.Spoken:
    """A group whose speeches can't be made, as its bare pages: they stay readable, and nothing is lost."""
    bare = tuple(_untagged(_unstitched(page)) for page in group.pages)
    return spool.Spoken(key=group.key, speeches=bare, marks=((),) * len(bare), faults=(fault,))


def failure(stage: str, error: Exception | str, dump: Dump) -> Reject:
    """The reject of a whole dump file that a stage failed on."""
    detail = error if isinstance(error, str) else _words(error)
    return Reject(reason="failed", detail=detail, source=Source(file=dump.file), stage=stage)


def _items(dump: Dump, limits: Limits, stages: PageStages, clock: Clock) -> Iterator[spool.Item]:
    yield seen(dump)
    found = iter(read(dump, limits))
    try:
        while True:
            with clock("read"):
                page = next(found, None)
            if page is None:
                break
            yield page if isinstance(page, Reject) else _through(page, stages, clock)
    except OSError as error:
        yield Reject(reason="unreadable", detail=_words(error), source=Source(file=dump.file), stage="read")
    except Exception as error:
        yield failure("read", error, dump)


def _through(page: Page, stages: PageStages, clock: Clock) -> Page | Reject:
    for name, stage in stages:
        try:
            with clock(name):
                result = stage(page)
        except Exception as error:  # a fault of ours must cost one page, not the run
            return Reject(reason="failed", detail=_words(error), source=page.source, stage=name)
        if isinstance(result, Reject):
            return result
        page = result
    return page


def _spoken(
    group: spool.Group, drop_site_lines: DropSiteLines, stitch: Stitch, tag: Tagger, clock: Clock
) -> spool.Spoken:
    """A fault of ours costs a tag or a seam, never a page: what can't be done is left out and told."""
    faults: list[str] = []
    with clock("clean"):
        try:
            pages = tuple(_less_site_lines(page, group, drop_site_lines) for page in group.pages)
        except Exception as error:
            faults.append(f"clean: {_words(error)}")
            pages = group.pages
    with clock("stitch"):
        try:
            stitched = stitch(pages)
        except Exception as error:
            faults.append(f"stitch: {_words(error)}")
            stitched = tuple(_unstitched(page) for page in pages)
    tagged = []
    with clock("tag"):
        for speech in stitched:
            try:
                tagged.append(tag(speech))
            except Exception as error:
                faults.append(f"tag: {_words(error)}")
                tagged.append(_untagged(speech))
    with clock("sign"):
        marks = tuple(sign(s.text) for s in tagged)
    return spool.Spoken(key=group.key, speeches=tuple(tagged), marks=marks, faults=tuple(faults))


def _less_site_lines(page: Page, group: spool.Group, drop_site_lines: DropSiteLines) -> Page:
    lines = group.sites.get(page.site or "")
    return drop_site_lines(page, lines.edge, lines.everywhere) if lines else page


def _untagged(speech: Speech) -> Speech:
    unknown = Tag(unknown="a fault of the program")
    return replace(speech, level_tag=unknown, region_tag=unknown, date_tag=unknown)


def _unstitched(page: Page) -> Speech:
    return Speech(
        id=page.id,
        pages=(page.id,),
        title=page.title or "",
        text=page.text,
        head=page.head,
        published=page.published,
        truncated=page.truncated is not None,
        gaps=page.gaps,
    )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:DETAIL]
