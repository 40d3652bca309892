"""The forecast against bills worked out by hand from published rate cards."""

from __future__ import annotations

import pytest

from archwright.plan.cost import call_cost
from archwright.plan.price import stored
from tests.analysis.oracle import CASES, Case, billed, dollars


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 25
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.card and case.seen and case.sum for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_to_the_cent(case: Case) -> None:
    assert dollars(case) == pytest.approx(case.dollars, abs=0.005), case.sum


LIKE = (
    "plain",
    "a long context",
    "just not a long context",
    "gemini, long",
    "o3 before its price fell",
    "the third of three tiers",
)


@pytest.mark.parametrize("name", LIKE)
def test_the_ledger_counts_the_same_for_a_call(name: str) -> None:
    """One arithmetic: volume times what the ledger would enter for the mean call is the month of the forecast."""
    case = next(item for item in CASES if item.name == name)
    result = billed(case)
    tokens = (round(result.book["price.j.s.tokens_in"].value), round(result.book["price.j.s.tokens_out"].value))
    volume = {"k": 10**3, "M": 10**6}[case.volume[-1]] * int(case.volume[:-1])
    cost = call_cost(tokens[0], 0, tokens[1], result.plan.targets[0].price)
    assert cost * volume / 1e12 == pytest.approx(case.dollars, abs=0.005)


def test_the_ledger_counts_what_is_written_to_the_cache_as_the_forecast_does() -> None:
    """The same case by both ways: what the emulated supplier would tell of its mean call, priced by the plan."""
    for name in ("cache writes, 5 minutes", "cache writes, an hour", "a long context, written to the cache"):
        case = next(item for item in CASES if item.name == name)
        plan = billed(case).plan
        (target,) = plan.targets
        fed, out = (int(part.split()[1]) for part in case.tokens.split(", "))
        kinds = stored(fed, fed // 2, target.prompt_writes, target.prompt_keeps)
        cost = call_cost(fed, fed // 2, out, target.price, kinds)
        assert cost * int(case.volume[:-1]) * 1000 / 1e12 == pytest.approx(case.dollars, abs=0.005)
