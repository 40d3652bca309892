"""What a bill has besides tokens, accelerators and wages, entered into the book: nothing that runs depends on it.

A number whose price is missing, or a price whose number is missing, is a problem and never a zero.
"""

from __future__ import annotations

from typing import Any

from archwright.base.errors import Problem
from archwright.base.money import pico
from archwright.facts.technologies import technology
from archwright.plan.entries import Entries
from archwright.plan.model import Plan
from archwright.spec.charges import PAIRS, Charges
from archwright.spec.model import Component, Tokens
from archwright.spec.settings.models import ModelSettings

A_MONTH = "a GB a month"  # the catalogue's unit of what is kept
LABELS = {
    "monthly": "a plan or a licence",
    "hourly": "one replica for one hour",
    "per_call": "one call",
    "calls": "calls, as stated",
    "stored": "kept",
    "per_gb_month": "one GB kept for one month",
    "sent": "sent out by each call",
    "per_gb": "one GB sent out",
}


def enter_charges(work: Entries, plan: Plan) -> None:
    """Enter charges of components, provisioned units and the upkeep of the system."""
    steps = [step for journey in plan.journeys for step in journey.steps]
    visited = {plan.stations[place].name for step in steps for place in (step.station, step.search) if place >= 0}
    for name, component in work.system.components.items():
        if component.charges is not None:
            _charges(work, name, component, component.charges, name in visited)
        _provisioned(work, name, component)
    upkeep = work.system.operation.upkeep
    if upkeep is not None:
        work.note("upkeep.hours", upkeep.hours, "engineers' time each month")
        work.note("upkeep.hourly", upkeep.hourly, "one hour of one engineer")


def _charges(work: Entries, name: str, component: Component, charges: Charges, visited: bool) -> None:
    key = f"charges.{name}"
    for field, label in LABELS.items():
        work.note(f"{key}.{field}", getattr(charges, field), label)
    if charges.hourly is not None and f"components.{name}.replicas" not in work.book:
        work.note(f"components.{name}.replicas", component.replicas, "replicas")
    if charges.stored is not None and charges.per_gb_month is None:
        _from_catalogue(work, name, component)
    for amount, price in PAIRS:
        if f"{key}.{amount}" in work.book and f"{key}.{price}" in work.book:
            continue
        if (getattr(charges, amount) is None) != (getattr(charges, price) is None):
            lacks = price if getattr(charges, price) is None else amount
            message = f"`charges` of `{name}` has half of a pair: `{lacks}` is missing"
            work.problems.append(
                Problem("unknown-price", message, charges.where, f"add `{lacks}`, or remove the other")
            )
    each = charges.per_call is not None or charges.sent is not None
    if each and not visited and charges.calls is None:
        message = f"`{name}` is charged by the call, and no step of a journey happens at it"
        work.problems.append(Problem("unknown-calls", message, charges.where, "add `calls: 100k/month`"))


def _from_catalogue(work: Entries, name: str, component: Component) -> None:
    """The price of what is kept, as the catalogue has it of the technology that a component names."""
    found = technology(component.technology) if component.technology else None
    costs = [cost for cost in found.costs if cost.unit == A_MONTH and cost.currency == "USD"] if found else []
    cost = costs[0] if len(costs) == 1 else None
    if found is None or cost is None or cost.amount is None:
        return
    how = "seen" if cost.confidence == "seen" else "from memory"
    note = f"catalogue, {cost.source.title}, {how} on {found.checked_on}: {cost.source.place}"
    label = f"one GB kept for one month, {found.title}"
    work.fact(f"charges.{name}.per_gb_month", pico(cost.amount), "money", label, note)


def _provisioned(work: Entries, name: str, component: Component) -> None:
    settings = component.settings_as(ModelSettings)
    if settings is None:
        return
    key = f"components.{name}"
    if settings.prompt_cache_writes.value > 0:
        work.note(f"{key}.prompt_cache_writes", settings.prompt_cache_writes, "input tokens written to the cache")
        kind = f"cache_write_{settings.prompt_cache_keeps}"
        if f"prices.{name}.{kind}" not in work.book:
            message = (
                f"`{name}` writes to the prompt cache, and what that costs for {settings.prompt_cache_keeps} is unknown"
            )
            mend = f"add `{kind}` to its agreed `price`, or leave `prompt_cache_writes` out"
            work.problems.append(Problem("unknown-price", message, settings.where, mend))
        else:
            work.book.derive(
                f"prices.{name}.written", "price", "token-price", "tokens written to the prompt cache",
                price=f"prices.{name}.{kind}",
            )  # fmt: skip
    if settings.prompt_cache_writes.value + settings.prompt_cache.value > 1:
        message = f"`{name}`: more than all input tokens are read from or written to the prompt cache"
        work.problems.append(
            Problem("out-of-range", message, settings.prompt_cache.where, "lower one of the two shares")
        )
    bought = settings.provisioned
    if bought is not None:
        work.note(f"{key}.units", bought.units, "units of provisioned throughput")
        work.note(f"{key}.unit_hourly", bought.hourly, "one unit for one hour")
        work.note(f"{key}.covers", bought.covers, "calls that the units carry")


def constant_tokens(work: Entries, key: str, tokens: Tokens) -> int:
    """Tokens that are the same in every call of a step: instructions, pictures and sound; whole ones.

    `key` is where the step's figures begin. What its output is made of is entered too.
    """
    constant = work.whole(f"{key}.system", tokens.system, "instruction tokens")
    images = tokens.images.value * tokens.image_tokens.value
    if tokens.images.value > 0:
        work.note(f"{key}.images", tokens.images, "pictures in each call")
        work.note(f"{key}.image_tokens", tokens.image_tokens, "tokens of one picture")
        if images == 0:
            message = "how many tokens one picture has is not stated"
            work.problems.append(
                Problem(
                    "unknown-tokens", message, tokens.images.where, "add `image_tokens: 765`, as the supplier counts"
                )
            )
    for field, item in (("audio", tokens.audio), ("reasoning", tokens.reasoning), ("speech", tokens.speech)):
        if item.value > 0:
            work.note(f"{key}.{field}", item, field)
    if tokens.reasoning.value + tokens.speech.value > 1:
        message = "more than all of the output is thought or sound"
        work.problems.append(Problem("out-of-range", message, tokens.reasoning.where, "lower one of the two shares"))
    return constant + round(images) + tokens.audio.whole


def media(tokens: Tokens | None) -> dict[str, Any]:
    """What a step's tokens are besides text, as a step of the plan holds it."""
    if tokens is None:
        return {}
    return {
        "image": round(tokens.images.value * tokens.image_tokens.value),
        "audio": tokens.audio.whole,
        "reasoning": tokens.reasoning.value,
        "speech": tokens.speech.value,
    }
