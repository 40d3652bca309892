"""Which target comes first, in the mean: what a forecast uses where the router decides request by request."""

from __future__ import annotations

import math
from typing import Final

from archwright.plan.expect import mean_log_normal, mean_runs, runs_before
from archwright.plan.model import Journey, Plan, Route, Step, Way

WEEK: Final = 168  # hours


def first_choices(plan: Plan, journey: Journey, step: Step) -> dict[int, float]:
    """The share of a step's calls that each target is the first choice of; places in `plan.targets`, sum 1.

    By weight: the weights. By cost: the cheapest for a mean call. By latency: the one that is declared the quickest.
    By load: as by weight, or evenly. Conditions on tokens follow the step's log-normal law, and every condition is
    taken to be independent of the others. Where a target's tokens are paid for in advance (`provisioned`), what the
    hours of the week need beyond that rate goes to the next one of the route. Fallbacks and what is slow for a while
    are left to the simulation.
    """
    shares = _chosen(plan, journey, step)
    if not any(plan.targets[target].provisioned_rate for target in shares):
        return shares
    return _spilt(plan, plan.routes[step.route], shares)


def parts_at(plan: Plan, journey: Journey, step: Step, target: int) -> tuple[str, ...]:
    """What ends the keys of a step's calls that reach a target without any failure: as first choice, as copies."""
    if step.route < 0:
        return ()
    shares = first_choices(plan, journey, step)
    own = "" if len(shares) == 1 else f".{plan.targets[target].name}"
    shadow = plan.routes[step.route].shadow
    copies = (".shadow",) if shadow is not None and shadow.target == target else ()
    return ((own,) if target in shares else ()) + copies


def beyond_provisioned(plan: Plan, target: int) -> float:
    """The share of a target's tokens that its provisioned rate does not carry: hour by hour of the week, in the mean.

    Without a shape of the week every hour is like the mean one. What caches answer is not taken off, and bursts within
    an hour are left to the simulation: both err a little, to different sides.
    """
    rate = plan.targets[target].provisioned_rate
    loads = [(journey, _tokens_a_journey(plan, journey, target) * journey.rate) for journey in plan.journeys]
    hours = [
        sum(load * (journey.shape[hour] if journey.shape else 1.0) for journey, load in loads) for hour in range(WEEK)
    ]
    whole = sum(hours)
    return sum(max(0.0, load - rate) for load in hours) / whole if whole > 0 else 0.0


def busiest(plan: Plan, target: int) -> float:
    """Calls a second that a target is asked for first in the busiest hour, before caches answer any."""
    return sum(
        journey.rate * journey.peak * step.probability * mean_runs(step.repeat_mean, step.repeat_most)
        * _chosen(plan, journey, step).get(target, 0.0)
        for journey in plan.journeys
        for step in journey.steps
        if step.route >= 0
    )  # fmt: skip


def _tokens_a_journey(plan: Plan, journey: Journey, target: int) -> float:
    """Tokens of the calls of a journey that have a target as their first choice."""
    total = 0.0
    for step in journey.steps:
        if step.route >= 0:
            share = _chosen(plan, journey, step).get(target, 0.0)
            runs = mean_runs(step.repeat_mean, step.repeat_most)
            total += share * step.probability * runs * sum(mean_tokens(step)) if share else 0.0
    return total


def _spilt(plan: Plan, route: Route, shares: dict[int, float]) -> dict[int, float]:
    """The shares after what is beyond a provisioned rate went to the next target of the route that has none."""
    found = dict(shares)
    order = [hop.target for hop in route.hops]
    for target, share in shares.items():
        later = [other for other in order if other != target and not plan.targets[other].provisioned_rate]
        if plan.targets[target].provisioned_rate and later:
            moved = share * beyond_provisioned(plan, target)
            found[target] -= moved
            found[later[0]] = found.get(later[0], 0.0) + moved
    return {target: share for target, share in found.items() if share > 0.0}


def _chosen(plan: Plan, journey: Journey, step: Step) -> dict[int, float]:
    """The shares by the route's conditions and its way of choosing alone."""
    route = plan.routes[step.route]
    parts: list[tuple[tuple[int, ...], float]] = []
    left = 1.0
    for way in route.ways:
        taken = left * _fits(plan, journey, step, way)
        parts.append((way.hops, taken))
        left -= taken
    parts.append((tuple(range(len(route.hops))), left))
    shares: dict[int, float] = {}
    for hops, share in parts:
        for hop, part in _first(plan, route, step, hops).items():
            target = route.hops[hop].target
            shares[target] = shares.get(target, 0.0) + share * part
    return {target: share for target, share in shares.items() if share > 0.0}


def _first(plan: Plan, route: Route, step: Step, hops: tuple[int, ...]) -> dict[int, float]:
    targets = {hop: plan.targets[route.hops[hop].target] for hop in hops}
    match route.choose:
        case "cost":
            tokens_in, tokens_out = mean_tokens(step)
            prices = {hop: t.price.input * tokens_in + t.price.output * tokens_out for hop, t in targets.items()}
            return {min(hops, key=lambda hop: prices[hop]): 1.0}
        case "latency":
            return {min(hops, key=lambda hop: targets[hop].first_token_s): 1.0}
        case "weight" | "load":
            weights = {hop: route.weights[hop] if route.weights else 1.0 for hop in hops}
            total = sum(weights.values())
            return {hop: weight / total for hop, weight in weights.items()} if total > 0 else {hops[0]: 1.0}
    return {hops[0]: 1.0}


def mean_tokens(step: Step) -> tuple[float, float]:
    """Input and output tokens of a step's call in the mean."""
    grown = step.growth * runs_before(step.repeat_mean, step.repeat_most)
    tokens_in = step.system_tokens + mean_log_normal(step.tokens_in.median, step.tokens_in.spread) + grown
    tokens_in += step.passages
    return tokens_in, mean_log_normal(step.tokens_out.median, step.tokens_out.spread)


def _fits(plan: Plan, journey: Journey, step: Step, way: Way) -> float:
    """The share of the step's calls that a way takes."""
    if way.journey >= 0 and plan.journeys[way.journey].name != journey.name:
        return 0.0
    tenants = plan.tenants[way.tenant].share if way.tenant >= 0 else 1.0
    return tenants * max(0.0, _below(step, way.most) - _below(step, way.least - 1))


def _below(step: Step, tokens: int) -> float:
    """The share of calls with at most so many input tokens."""
    law = step.tokens_in
    grown = step.growth * runs_before(step.repeat_mean, step.repeat_most)
    rest = tokens - step.system_tokens - grown - step.passages
    if rest <= 0 or law.median <= 0:
        return 1.0 if rest >= law.median else 0.0
    if law.spread == 0:
        return 1.0 if law.median <= rest else 0.0
    return 0.5 * (1.0 + math.erf(math.log(rest / law.median) / law.spread / math.sqrt(2.0)))
