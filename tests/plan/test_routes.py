"""Routes of the file as routes of the plan."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.plan.compile import Compiled
from archwright.plan.model import Way, decode, encode
from archwright.plan.rules import began_after, draws, rules
from archwright.plan.shadow import Shadow
from archwright.plan.walls import distance
from archwright.policy.choose import WEIGHT
from archwright.policy.route import OK, TIMEOUT, TRANSIENT
from tests.plan.small import small

CHOICE = "choose: weight, weights: [75 %, 25 %], slow: 2 s, stale: 1 h"
WAYS = "{input_over: 8k, targets: [spare]}, {tenant: second, journey: call, input_under: 10, targets: [spare, model]}"
SAID = ("cache: answers}", f"cache: answers, {CHOICE}, rules: [{WAYS}]}}")


def test_names_become_places_and_conditions_bounds() -> None:
    plan = small(SAID).plan
    route = plan.routes[1]
    assert (route.choose, route.weights, route.slow_s, route.stale_s) == ("weight", (0.75, 0.25), 2.0, 3600.0)
    assert route.ways == (Way(8001, 2**63 - 1, -1, -1, (1,)), Way(0, 9, 1, 1, (1, 0)))
    assert decode(encode(plan), "plan.json") == plan


def test_the_machine_is_told_the_same() -> None:
    law = rules(small(SAID).plan)
    assert law.routes[1].choose == WEIGHT
    assert law.routes[1].ways[0].hops == (1,)
    assert law.costs[0].input == 2_000_000
    assert law.half_life_s == 30.0


def test_every_word_of_resilience_reaches_the_machine() -> None:
    guarded = small(
        ("cache: answers}", "cache: answers, hedge: 800 ms, max_cost: $0.5, relief: 80 %}"),
        (
            "probes: 1}",
            "probes: 1, ramp: 30 s, slower_than: 3x}\n    connect: 1 s\n    first_content: 3 s\n    stall: 2 s",
        ),
        ("concurrent: 50}", "concurrent: 50, provisioned: 200k/min}"),
        ("requests: 5/s}", "requests: 5/s, tokens: 90k/min, concurrent: 4}"),
        ("    budget: $2k/month", "    budget: $2k/month\n    floor: 8\n    fair: true\n    shed_early: true"),
        ("      critical: true", "      critical: true\n      priority: high"),
    ).plan
    law = rules(guarded)
    assert (law.routes[1].hedge_s, law.routes[1].most_cost, law.routes[1].relief) == (0.8, 500_000_000_000, 0.8)
    assert (law.breakers[0].ramp_s, law.breakers[0].slower) == (30.0, 3.0)
    assert [bucket.rate for bucket in law.provisioned] == pytest.approx([200e3 / 60, 0.0])
    assert (law.tenants[0].tokens.rate, law.tenants[0].concurrent) == (1500.0, 4)
    assert (law.gate.floor, law.gate.fair, law.gate.early) == (8, True, True)
    assert law.priorities == (0, 1)
    target = guarded.targets[0]
    assert (target.connect_s, target.first_content_s, target.stall_s) == (1.0, 3.0, 2.0)
    assert [draws(guarded, route) for route in guarded.routes] == [True, True]


def test_nothing_said_is_nothing_new() -> None:
    law = rules(small().plan)
    assert law.gate == law.gate._replace(fair=False, early=False, floor=0)
    assert all((route.hedge_s, route.most_cost, route.relief) == (0.0, 0, 0.0) for route in law.routes)
    assert all((breaker.ramp_s, breaker.slower) == (0.0, 0.0) for breaker in law.breakers)
    assert all(bucket.rate == 0.0 for bucket in (*law.provisioned, *(tenant.tokens for tenant in law.tenants)))
    assert not any(draws(small().plan, route) for route in small().plan.routes)


GUEST = "data: {claim: {sensitivity: personal, residency: [eu]}}\ncomponents:\n  app:"


def walled(*changes: tuple[str, str]) -> Compiled:
    """Routes whose data must stay in Europe."""
    carried = ("{from: gateway, to: spare, timeout: 10 s}", "{from: gateway, to: spare, timeout: 10 s, data: [claim]}")
    return small(("components:\n  app:", GUEST), carried, *changes)


def at(region: str, model: str) -> tuple[str, str]:
    return (f"model: acme/{model}\n", f"model: acme/{model}\n    region: {region}\n")


@pytest.mark.parametrize(("large", "small", "left"), [
    (at("eu-west-1", "large"), at("eu-north-1", "small"), (0, 1)),
    (at("us-east-1", "large"), at("eu-north-1", "small"), (1,)),
    (at("eu-west-1", "large"), at("us-east-1", "small"), (0,)),
    (("limits:", "limits:"), at("eu", "small"), (1,)),
])  # fmt: skip
def test_no_fallback_leaves_the_regions_of_its_data(
    large: tuple[str, str], small: tuple[str, str], left: tuple[int, ...]
) -> None:
    plan = walled(large, small).plan
    assert tuple(hop.target for hop in plan.routes[1].hops) == left
    assert tuple(hop.target for hop in plan.routes[0].hops) == (0,)  # its data are not those of the other route
    said = [text.partition(": ")[0] for text in plan.routes[1].walled]
    names = ("model", "spare")
    assert said == [f"route `cached` never goes to `{names[at]}`" for at in (0, 1) if at not in left]
    assert plan.routes[0].walled == ()


def test_no_fallback_goes_to_who_may_train_on_it() -> None:
    trains = ("model: acme/small\n", "model: acme/small\n    region: eu\n    supplier: {name: Acme, training: true}\n")
    route = walled(at("eu", "large"), trains).plan.routes[1]
    assert [hop.target for hop in route.hops] == [0]
    wall = "its supplier may train on `claim`, which is personal"
    assert route.walled == (f"route `cached` never goes to `spare`: {wall}",)


def test_where_no_region_is_known_a_first_draft_goes_on_and_says_so() -> None:
    route = walled().plan.routes[1]
    assert [hop.target for hop in route.hops] == [0, 1]
    said = [text.partition(": ")[0] for text in route.walled]
    assert said == [f"route `cached` goes, for want of another, to `{name}`" for name in ("model", "spare")]
    assert route.unplaced == ("model", "spare")
    assert walled(at("eu", "large")).plan.routes[1].unplaced == ()
    trains = ("model: acme/small\n", "model: acme/small\n    supplier: {name: Acme, training: true}\n")
    assert [hop.target for hop in walled(trains).plan.routes[1].hops] == [0]


OTHER = (
    "  team: {kind",
    """  other: {kind: managed-model, model: acme/small, region: REGION, pace: {first_token: 1 s, per_token: 1 ms}}
  team: {kind""",
)
LED = ("  - {from: gateway, to: spare", "  - {from: gateway, to: other, timeout: 4 s}\n  - {from: gateway, to: spare")
BESIDE = ("cache: answers}", "cache: answers, smaller: other, shadow: {target: other, share: 25 %, places: 3}}")


def test_a_shadow_and_a_smaller_model_reach_the_machine() -> None:
    plan = small((OTHER[0], OTHER[1].replace("REGION", "eu")), LED, BESIDE).plan
    place = [target.name for target in plan.targets].index("other")
    assert plan.routes[1].shadow == Shadow(place, 0.25, 3, 4.0)
    assert plan.routes[1].smaller is not None
    assert [hop.target for hop in plan.routes[1].ladder] == [0, 1, place]
    law = rules(plan).routes[1]
    assert (law.copier, law.copied, law.copies, law.copy_s) == (place, 0.25, 3, 4.0)
    assert law.smaller is not None
    assert (law.smaller.target, law.smaller.timeout_s) == (place, 4.0)
    assert decode(encode(plan), "plan.json") == plan


def test_neither_gets_what_it_may_not_see() -> None:
    beside = ((OTHER[0], OTHER[1].replace("REGION", "us-east-1")), LED, BESIDE)
    route = walled(at("eu", "large"), at("eu", "small"), *beside).plan.routes[1]
    assert (route.shadow, route.smaller) == (None, None)
    said = [text.partition(": ")[0] for text in route.walled]
    assert said == ["route `cached` copies nothing to `other`", "route `cached` never goes to `other`"]


@pytest.mark.parametrize(("word", "code"), [
    ("shadow: model", "target-twice"), ("shadow: team", "not-a-model"), ("smaller: spare", "target-twice"),
    ("sticky: session", "sticky"), ("shadow: other", "no-flow"),
])  # fmt: skip
def test_what_makes_no_sense_is_said(word: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        small((OTHER[0], OTHER[1].replace("REGION", "eu")), ("cache: answers}", f"cache: answers, {word}}}"))
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_route_with_no_target_inside_its_walls_is_refused() -> None:
    with pytest.raises(InputError, match="no target of route `cached` may see its data: `claim`"):
        walled(at("us-east-1", "large"), at("us-east-1", "small"))


def test_the_nearest_target_comes_first() -> None:
    here = ("    kind: gateway\n", "    kind: gateway\n    region: eu-west-1\n")
    nearest = ("cache: answers}", "cache: answers, choose: region, rules: [{input_over: 8k, targets: [model, spare]}]}")
    route = small(here, nearest, at("us-east-1", "large"), at("eu-central-1", "small")).plan.routes[1]
    assert [hop.target for hop in route.hops] == [1, 0]
    assert (route.choose, route.ways[0].hops) == ("order", (1, 0))
    assert [distance(*pair) for pair in (("eu", "EU"), ("eu-a", "eu-b"), ("eu", "us"), ("", "us"))] == [0, 1, 2, 2]


def test_when_an_answer_began_is_known_of_streams_and_told_of_whole_ones() -> None:
    target = small().plan.targets[0]
    assert began_after(target, OK, 0.7, 3.0, 100) == 0.7
    assert began_after(target, OK, -1.0, 1.5, 101) == 0.5
    assert began_after(target, OK, -1.0, 0.5, 101) == 0.0
    assert began_after(target, TIMEOUT, -1.0, 9.0, 0) == 9.0
    assert began_after(target, TRANSIENT, -1.0, 9.0, 0) == -1.0
