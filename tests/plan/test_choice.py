"""Which target comes first, in the mean, and that the simulation and the forecast agree on it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.analysis.price import price
from archwright.analysis.stress.engine import simulate
from archwright.plan.choice import beyond_provisioned, first_choices, mean_tokens
from archwright.plan.compile import Compiled
from tests.plan.small import small

AT = ("route: answer", "route: cached")


def routed(said: str, *edits: tuple[str, str]) -> Compiled:
    """The small system whose only model calls take the route with two targets, without its cache."""
    return small(("cache: answers}", f"{said}}}"), AT, *edits)


def shares(compiled: Compiled) -> dict[str, float]:
    """First choices by name."""
    plan = compiled.plan
    found = first_choices(plan, plan.journeys[0], plan.journeys[0].steps[1])
    return {plan.targets[place].name: share for place, share in found.items()}


def test_without_a_word_the_first_of_the_list_is_the_first_choice() -> None:
    assert shares(routed("slow: 2 s")) == {"model": 1.0}


def test_the_cheapest_and_the_quickest_are_known_before_anything_ran() -> None:
    assert shares(routed("choose: cost")) == {"spare": 1.0}
    assert shares(routed("choose: latency")) == {"spare": 1.0}


def test_weights_and_load_share_out() -> None:
    assert shares(routed("choose: weight, weights: [75 %, 25 %]")) == {"model": 0.75, "spare": 0.25}
    assert shares(routed("choose: load")) == {"model": 0.5, "spare": 0.5}


def test_a_rule_takes_those_that_its_conditions_fit() -> None:
    """A prompt of a constant 200 tokens, 100 of instructions and 30 more with each of the runs."""
    assert shares(routed("rules: [{input_over: 10k, targets: [spare]}]")) == {"model": 1.0}
    assert shares(routed("rules: [{input_over: 10, targets: [spare]}]")) == {"spare": 1.0}
    halves = ("input: 200", "input: {median: 283, spread: 0.5}")
    split = shares(routed("rules: [{input_over: 400, targets: [spare]}]", halves))
    assert split == pytest.approx({"model": 0.5, "spare": 0.5}, abs=0.02)
    assert shares(routed("rules: [{journey: call, targets: [spare]}]")) == {"model": 1.0}
    assert shares(routed("rules: [{tenant: second, targets: [spare]}]")) == pytest.approx({"model": 0.6, "spare": 0.4})


def test_the_bill_is_the_mixture_and_the_simulation_comes_to_it() -> None:
    compiled = routed("choose: weight, weights: [75 %, 25 %]", ("requests: 5/s}", "requests: 500/s}"))
    book = price(compiled.plan, compiled.book).book
    key = "price.ask.think"
    mixed = 0.75 * book[f"{key}.model.call"].value + 0.25 * book[f"{key}.spare.call"].value
    assert book[f"{key}.call"].value == pytest.approx(mixed)
    kinds = sum(book[f"{key}.{kind}.month"].value for kind in ("input", "cached", "output"))
    assert book[f"{key}.month"].value == pytest.approx(kinds)
    parts = [book[f"price.component.{name}.month"].value for name in ("model", "spare")]
    assert sum(parts) == pytest.approx(book["price.models.month"].value)
    outcome = simulate(compiled.plan, compiled.plan.scenarios[0], seed=3)
    assert outcome.requests > 300
    asked = {target.name: target.asked for target in outcome.targets}
    assert asked["spare"] / sum(asked.values()) == pytest.approx(0.25, abs=0.05)
    each = outcome.cost / outcome.requests
    assert each == pytest.approx(book[f"{key}.call"].value, rel=0.1)


def test_the_simulation_takes_the_cheapest_and_passes_over_the_slow() -> None:
    cheap = routed("choose: cost")
    outcome = simulate(cheap.plan, cheap.plan.scenarios[0], seed=3)
    assert {target.name: target.asked for target in outcome.targets}["model"] == 0
    slow = routed("slow: 320 ms")
    outcome = simulate(slow.plan, slow.plan.scenarios[0], seed=3)
    asked = {target.name: target.asked for target in outcome.targets}
    assert 0 < asked["model"] < asked["spare"] / 3, "the first one is tried again only when it is forgotten"


PAID = ("limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}", "limits: {tokens: 1M/min, provisioned: %s}")


def hybrid(rate: str, *edits: tuple[str, str]) -> Compiled:
    return routed("slow: 2 s", (PAID[0], PAID[1] % rate), ("output: {median: 50, spread: 0.8}", "output: 50"), *edits)


def test_what_is_beyond_a_provisioned_rate_goes_to_the_next_target() -> None:
    """A call has 100 + 200 + 30 * (0.75 / 1.75 in the mean before) in and 50 out; 875,000 calls a month: see below.

    Without a shape of the week every hour is like the mean one, so half of the needed rate carries half of the calls.
    """
    plan = hybrid("1M/min").plan
    tokens = sum(mean_tokens(plan.journeys[0].steps[1]))
    needed = 1e6 / 2_629_800 * 0.5 * 1.75 * tokens
    assert shares(hybrid("1M/min")) == {"model": 1.0}
    halved = shares(hybrid(f"{needed / 2 * 60:.6f}/min"))
    assert halved["model"] == pytest.approx(0.5, rel=1e-6)
    assert halved["spare"] == pytest.approx(0.5, rel=1e-6)


def test_a_day_with_a_peak_spills_in_its_hours_only() -> None:
    """Twelve hours at 150 % of the mean and twelve at 50 %: with the mean rate a quarter of all tokens does not fit."""
    plan = hybrid("1M/min").plan
    (journey, *rest) = plan.journeys
    shaped = replace(journey, shape=tuple(1.5 if hour % 24 < 12 else 0.5 for hour in range(168)))
    tokens = sum(mean_tokens(journey.steps[1]))
    mean = journey.rate * 0.5 * 1.75 * tokens
    target = replace(plan.targets[0], provisioned_rate=mean)
    made = replace(plan, journeys=(shaped, *rest), targets=(target, *plan.targets[1:]))
    assert beyond_provisioned(made, 0) == pytest.approx(0.25)  # half of the hours lack a half of the mean


def test_the_forecast_prices_the_overflow_at_the_next_target() -> None:
    compiled = hybrid("1M/min")
    tokens = sum(mean_tokens(compiled.plan.journeys[0].steps[1]))
    needed = 1e6 / 2_629_800 * 0.5 * 1.75 * tokens
    compiled = hybrid(f"{needed / 2 * 60:.6f}/min")
    book = price(compiled.plan, compiled.book).book
    assert book["price.ask.think.spare.billed"].value == pytest.approx(0.875 / 2, rel=1e-6)
    assert "provisioned rate" in book["price.ask.think.spare.share"].note
    assert book["price.component.spare.month"].value > 0
