"""Generated sets for ``bench-dedupe``: speeches cut from the labelled reports, and variants of them by kind.

A report is cut at its paragraphs into a short speech (300 to 1,500 characters), one of middle length and the
rest, so that no two hold the same words. All is drawn from fixed seeds.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup
from opencc import OpenCC

from flows.records import Speech, page_id
from flows.resources import reference
from flows.restore.script import simplify

SHORT = (300, 1500)
MIDDLE = (1500, 5000)
LEAST = 150
"""Characters of a body cut short, at least."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NAME = re.compile(r"[一-鿿]{2,8}?(?:省|市|县|区|州|盟|旗)")
_STOPS = "，。；：、！？“”"


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body, which of the speeches it is a copy of, and how it was made."""

    title: str
    body: str
    of: int
    kinds: tuple[str, ...] = ()

    def speech(self) -> Speech:
        """As the stages before dedupe hand it on."""
        name = page_id(f"{self.of} {self.kinds} {self.title}\n{self.body}".encode())
        return Speech(id=name, pages=(name,), title=self.title, text=self.body)


def speeches(shared: Path, most: int) -> list[Text]:
    """Speeches cut from the reports, up to so many."""
    files = sorted((shared / "corpora" / "reports").glob("*.txt"))
    found = _cut_up((path.stem, path.read_text("utf-8")) for path in files)
    return random.Random(6).sample(found, min(most, len(found)))


def held_out(shared: Path, most: int) -> list[Text]:
    """Speeches that nothing was set by: cut from speeches and policy papers, which are no reports, and from
    reports at other places."""
    corpora = shared / "corpora"
    files = sorted((corpora / "reports").glob("*.txt"))
    reports = [(f"held out {path.stem}", path.read_text("utf-8")) for path in files]
    others = [(f.stem, f.read_text("utf-8")) for f in sorted((corpora / "noteveryx-speeches").glob("*.md"))]
    for line in (corpora / "policies.jsonl").read_text("utf-8").splitlines():
        paper = json.loads(line)
        others.append((paper["id"], BeautifulSoup(paper["html"], "lxml").get_text("\n", strip=True)))
    found = _cut_up([*others, *random.Random(60).sample(reports, len(reports) // 4)])
    return random.Random(61).sample(found, min(most, len(found)))


def _cut_up(texts: Iterable[tuple[str, str]]) -> list[Text]:
    """Short, middle and long pieces of named texts; the names draw where the cuts are."""
    found: list[Text] = []
    for name, text in texts:
        dice = random.Random(name)
        lines = [line for line in text.split("\n") if line.strip()]
        for low, high in (SHORT, SHORT, MIDDLE, (LEAST, 1 << 30)):
            size, taken = dice.randint(low, min(high, 40_000)), list[str]()
            while lines and sum(map(len, taken)) < size:
                taken.append(lines.pop(0))
            body = "\n".join(taken)[: high + 400]
            if len(body) >= SHORT[0]:
                title = f"{dice.randint(1995, 2024)}年工作会议讲话（{len(found)}）"
                found.append(Text(title, body, len(found)))
    return found


def variants(text: Text, dice: random.Random) -> list[Text]:
    """Three to eight variants of a speech, each of one kind or two."""
    found = []
    for _ in range(dice.randint(3, 8)):
        kinds = tuple(sorted(dice.sample(sorted(KINDS), dice.choice((1, 1, 2)))))
        title, body = text.title, text.body
        for kind in kinds:
            title, body = KINDS[kind](title, body, dice)
        found.append(Text(title, body, text.of, kinds))
    return found


def template(text: Text, dice: random.Random) -> Text | None:
    """Another place's speech from the same template: places and most numbers changed; None where the text
    names no place, or hardly a number."""
    if len(set(_NUMBER.findall(text.body))) < 2 or not _named(text.body):
        return None
    title, body = _other_places(text.title, text.body, dice)
    body = _NUMBER.sub(lambda n: n[0] if dice.random() < 0.15 else _other_number(n[0], dice), body)
    return Text(title, body, text.of, ("template",))


def _other_number(number: str, dice: random.Random) -> str:
    whole, point, part = number.partition(".")
    digits = "".join(str(dice.randint(1 if n == 0 else 0, 9)) for n in range(len(whole)))
    return digits + point + "".join(str(dice.randint(0, 9)) for _ in part)


@cache
def _divisions() -> list[str]:
    with (reference("places") / "divisions.csv").open(encoding="utf-8", newline="") as lines:
        names = [row[1] for row in csv.reader(lines)][1:]
    return sorted({n for n in names if 3 <= len(n) <= 4 and n[-1] in "市县区"})


@cache
def _known() -> frozenset[str]:
    return frozenset(_divisions())


def _named(body: str) -> list[str]:
    """Names of places in a text, the first thing named first."""
    found: dict[str, None] = {}
    for match in re.finditer("[市县区]", body):
        for length in (4, 3):
            name = body[max(0, match.end() - length) : match.end()]
            if name in _known():
                found.setdefault(name)
                break
    return list(found)


def _other_places(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    for name in _named(body):
        other = dice.choice([n for n in _divisions() if n[-1] == name[-1] and n != name])
        title, body = title.replace(name, other), body.replace(name, other)
        short, instead = name[:-1], other[:-1]
        if len(short) > 2 or body.count(short) > 2:
            body = body.replace(short, instead)
    return title, body


def _masked(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    for name in _named(body):
        mask = dice.choice(("XX", "**", "某", "某某", "××"))
        title = title.replace(name, mask + name[-1])
        body = body.replace(name, mask + name[-1])
        if len(name) > 3 or body.count(name[:-1]) > 2:
            body = body.replace(name[:-1], mask)
    return title, body


def _punctuation(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    table = dict(zip(_STOPS, ',.;:,!?""', strict=True))
    if dice.random() < 0.5:
        return title, body.translate(str.maketrans(table))
    return title, "".join(c for c in body if c not in _STOPS or dice.random() < 0.5)


def _unaddressed(title: str, body: str, _: random.Random) -> tuple[str, str]:
    return title, re.sub(r"同志们[：，！]?|各位代表[：，！]?", "", body)


def _noticed(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    first = "本站提示：以下内容由网友上传，仅供学习参考，转载请注明出处。"
    last = f"更多范文请关注本站，客服电话{dice.randint(10**7, 10**8)}，编号{dice.randint(1000, 9999)}。"
    return title, dice.choice((f"{first}\n{body}", f"{body}\n{last}", f"{first}\n{body}\n{last}"))


def _year(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    return re.sub(r"\d{4}", lambda y: str(int(y[0]) + dice.choice((-1, 1))), title, count=1), body


def _traditional(title: str, body: str, _: random.Random) -> tuple[str, str]:
    return simplify(_s2t().convert(title)), simplify(_s2t().convert(body))


@cache
def _s2t() -> OpenCC:
    return OpenCC("s2t")


def _cut(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    size = max(LEAST, int(len(body) * dice.choice((0.1, 0.2, 1 / 3, 1 / 3, 0.5, 0.8))))
    return title, body[:size]


KINDS: dict[str, Callable[[str, str, random.Random], tuple[str, str]]] = {
    "other punctuation": _punctuation,
    "places masked": _masked,
    "places changed": _other_places,
    "salutations dropped": _unaddressed,
    "notices added": _noticed,
    "another year in the title": _year,
    "to traditional and back": _traditional,
    "cut short": _cut,
}
