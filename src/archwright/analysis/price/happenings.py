"""What the time of each scenario costs: as many journeys as its load brings, and what its changes move.

The load is the one that is simulated (`plan.load`): in the busiest hour or in the calendar, as journeys have grown by
then. Users who come back are taken to do nothing but think, so theirs is the most that it can cost. Calls that go to
the next model are worked out with the plan's probabilities, for the simulation is not run here: what times out or is
degraded is left to it, and so is what caches answer more where more is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from archwright.base.text import slug
from archwright.base.units import MONTH
from archwright.plan.choice import busiest, first_choices
from archwright.plan.load import between, pieces, total
from archwright.plan.model import Change, Journey, Plan, Scenario, Step
from archwright.report.figures import Book, Figure

TIME: Final = "the load over its time, as it is simulated, in seconds of the busiest hour"
COST: Final = "volume * peak * time * each"
COMING: Final = "users / mean_log_normal(think, spread) * time * each"


def enter_scenarios(book: Book, plan: Plan) -> None:
    """Enter what a scenario's time costs, and how much of that its changes add."""
    for scenario in plan.scenarios:
        base = f"price.scenario.{scenario.name}"
        usual = [_standing(book, scenario)]
        extra: list[Figure] = []
        for journey in plan.journeys:
            if f"price.{journey.name}.journey" in book:
                usual.append(_usual(book, scenario, journey))
                extra += _extra(book, plan, scenario, journey)
        whole = book.total(f"{base}.usual", usual, "money", f"{scenario.name} without what happens in it")
        added = book.total(f"{base}.extra", extra, "money", f"what {scenario.name} adds")
        book.total(f"{base}.cost", [whole, added], "money", f"{scenario.name}, for as long as it lasts")


def _standing(book: Book, scenario: Scenario) -> Figure:
    """What runs in its time whether it is asked or not: hardware, what is kept, people by the month."""
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    if "price.growth.fixed" not in book:
        book.total("price.growth.fixed", [], "money", "the same in every month")
    return book.derive(
        f"price.scenario.{scenario.name}.standing", "fixed * lasts / month", "money",
        "what is paid whether it is asked or not", fixed="price.growth.fixed",
        lasts=f"scenarios.{scenario.name}.lasts", month="month",
    )  # fmt: skip


def _priced(book: Book, key: str, journey: Journey, time: Figure, each: str | Figure, label: str) -> Figure:
    given = f"journeys.{journey.name}"
    if journey.users:  # nobody arrives: as many as there can be, if they did nothing but think
        coming = {"users": f"{given}.users", "think": f"{given}.think", "spread": f"{given}.think_spread"}
        return book.derive(key, COMING, "money", label, **coming, time=time, each=each)
    return book.derive(key, COST, "money", label, volume=f"{given}.volume", peak=f"{given}.peak", time=time, each=each)


def _each(book: Book, journey: Journey) -> str:
    """The key of what one journey costs, charges by the call included."""
    charged = f"price.{journey.name}.charged"
    return charged if charged in book else f"price.{journey.name}.journey"


def _usual(book: Book, scenario: Scenario, journey: Journey) -> Figure:
    base, given = f"price.scenario.{scenario.name}.{journey.name}", f"scenarios.{scenario.name}"
    seconds = total(pieces(journey, replace(scenario, changes=()), 1.0))
    inputs = {"lasts": f"{given}.lasts"}
    if scenario.months or scenario.begins_s >= 0:
        inputs |= {"growth": f"journeys.{journey.name}.growth", "months": f"{given}.months"}
    time = book.work_out(f"{base}.time", seconds, "duration", "time at the busiest hour's load", TIME, **inputs)
    label = f"{journey.name} without what happens"
    return _priced(book, f"{base}.usual", journey, time, _each(book, journey), label)


def _extra(book: Book, plan: Plan, scenario: Scenario, journey: Journey) -> Iterator[Figure]:
    """What each change adds: of the load, after those before it; of a model, in its time at the load that there is."""
    before = replace(scenario, changes=())
    loaded = pieces(journey, scenario, 1.0)
    for number, change in enumerate(scenario.changes, 1):
        base, given = f"price.scenario.{scenario.name}.{number}", f"scenarios.{scenario.name}.{number}"
        if change.what == "load":
            after = replace(before, changes=(*before.changes, change))
            seconds = total(pieces(journey, after, 1.0)) - total(pieces(journey, before, 1.0))
            before = after
            inputs = {word: f"{given}.{word}" for word in ("at", "lasts", "factor")}
            key = f"{base}.{journey.name}"
            time = book.work_out(f"{key}.time", seconds, "duration", "more of the busiest hour", TIME, **inputs)
            yield _priced(book, key, journey, time, _each(book, journey), f"{journey.name}, more of them")
            continue
        window = (change.at_s, change.at_s + change.lasts_s)
        found = _moved_journey(book, plan, (base, given), change, journey)
        if found is not None:
            inputs = {word: f"{given}.{word}" for word in ("at", "lasts")}
            seconds = between(loaded, *window)
            key = f"{base}.{journey.name}"
            time = book.work_out(f"{key}.time", seconds, "duration", "time at the busiest hour's load", TIME, **inputs)
            yield _priced(book, key, journey, time, found, f"{journey.name}, at the next models")


def _moved_journey(book: Book, plan: Plan, at: tuple[str, str], change: Change, journey: Journey) -> Figure | None:
    """What a journey costs more at the next models while a change holds; None where it moves no money in the mean."""
    steps = [figure for step in journey.steps for figure in _elsewhere(book, plan, at, change, (journey, step))]
    if not steps:
        return None
    return book.total(f"{at[0]}.{journey.name}.each", steps, "money", "more for each journey, by the next models")


def _elsewhere(
    book: Book, plan: Plan, at: tuple[str, str], change: Change, where: tuple[Journey, Step]
) -> list[Figure]:
    """What a step costs more in each journey where its first model does not answer and the next one does."""
    (base, given), (journey, step) = at, where
    if step.route < 0:
        return []
    firsts = [plan.targets[place].name for place in first_choices(plan, journey, step)]
    hops = [plan.targets[hop.target] for hop in plan.routes[step.route].hops]
    others = [target for target in hops if target.name != change.component]
    if firsts != [change.component] or not others:
        return []
    own, name = f"price.{journey.name}.{slug(step.name)}", others[0].name
    if f"prices.{name}.input" not in book or f"{own}.call" not in book:
        return []
    share = _moved(book, plan, (f"{base}.{journey.name}.{slug(step.name)}", given), change, step)
    if share is None:
        return []
    return [
        book.derive(
            f"{base}.{journey.name}.{slug(step.name)}",
            "share * billed * (tokens_in * (1 - cached) * price_in + tokens_in * cached * price_cached"
            " + tokens_out * price_out - call)",
            "money", f"{step.name} at {others[0].title} instead", share=share, billed=f"{own}.billed",
            tokens_in=f"{own}.tokens_in", tokens_out=f"{own}.tokens_out", call=f"{own}.call",
            cached=f"components.{name}.prompt_cache", price_in=f"prices.{name}.input",
            price_cached=f"prices.{name}.cached_input", price_out=f"prices.{name}.output",
        )
    ]  # fmt: skip


def _moved(book: Book, plan: Plan, at: tuple[str, str], change: Change, step: Step) -> Figure | None:
    """The share of a step's calls that the change sends to the next model; None where it sends none.

    All of them where it is away. Where calls fail: those of which every attempt fails; a refused attempt is not charged
    for. Where its limit is lowered: what the busiest hour asks beyond it. One that is only slow keeps its calls in the
    mean; what times out is left to the simulation.
    """
    base, given = at
    hop = next(hop for hop in plan.routes[step.route].hops if plan.targets[hop.target].name == change.component)
    target = plan.targets[hop.target]
    if change.what == "down":
        return book.work_out(f"{base}.share", 1.0, "share", "calls that go on", "it is away", lasts=f"{given}.lasts")
    if change.what == "errors":
        usual = book.leaf(f"{base}.usual", target.error_rate, "share", label="that fail anyway", origin="set",
                          note=f"error_rate of {target.name}")  # fmt: skip
        attempts = book.leaf(f"{base}.attempts", hop.attempts, "count", label="attempts", origin="set", note="retry")
        return book.derive(
            f"{base}.share", "(1 - (1 - errors) * (1 - usual)) ** attempts", "share", "calls that fail each time",
            errors=f"{given}.share", usual=usual, attempts=attempts,
        )  # fmt: skip
    if change.what == "limit" and target.request_rate > 0:
        limit = book.work_out(
            f"{base}.limit",
            target.request_rate * change.factor,
            "rate",
            "requests let through",
            f"the limit of {target.name}, while the change holds",
            factor=f"{given}.factor",
        )
        asked = book.work_out(
            f"{base}.asked",
            busiest(plan, hop.target),
            "rate",
            "calls at the busiest hour",
            "volumes, peaks and loops, before caches",
        )
        if asked.value > limit.value:
            return book.derive(f"{base}.share", "1 - limit / asked", "share", "calls beyond the limit", limit=limit,
                               asked=asked)  # fmt: skip
    return None
