"""How likely one piece of a text goes on in another, by the characters that meet at a seam."""

from __future__ import annotations

from flows.language import LINE, OTHER, language

_BEFORE, _AFTER = 2, 3
"""Characters at a seam that are weighed: the language knows those after two others."""


def gain(before: str, after: str) -> float:
    """How much likelier ``after`` is right behind ``before`` than anywhere (natural-log units).

    Inside a sentence true neighbours have 7 in the mean and 0.4 % of them less than 0; of texts that have
    nothing to do with each other half have less than 0 (3,000 of each, from county and other reports).

    >>> gain("全力抓好招商引", "资工作。") > 5 > 0 > gain("全力抓好招商引", "、住房保障。")
    True
    """
    behind, ahead = _ends(before, after)
    return _cost(OTHER * _BEFORE, ahead) - _cost(behind, ahead)


def gain_on_line(before: str, after: str) -> float:
    """How much likelier ``after`` is right behind ``before`` than on a new line (natural-log units).

    >>> gain_on_line("（三）积极", "推进新型城镇化") > 11 > gain_on_line("一、肯定成绩", "过去一年，全县上下")
    True
    """
    behind, ahead = _ends(before, after)
    return _cost(behind, LINE + ahead) - _cost(behind, ahead)


def _ends(before: str, after: str) -> tuple[str, str]:
    return before[-100:].rstrip()[-_BEFORE:].rjust(_BEFORE, "\n"), after[:100].lstrip()[:_AFTER]


def _cost(context: str, text: str) -> float:
    costs, speech = 0.0, language()
    for character in text:
        costs += speech.cost(context[-2:], character)
        context += character
    return costs
