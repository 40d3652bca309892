"""What the bill becomes: each month of three years as journeys grow, the years, and each scenario.

A line of a journey grows with its volume; the others stay as they are. The share that caches answer stays that of
today, which is on the safe side: more traffic is caught better. Hardware that has to be added is a decision, and is
looked at by `decide` and `stress`.
"""

from __future__ import annotations

from typing import Final

from archwright.analysis.price.lines import Line
from archwright.base.text import slug
from archwright.plan.choice import busiest, first_choices
from archwright.plan.model import Change, Journey, Plan, Scenario, Step
from archwright.report.figures import Book, Figure

MONTHS: Final = 36
YEAR: Final = 12


def enter_growth(book: Book, plan: Plan, lines: tuple[Line, ...]) -> None:
    """Enter `price.growth.<month>` for 36 months, the first being today's, and `price.year.<n>` for three years."""
    grows = {journey.name for journey in plan.journeys}
    parts = {
        journey.name: [book[line.key] for line in lines if line.journey == journey.name] for journey in plan.journeys
    }
    inputs: dict[str, str | Figure] = {}
    terms = []
    for number, (name, costs) in enumerate(parts.items(), 1):
        if costs:
            inputs[f"part{number}"] = book.total(f"price.growth.{name}.now", costs, "money", f"{name}, a month")
            inputs[f"growth{number}"] = f"journeys.{name}.growth"
            terms.append(f"part{number} * (1 + growth{number}) ** {{months}}")
    fixed = [book[line.key] for line in lines if line.journey not in grows]
    if fixed:
        inputs["fixed"] = book.total("price.growth.fixed", fixed, "money", "the same in every month")
        terms.append("fixed")
    months = [
        book.derive(
            f"price.growth.{month}", (" + ".join(terms) or "0").format(months=month - 1), "money",
            f"month {month}, as journeys grow", **inputs,
        )
        for month in range(1, MONTHS + 1)
    ]  # fmt: skip
    for year in range(1, MONTHS // YEAR + 1):
        book.total(
            f"price.year.{year}", months[(year - 1) * YEAR : year * YEAR], "money", f"year {year}, as journeys grow"
        )
    book.derive("price.year.flat", "month * 12", "money", "a year at the stated volume", month="price.month")


def enter_scenarios(book: Book, plan: Plan) -> None:
    """Enter what a scenario's time costs at the busiest hour, and how much of that its changes add.

    More load makes more journeys. A model that is away, fails or is limited leaves calls to the next one of the route:
    estimated with the plan's probabilities, for the simulation is not run here. What is degraded is left to it.
    """
    for scenario in plan.scenarios:
        usual: list[Figure] = []
        extra: list[Figure] = []
        for journey in plan.journeys:
            found = _journey(book, plan, scenario, journey)
            if found is not None:
                usual.append(found[0])
                extra += found[1]
        base = f"price.scenario.{scenario.name}"
        whole = book.total(f"{base}.usual", usual, "money", f"{scenario.name} without what happens in it")
        added = book.total(f"{base}.extra", extra, "money", f"what {scenario.name} adds")
        book.total(f"{base}.cost", [whole, added], "money", f"{scenario.name}, at the busiest hour")


def _journey(book: Book, plan: Plan, scenario: Scenario, journey: Journey) -> tuple[Figure, list[Figure]] | None:
    key, given = f"price.{journey.name}.journey", f"journeys.{journey.name}"
    if key not in book:
        return None
    base = f"price.scenario.{scenario.name}"
    lasts = _given(book, f"{base}.lasts", scenario.lasts_s, "how long it lasts")
    usual = book.derive(
        f"{base}.{journey.name}.usual", "volume * peak * lasts * each", "money", f"{journey.name} without what happens",
        volume=f"{given}.volume", peak=f"{given}.peak", lasts=lasts, each=key,
    )  # fmt: skip
    extra = []
    for number, change in enumerate(scenario.changes, 1):
        found = _change(book, plan, f"{base}.{number}", change, journey)
        if found is not None:
            extra.append(found)
    return usual, extra


def _change(book: Book, plan: Plan, base: str, change: Change, journey: Journey) -> Figure | None:
    """What one change adds to a journey's cost; None where it moves no money in the mean."""
    given = f"journeys.{journey.name}"
    lasts = _given(book, f"{base}.lasts", change.lasts_s, "how long it lasts")
    rate: dict[str, str | Figure] = {"volume": f"{given}.volume", "peak": f"{given}.peak", "lasts": lasts}
    if change.what == "load":
        factor = book.leaf(f"{base}.factor", change.factor, "ratio", label="load times", origin="set", note="scenario")
        return book.derive(
            f"{base}.{journey.name}", "volume * peak * lasts * each * (factor - 1)", "money",
            f"{journey.name}, more of them", **rate, each=f"price.{journey.name}.journey", factor=factor,
        )  # fmt: skip
    steps = [figure for step in journey.steps for figure in _elsewhere(book, plan, base, change, (journey, step))]
    if not steps:
        return None
    moved = book.total(f"{base}.{journey.name}.each", steps, "money", "more for each journey, by the next models")
    return book.derive(
        f"{base}.{journey.name}", "volume * peak * lasts * each", "money", f"{journey.name}, at the next models",
        **rate, each=moved,
    )  # fmt: skip


def _elsewhere(book: Book, plan: Plan, base: str, change: Change, at: tuple[Journey, Step]) -> list[Figure]:
    """What a step costs more in each journey where its first model does not answer and the next one does."""
    journey, step = at
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
    share = _moved(book, plan, f"{base}.{journey.name}.{slug(step.name)}", change, step)
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


def _moved(book: Book, plan: Plan, base: str, change: Change, step: Step) -> Figure | None:
    """The share of a step's calls that the change sends to the next model; None where it sends none.

    All of them where it is away. Where calls fail: those of which every attempt fails; a refused attempt is not charged
    for. Where its limit is lowered: what the busiest hour asks beyond it. One that is only slow keeps its calls in the
    mean; what times out is left to the simulation.
    """
    hop = next(hop for hop in plan.routes[step.route].hops if plan.targets[hop.target].name == change.component)
    target = plan.targets[hop.target]
    if change.what == "down":
        return book.leaf(f"{base}.share", 1.0, "share", label="calls that go on", origin="set", note="it is away")
    if change.what == "errors":
        errors = book.leaf(f"{base}.errors", change.share, "share", label="calls that fail", origin="set",
                           note="scenario")  # fmt: skip
        usual = book.leaf(f"{base}.usual", target.error_rate, "share", label="that fail anyway", origin="set",
                          note=f"error_rate of {target.name}")  # fmt: skip
        attempts = book.leaf(f"{base}.attempts", hop.attempts, "count", label="attempts", origin="set", note="retry")
        return book.derive(
            f"{base}.share", "(1 - (1 - errors) * (1 - usual)) ** attempts", "share", "calls that fail each time",
            errors=errors, usual=usual, attempts=attempts,
        )  # fmt: skip
    if change.what == "limit" and target.request_rate > 0:
        limit = book.leaf(f"{base}.limit", target.request_rate * change.factor, "rate", label="requests let through",
                          origin="set", note="scenario")  # fmt: skip
        asked = book.leaf(f"{base}.asked", busiest(plan, hop.target), "rate", label="calls at the busiest hour",
                          origin="computed", note="volumes, peaks and loops, before caches")  # fmt: skip
        if asked.value > limit.value:
            return book.derive(f"{base}.share", "1 - limit / asked", "share", "calls beyond the limit", limit=limit,
                               asked=asked)  # fmt: skip
    return None


def _given(book: Book, key: str, seconds: float, label: str) -> Figure:
    return book.leaf(key, seconds, "duration", label=label, origin="set", note="scenario")
