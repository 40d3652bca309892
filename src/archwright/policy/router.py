"""Which targets a request goes to, and in which order: what a machine knows of its targets while they work."""

from __future__ import annotations

from archwright.policy import choose
from archwright.policy.rules import RouteRule, Rules


class Router:
    """What is measured of each target, and the order that follows for a request.

    Args:
        rules: parameters of the policies.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        targets = range(len(rules.breakers))
        self.pulses = [choose.unknown() for _ in targets]
        self.working = [0 for _ in targets]

    def begun(self, target: int) -> None:
        """A call of `target` begins."""
        self.working[target] += 1

    def ended(self, target: int, now: float, first_s: float) -> None:
        """A call of `target` ended; its answer began after `first_s` seconds (below 0: nobody knows)."""
        self.working[target] -= 1
        if first_s >= 0.0:
            self.pulses[target] = choose.felt(self.pulses[target], now, first_s, self.rules.half_life_s)

    def order(  # noqa: PLR0913 - what is known of a request
        self, now: float, rule: RouteRule, tokens_in: int, tokens_out: int, tenant: int, journey: int, luck: float
    ) -> tuple[int, ...]:
        """The positions of the hops that a request goes through, the first choice first; `luck` lies in [0, 1)."""
        hops = _way(rule, tokens_in, tenant, journey)
        if len(hops) == 1 or (rule.choose == choose.ORDER and rule.slow_s == 0.0):
            return hops
        if rule.choose == choose.WEIGHT:
            hops = _drawn(hops, rule.weights, luck)
        elif rule.choose != choose.ORDER:
            hops = tuple(sorted(hops, key=lambda hop: self._rank(rule, hop, tokens_in, tokens_out, luck)))
        well = tuple(hop for hop in hops if not self._slow(now, rule, hop))
        return (*well, *(hop for hop in hops if hop not in well)) if well else hops

    def all_slow(self, now: float, rule: RouteRule) -> bool:
        """Whether every target of a route is known to be slower than it may be."""
        return rule.slow_s > 0.0 and all(self._slow(now, rule, hop) for hop in range(len(rule.hops)))

    def _rank(self, rule: RouteRule, hop: int, tokens_in: int, tokens_out: int, luck: float) -> float:
        target = rule.hops[hop].target
        price = 0.0
        if rule.choose == choose.COST:
            cost = self.rules.costs[target]
            price = float(tokens_in * cost.input + tokens_out * cost.output)
        weight = rule.weights[hop] if rule.weights else 1.0
        explores = 1 if luck < choose.EXPLORED else 0
        return choose.rank(rule.choose, price, self.pulses[target], self.working[target], weight, explores)

    def _slow(self, now: float, rule: RouteRule, hop: int) -> bool:
        pulse = self.pulses[rule.hops[hop].target]
        return choose.slow(pulse, now, rule.slow_s, self.rules.half_life_s) == 1


def _way(rule: RouteRule, tokens_in: int, tenant: int, journey: int) -> tuple[int, ...]:
    for way in rule.ways:
        if way.least <= tokens_in <= way.most and way.tenant in (-1, tenant) and way.journey in (-1, journey):
            return way.hops
    return tuple(range(len(rule.hops)))


def _drawn(hops: tuple[int, ...], weights: tuple[float, ...], luck: float) -> tuple[int, ...]:
    """One of the hops by its weight in front, the others in their order."""
    total = sum(weights[hop] for hop in hops)
    if total <= 0.0:
        return hops
    passed = 0.0
    for hop in hops:
        passed += weights[hop] / total
        if luck < passed:
            return (hop, *(other for other in hops if other != hop))
    return hops
