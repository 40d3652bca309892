"""Facts that a person gives: what is left out is unknown, what is written is one of a closed list."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.context import (
    HIGH_RISK_USES,
    INDUSTRIES,
    NEAR_MISSES,
    ORDINARY_USES,
    PRACTICES,
    TIERS,
    USE_CASES,
    Context,
)
from archwright.spec.load import loads


def context(text: str) -> Context:
    return loads(f"system: x\ncomponents: {{}}\ncontext:\n{text}").context


def test_what_is_left_out_is_unknown() -> None:
    found = Context()
    assert found.use_cases is None
    assert found.functions is None
    assert found.people.affected is None
    assert found.in_eu == "unknown"
    assert {found.decisions.effect, found.decisions.profiling, found.own_brand, found.industry} == {"unknown"}


def test_an_empty_list_says_that_there_is_none() -> None:
    assert context("  functions: []").functions == ()


def test_a_list_may_say_that_there_is_more() -> None:
    assert context("  use_cases: [customer-support, unknown]").use_cases == ("customer-support", "unknown")


def test_markets_and_roles() -> None:
    found = context("  markets: {eu: [provider], us: {roles: [deployer], since: 2026-01-31}}")
    assert found.in_eu == "true"
    assert found.markets["eu"].roles == ("provider",)
    assert found.markets["us"].since == "2026-01-31"
    assert context("  markets: {us: {}}").in_eu == "false"


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        ("  use_cases: [recruiting]", "unknown-word", "recruitment"),
        ("  functions: [score-persons]", "unknown-word", "scores-persons"),
        ("  decisions: {effect: legal}", "unknown-word", ""),
        ("  people: {workers: maybe}", "unknown-word", "true"),
        ("  markets: {euu: {}}", "unknown-word", "eu"),
        ("  markets: {eu: provider}", "expected-list", ""),
        ("  markets: {eu: {since: soon}}", "bad-value", "2026-11-21"),
        ("  derogation: {assessment: here}", "missing-key", "condition"),
        ("  exceptions: [{practice: manipulation, reason: ' '}]", "missing-key", "which"),
        ("  uses: [chat]", "unknown-key", ""),
        ("  industry: Gesundheit", "unknown-word", ""),
    ],
)
def test_what_is_not_in_the_vocabulary_is_refused(text: str, code: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        context(text)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.where.line == 4
    assert mend in problem.mend


def test_the_vocabularies_are_sound() -> None:
    assert len(HIGH_RISK_USES) == 25
    assert len(set(USE_CASES)) == len(USE_CASES) == len(HIGH_RISK_USES) + len(NEAR_MISSES) + len(ORDINARY_USES)
    assert len(PRACTICES) == 10
    assert TIERS[0] == "minimal"
    assert INDUSTRIES[0] == "general"
