"""What a worker does with one task: from files to files, timed by stage, and nothing raises on bad input."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows import spool
from flows.catalog import Catalog
from flows.catalog.pages import Kept
from flows.dedupe import sign
from flows.person import corrections
from flows.plan import key, seen
from flows.read import page as page_again
from flows.read import read
from flows.records import Dump, Page, Reject, Source, Speech, Tag
from flows.report import Clock
from flows.settings import Limits
from flows.stitch import family

DropSiteLines = Callable[[Page, frozenset[int], frozenset[int]], Page]
PageStages = Sequence[tuple[str, Callable[[Page], Page | Reject]]]
Stitch = Callable[[Sequence[Page], bool], tuple[Speech, ...]]
Tagger = Callable[[Speech], Speech]
DETAIL = 300
"""Characters kept of an error's own words."""


def pages(
    shard: Sequence[Dump], limits: Limits, out: Path, stages: PageStages, archive: Path | None = None
) -> dict[str, float]:
    """Take the pages of some dump files through the stages that look at one page; seconds by stage.

    Writes a spool of pages and rejects, each dump file begun by its Seen. Of dump files that are read again,
    the pages that the ``archive`` holds of them are only told as known. OSError passes through where ``out``
    can't be written.
    """
    clock, held = Clock(), set[str]()
    if archive:
        with Catalog.open(archive) as catalog:
            held = catalog.pages_of(key(dump) for dump in shard)
    spool.write(out, (item for dump in shard for item in _items(dump, limits, stages, held, clock)))
    return clock.rounded()


def pages_again(archive: Path, span: tuple[str, str], out: Path, stages: PageStages) -> dict[str, float]:
    """Make the archive's pages from the first to the last id of ``span`` again, from the bytes that it keeps;
    seconds by stage. Writes a spool of those that came out otherwise."""
    clock = Clock()
    with Catalog.open(archive) as catalog:
        spool.write(out, _remade(catalog.kept_pages(span), stages, clock))
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
    return spool.Spoken(
        key=group.key, speeches=bare, marks=((),) * len(bare), faults=(fault,), several=group.several
    )


def failure(stage: str, error: Exception | str, dump: Dump) -> Reject:
    """The reject of a whole dump file that a stage failed on."""
    detail = error if isinstance(error, str) else _words(error)
    return Reject(reason="failed", detail=detail, source=Source(file=dump.file), stage=stage)


def _items(
    dump: Dump, limits: Limits, stages: PageStages, held: Container[str], clock: Clock
) -> Iterator[spool.Item]:
    yield seen(dump)
    found = iter(read(dump, limits))
    try:
        while True:
            with clock("read"):
                page = next(found, None)
            if page is None:
                break
            if isinstance(page, Reject):
                yield page
            elif page.id in held:
                yield spool.Known(page=page.id, source=page.source)
            else:
                yield _through(page, stages, clock)
    except OSError as error:
        yield Reject(reason="unreadable", detail=_words(error), source=Source(file=dump.file), stage="read")
    except Exception as error:
        yield failure("read", error, dump)


def _remade(kept: Iterable[Kept], stages: PageStages, clock: Clock) -> Iterator[spool.Remade]:
    for one in kept:
        with clock("read"):
            page = page_again(one.raw, one.source, one.fields)
        made = page if isinstance(page, Reject) else _through(page, stages, clock)
        if isinstance(made, Reject):
            if made.reason != "failed" and not one.set_aside:  # a fault of ours must not take a page away
                yield spool.Remade(id=one.page.id, reject=made)
            continue
        made = replace(made, id=one.page.id, raw=b"")
        if one.set_aside or made != replace(one.page, source=made.source) or made.source != one.source:
            yield spool.Remade(id=one.page.id, page=made)


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
            stitched = stitch(pages, group.several)
        except Exception as error:
            faults.append(f"stitch: {_words(error)}")
            stitched = tuple(_unstitched(page) for page in pages)
    tagged = []
    with clock("tag"):
        for speech in stitched:
            try:
                tagged.append(corrections.apply(speech, group.words, tag))
            except Exception as error:
                faults.append(f"tag: {_words(error)}")
                tagged.append(_untagged(speech))
    with clock("sign"):
        marks = tuple(sign(s.text) for s in tagged)
    return spool.Spoken(
        key=group.key,
        speeches=tuple(tagged),
        marks=marks,
        faults=tuple(faults),
        family=None if group.several else family(stitched, pages),
        several=group.several,
    )


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
