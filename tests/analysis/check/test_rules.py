"""Each rule's own examples: the bad one is found at exactly the marked places, the good one not at all."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

from archwright.analysis.check.rule import Rule
from archwright.analysis.check.rules import RULES
from archwright.report.document import SEVERITIES
from archwright.spec.load import loads

DAY = dt.date(2026, 11, 21)
MARK = re.compile(r"^ *#[ #]*\^ *$")
EVERY = list(RULES)


def marked(example: str) -> list[tuple[int, int]]:
    """(line, column) of every `^`: it points at the line above it that is no mark."""
    places, line = [], 0
    for number, text in enumerate(example.splitlines(), 1):
        if MARK.match(text):
            places.append((line, text.index("^") + 1))
        else:
            line = number
    return places


def named(rule: Rule) -> str:
    return rule.name


def test_they_are_all_there() -> None:
    assert len(EVERY) >= 30


@pytest.mark.parametrize("rule", EVERY, ids=named)
def test_the_bad_example_is_found_where_it_is_marked(rule: Rule) -> None:
    found = list(rule.check(loads(rule.bad), DAY))
    assert found
    places = sorted({(finding.where.line, finding.where.column) for finding in found})
    assert places == marked(rule.bad)
    assert {finding.code for finding in found} == {rule.code}
    assert max(SEVERITIES.index(finding.severity) for finding in found) == SEVERITIES.index(rule.severity)
    assert all(finding.message and finding.why and finding.mend for finding in found)


@pytest.mark.parametrize("rule", EVERY, ids=named)
def test_the_good_example_is_clean(rule: Rule) -> None:
    assert list(rule.check(loads(rule.good), DAY)) == []


@pytest.mark.parametrize("rule", EVERY, ids=named)
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert rule.name in RULES.names()
    assert RULES.get(rule.name) is rule
    assert re.fullmatch(r"[A-Z]{3}\d\d", rule.code)
    for words in (rule.summary, rule.why, rule.detection, rule.false_positives):
        assert words.endswith(".")
    assert not rule.mend.endswith(".")
    assert rule.references
    assert len(rule.evidence) == len(set(rule.references))


def test_codes_are_unique() -> None:
    assert len({rule.code for rule in EVERY}) == len(EVERY)


def test_references_are_those_of_the_authored_list(shared: Path) -> None:
    """A control that the list does not name for this rule is a slip of the pen."""
    listed = yaml.safe_load((shared / "data/governance/authored/lint_rules.yaml").read_text(encoding="utf-8"))
    known = {entry["id"]: set(entry["evidences"]) for entry in listed}
    every = set().union(*known.values())
    assert [(rule.code, odd) for rule in EVERY if (odd := set(rule.references) - known.get(rule.code, every))] == []
