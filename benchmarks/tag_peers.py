r"""The tools for places and dates, each called as its own documentation says, on texts from standard input.

    uv run --no-project --with jionlp==1.5.31 --with cpca==0.5.5 \
        python benchmarks/tag_peers.py region < texts.jsonl

Run apart from the project, in an environment made for it and thrown away: jionlp and cpca bring pandas and a
segmenter, and nothing else here needs them. One JSON object a line comes in (name, text); one goes out for
each tool and text, and one for each tool with its seconds to load.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def _jionlp() -> Callable[[str], Answer]:
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its maker's address
        import jionlp

    def region(text: str) -> Answer:
        found = jionlp.parse_location(text)
        return {"province": found["province"], "prefecture": found["city"], "county": found["county"]}

    return region


def _cpca() -> Callable[[str], Answer]:
    import cpca

    def region(text: str) -> Answer:
        row = cpca.transform([text]).to_dict("records")[0]
        return {"province": row["省"], "prefecture": row["市"], "county": row["区"]}

    return region


def _htmldate() -> Callable[[str], Answer]:
    from html import escape

    from htmldate import find_date

    def date(text: str) -> Answer:
        body = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
        return {
            "date": find_date(f"<html><body>{body}</body></html>", original_date=True, min_date="1949-10-01")
        }

    return date


TOOLS = {"region": {"jionlp.parse_location": _jionlp, "cpca": _cpca}, "date": {"htmldate": _htmldate}}


def _answer(tool: Callable[[str], Answer], text: str) -> Answer:
    """What a tool says; nothing where it fails."""
    try:
        return {key: value or None for key, value in tool(text).items()}
    except Exception:
        return {}


def main(what: str) -> None:
    """Answers for every text, tool by tool."""
    texts = [json.loads(line) for line in sys.stdin]
    for name, load in TOOLS[what].items():
        started = time.perf_counter()
        tool = load()
        _answer(tool, "辽宁省铁岭市昌图县，2019年3月1日")  # what it loads at its first call
        print(json.dumps({"tool": name, "load": time.perf_counter() - started}))
        for item in texts:
            started = time.perf_counter()
            answer = _answer(tool, item["text"])
            spent = time.perf_counter() - started
            line = {"tool": name, "name": item["name"], "answer": answer, "seconds": spent}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
