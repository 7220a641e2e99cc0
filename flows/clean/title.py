"""The title: where the page says it, and its repetitions in the body."""

from __future__ import annotations

import re
from itertools import pairwise, zip_longest

from flows.clean.claims import Survey
from flows.clean.draft import Draft, squeeze
from flows.clean.shapes import begins_body, has_shape, is_bare_title, is_prose, is_title
from flows.parts import bare, mark

_SHORTEST, _LONGEST = 4, 100
_LEAD = re.compile(r"\s*(?:\d{1,3}、)?\s*")
"""What may stand before a title at the start of the body: the number of a fragment, which joining needs."""
_KIND = 8
"""Characters of the second line of a title in two: 讲话, 工作报告（摘要）."""
_BEFORE_TITLE = "|｜：:"
"""What parts a site's words from the title behind them."""
_GAP = 12
"""Characters between two repetitions of a title: 在〔...〕, 关于, a colon."""
_GOES_ON = re.compile(r"[,，。、；;》”\"中里时上后精神要的和与及]")
"""What shows that a sentence only mentions the title."""
_SITE_MARK = re.compile(
    r"(?:\s?[_|]\s?[^_|]{2,20}|\s?[-—]{1,2}\s?[^_|—-]{0,16}(?:网|文库|大全|范文|之家|平台|频道)){1,3}$"
)
"""What a site adds behind the title of a page: ``_会议讲话_范文大全``, `` - 某某网``."""
_SITE_TAG = re.compile(r"^(?:[a-z]{1,8}>|\[[^\[\]]{2,12}\]|【[^【】]{2,12}】)\s?")
"""What a site puts or leaves before it: ``[领导讲话]``, ``【县委书记】``, the end of a tag."""
_PAGE_MARK = re.compile(r"\s*(?:[(（](?:全文|图|组图)[)）]|\.(?:docx?|pdf|txt|wps))$")


def find_title(found: Survey) -> str | None:
    """The title a page gives itself: a field, else the longest heading that has the form of a title,
    else a first line that stands right above a salutation or a field line.

    >>> find_title(Survey(opening=["工作报告", "某县政府工作报告_第2页"]))
    '某县政府工作报告'
    >>> find_title(Survey(opening=["在全县年终总结动员大会上的", "讲话"]))
    '在全县年终总结动员大会上的讲话'
    """
    named = [value for kind, value in found.facts if kind == "title"]
    headings = [value for kind, value in found.facts if kind == "heading"] + found.opening
    headings += [above + below for above, below in pairwise(found.opening) if _set_in_two(above, below)]
    headings = [_bare(line) for line in headings]
    shaped = [line for line in headings if _heads_a_part(line) and len(line) >= _SHORTEST]
    shaped = [line for line in shaped if not any(_holds(line, other) for other in shaped)]
    if named:
        title = named[0]
    elif shaped:
        title = max(shaped, key=len)
    elif found.titled and is_bare_title(found.opening[0]):
        title = found.opening[0]
    else:
        return None
    title = _bare(title.strip(" *#"))
    return title if _SHORTEST <= len(title) <= _LONGEST else None


def drop_title_lines(draft: Draft, title: str) -> None:
    """Remove the lines above the body that say the title, or a part of it that is itself a title."""
    whole, repeated = squeeze(title), set()
    lines = draft.lines
    for number, (line, below) in enumerate(zip_longest(lines, lines[1:], fillvalue="")):
        if _set_in_two(line, below) and squeeze(line + below) == whole:
            repeated |= {number, number + 1}
        elif _says(line, whole):
            repeated.add(number)
        elif begins_body(line):
            break
    draft.drop_lines("title-line", repeated)


def _says(line: str, whole: str) -> bool:
    """Whether a line is a title, all but its 的, or part of it, or holds it behind a site's words."""
    form = squeeze(_bare(line))
    if form.replace("的", "") == whole.replace("的", "") or _holds(form, whole):
        return True
    return len(form) >= _SHORTEST and form in whole and is_title(line)


def drop_title_prefix(draft: Draft, title: str) -> None:
    """Remove the title, said once or more, from the start of the body's first sentence."""
    first = next((n for n, line in enumerate(draft.lines[:20]) if is_prose(line)), None)
    if first is None:
        return
    line = draft.lines[first]
    lead = _LEAD.match(line)
    start = end = lead.end() if lead else 0
    while (at := line.find(title, end, end + _GAP + len(title))) == end or (at > 0 and end > start):
        end = at + len(title)
    if end == start or _GOES_ON.match(line, end) or not _glued(line, end, title, end - start):
        return
    end += len(line[end:]) - len(line[end:].lstrip())
    offset = sum(len(above) + 1 for above in draft.lines[:first])
    draft.replace("title-prefix", [(offset + start, offset + end, "")])


def _glued(line: str, end: int, title: str, said: int) -> bool:
    """Whether a title was put before the first sentence, rather than being its subject (推进乡村振兴是…)."""
    rest = line[end:]
    apart = rest[:1].isspace() or has_shape(rest, "salutation", "heading", "part", "dateline")
    return is_title(title) or said > len(title) or apart


def _holds(line: str, title: str) -> bool:
    """Whether a line says a title behind a site's words: 10-28 | 移动端：在全县大会上的讲话."""
    return line != title and line.endswith(title) and line[-len(title) - 1] in _BEFORE_TITLE


def _set_in_two(above: str, below: str) -> bool:
    """Whether two lines are one title: what kind of text it is stands in the second one alone."""
    return above.endswith("的") and len(below) <= _KIND and not is_title(above) and is_title(above + below)


def title_place(title: str | None, found: Survey) -> tuple[int, int] | None:
    """Number and count (0: not told) that a page's title, or the one line above its body, gives the page.

    >>> title_place("在大会上的讲话（第2页）", Survey()), title_place("在大会上的讲话（二）", Survey())
    ((2, 0), None)
    """
    said = map(mark, [title] if title else found.opening)
    places = {(one.number, one.of) for one in said if one and one.certain}
    return places.pop() if len(places) == 1 else None


def without_page(title: str) -> str:
    """A title without the number of the page that it heads.

    >>> without_page("在全县大会上的讲话（2/4）"), without_page("在全县大会上的讲话（二）")
    ('在全县大会上的讲话', '在全县大会上的讲话（二）')
    """
    said = mark(title)
    return said.title if said and said.certain else title


def _heads_a_part(line: str) -> bool:
    """Whether a line is a title, or one with a part's number behind it."""
    return is_title(line) or is_title(bare(line))


def _bare(line: str) -> str:
    """A heading without the page number and the site's name behind it, or the site's tag before it.

    >>> _bare("在全县大会上的讲话_会议讲话_范文大全"), _bare("在全县大会上的讲话（第2页）")
    ('在全县大会上的讲话', '在全县大会上的讲话')
    >>> _bare("[县长讲话]在全县大会上的讲话")
    '在全县大会上的讲话'
    """
    line = without_page(_PAGE_MARK.sub("", line.strip()))
    for site in (_SITE_MARK, _SITE_TAG):
        less = site.sub("", line)
        line = less if is_title(less) else line
    return line
