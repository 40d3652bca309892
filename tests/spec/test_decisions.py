"""Decisions in a file: read as they are written, and refused where they say what cannot be."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.decisions import numbered
from archwright.spec.load import loads
from archwright.spec.model import System
from archwright.spec.predicate import Predicate

TWO = "options: {a: {}, b: {do_not_build: true, cost: $1/month}}"

SOUND = """\
system: Search
owner: search-team
components: {site: {kind: service}}
workload:
  journeys:
    look: {volume: 1k/month, steps: [{name: open, at: site}]}
decisions:
  hosting:
    title: Managed or our own
    status: accepted
    date: 2026-11-20
    question: Who runs the model?
    requirements: [data stays here, p95 of look <= 4 s]
    options:
      managed: {}
      ours: {with: ours.yaml}
      neither: {do_not_build: true, cost: {value: $2k/month, guess: by phone}}
    criteria:
      cost: {weight: 60 %, measure: cost, best: $1k/month, worst: $2k/month}
      team: {weight: 40 %}
    scores:
      - {option: ours, criterion: team, score: 2, owner: me, reason: new to us, day: 2026-11-19}
    assumptions: [monthly requests <= 3M, p95 of look <= 4 s]
    chosen: managed
    because: it is cheaper
    revisit: 2027-05-20
"""


def edited(*edits: tuple[str, str]) -> str:
    """The sound file with parts replaced; each old one must be there once."""
    text = SOUND
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def problems(*edits: tuple[str, str]) -> list[tuple[str, int, int]]:
    """Code and place of each problem of the edited file."""
    with pytest.raises(InputError) as caught:
        loads(edited(*edits))
    return [(item.code, item.where.line, item.where.column) for item in caught.value.problems]


def test_a_decision_is_read() -> None:
    system = loads(SOUND)
    assert isinstance(system, System)
    hosting = system.decisions["hosting"]
    words, number = hosting.requirements
    assert str(words) == "data stays here"
    assert isinstance(number, Predicate)
    assert number.journey == "look"
    assert hosting.options["ours"].overlay == "ours.yaml"
    assert hosting.options["neither"].do_not_build
    assert hosting.date.date.isoformat() == "2026-11-20"
    assert numbered(system.decisions) == {"hosting": 1}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("weight: 40 %", "weight: 30 %", ("shares", 18, 5)),
        ("option: ours, criterion", "option: hours, criterion", ("unknown-name", 22, 18)),
        ("criterion: team", "criterion: tema", ("unknown-name", 22, 35)),
        ("criterion: team", "criterion: cost", ("scored-twice", 22, 9)),
        ("chosen: managed", "chosen: manged", ("unknown-name", 24, 13)),
        ("    because: it is cheaper\n", "", ("no-reason", 24, 13)),
        ("    chosen: managed\n    because: it is cheaper\n", "", ("nothing-chosen", 10, 5)),
        ("status: accepted", "status: superseded", ("superseded-by-none", 10, 5)),
        ("monthly requests <= 3M, p95 of look", "monthly requests <= 3M, p95 of book", ("unknown-name", 23, 43)),
        ("data stays here, p95 of look", "data stays here, p95 of book", ("unknown-name", 13, 37)),
        ("p95 of look <= 4 s]\n    options", "p96 of look <= 4 s]\n    options", ("bad-value", 13, 37)),
        ("managed: {}", "managed: {}\n      too: {}", ("same-option", 16, 7)),
        ("with: ours.yaml", "with: ours.yaml, cost: $1k/month", ("two-costs", 16, 37)),
        ("with: ours.yaml", "with: ../ours.yaml", ("path-outside", 16, 20)),
        (", cost: {value: $2k/month, guess: by phone}", "", ("no-cost", 17, 7)),
        ("do_not_build: true, cost", "do_not_build: true, with: x.yaml, cost", ("two-costs", 17, 43)),
        ("best: $1k/month, worst: $2k/month", "best: $3k/month, worst: $2k/month", ("wrong-way", 19, 49)),
        ("best: $1k/month, worst: $2k/month", "best: 4 s, worst: $2k/month", ("wrong-unit", 19, 49)),
        ("best: $1k/month, worst: $2k/month", "best: $1k/month", ("one-bound", 19, 49)),
        ("measure: cost, best", "measure: cost, journey: look, best", ("half-a-measure", 19, 52)),
        ("weight: 40 %", "weight: 40 %, best: 5, worst: 1", ("half-a-measure", 20, 34)),
        ("chosen: managed", "supersedes: [hosting]\n    chosen: managed", ("supersedes-itself", 24, 18)),
        ("score: 2", "score: 2.5", ("out-of-range", 22, 48)),
        ("owner: me, reason: new to us", "owner: me", ("missing-key", 22, 9)),
        ("reason: new to us, day: 2026-11-19", "reason: new to us, day: 2026-11-31", ("bad-value", 22, 86)),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_place(old: str, new: str, found: tuple[str, int, int]) -> None:
    assert found in problems((old, new))


def test_several_are_told_at_once() -> None:
    found = problems(
        ("weight: 40 %", "weight: 30 %"),
        ("chosen: managed", "chosen: nobody"),
        ("option: ours, criterion", "option: hours, criterion"),
    )
    assert [code for code, _, _ in found] == ["shares", "unknown-name", "unknown-name"]


def test_a_cell_may_be_scored_once() -> None:
    line = "      - {option: ours, criterion: team, score: 3, owner: me, reason: other, day: 2026-11-19}\n"
    assert problems(("    assumptions:", f"{line}    assumptions:")) == [("scored-twice", 23, 9)]


def test_a_stated_option_may_be_judged_where_it_is_not_computed() -> None:
    line = "      - {option: neither, criterion: NAME, score: 3, owner: me, reason: so, day: 2026-11-19}\n"
    more = ("cost: {weight: 60 %, measure: cost, best: $1k/month, worst: $2k/month}",
            "cost: {weight: 50 %, measure: cost}\n      fast: {weight: 10 %, measure: p95}")  # fmt: skip
    loads(edited(more, ("    assumptions:", f"{line.replace('NAME', 'fast')}    assumptions:")))
    assert problems(more, ("    assumptions:", f"{line.replace('NAME', 'cost')}    assumptions:")) == [
        ("scored-twice", 24, 9)
    ]


def test_numbers_of_records_are_their_places_or_their_own() -> None:
    second = f"  ranking: {{title: T, date: 2026-11-20, question: Q, {TWO}, number: N}}\n"
    assert numbered(loads(SOUND + second.replace(", number: N", "")).decisions) == {"hosting": 1, "ranking": 2}
    assert numbered(loads(SOUND + second.replace("N}", "7}")).decisions) == {"hosting": 1, "ranking": 7}
    with pytest.raises(InputError, match="duplicate-number"):
        loads(SOUND + second.replace("N}", "1}"))


def test_a_later_decision_supersedes() -> None:
    later = f"  ranking: {{title: T, date: 2026-11-20, question: Q, {TWO}, supersedes: [hosting]}}\n"
    loads(edited(("status: accepted", "status: superseded")) + later)
    with pytest.raises(InputError, match="there is no decision called `hostnig`"):
        loads(SOUND + later.replace("[hosting]", "[hostnig]"))


def test_a_decision_with_one_option_decides_nothing() -> None:
    one = "  lone: {title: T, date: 2026-11-20, question: Q, options: {a: {}}}\n"
    with pytest.raises(InputError) as caught:
        loads(SOUND + one)
    assert [problem.code for problem in caught.value.problems] == ["one-option"]
