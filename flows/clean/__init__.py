"""Clean: what the site added goes, the writer's words stay, what the page says of itself becomes fields."""

from __future__ import annotations

from dataclasses import replace

from flows.clean.addresses import drop_addresses, drop_signatures
from flows.clean.claims import Survey
from flows.clean.copies import drop_copy
from flows.clean.counters import drop_counters
from flows.clean.draft import STAGE, Draft, fold
from flows.clean.fields import address
from flows.clean.markup import drop_inside, drop_lost_spaces, drop_markdown, drop_styles, drop_tags, unescape
from flows.clean.parting import part_notices, part_title
from flows.clean.repeats import drop_outline, drop_summary
from flows.clean.rules import by_place
from flows.clean.running import drop_running_heads, drop_running_lines
from flows.clean.survey import survey
from flows.clean.title import drop_title_lines, drop_title_prefix, find_title, title_place, without_page
from flows.clean.typography import part_indented, punctuate, punctuated, set_paragraphs
from flows.host import host
from flows.parts import hint, value
from flows.read import iso_time
from flows.records import Page, Reject

__all__ = ["clean"]

_WATERMARK_ZONE = 120
"""Characters at the end of the text that a copier's mark can stand in."""


def clean(page: Page) -> Page | Reject:
    """A page whose text is the speech alone, one paragraph a line, and whose fields say what its lines said.

    Expects simplified Chinese with damaged characters repaired. What an earlier stage has found
    (title, address, time, page number) stands. Rejects with ``empty`` a page without text, with
    ``no-body`` one that held nothing but what the site added. Never raises for bad text.

    >>> from flows.records import Source
    >>> page = Page(id="a", source=Source(file="a.txt"), media="text/plain",
    ...     text="某县长在动员会上的讲话\\n时间:2022-05-23 06:11:00\\n同志们:\\n我们开会。\\n下载本文档")
    >>> done = clean(page)
    >>> done.title, done.published, done.text
    ('某县长在动员会上的讲话', '2022-05-23T06:11:00', '同志们：\\n我们开会。')
    """
    draft = Draft(page.text)
    unescape(draft)
    if not draft.text.strip():
        return Reject(reason="empty", detail="no text on the page", source=page.source, stage=STAGE)
    drop_lost_spaces(draft)
    drop_inside(draft)
    drop_styles(draft)
    drop_tags(draft)
    drop_counters(draft)
    drop_addresses(draft)
    drop_signatures(draft)
    drop_markdown(draft)
    _drop_watermark(draft)
    part_indented(draft)
    draft.tidy()
    drop_running_lines(draft)
    part_notices(draft)
    part_title(draft)
    drop_copy(draft)
    drop_summary(draft)
    drop_outline(draft)
    found = survey(draft.lines)
    title = without_page(page.title) if page.title else find_title(found)
    _furnish(draft, found)
    if title:
        drop_title_lines(draft, title)
        drop_running_heads(draft, title)
        drop_title_prefix(draft, title)
    set_paragraphs(draft)
    punctuate(draft)
    draft.tidy()
    if not draft.text:
        return Reject(reason="no-body", detail="only the site's own lines", source=page.source, stage=STAGE)
    return _filled(page, draft, title and punctuated(title), found)


def _furnish(draft: Draft, found: Survey) -> None:
    """Take the surveyed lines off, rule by rule."""
    numbers = list(range(len(draft.lines)))
    for rule, doomed in found.doomed.items():
        draft.drop_lines(rule, [at for at, number in enumerate(numbers) if number in doomed])
        numbers = [number for number in numbers if number not in doomed]


def _drop_watermark(draft: Draft) -> None:
    """What a copier wrote behind the last sentence."""
    end = len(draft.text.rstrip())
    start = max(draft.text.rfind("\n", 0, end) + 1, end - _WATERMARK_ZONE)
    last = fold(draft.text[start:end])
    for rule in by_place("close"):
        if mark := rule.pattern.search(last):
            draft.replace(rule.name, [(start + mark.start(), start + mark.end(), "")])
            return


def _filled(page: Page, draft: Draft, title: str | None, found: Survey) -> Page:
    """The page with its clean text, and what its own lines say of it where an earlier stage has not."""
    said: dict[str, list[str]] = {}
    for kind, what in found.facts:
        said.setdefault(kind, []).append(what)
    times = said.get("published", []) + ([] if "place" in said else said.get("time", []))
    number, count, may_be = _place(page, said, found)
    url = page.url or next(filter(None, map(address, said.get("url", []))), None)
    source = replace(page.source, url=page.source.url or url, page=page.source.page or number)
    return replace(
        page,
        source=source,
        text=draft.text,
        title=title,
        edits=page.edits + tuple(draft.edits),
        head="\n".join(filter(None, [page.head, *found.head])),
        published=page.published or next(filter(None, map(iso_time, times)), None),
        url=url,
        site=page.site or host(url),
        number=number,
        count=count,
        hint=may_be,
        truncated=page.truncated or found.truncated(draft.text),
    )


def _place(
    page: Page, said: dict[str, list[str]], found: Survey
) -> tuple[int | None, int | None, tuple[int, int] | None]:
    """The page's number and count, and what may be both: what an earlier stage found, else what the page's
    lines say, where they agree."""
    numbers, counts = ({value(text) for text in said.get(kind, [])} for kind in ("number", "count"))
    marks = {place for line in set(said.get("mark", [])) if (place := hint(line))}
    if place := title_place(page.title, found):
        numbers.add(place[0])
        counts |= {place[1]} - {0}
    count = counts.pop() if len(counts) == 1 else None
    if page.number:
        return page.number, page.count or count, None
    if len(numbers) == 1 and not marks:
        return numbers.pop(), count, None
    return None, None, page.hint or (marks.pop() if len(marks) == 1 and not numbers else None)
