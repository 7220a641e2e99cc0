"""Traditional to simplified: equal to the package whose dictionaries it uses, and to OpenCC's own cases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from chain import fastest, table, verdict
from opencc import OpenCC

from flows.resources import reference
from flows.restore import script as our_script

CONFIGS = ("t2s", "tw2s", "tw2sp", "hk2s", "hk2sp")
"""OpenCC's conversions that end in simplified script."""


def report(shared: Path) -> str:
    """The section on script, in Markdown."""
    cases = json.loads((shared / "corpora" / "opencc-tests" / "cases.json").read_text("utf-8"))
    package = OpenCC("t2s")
    inputs = [case["input"] for case in cases if any(c in case["expected"] for c in CONFIGS)]
    others = [text for case in cases for text in (case["input"], *case["expected"].values())]
    texts = list(dict.fromkeys([*inputs, *others]))
    alike = [text for text in texts if our_script.simplify(text) == package.convert(text)]
    apply = [text for text in texts if not any(word in text for word in _exceptions())]
    same = len(set(alike) & set(apply))
    rows = [
        ["the package's own t2s output, on texts without a word of ours", f"{same} of {len(apply)}", "–"],
        ["the same, on every text of the cases", f"{len(alike)} of {len(texts)}", "–"],
    ]
    for config in CONFIGS:
        wanted = [(case["input"], case["expected"][config]) for case in cases if config in case["expected"]]
        ours = sum(our_script.simplify(text) in _any(want) for text, want in wanted)
        theirs = sum(_package(config, text) in _any(want) for text, want in wanted)
        rows.append(
            [f"what the cases expect of {config}", f"{ours} of {len(wanted)}", f"{theirs} of {len(wanted)}"]
        )
    ratio = _ratio(shared)
    return "\n\n".join(
        [
            table(["equal to", "jianghua", "opencc-python-reimplemented"], rows),
            "A word of ours: one in the data file of exceptions. Configurations that end in p ask for other "
            "words too, not only for other characters: the stage changes them only on a page with several. "
            f"Speed on traditional text: {ratio:.0f} times the package's, target 15: "
            f"{verdict(ratio >= 15)}.",
        ]
    )


@cache
def _exceptions() -> tuple[str, ...]:
    lines = reference("restore/script-exceptions.tsv").read_text("utf-8").splitlines()
    return tuple(line.split("\t")[0] for line in lines if line and not line.startswith("#"))


def _any(wanted: str | list[str]) -> list[str]:
    return wanted if isinstance(wanted, list) else [wanted]


@cache
def _converter(config: str) -> OpenCC | None:
    try:
        return OpenCC(config)
    except Exception:  # it has not every conversion of OpenCC's
        return None


def _package(config: str, text: str) -> str | None:
    converter = _converter(config)
    return converter.convert(text) if converter else None


def _ratio(shared: Path) -> float:
    file = next(iter(sorted((shared / "corpora" / "reports").glob("*.txt"))))
    traditional = OpenCC("s2t").convert(file.read_text("utf-8"))
    package = OpenCC("t2s")
    package.convert("預熱"), our_script.to_simplified("預熱")
    theirs = fastest(lambda: package.convert(traditional))
    return theirs / fastest(lambda: our_script.to_simplified(traditional), 9)
