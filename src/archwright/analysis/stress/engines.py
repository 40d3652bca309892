"""Which engine simulates: the plain one, or a fast one that a verb has put at hand.

The fast engine runs what it knows how to run; for the rest there is the plain one, and who asked is told why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from archwright.analysis.stress.at_hand import AT_HAND
from archwright.plan.rules import price_of
from archwright.policy.lanes import BATCH, REALTIME

if TYPE_CHECKING:
    from archwright.analysis.stress.at_hand import Fast
    from archwright.analysis.stress.outcome import Outcome
    from archwright.plan.model import Plan, Price, Step, Target
    from archwright.plan.trace import Trace

FURTHEST: Final = 6.0  # sigmas of a log-normal law beyond which no input is drawn in any run that ends


MOST_TOKENS: Final = 0x7FFFFFFF  # of one piece of work, drawn
MOST_MONEY: Final = 1 << 62  # pico-dollars, 4.6 million dollars: up to here whole numbers of 64 bits hold every sum


def fast_for(plan: Plan, trace: Trace | None = None) -> Fast | None:
    """The fast engine, if there is one and it can run this."""
    if AT_HAND.loads is not None:
        loads, AT_HAND.loads = AT_HAND.loads, None
        AT_HAND.fast = loads()
    if AT_HAND.fast is None:
        return None
    why = next(unfit(plan, trace), None)
    if why is None:
        return AT_HAND.fast
    _tell(why)
    return None


def counted(plan: Plan, outcome: Outcome) -> bool:
    """Whether what the fast engine says of money holds: by the tokens that were billed, no sum left 64 bits."""
    targets = {target.name: target for target in plan.targets}
    lanes = {journey.name: BATCH if journey.batch else REALTIME for journey in plan.journeys}
    bills = [(item, price_of(targets[item.target], lanes[item.journey])) for item in outcome.tokens]
    most = sum(item.calls * price.request + _dearest(price, item.input + item.output) for item, price in bills)
    if most < MOST_MONEY:
        return True
    _tell("a run costs more than the fast one can count")
    return False


def _tell(why: str) -> None:
    """Say once why the plain engine simulates."""
    if why not in AT_HAND.told:
        AT_HAND.told.add(why)
        AT_HAND.say(f"the plain engine simulates, because {why}")


def unfit(plan: Plan, trace: Trace | None = None) -> Iterator[str]:
    """What the fast engine cannot run, in words that follow `the plain engine simulates, because`."""
    for station in plan.stations:
        if station.shared:
            yield f"{station.name} shares its servers"
    if trace is not None and trace.sessions:
        yield "users go through recorded sessions"
    yield from _too_large(plan, trace)


def _too_large(plan: Plan, trace: Trace | None) -> Iterator[str]:
    """Numbers of a plan that do not fit into the tables."""
    drawn = [law for step in _steps(plan) for law in (step.tokens_in, step.tokens_out)]
    most = max((law.median * math.exp(min(FURTHEST * law.spread, 500.0)) for law in drawn), default=0.0)
    if most > MOST_TOKENS:
        yield "a step may ask for more tokens than the fast one can count"
    more = [step.system_tokens + step.growth * step.repeat_most + step.passages for step in _steps(plan)]
    most += max(more, default=0)
    if trace is not None:
        most = max(most, *trace.tokens_in, *trace.tokens_out)
    dearest = max((_dearest(price, most) for target in plan.targets for price in _prices(target)), default=0.0)
    if 2.0 * dearest * (plan.gateway.concurrency + plan.gateway.queue) > MOST_MONEY:
        yield "a call may cost more than the fast one can count"


def _steps(plan: Plan) -> Iterator[Step]:
    return (step for journey in plan.journeys for step in journey.steps)


def _dearest(price: Price, tokens: float) -> float:
    """The most that a call of so many tokens may cost."""
    each = [price.input, price.output, *(max(tier.input, tier.output) for tier in price.tiers)]
    for special in (price.special, *(tier.special for tier in price.tiers)):
        each += [special.cache_write_5m, special.cache_write_1h] if special is not None else []
    return price.request + tokens * max(each)


def _prices(target: Target) -> Iterator[Price]:
    return (price_of(target, lane) for lane in (REALTIME, BATCH))
