"""Years in headings: 2016年工作回顾 looks back, 二、2017年主要工作 and 全力做好2017年各项工作 look ahead."""

from __future__ import annotations

import re
from typing import Literal

_BARE = re.compile(r"[\s*#　]+")
_OWN = r"(?:全[市省县区州盟旗]|我[市省县区州]|[市省县区]|自治区|国民)?(?:经济)?(?:和|与)?(?:社会发展|政府)?"
_REVIEW = re.compile(
    rf"{_OWN}(?:的)?(?:主要|重点)?工作(?:简要|基本)?(?:的)?(?:回顾|总结|完成情况|情况|成绩)"
    r"|(?:工作)?(?:的)?(?:简要)?回顾|[及和与、][^，。；]{0,14}(?:回顾|总结)"
    r"|(?:工作)?的?(?:基本)?(?:估计|主要成就|发展回顾|主要工作回顾)"
)
_PLAN = re.compile(
    rf"{_OWN}(?:的)?(?:主要|重点|总体)?(?:预期)?(?:工作|发展)?(?:的)?"
    r"(?:安排|重点工作|重点任务|总体要求|总体思路|总体安排|主要任务|主要目标|主要预期|预期目标|指导思想|工作安排"
    r"|工作任务|目标任务|奋斗目标|工作重点|部署|重点|目标|任务|总体|建议|意见|思路|打算|工作计划)"
    r"|(?:主要|重点)?工作(?=$|[（(：:])|政府工作(?!报告|回顾|总结)"
)
_HEADING_BEFORE = re.compile(
    r"(?:^|[\n。])[\s*#]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)]?\s{0,2}[、.．]?)?[\s*\d]*(?:关于|[^\n。，]{0,14}[和及、])?[\s*]*$"
)
_CARRIED_OUT = re.compile(r"(?:的)?(?:全面|圆满|顺利|较好)?(?:完成|实现)")
_TO_DO_BEFORE = re.compile(r"(?:做好|抓好|谋划|部署)[^，。；\n]{0,6}$")
_NOT_THIS_HEADING = re.compile(r"回顾|总结|情况|成[绩效就]|以来|完成|[到至—－\-~～]|决算|预算|远景")
_WORK = re.compile(r"工作|任务|目标|安排|部署")
HEADING = 36
"""Code points of a line up to which it is a heading."""


def bare(text: str) -> str:
    """A text without the white space and the marks of headings."""
    return _BARE.sub("", text)


def announced(text: str, match: re.Match[str]) -> Literal["review", "plan", "mention"] | None:
    """What the words after a year announce, as a heading or in a sentence; None if they announce nothing."""
    before = text[max(0, match.start() - 24) : match.start()]
    rest = text[match.end() : match.end() + 40]
    after = bare(rest)
    if _REVIEW.match(after) and _HEADING_BEFORE.search(before):
        return "review"
    if "各项" not in after[:4] and (plan := _PLAN.match(after)):
        if _CARRIED_OUT.match(bare(rest.partition("\n")[0]), plan.end()):
            return "review"
        return "plan" if _HEADING_BEFORE.search(before) else "mention"
    if after.startswith(("工作", "各项工作", "的各项工作")) and _TO_DO_BEFORE.search(before):
        return "plan"
    return None


def heading_end(text: str, match: re.Match[str]) -> int | None:
    """The end of the line, where the year opens a heading that is no review: 二、2018年主要工作."""
    start = text.rfind("\n", max(0, match.start() - HEADING), match.start()) + 1
    end = text.find("\n", match.end(), match.end() + HEADING)
    if end < 0 or not start or end - start > HEADING:
        return None
    said = text[match.end() : end]
    if not _HEADING_BEFORE.search(text[start - 1 : match.start()]) or re.search(r"[。；！]", said):
        return None
    return end if _WORK.search(said) and not _NOT_THIS_HEADING.search(said) else None


def headed(text: str, match: re.Match[str]) -> bool:
    """Whether the line before is a heading with the same year: 全面加快2004年经济社会发展, then 2004年是…"""
    lines = text[max(0, match.start() - 80) : match.start()].split("\n")
    if len(lines) < 3 or lines[-1].strip(" *　"):
        return False
    line = lines[-2]
    return (
        match[1] in line and len(line) <= HEADING and not _NOT_THIS_HEADING.search(line) and "。" not in line
    )
