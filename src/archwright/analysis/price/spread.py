"""By how much the bill may differ: what journeys vary by, what guesses may be off, and which of them moves it most.

Two kinds of not knowing are kept apart. One journey differs from the next, for answers differ in length and agents
loop: drawn journey by journey. The month is a sum of very many, so what moves it is what was guessed: all numbers with
a band are drawn together (`plan.bands`), and the bill is worked out again each time by its own formulas.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from archwright.analysis.price.forecast import PriceResult
from archwright.analysis.price.shadow import copy_drawn
from archwright.base.numbers import percentile
from archwright.base.text import slug
from archwright.base.units import show
from archwright.plan.bands import Band, bands, drawn, finite
from archwright.plan.choice import first_choices
from archwright.plan.cost import call_cost
from archwright.plan.draws import Again
from archwright.plan.expect import once_more, repeated_roughly
from archwright.plan.model import Journey, Plan, Step, Target
from archwright.plan.price import NO_KINDS, Kinds, stored
from archwright.policy import chance
from archwright.report.document import Swing, Tornado
from archwright.report.figures import Book, Figure

DRAWS: Final = 400
SAMPLED: Final = 400
SHARES: Final = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
ROUGHLY: Final = {"repeated": repeated_roughly}
SWINGS: Final = 12
WHOLE: Final = "price.month"
DRAWN: Final = "price.spread.drawn"


@dataclass(frozen=True, slots=True)
class Spread:
    """Which figures have p10, p50 and p90 under `price.spread.`, and the bands that were drawn.

    The tornados are of the whole bill and of the models' part.
    """

    months: tuple[str, ...]
    journeys: tuple[str, ...]
    bands: dict[str, Band]
    tornado: Tornado
    models: Tornado
    draws: int
    seed: int


def spread(result: PriceResult, seed: int = 1, draws: int = DRAWS) -> Spread:
    """Enter the distributions of a price, and rank what moves it. The same seed gives the same figures."""
    book, plan = result.book, result.plan
    keys = [key for key in _months(book, plan) if key in book]
    found = bands(book, keys)
    values = drawn(found, draws, seed)
    again = Again(book, keys, found, ROUGHLY)
    rows = [again(row) for row in zip(*values.values(), strict=True)] if found else []
    note = f"{draws} draws of {len(found)} numbers with a band, seed {seed}"
    numbers = {f"number{place}": key for place, key in enumerate(found, 1)}
    varied = book.work_out(DRAWN, len(found), "count", "numbers with a band", "each is drawn over its band", **numbers)
    for place, key in enumerate(keys):
        column = finite(row[place] for row in rows) or [book[key].value]
        _enter(book, key, column, note, drawn=varied)
    journeys = tuple(_journeys(book, plan, seed))
    whole = _swings(book, found, WHOLE, "What moves the month, each over its band")
    models = _swings(book, bands(book, ["price.models.month"]), "price.models.month", "What moves the models' bill")
    return Spread(tuple(keys), journeys, found, whole, models, draws, seed)


def _months(book: Book, plan: Plan) -> Iterator[str]:
    """The figures that have a distribution: the bill, its groups, journeys and components, months and years."""
    yield from (WHOLE, "price.models.month", "price.people.month", "price.infrastructure.month")
    yield "price.engineering.month"
    yield from (f"price.{journey.name}.month" for journey in plan.journeys)
    yield from (key for key in book if key.startswith("price.component.") and key.endswith(".month"))
    yield from (key for key in book if key.startswith(("price.growth.", "price.year.", "price.unit.")) and _end(key))
    yield from (key for key in book if key.startswith(("price.energy.month", "price.carbon.month")))
    yield from (key for key in book if key.startswith("price.tenant.") and key.endswith(".month"))


def _end(key: str) -> bool:
    """Whether the last part of a key is a month, a year or the name of a unit."""
    return key.count(".") == 2 and key != "price.growth.fixed"


def _enter(book: Book, key: str, values: Sequence[float], note: str, **inputs: Figure) -> None:
    for name, share in SHARES:
        book.work_out(
            f"price.spread.{key.removeprefix('price.')}.{name}", percentile(values, share), book[key].dimension,
            f"{book[key].label}, {name}", f"nearest rank of {note}", of=key, **inputs,
        )  # fmt: skip


def _journeys(book: Book, plan: Plan, seed: int) -> Iterator[str]:
    """Draw journeys one by one, at the stated numbers: what one costs, and one request to the gateway."""
    note = f"{SAMPLED} journeys drawn from their laws, seed {seed}"
    requests: list[float] = []
    weights: list[float] = []
    for index, journey in enumerate(plan.journeys):
        key = f"price.{journey.name}.journey"
        drawn_costs = [_one(book, plan, journey, (n * len(plan.journeys) + index, seed)) for n in range(SAMPLED)]
        if book[key].value > 0:
            _enter(book, key, sorted(total for total, _ in drawn_costs), note)
            yield key
        # Requests of a journey whose calls are paid by the hour are requests too: they cost what they carry of that.
        for _, calls in drawn_costs:
            requests += calls
            weights += [journey.rate] * len(calls)
    if "price.request" in book and requests:
        held = _held(book, plan)
        _enter(book, "price.request", [held + cost for cost in _weighted(requests, weights)], note)
        yield "price.request"


def _held(book: Book, plan: Plan) -> float:
    """What each request carries of the hardware and capacity that is paid for whether it comes or not."""
    steps = [(journey, step) for journey in plan.journeys for step in journey.steps if step.route >= 0]
    months = (f"price.{journey.name}.{slug(step.name)}.month" for journey, step in steps)
    called = sum(book[key].value for key in months if key in book)
    return (book["price.models.month"].value - called) / book["price.requests.month"].value


def _weighted(values: list[float], weights: list[float]) -> list[float]:
    """So many values that their plain percentiles are the weighted ones, to a thousandth."""
    pairs = sorted(zip(values, weights, strict=True))
    whole, passed, place = sum(weights), 0.0, 0
    found = []
    for rank in range(1000):
        while place < len(pairs) - 1 and passed + pairs[place][1] < (rank + 0.5) / 1000 * whole:
            passed += pairs[place][1]
            place += 1
        found.append(pairs[place][0])
    return found


def _one(book: Book, plan: Plan, journey: Journey, luck: tuple[int, int]) -> tuple[float, list[float]]:
    """Pico-dollars of one drawn journey, and of each of its requests to the gateway."""
    number, seed = luck
    total, calls = 0.0, []
    for place, step in enumerate(journey.steps):
        base = f"price.{journey.name}.{slug(step.name)}"
        if f"{base}.journey" not in book:
            continue
        own = number * 64 + place
        if chance.uniform(seed, own, 0, chance.TAKEN) >= step.probability:
            continue
        more = once_more(step.repeat_mean, step.repeat_most)
        runs = chance.geometric(more, step.repeat_most, chance.uniform(seed, own, 0, chance.REPEATS))
        for run in range(runs):
            cost = _run(book, plan, (journey, step), base, (own, run, seed))
            total += cost
            calls += [cost] if step.route >= 0 else []
    return total, calls


def _run(book: Book, plan: Plan, at: tuple[Journey, Step], base: str, luck: tuple[int, int, int]) -> float:
    """What one run of a step costs: a model call, or a piece of people's work."""
    (journey, step), (own, run, seed) = at, luck

    def u(purpose: int) -> float:
        return chance.uniform(seed, own, run, purpose)

    if step.route < 0:
        station = plan.stations[step.station]
        return chance.log_normal(station.median_s, station.spread, u(chance.WORK)) / 3600.0 * station.hourly
    if u(chance.ANSWER) < book[f"{base}.hits"].value:
        return 0.0
    shares = first_choices(plan, journey, step)
    place = bisect_right(list(accumulate(shares.values())), u(chance.ROUTE))
    target = plan.targets[list(shares)[min(place, len(shares) - 1)]]
    price = target.batch_price if journey.batch and target.batch_price is not None else target.price
    tokens_in = round(chance.log_normal(step.tokens_in.median, step.tokens_in.spread, u(chance.TOKENS_IN)))
    tokens_in += step.system_tokens + step.growth * run + step.passages
    tokens_out = round(chance.log_normal(step.tokens_out.median, step.tokens_out.spread, u(chance.TOKENS_OUT)))
    before = tokens_in - step.growth if step.prefix and run else 0
    name = base if len(shares) == 1 else f"{base}.{target.name}"
    cached, kinds = _told(book, name, (step, target), (tokens_in, before, tokens_out))
    cost = call_cost(tokens_in, cached, tokens_out, price, kinds)
    copy = copy_drawn(plan, at, (tokens_in, before, tokens_out), u(chance.STICKY))
    return cost * _carried(book, name) + copy


def _told(book: Book, own: str, at: tuple[Step, Target], tokens: tuple[int, int, int]) -> tuple[int, Kinds]:
    """Cached input tokens of a drawn call with (input, cached before, output) ones, and those of the other kinds."""
    (step, target), (tokens_in, before, tokens_out) = at, tokens

    def priced(kind: str) -> bool:
        return f"{own}.tokens_{kind}" in book

    image, audio = step.image if priced("image") else 0, step.audio if priced("audio") else 0
    text = tokens_in - image - audio
    cached = min(max(round(text * target.prompt_cache), before), text)
    written = stored(text, cached, target.prompt_writes, target.prompt_keeps) or NO_KINDS
    thought = round(tokens_out * step.reasoning) if priced("reasoning") else 0
    said = round(tokens_out * step.speech) if priced("speech") else 0
    return cached, written._replace(image=image, audio=audio, reasoning=thought, speech=said)


def _carried(book: Book, own: str) -> float:
    """The share of calls that are paid by the token, where bought units carry the others."""
    if f"{own}.paid" in book and book[f"{own}.billed"].value > 0:
        return book[f"{own}.paid"].value / book[f"{own}.billed"].value
    return 1.0


def _swings(book: Book, found: dict[str, Band], result: str, title: str) -> Tornado:
    """Each number with a band moved to both ends while the others stay, the widest first."""
    again = Again(book, (result,), found, None)
    usual = [item.value for item in found.values()]
    items: list[Swing] = []
    for place, (key, item) in enumerate(found.items()):
        ends = []
        for value in (item.low, item.high):
            (moved,) = again([*usual[:place], value, *usual[place + 1 :]])
            ends.append(moved)
        if ends[0] == ends[1] or not all(map(math.isfinite, ends)):
            continue
        leaf = book[key]
        said = (show(item.low, leaf.dimension), show(item.high, leaf.dimension))
        items.append(Swing(_called(leaf), ends[0], ends[1], said, leaf.origin == "guessed", key))
    items.sort(key=lambda swing: -abs(swing.at_high - swing.at_low))
    return Tornado(title, "money", book[result].value, tuple(items[:SWINGS]))


def _called(leaf: Figure) -> str:
    """A short name of an assumption: what it is, and of what."""
    parts = leaf.key.split(".")
    return (
        f"{leaf.label or parts[-1]}, {' '.join(parts[1:3]) if len(parts) > 3 else parts[1] if len(parts) > 1 else ''}"
    )
