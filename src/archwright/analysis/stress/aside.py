"""What simulated calls cost besides text: pictures, sound and thought have prices of their own, and so have vectors.

What units that are bought carry costs no tokens.

None of it decides anything while a simulation runs, so it is worked out from the tokens that were billed, in the mean:
the same for both engines, and by the formulas of the forecast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from msgspec import structs

from archwright.analysis.stress.outcome import Outcome, Tokens
from archwright.plan.expect import mean_log_normal
from archwright.plan.model import Journey, Plan, Price, Step, Target
from archwright.plan.rules import price_of
from archwright.plan.semantic import TOLD, WORD
from archwright.policy.lanes import BATCH, REALTIME


def priced(plan: Plan, outcome: Outcome) -> Outcome:
    """The outcome with the cost of what is not text, and of vectors and judges, in what each step cost; less bought."""
    if not _any(plan):
        return outcome
    bills: list[Tokens] = []
    for bill in outcome.tokens:
        journey, step = _step(plan, bill)
        target = next(item for item in plan.targets if item.name == bill.target)
        cost = bill.cost + round(_media(journey, step, target, bill))
        bills.append(replace(bill, cost=round(cost * (1.0 - target.covers)) if target.covers > 0.0 else cost))
    for journey in plan.journeys:
        for step in journey.steps:
            mine = [item for item in outcome.tokens if (item.journey, item.step) == (journey.name, step.name)]
            bills += _looked_up(plan, journey, step, mine) if step.route >= 0 else ()
    costs = {item.name: sum(bill.cost for bill in bills if bill.journey == item.name) for item in outcome.journeys}
    journeys = tuple(replace(item, cost=costs[item.name]) for item in outcome.journeys)
    return replace(outcome, tokens=tuple(bills), journeys=journeys)


def as_text(plan: Plan) -> Plan:
    """The plan with pictures, sound and thought as text, and all tokens billed: so emulated suppliers do it."""
    text = {"image": 0, "audio": 0, "reasoning": 0.0, "speech": 0.0}
    journeys = tuple(
        structs.replace(item, steps=tuple(structs.replace(step, **text) for step in item.steps))
        for item in plan.journeys
    )
    return structs.replace(at_list_price(plan), journeys=journeys)


def at_list_price(plan: Plan) -> Plan:
    """The plan with all tokens billed, those of calls that bought units carry too: so ledgers have them."""
    return structs.replace(plan, targets=tuple(structs.replace(item, covers=0.0) for item in plan.targets))


def _any(plan: Plan) -> bool:
    steps = [step for journey in plan.journeys for step in journey.steps]
    media = any(step.image or step.audio or step.reasoning or step.speech for step in steps)
    media = media or any(item.covers > 0.0 for item in plan.targets)
    return media or any(item.embedder >= 0 for item in plan.retrievers) or any(item.semantic for item in plan.caches)


def _step(plan: Plan, bill: Tokens) -> tuple[Journey, Step]:
    journey = next(item for item in plan.journeys if item.name == bill.journey)
    return journey, next(item for item in journey.steps if item.name == bill.step)


def _media(journey: Journey, step: Step, target: Target, bill: Tokens) -> float:
    """How much more than text the pictures, the sound and the thought of a step cost; they are in no prompt cache."""
    if bill.calls == 0:
        return 0.0
    price: Price = price_of(target, BATCH if journey.batch else REALTIME).at(bill.input // bill.calls)
    special = price.special
    if special is None:
        return 0.0
    share, stored = target.prompt_cache, target.prompt_writes
    kept = special.cache_write_1h if target.prompt_keeps == "1h" else special.cache_write_5m
    text = (1.0 - share - stored) * price.input + share * price.cached_input + stored * kept
    aside = 0.0
    if special.image != price.input:
        aside += step.image * (special.image - text)
    if special.audio != price.input:
        aside += step.audio * (special.audio - text)
    out = step.reasoning * (special.reasoning - price.output) + step.speech * (special.speech - price.output)
    return bill.calls * aside + bill.output * out


def _looked_up(plan: Plan, journey: Journey, step: Step, mine: list[Tokens]) -> Iterator[Tokens]:
    """The vectors of a step's questions, and what a judge of its fresh answers reads and writes."""
    route = plan.routes[step.route]
    asked = {plan.targets[hop.target].name for hop in route.ladder}
    answers = [item for item in mine if item.target in asked]
    billed = sum(item.calls for item in answers)
    question = mean_log_normal(step.tokens_in.median, step.tokens_in.spread)
    if billed == 0:
        return
    if route.retriever >= 0 and plan.retrievers[route.retriever].embedder >= 0:
        yield _bill(plan, journey, step, plan.retrievers[route.retriever].embedder, (billed, question, 0.0))
    semantic = plan.caches[route.cache].semantic if route.cache >= 0 else None
    if semantic is not None and semantic.embedder >= 0:
        looked = round(billed / max(1e-9, 1.0 - step.seen))  # what is found by meaning is looked up, too
        yield _bill(plan, journey, step, semantic.embedder, (looked, question, 0.0))
    if semantic is not None and semantic.judge >= 0 and semantic.compare == "judge":
        answer = sum(item.output for item in answers) / billed
        judge = plan.routes[semantic.judge].hops[0].target
        yield _bill(plan, journey, step, judge, (billed, TOLD + question + 2 * answer, float(WORD)))


def _bill(plan: Plan, journey: Journey, step: Step, place: int, each: tuple[int, float, float]) -> Tokens:
    """So many calls, each with so many tokens in and out, at the usual price of a target."""
    count, asked, said = each
    target = plan.targets[place]
    read, written = round(count * asked), round(count * said)
    cost = read * target.price.input + written * target.price.output
    return Tokens(journey.name, step.name, target.name, count, read, 0, written, cost)
