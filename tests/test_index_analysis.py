"""The analysis that the indices are made with, and the translation of queries, without a server."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from contract.entries import ENTRIES, speech_id

from flows.index.elastic import schema
from flows.index.elastic.query import to_elastic
from flows.index.fold import row
from flows.index.query import parse
from flows.resources import mapping
from flows.restore.script import simplify

SCRIPT = Path(__file__).parents[1] / "mappings" / "build_analysis.py"
ANALYSIS: dict[str, Any] = json.loads(mapping("settings.json").read_text("utf-8"))["template"]["settings"][
    "index"
]["analysis"]
SYNONYMS: list[str] = ANALYSIS["filter"]["synonyms"]["synonyms"]


def test_the_tables_are_what_the_script_makes() -> None:
    made: str = runpy.run_path(str(SCRIPT))["filled"]()
    assert made == mapping("settings.json").read_text("utf-8")


def test_every_rule_changes_a_character_as_the_pipeline_does() -> None:
    rules = dict(rule.split("=>") for rule in ANALYSIS["char_filter"]["simplified"]["mappings"])
    assert len(rules) > 3_500
    assert all(simplify(char) == simple != char for char, simple in rules.items())
    assert {"縣": "县", "項": "项", "資": "资"}.items() <= rules.items()


@pytest.mark.parametrize(
    ("rule", "there"),
    [
        ("襄樊市, 襄阳市", True),
        ("中甸, 香格里拉", True),
        ("米东区 => 米东区, 米泉市", True),
        ("东区, 双清区", False),
        ("政协, 人民政治协商会议", True),
        ("崇文区, 东城区", False),
        ("东城, 崇文", False),
        ("临翔 => 临翔, 临沧", False),
    ],
)
def test_synonyms(rule: str, there: bool) -> None:
    assert (rule in SYNONYMS) == there


def test_synonyms_are_for_what_is_typed_alone() -> None:
    for name, analyzer in ANALYSIS["analyzer"].items():
        assert ("synonyms" in analyzer["filter"]) == name.endswith("_typed")


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: one.sources[0].file)
def test_the_exact_field_holds_the_tokens_of_the_text(one: Any) -> None:
    made = json.loads(schema.source(one))["exact"]
    words, tokens = made["text"].split(" ") if made["text"] else [], row(one.speech.text)
    assert len(words) == len(tokens)
    assert all(len(word) <= schema.LONGEST_TOKEN for word in words)
    assert all(a == b for a, b in zip(words, tokens, strict=True) if len(b) < 100)


def test_long_words_stay_apart() -> None:
    long = [schema.exact_phrase("a" * number) for number in (300, 301)]
    assert long[0] != long[1]
    assert all(len(one) == 65 for one in long)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("*", {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}),
        (
            "title:招商",
            {"match_phrase": {"exact.title": {"query": "招 商", "boost": 2.0}}},
        ),
        (
            "within:2007..",
            {
                "constant_score": {
                    "filter": {"range": {"speech_date.range": {"gte": "2007-01-01", "relation": "within"}}},
                    "boost": 0.0,
                }
            },
        ),
        (
            "region:unknown",
            {
                "constant_score": {
                    "filter": {"bool": {"must_not": [{"exists": {"field": "region.terms"}}]}},
                    "boost": 0.0,
                }
            },
        ),
    ],
)
def test_translation(query: str, expected: dict[str, Any]) -> None:
    assert to_elastic(parse(query, simplify=str), variants=True) == expected


def test_one_of_a_cluster_unless_the_query_asks_for_more() -> None:
    def narrowed(text: str) -> bool:
        return '"canonical"' in json.dumps(to_elastic(parse(text, simplify=str)).get("bool", {}))

    assert narrowed("招商")
    assert not narrowed(f"id:{speech_id('copy-b')}")


def test_the_templates_of_an_alias_are_its_own() -> None:
    made = schema.templates("liaoning")
    assert list(made) == ["liaoning-settings", "liaoning"]
    assert made["liaoning"][1]["index_patterns"] == ["liaoning-v*"]
    assert made["liaoning"][1]["composed_of"] == ["liaoning-settings"]
    assert schema.templates("speeches")["speeches"][1] == json.loads(
        mapping("mappings.json").read_text("utf-8")
    )
    assert schema.filled_settings() == {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
