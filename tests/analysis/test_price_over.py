"""Over the budget at a glance: the first line, the findings, and what scenarios cost where calls go elsewhere."""

from __future__ import annotations

import pytest

from archwright.analysis.price import PriceResult, outlook, over_budget, price, price_document
from archwright.base.money import PICO
from archwright.report.document import Finding, Text
from tests.plan.small import small

EVEN = ("output: {median: 50, spread: 0.8}", "output: 50")
SECTION = "objectives:\n"
CACHED = ("route: answer", "route: cached")


def looked(*edits: tuple[str, str]) -> PriceResult:
    compiled = small(EVEN, *edits)
    result = price(compiled.plan, compiled.book)
    outlook(result)
    return result


def budget(words: str) -> tuple[str, str]:
    return SECTION, f"budget: {{{words}}}\n{SECTION}"


def found(result: PriceResult) -> list[Finding]:
    """What is found of the budget, without the objective that the small system breaks by $5."""
    return [item for item in over_budget(result.book, result.plan) if item.code != "PRI04"]


def first_line(result: PriceResult) -> Text:
    over = tuple(found(result))
    block = price_document(result, None, (), over).sections[0].blocks[0]
    assert isinstance(block, Text)
    return block


def test_over_the_budget_is_an_error_and_the_first_line() -> None:
    """$905 of models and $30,000 of people a month."""
    result = looked(budget("monthly: $20k/month, alert_at: [80 %]"))
    (finding,) = found(result)
    assert (finding.code, finding.severity) == ("PRI01", "error")
    assert "$30,905 a month" in finding.message
    assert "155 %" in finding.message
    line = first_line(result)
    assert line.tone == "bad"
    assert line.words.startswith("Over budget: ")


def test_an_alert_that_is_passed_is_a_warning() -> None:
    result = looked(budget("monthly: $35k/month, alert_at: [50 %, 80 %, 100 %]"))
    (finding,) = found(result)
    assert (finding.code, finding.severity) == ("PRI02", "warning")
    assert "50 %, 80 %" in finding.message


@pytest.mark.parametrize(("monthly", "month", "severity"), [("$31k", 3, "warning"), ("$35k", 19, "note")])
def test_growth_that_crosses_is_told_with_its_month(monthly: str, month: int, severity: str) -> None:
    """$30,000 + 905 * 1.1^n: $31,095 in month 3, and $35,031 in month 19 (905 * 1.1^18 = 5,031.7)."""
    growth = ("volume: 1M/month", "volume: 1M/month\n      growth: 10 %")
    (finding,) = found(looked(budget(f"monthly: {monthly}/month"), growth))
    assert (finding.code, finding.severity) == ("PRI03", severity)
    assert f"month {month} is the first" in finding.message


def test_within_the_budget_nothing_is_found_and_it_is_said() -> None:
    result = looked(budget("monthly: $100k/month, alert_at: [80 %]"))
    assert found(result) == []
    assert first_line(result).words == "$30,905 a month, 30.9 % of the budget of $100,000."
    assert first_line(looked()).words == "$30,905 a month; no budget is stated."


def test_an_objective_of_cost_that_is_broken_is_an_error() -> None:
    codes = [item.code for item in over_budget(looked().book, looked().plan)]
    assert codes == ["PRI04"]  # $905 of models, at most $900


def test_an_objective_of_one_journey_is_held_against_its_own_calls() -> None:
    """All models cost $905 a month; `call` asks none of them."""
    promise = ("{measure: cost, at_most: $900/month}", "{measure: cost, journey: call, at_most: $1/month}")
    result = looked(promise)
    assert found(result) == list(over_budget(result.book, result.plan)) == []
    words = [item.words for item in price_document(result).sections[0].blocks if isinstance(item, Text)]
    assert words[-1] == "Objective cheap, at most $1.00 for models of call a month: $0, kept."
    dear = looked((promise[0], promise[1].replace("call", "ask")))
    (finding,) = over_budget(dear.book, dear.plan)
    assert finding.message == "models of ask cost $905.00 a month, and objective cheap says at most $1.00"


def scenario(change: str) -> tuple[str, str]:
    return (
        "  baseline: {lasts: 10 min}",
        f"  hard: {{lasts: 10 min, changes: [{change}]}}\n  baseline: {{lasts: 10 min}}",
    )


def moved(change: str, *edits: tuple[str, str]) -> tuple[float, float]:
    """What the change adds in ten minutes, and what an outage of as long would."""
    adds = []
    for words in (change, "{component: model, what: down, at: 0 s, lasts: 10 min}"):
        result = looked(CACHED, scenario(words), *edits)
        key = "price.scenario.hard.extra"
        adds.append(result.book[key].value / PICO)
    return adds[0], adds[1]


def test_errors_leave_to_the_next_model_what_no_attempt_answers() -> None:
    """Three attempts of which half fail: an eighth of the calls is answered by the spare model."""
    errors, outage = moved("{component: model, what: errors, share: 50 %, at: 0 s, lasts: 10 min}")
    assert errors == pytest.approx(outage / 8)
    assert outage < 0  # the spare model is the cheaper one


def test_a_lower_limit_leaves_to_the_next_model_what_is_beyond_it() -> None:
    """600 requests a minute are 10 a second, a hundredth of them 0.1; the busiest hour asks for 0.665 a second.

    1M journeys a month are 0.380 a second, twice that in the busiest hour, half of them think 1.75 times: 0.6655.
    """
    limited, outage = moved("{component: model, what: limit, factor: 0.01x, at: 0 s, lasts: 10 min}")
    asked = 1e6 / 2_629_800 * 2 * 0.5 * 1.75
    assert limited == pytest.approx(outage * (1 - 0.1 / asked), rel=1e-3)


def test_a_limit_that_is_not_reached_adds_nothing() -> None:
    assert moved("{component: model, what: limit, factor: 0.5x, at: 0 s, lasts: 10 min}")[0] == 0
