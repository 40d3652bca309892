"""Routes of the file as routes of the plan."""

from __future__ import annotations

from archwright.plan.model import Way, decode, encode
from archwright.plan.rules import began_after, rules
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


def test_when_an_answer_began_is_known_of_streams_and_told_of_whole_ones() -> None:
    target = small().plan.targets[0]
    assert began_after(target, OK, 0.7, 3.0, 100) == 0.7
    assert began_after(target, OK, -1.0, 1.5, 101) == 0.5
    assert began_after(target, OK, -1.0, 0.5, 101) == 0.0
    assert began_after(target, TIMEOUT, -1.0, 9.0, 0) == 9.0
    assert began_after(target, TRANSIENT, -1.0, 9.0, 0) == -1.0
