"""Which target comes first, in the mean: what a forecast uses where the router decides request by request."""

from __future__ import annotations

import math

from archwright.plan.expect import mean_log_normal, runs_before
from archwright.plan.model import Journey, Plan, Route, Step, Way


def first_choices(plan: Plan, journey: Journey, step: Step) -> dict[int, float]:
    """The share of a step's calls that each target is the first choice of; places in `plan.targets`, sum 1.

    By weight: the weights. By cost: the cheapest for a mean call. By latency: the one that is declared the quickest.
    By load: as by weight, or evenly. Conditions on tokens follow the step's log-normal law, and every condition is
    taken to be independent of the others. Fallbacks and what is slow for a while are left to the simulation.
    """
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
