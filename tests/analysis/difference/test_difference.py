"""Two designs side by side: nothing is missed, nothing is invented, and what says the same does not differ."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from archwright.analysis.difference.report import Side, difference, difference_document
from archwright.analysis.difference.structure import Change, changes, parts
from archwright.base.errors import Location
from archwright.report.document import Finding, Findings, Table
from archwright.report.figures import Book
from archwright.spec.bind import Binder
from archwright.spec.dump import dump
from archwright.spec.load import loads
from archwright.spec.model import System
from archwright.spec.source import parse
from tests.spec.systems import records

BASE = """\
system: Search
owner: us
data:
  page: {sensitivity: public}
components:
  site: {kind: service, replicas: 2, latency: {value: 15 ms, guess: like others}}
  gate:
    kind: gateway
    routes: {short: {targets: [large], deadline: 20 s}}
  large: {kind: self-hosted-model, model: x/y, pace: {first_token: 1 s, per_token: 1 ms}}
flows:
  - {from: site, to: gate, timeout: 800 ms, label: asks}
  - {from: gate, to: large, timeout: 15 s}
workload:
  journeys:
    ask:
      volume: 10k/month
      steps:
        - {name: look, at: site, probability: 50 %}
"""


def between(*edits: tuple[str, str]) -> list[Change]:
    text = BASE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return list(changes(loads(BASE), loads(text)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("owner: us", "owner: them", Change("system", "", "changed", "owner", "us", "them")),
        ("replicas: 2", "replicas: 3", Change("components", "site", "changed", "replicas", "2", "3")),
        ("deadline: 20 s", "deadline: 9 s", Change("routes", "gate.short", "changed", "deadline", "20 s", "9 s")),
        ("timeout: 800 ms", "timeout: 1 s", Change("flows", "site -> gate, asks", "changed", "timeout", "800 ms", "1 s")),  # noqa: E501
        ("10k/month", "20k/month",
         Change("journeys", "ask", "changed", "volume", "10k/month (guessed)", "20k/month (guessed)")),
        ("probability: 50 %", "probability: 0.4",
         Change("journeys", "ask", "changed", "steps[look].probability", "50 % (guessed)", "0.4 (guessed)")),
        ("guess: like others", "measured: a timer",
         Change("components", "site", "changed", "latency", "15 ms (guessed: like others)", "15 ms (measured: a timer)")),  # noqa: E501
        ("guess: like others", "guess: like others, low: 10 ms, high: 30 ms",
         Change("components", "site", "changed", "latency", "15 ms (guessed: like others)",
                "15 ms, 10 ms to 30 ms (guessed: like others)")),
        ("sensitivity: public", "sensitivity: internal",
         Change("data", "page", "changed", "sensitivity", "public", "internal")),
        (", timeout: 800 ms", "", Change("flows", "site -> gate, asks", "changed", "timeout", "800 ms", "")),
    ],
)  # fmt: skip
def test_a_key_is_told_with_both_values(old: str, new: str, expected: Change) -> None:
    assert between((old, new)) == [expected]


def test_parts_come_and_go_whole() -> None:
    found = between(("  page: {sensitivity: public}", "  note: {sensitivity: public}"), (", label: asks", ""))
    assert found == [
        Change("data", "note", "added"), Change("data", "page", "removed"),
        Change("flows", "site -> gate", "added"), Change("flows", "site -> gate, asks", "removed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timeout: 800 ms", "timeout: 0.8 s"),
        ("owner: us", "owner: us  # the search people"),
        ("replicas: 2,", "replicas: 2, stage: production,"),
        ("  site: {kind: service", "  site: {summary: '', kind: service"),
    ],
)
def test_another_way_to_say_the_same_is_no_difference(old: str, new: str) -> None:
    assert between((old, new)) == []


@given(records(System))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_system_differs_from_itself_written_anew(system: System) -> None:
    again = Binder().record(System, parse(dump(system), "system.yaml"))
    assert changes(system, again) == ()


def test_every_part_has_a_name() -> None:
    assert set(parts(loads(BASE))) == {
        ("system", ""), ("data", "page"), ("components", "site"), ("components", "gate"), ("components", "large"),
        ("routes", "gate.short"), ("flows", "site -> gate, asks"), ("flows", "gate -> large"), ("journeys", "ask"),
    }  # fmt: skip


def side(name: str, cost: float | None, *findings: Finding, **words: str) -> Side:
    book = Book()
    if cost is not None:
        book.leaf("price.month", cost, "money", label="everything")
    measures = {"Money a month": [("price.month", "everything")] if cost is not None else []}
    return Side(name, loads(BASE), book, measures, words, findings)


def finding(message: str, line: int = 1) -> Finding:
    return Finding("REL01", "error", message, Location("f", line, 1), subject="a")


def test_money_is_compared_with_its_reasons() -> None:
    found = difference(side("a", 4e12), side("b", 5e12))
    assert found.any
    assert found.book["diff.price.month.change"].value == 1e12
    assert found.book["diff.price.month.share"].value == pytest.approx(0.25)
    assert "`price.month` of a" in found.book.explain("diff.price.month.change")
    (_, money) = difference_document(found).sections
    (table,) = money.blocks
    assert isinstance(table, Table)
    assert [getattr(cell, "text", cell) for cell in table.rows[0]] == [
        "everything",
        "$4.00",
        "$5.00",
        "+$1.00",
        "+25.0 %",
    ]


def test_what_only_one_side_knows_is_shown_without_a_change() -> None:
    found = difference(side("a", None), side("b", 5e12))
    assert not found.any
    assert "diff.price.month.after" in found.book
    assert "diff.price.month.change" not in found.book


def test_findings_are_told_apart_by_what_they_say_and_counted() -> None:
    before = side("a", None, finding("x", 1), finding("gone", 2))
    after = side("b", None, finding("x", 9), finding("x", 10), finding("new", 3))
    found = difference(before, after)
    assert [item.message for item in found.gained] == ["x", "new"]
    assert [item.message for item in found.lost] == ["gone"]
    blocks = difference_document(found).sections[-1].blocks
    assert any(isinstance(block, Findings) and len(block.items) == 2 for block in blocks)


def test_facts_in_words_are_compared_as_they_are() -> None:
    found = difference(side("a", None, tier="limited"), side("b", None, tier="high-risk"))
    assert found.words == (("tier", "limited", "high-risk"),)
    assert found.any


def test_no_difference_is_one_section_that_says_so() -> None:
    found = difference(side("a", 4e12), side("b", 4e12))
    assert not found.any
    assert [section.title for section in difference_document(found).sections] == ["No difference"]
