"""SARIF: it fits the schema, every index and address leads somewhere, and marks stay when lines move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from archwright.base.errors import NOWHERE, Location, Problem
from archwright.render.sarif import Item, Sources, fingerprint, of_problems, sarif
from archwright.report.document import Finding
from archwright.report.rulebook import ControlCard, Leave, RuleCard
from tests.render.sarif_schema import SCHEMA

NIST = ControlCard("NIST AI RMF", "1.0", "https://doi.org/10.6028/NIST.AI.100-1", "GOVERN 2.1", "roles", official=False)
LLM = ControlCard("OWASP LLM", "2025", "https://genai.owasp.org/llm-top-10/", "LLM01:2025", "Prompt Injection")
CARDS = (
    RuleCard("REL01", "no-timeout", "error", "No timeout.", "It hangs.", "add one", "Flows.", "None.", (LLM, NIST)),
    RuleCard("GOV02", "missing-owner", "warning", "No owner.", "Nobody acts.", "add one", "The top.", "None.", (NIST,)),
)
HERE = Location("a b/system.yaml", 7, 3)
FINDING = Finding("REL01", "error", "`a` waits 3 s for `b`", HERE, "It hangs.", "add `timeout: 2 s`", "a")
SOURCES = Sources({"a b/system.yaml": "a b/system.yaml"})
LEAVE = Leave("ann", "it is behind the gate", "2027-01-31", "OPS-7")


def log(*items: Item, exit_code: int = 0, docs: str = "", sources: Sources = SOURCES) -> dict[str, Any]:
    text = sarif(items, CARDS, sources, version="1.2.3", exit_code=exit_code, docs=docs)
    read: dict[str, Any] = json.loads(text)
    return read


def wrong(read: dict[str, Any]) -> Iterator[str]:
    """What the schema cannot see: indices that lead nowhere, names that do not agree."""
    Draft202012Validator(SCHEMA).validate(read)
    (run,) = read["runs"]
    rules, taxonomies = run["tool"]["driver"]["rules"], run["taxonomies"]
    ids = [rule["id"] for rule in rules]
    by_guid = {taxonomy["guid"]: taxonomy for taxonomy in taxonomies}
    if ids != sorted(set(ids)):
        yield f"rules are not sorted or not unique: {ids}"
    for entry in run["tool"]["driver"]["supportedTaxonomies"]:
        if taxonomies[entry["index"]]["name"] != entry["name"]:
            yield f"taxonomy {entry} is another"
    for target in (item["target"] for rule in rules for item in rule.get("relationships", ())):
        taxonomy = by_guid[target["toolComponent"]["guid"]]
        named = (taxonomy["name"], taxonomy["taxa"][target["index"]]["id"])
        if named != (target["toolComponent"]["name"], target["id"]):
            yield f"{target} leads elsewhere"
    for result in run["results"]:
        if ids[result["ruleIndex"]] != result["ruleId"]:
            yield f"{result['ruleId']} has the index of {ids[result['ruleIndex']]}"
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    if len(set(marks)) != len(marks):
        yield "two findings have one mark"


def test_it_fits_the_schema_and_every_index_leads_somewhere() -> None:
    other = replace(FINDING, code="GOV02", severity="note", subject="", where=Location("", 0))
    read = log(Item(FINDING), Item(FINDING, LEAVE, HERE), Item(other), exit_code=1)
    assert list(wrong(read)) == []
    (run,) = read["runs"]
    assert [item["ruleId"] for item in run["results"]] == ["REL01", "REL01", "GOV02"]
    assert [item["level"] for item in run["results"]] == ["error", "error", "note"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_the_checker_finds_what_is_wrong() -> None:
    read = log(Item(FINDING))
    read["runs"][0]["results"][0]["ruleIndex"] = 0
    read["runs"][0]["tool"]["driver"]["supportedTaxonomies"][0]["index"] = 1
    assert len(list(wrong(read))) == 2


def test_a_place_is_relative_and_escaped() -> None:
    (result,) = log(Item(FINDING))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b/system.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 7, "startColumn": 3}
    assert result["locations"][0]["logicalLocations"][0]["name"] == "a"


@pytest.mark.parametrize("name", ["/etc/system.yaml", "../system.yaml", "x/../../system.yaml", ""])
def test_no_place_leads_out_of_the_sources(name: str) -> None:
    read = log(Item(FINDING), sources=Sources({HERE.file: name}))
    assert list(wrong(read)) == []
    assert "physicalLocation" not in read["runs"][0]["results"][0]["locations"][0]


def test_a_finding_of_the_whole_file_has_no_line() -> None:
    (result,) = log(Item(replace(FINDING, where=Location(HERE.file))))["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_what_is_accepted_is_suppressed_and_says_by_whom() -> None:
    (result,) = log(Item(FINDING, LEAVE, HERE))["runs"][0]["results"]
    (found,) = result["suppressions"]
    assert found["justification"] == "it is behind the gate (ann, until 2027-01-31, OPS-7)"
    assert (found["kind"], found["status"]) == ("inSource", "accepted")
    assert found["location"]["physicalLocation"]["region"]["startLine"] == 7


def test_rules_are_described_and_linked_where_the_page_is_known() -> None:
    rules = log(docs="https://example.org/rules")["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["GOV02", "REL01"]
    assert rules[1]["helpUri"] == "https://example.org/rules#rel01"
    assert rules[1]["name"] == "NoTimeout"
    assert "OWASP LLM LLM01:2025: Prompt Injection" in rules[1]["help"]["markdown"]
    assert rules[0]["properties"]["tags"] == ["architecture", "NIST AI RMF"]
    assert "helpUri" not in log()["runs"][0]["tool"]["driver"]["rules"][0]


def test_titles_of_ours_are_called_so() -> None:
    taxonomies = {item["name"]: item for item in log()["runs"][0]["taxonomies"]}
    assert taxonomies["NIST AI RMF"]["taxa"][0]["shortDescription"]["text"] == "roles (in our words)"
    assert taxonomies["OWASP LLM"]["taxa"][0]["shortDescription"]["text"] == "Prompt Injection"


def test_problems_of_a_file_are_results_too() -> None:
    problems = [Problem("unknown-key", "`x` is not known", HERE, "remove it"), Problem("empty-file", "nothing there")]
    read = log(*of_problems(problems), exit_code=2)
    assert list(wrong(read)) == []
    (run,) = read["runs"]
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]
    assert [(item["ruleId"], item["level"]) for item in run["results"]] == [
        ("unknown-key", "error"), ("empty-file", "error"),
    ]  # fmt: skip


def test_a_mark_outlives_lines_and_numbers_but_not_words() -> None:
    moved = replace(FINDING, where=Location(HERE.file, 99, 1), message="`a` waits 40 s for `b`", mend="other")
    assert fingerprint(moved) == fingerprint(FINDING)
    for changed in (
        replace(FINDING, code="REL02"), replace(FINDING, subject="c"), replace(FINDING, message="`a` waits for `c`"),
    ):  # fmt: skip
        assert fingerprint(changed) != fingerprint(FINDING)


words = st.text(max_size=20)
findings = st.builds(
    Finding, st.sampled_from(["REL01", "GOV02", "odd-code"]), st.sampled_from(["error", "warning", "note"]),
    words.map(lambda text: text or "x"), st.sampled_from([HERE, NOWHERE]), words, words, words,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(findings, max_size=6))
def test_any_findings_make_a_sound_log_with_the_same_bytes(found: list[Finding]) -> None:
    items = [Item(finding) for finding in found]
    assert list(wrong(log(*items))) == []
    texts = {sarif(items, CARDS, SOURCES, version="1.2.3", exit_code=0) for _ in range(2)}
    assert len(texts) == 1
