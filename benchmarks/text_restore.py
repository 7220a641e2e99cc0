"""Characters put right: byte shift and pinyin; and texts that are right and must not change."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import byte_shift  # also makes tests/restore importable
import ftfy
from chain import check, table, text_page, through, verdict
from opencc import OpenCC
from restore.measure import readings

from flows.extract import extract
from flows.read import page
from flows.records import Page, Reject, Source
from flows.restore import restore
from flows.restore import script as our_script

CHARACTERS = 3000
"""Of each report that gets damaged: damage is local, and 200 reports give enough of it."""
NOTED = 60
"""Reports that get pinyin put in."""
CHOSEN = 40
"""Characters that a page annotates."""
_NOTE = re.compile(r"[(（][a-zü-ǜāáǎàēéěèīíǐìōóǒòūúǔùńňǹɡ]{1,6}[)）]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BRACKETS = re.compile(r"[(（]")


def report(shared: Path) -> str:
    """The section on restored characters, in Markdown."""
    return "\n\n".join([_byte_shift(shared), _untouched(shared), _pinyin(shared)])


def _byte_shift(shared: Path) -> str:
    """The figures of the repair's own benchmark, and what ftfy makes of the broken places of the seeds."""
    damages: dict[str, dict[str, float]] = {}
    for name, value in byte_shift.measure(shared, byte_shift.REPORTS, CHARACTERS).items():
        damage, _, figure = name.partition(": ")
        damages.setdefault(damage, {})[figure] = value
    figures = list(dict.fromkeys(figure for row in damages.values() for figure in row))
    rows = [
        [damage, *(_figure(name, row.get(name, 0)) for name in figures)] for damage, row in damages.items()
    ]
    met = all(
        row["whole right"] >= 0.95 and row["lost right"] >= 0.75 and row["wrong"] <= 0.01
        for row in damages.values()
    )
    made = {
        "jianghua": lambda text: through(text.encode()),
        "ftfy": lambda text: text_page(ftfy.fix_text(text)),
        "no repair": text_page,
    }
    beside = []
    for tool, work in made.items():
        found, places = _found(shared, work)
        beside.append([tool, f"{found} of {places}"])
    return "\n\n".join(
        [
            "### Text broken by byte-level replacement in GBK",
            table([f"damage made on {byte_shift.REPORTS} reports", *figures], rows),
            "Targets, whole sites right ≥ 0.95, sites with a lost byte right ≥ 0.75, wrong ≤ 0.01, for each "
            f"kind of damage: {verdict(met)}. The language is counted on other reports than are damaged.",
            table(["broken places of the real documents", "right"], beside),
        ]
    )


def _figure(name: str, value: float) -> str:
    return f"{value:.0f}" if name.startswith("sites") else f"{value:.4f}"


def _seeds(shared: Path) -> Iterator[tuple[str, list[str]]]:
    """The real documents, each with the words that stand where it is broken."""
    for document in json.loads((shared / "seeds" / "truth.json").read_text("utf-8"))["documents"]:
        text = (shared / "seeds" / document["file"]).read_text("utf-8")
        yield text, [place["right"] for place in document["restored"]]


def _found(shared: Path, work: Callable[[str], Page | Reject]) -> tuple[int, int]:
    """How many of the broken places a tool puts right, and of how many."""
    plain = check(shared).plain
    right = places = 0
    for text, wanted in _seeds(shared):
        done = work(text)
        shown = plain(our_script.simplify(done.text)) if isinstance(done, Page) else ""
        places += len(wanted)
        right += sum(plain(words) in shown for words in wanted)
    return right, places


def sound(shared: Path) -> Iterator[tuple[str, Page]]:
    """All texts that no site has damaged, as pages at the door of restore."""
    corpora = shared / "corpora"
    for name, pattern in (("reports", "reports/*.txt"), ("speeches", "noteveryx-speeches/*.md")):
        for file in sorted(corpora.glob(pattern)):
            yield name, text_page(file.read_text("utf-8"))
    for line in (corpora / "policies.jsonl").read_text("utf-8").splitlines():
        yield "policies", text_page(json.loads(line)["html"], html=True)
    for name, pattern in (("html_gold", "html_gold/original/*"), ("government pages", "wanzai-gov-html/*")):
        for file in sorted(corpora.glob(pattern)):
            found = page(file.read_bytes(), Source(file=file.name))
            if isinstance(found, Page):
                yield name, found


def _untouched(shared: Path) -> str:
    """Edits that restore makes in texts that need none, rule by rule."""
    texts, characters, brackets = Counter[str](), Counter[str](), Counter[str]()
    rules: dict[str, Counter[str]] = {}
    for name, given in sound(shared):
        found = extract(given)
        if not isinstance(found, Page):
            continue
        done = restore(found)
        texts[name] += 1
        characters[name] += len(found.text)
        brackets[name] += len(_BRACKETS.findall(found.text))
        rules.setdefault(name, Counter()).update(edit.rule for edit in done.edits[len(found.edits) :])
    rows = [
        [name, texts[name], f"{characters[name]:,}", f"{brackets[name]:,}", _counted(rules[name])]
        for name in texts
    ]
    all_rules = sum(rules.values(), Counter())
    rows.append(
        ["all", texts.total(), f"{characters.total():,}", f"{brackets.total():,}", _counted(all_rules)]
    )
    repairs = all_rules["byte-shift"] + all_rules["pinyin"]
    return "\n\n".join(
        [
            "### Texts that are right already",
            table(["set", "texts", "characters", "brackets", "edits by restore"], rows),
            f"Target, no byte-shift repair and no note taken: {verdict(repairs == 0)} ({repairs}).",
        ]
    )


def _counted(rules: Counter[str]) -> str:
    return ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items())) or "0"


def annotate(text: str, seed: int) -> str:
    """The text with some of its commonest characters annotated wherever they stand."""
    chance = random.Random(seed)
    common = [c for c, _ in Counter(_HAN.findall(text)).most_common(400) if c in readings()]
    opening, closing = chance.choice(["()", "（）"])
    notes = {
        ord(c): f"{c}{opening}{readings()[c]}{closing}"
        for c in chance.sample(common, min(CHOSEN, len(common)))
    }
    return text.translate(notes)


def _pinyin(shared: Path) -> str:
    rows = []
    seeds = [text for text, _ in _seeds(shared)]
    before, after = (sum(len(_NOTE.findall(t)) for t in texts) for texts in (seeds, map(_restored, seeds)))
    rows.append(["real documents", len(seeds), before, f"{1 - after / max(1, before):.2%}", "–"])
    met = after == 0
    convert = OpenCC("s2t").convert
    files = sorted((shared / "corpora" / "reports").glob("*.txt"))[:NOTED]
    for script, texts in (
        ("simplified", [f.read_text("utf-8")[:8000] for f in files]),
        ("traditional", [convert(f.read_text("utf-8")[:4000]) for f in files[: NOTED // 3]]),
    ):
        noted = [annotate(text, seed) for seed, text in enumerate(texts)]
        made = sum(len(n) - len(t) for n, t in zip(noted, texts, strict=True))
        put_in = sum(len(_NOTE.findall(n)) - len(_NOTE.findall(t)) for n, t in zip(noted, texts, strict=True))
        got = [_restored(text) for text in noted]
        left = sum(len(_NOTE.findall(text)) for text in got) - sum(len(_NOTE.findall(text)) for text in texts)
        same = sum(g == _restored(t) for g, t in zip(got, texts, strict=True))
        rows.append(
            [
                f"reports, {script}",
                len(texts),
                put_in,
                f"{1 - left / max(1, put_in):.2%}",
                f"{same} of {len(texts)}",
            ]
        )
        met = met and left == 0 and same == len(texts) and made > 0
    header = ["pinyin in brackets", "texts", "notes", "gone", "text as if never annotated"]
    return f"### Pinyin\n\n{table(header, rows)}\n\nTarget, all: {verdict(met)}."


def _restored(text: str) -> str:
    return restore(text_page(text)).text
