"""Lines that printed pages carry at their heads and feet: the title, the office, beside the page's number."""

from __future__ import annotations

from collections import Counter

from flows.clean.draft import Draft, squeeze
from flows.clean.rules import by_place
from flows.clean.shapes import is_prose, is_title

_SHORTEST = 4
_GAP = 12
"""Characters of a page number and what sets it off."""
_NUMBERS = "0123456789-—·/|"
_LONGEST = 40
"""Characters of a head or foot line."""
_TIMES = 2
"""Page numbers beside which a line stands that is no writer's."""


def drop_running_lines(draft: Draft) -> None:
    """Remove lines that stand again and again beside the number of a page. A title stays once, for what
    looks for one.

    >>> draft = Draft("同志们：\\n某县水利局\\n- 1 -\\n我们开会。\\n某县水利局\\n- 2 -\\n谢谢大家！")
    >>> drop_running_lines(draft)
    >>> draft.text.split("\\n")
    ['同志们：', '- 1 -', '我们开会。', '- 2 -', '谢谢大家！']
    """
    lines = draft.lines
    (rule,) = (rule for rule in by_place("line") if rule.name == "page-mark")
    marks = [n for n, line in enumerate(lines) if len(line) <= _LONGEST and rule.pattern.fullmatch(line)]
    if len(marks) < _TIMES:
        return
    beside = {at for n in marks for at in (n - 1, n + 1) if 0 <= at < len(lines)} - set(marks)
    beside = {n for n in beside if _SHORTEST <= len(lines[n]) <= _LONGEST and not is_prose(lines[n])}
    times = Counter(lines[n] for n in beside)
    gone = {n for n, line in enumerate(lines) if times[line] >= _TIMES}
    titles = {lines[n]: n for n in sorted(gone, reverse=True) if is_title(lines[n])}
    draft.drop_lines("running-head", gone - set(titles.values()))


def drop_running_heads(draft: Draft, title: str) -> None:
    """Remove the lines inside the body that say the title and a page number, as printed pages do at their
    heads; without a number where it is said twice and more.

    >>> draft = Draft("同志们：\\n某县长讲话 1\\n我们开会。\\n某县长讲话 2\\n谢谢大家！")
    >>> drop_running_heads(draft, "某县长讲话")
    >>> draft.text.split()
    ['同志们：', '我们开会。', '谢谢大家！']
    """
    if title[:_SHORTEST] not in draft.text:
        return
    whole = squeeze(title)
    heads: dict[int, str] = {}
    for number, line in enumerate(draft.lines):
        if title[:_SHORTEST] in line and len(line) <= len(title) + _GAP:
            form = squeeze(line)
            if form.strip(_NUMBERS) == whole.strip(_NUMBERS):
                heads[number] = form
    bare = [number for number, form in heads.items() if form == whole]
    draft.drop_lines("running-head", heads if len(bare) != 1 else set(heads) - set(bare))
