"""What copies of requests cost: a share of the calls that reach a model, at the price of the one that gets them."""

from __future__ import annotations

from typing import Final

from archwright.analysis.price.call import Call, cost_of_call, paid
from archwright.analysis.price.lines import Line
from archwright.plan.cost import call_cost
from archwright.plan.model import Journey, Plan, Step
from archwright.plan.rules import price_of
from archwright.policy.lanes import BATCH, REALTIME
from archwright.report.figures import Book, Figure

PART: Final = ".shadow"  # what the keys of a step's copies begin with, behind the step's own


def copied(book: Book, plan: Plan, call: Call, lines: list[Line]) -> list[Figure]:
    """What the copies of a step's calls cost in each journey; at most one part."""
    route = plan.routes[call.step.route]
    if route.shadow is None:
        return []
    own, target = f"{call.base}{PART}", plan.targets[route.shadow.target]
    book.derive(
        f"{own}.billed", "billed * share", "number", f"copies for {target.title}", billed=f"{call.base}.billed",
        share=f"routes.{route.name}.shadow.share",
    )  # fmt: skip
    copy = Call(call.journey, call.step, target, call.base, own)
    cost, found = cost_of_call(book, copy)
    lines += found
    each = book.derive(
        f"{own}.journey", "billed * call", "money", "copies, in each journey", billed=paid(book, copy), call=cost
    )
    book.derive(
        f"{own}.month", "each * volume * month", "money", "copies, a month",
        each=each, volume=f"journeys.{call.journey.name}.volume", month="month",
    )  # fmt: skip
    return [each]


def copy_drawn(plan: Plan, at: tuple[Journey, Step], tokens: tuple[int, int, int], luck: float) -> float:
    """Pico-dollars of the copy of one drawn call with (input, cached before, output) tokens; `luck` says if it is."""
    journey, step = at
    shadow = plan.routes[step.route].shadow
    if shadow is None or luck >= shadow.share:
        return 0.0
    target = plan.targets[shadow.target]
    tokens_in, before, tokens_out = tokens
    cached = max(round(tokens_in * target.prompt_cache), before)
    return float(call_cost(tokens_in, cached, tokens_out, price_of(target, BATCH if journey.batch else REALTIME)))
