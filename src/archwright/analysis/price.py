"""What the system costs: each journey step, request, journey and month, by component and by token kind.

Every number is a figure of a book and is computed by its formula. The forecast is the mean: prices of the plan, means
of the token laws, hits of the exact caches in steady traffic. Retries and fallbacks are left to the simulation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archwright.base.money import show_money
from archwright.base.text import plural, slug
from archwright.base.units import HOUR, MONTH
from archwright.plan.choice import first_choices
from archwright.plan.cost import CALL_COST
from archwright.plan.expect import FUNCTIONS
from archwright.plan.model import Journey, Plan, Step, Target
from archwright.report.document import Bars, Block, Cell, Document, Section, Table, Text, Tiles
from archwright.report.figures import Book, Figure

KINDS = ("input", "cached", "output")


@dataclass(frozen=True, slots=True)
class PriceResult:
    """The plan that was priced, and the book in which every figure is found under `price.`."""

    plan: Plan
    book: Book


def price(plan: Plan, given: Book) -> PriceResult:
    """Price a plan. `given` holds the numbers that went into it (see `compile_plan`)."""
    book = Book(given, FUNCTIONS)
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    for journey in plan.journeys:
        _journey(book, plan, journey)
    _totals(book, plan)
    return PriceResult(plan, book)


def _journey(book: Book, plan: Plan, journey: Journey) -> None:
    base = f"price.{journey.name}"
    parts = [
        _call(book, plan, journey, step) if step.route >= 0 else _work(book, plan, journey, step)
        for step in journey.steps
    ]
    models = {place for step in journey.steps if step.route >= 0 for place in first_choices(plan, journey, step)}
    hourly = any(f"components.{plan.targets[place].name}.hourly" in book for place in models)
    label = "one journey, without hardware that is paid by the hour" if hourly else "one journey"
    each = book.total(f"{base}.journey", [part for part in parts if part is not None], "money", label)
    book.derive(
        f"{base}.month", "each * volume * month", "money", "a month at the stated volume",
        each=each, volume=f"journeys.{journey.name}.volume", month="month",
    )  # fmt: skip
    less = [book[key] for step in journey.steps for key in _saved_at(plan, journey, step) if key in book]
    if less:
        book.total(f"{base}.saved", less, "money", "the same calls in real time, less what they cost, a month")


def _saved_at(plan: Plan, journey: Journey, step: Step) -> list[str]:
    """The keys of what the batch lane saves at each target of a step."""
    if step.route < 0:
        return []
    return [f"{own}.saved" for own in _priced_at(plan, journey, step, f"price.{journey.name}.{slug(step.name)}")]


def _call(book: Book, plan: Plan, journey: Journey, step: Step) -> Figure:
    """The model calls of a step."""
    base, given = f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}.{slug(step.name)}"
    mean, most = f"{given}.repeats.mean", f"{given}.repeats.most"
    book.derive(
        f"{base}.calls", "probability * mean_runs(mean, most)", "number", "model calls in each journey",
        probability=f"{given}.probability", mean=mean, most=most,
    )  # fmt: skip
    added = {"passages": f"routes.{plan.routes[step.route].name}.passages"} if step.passages else {}
    tokens = "system + mean_log_normal(median, spread) + growth * runs_before(mean, most)"
    book.derive(
        f"{base}.tokens_in", f"{tokens} + passages" if added else tokens, "number",
        "input tokens of a call", system=f"{given}.system", median=f"{given}.input.median",
        spread=f"{given}.input.spread", growth=f"{given}.growth", mean=mean, most=most, **added,
    )  # fmt: skip
    book.derive(
        f"{base}.tokens_out", "mean_log_normal(median, spread)", "number", "output tokens of a call",
        median=f"{given}.output.median", spread=f"{given}.output.spread",
    )  # fmt: skip
    hits = _hits(book, plan, journey, step)
    book.derive(
        f"{base}.billed", "calls * (1 - hits)", "number", "calls that reach a model", calls=f"{base}.calls", hits=hits
    )
    priced = _priced_at(plan, journey, step, base)
    if list(priced) == [base]:
        return _at(book, journey, base, base, priced[base])
    shares = first_choices(plan, journey, step)
    why = f"the route chooses by {plan.routes[step.route].choose}"
    for place, share in shares.items():
        own = f"{base}.{plan.targets[place].name}"
        book.leaf(f"{own}.share", share, "share", label="calls that go there first", origin="fact", note=why)
        book.derive(
            f"{own}.billed", "billed * share", "number", "calls that reach it", billed=f"{base}.billed",
            share=f"{own}.share",
        )  # fmt: skip
    each = [_at(book, journey, base, own, target) for own, target in priced.items()]
    book.derive(
        f"{base}.call", " + ".join(f"share{n} * call{n}" for n in range(len(each))), "money", "one call in the mean",
        **{f"share{n}": f"{own}.share" for n, own in enumerate(priced)},
        **{f"call{n}": f"{own}.call" for n, own in enumerate(priced)},
    )  # fmt: skip
    for kind in KINDS:
        book.total(
            f"{base}.{kind}.month", [book[f"{own}.{kind}.month"] for own in priced], "money", f"{kind} tokens, a month"
        )
    return book.total(f"{base}.journey", each, "money", "in each journey")


def _priced_at(plan: Plan, journey: Journey, step: Step, base: str) -> dict[str, Target]:
    """The targets that are a step's first choice, by the beginning of their keys: the step's own where there is one."""
    targets = [plan.targets[place] for place in first_choices(plan, journey, step)]
    return {base if len(targets) == 1 else f"{base}.{target.name}": target for target in targets}


def _at(book: Book, journey: Journey, base: str, own: str, target: Target) -> Figure:
    """The calls of a step at one target; `own` is where its keys begin."""
    book.derive(
        f"{own}.tokens_cached", "tokens_in * share", "number", "of them at the cached price",
        tokens_in=f"{base}.tokens_in", share=f"components.{target.name}.prompt_cache",
    )  # fmt: skip
    lane = "batch." if journey.batch and target.batch_price is not None else ""
    named = {"price_in": "input", "price_cached": "cached_input", "price_out": "output"}
    prices = {name: f"prices.{target.name}.{lane}{kind}" for name, kind in named.items()}
    tokens = {
        "tokens_in": f"{base}.tokens_in", "tokens_cached": f"{own}.tokens_cached", "tokens_out": f"{base}.tokens_out",
    }  # fmt: skip
    call = book.derive(f"{own}.call", CALL_COST, "money", f"one call of {target.title}", **tokens, **prices)
    kinds = {
        "input": "(tokens_in - tokens_cached) * price_in",
        "cached": "tokens_cached * price_cached",
        "output": "tokens_out * price_out",
    }
    for kind, formula in kinds.items():
        inputs = {name: key for name, key in {**tokens, **prices}.items() if name in formula}
        book.derive(
            f"{own}.{kind}.month", f"({formula}) * billed * volume * month", "money", f"{kind} tokens, a month",
            **inputs, billed=f"{own}.billed", volume=f"journeys.{journey.name}.volume", month="month",
        )  # fmt: skip
    if lane:
        realtime = {name: f"prices.{target.name}.{kind}" for name, kind in named.items()}
        book.derive(f"{own}.realtime", CALL_COST, "money", "the same call in real time", **tokens, **realtime)
        book.derive(
            f"{own}.saved", "(realtime - call) * billed * volume * month", "money", "what the lane saves, a month",
            realtime=f"{own}.realtime", call=call, billed=f"{own}.billed",
            volume=f"journeys.{journey.name}.volume", month="month",
        )  # fmt: skip
    return book.derive(f"{own}.journey", "billed * call", "money", "in each journey", billed=f"{own}.billed", call=call)


def _hits(book: Book, plan: Plan, journey: Journey, step: Step) -> Figure:
    base, given = f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}"
    route = plan.routes[step.route]
    if route.cache < 0 or journey.answers == 0:
        note = "the route has no cache" if route.cache < 0 else "no repetition is stated"
        return book.leaf(f"{base}.hits", 0.0, "share", label="calls answered by the cache", origin="fact", note=note)
    own = f"{given}.{slug(step.name)}"
    hits = "repeated(volume * probability, answers, skew, wordings, ttl, mean, most)"
    shares = {f"share{number}": f"tenants.{tenant.name}.share" for number, tenant in enumerate(plan.tenants, 1)}
    if shares:  # tenants do not share answers, so each is a stream of its own
        hits = " + ".join(f"{share} * {hits.replace('probability', f'probability * {share}')}" for share in shares)
    return book.derive(
        f"{base}.hits", hits, "share",
        "calls answered by the cache", volume=f"{given}.volume", probability=f"{own}.probability",
        answers=f"{given}.answers", skew=f"{given}.skew", wordings=f"{given}.wordings",
        ttl=f"components.{plan.caches[route.cache].name}.ttl", mean=f"{own}.repeats.mean", most=f"{own}.repeats.most",
        **shares,
    )  # fmt: skip


def _work(book: Book, plan: Plan, journey: Journey, step: Step) -> Figure | None:
    """Work that costs by the hour: people."""
    station = plan.stations[step.station]
    if station.hourly == 0:
        return None
    base, given = f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}.{slug(step.name)}"
    component = f"components.{station.name}"
    book.leaf("hour", HOUR, "duration", label="an hour", origin="fact", note="definition")
    work = "probability * mean_runs(mean, most) * mean_log_normal(median, spread) / hour * wage"
    return book.derive(
        f"{base}.journey", work, "money", f"work of {station.title} in each journey",
        probability=f"{given}.probability", mean=f"{given}.repeats.mean", most=f"{given}.repeats.most",
        median=f"{component}.latency", spread=f"{component}.work_spread", wage=f"{component}.wage", hour="hour",
    )  # fmt: skip


def _totals(book: Book, plan: Plan) -> None:
    models: list[Figure] = []
    people: list[Figure] = []
    calls: list[Figure] = []
    by_component: dict[str, list[Figure]] = {}
    by_kind: dict[str, list[Figure]] = {kind: [] for kind in KINDS}
    for base, journey, step in _priced(book, plan):
        volume = f"journeys.{journey.name}.volume"
        month = book.derive(
            f"{base}.month", "each * volume * month", "money", "a month",
            each=f"{base}.journey", volume=volume, month="month",
        )  # fmt: skip
        if step.route < 0:
            people.append(month)
            by_component.setdefault(plan.stations[step.station].name, []).append(month)
            continue
        models.append(month)
        for own, target in _priced_at(plan, journey, step, base).items():
            part = month if own == base else book.derive(
                f"{own}.month", "each * volume * month", "money", "a month",
                each=f"{own}.journey", volume=volume, month="month",
            )  # fmt: skip
            by_component.setdefault(target.name, []).append(part)
        for kind in KINDS:
            by_kind[kind].append(book[f"{base}.{kind}.month"])
        asked = book.derive(
            f"{base}.calls.month", "calls * volume * month", "count", "model calls a month",
            calls=f"{base}.calls", volume=volume, month="month",
        )  # fmt: skip
        calls.append(asked)
    for name, hours in _hardware(book, plan):
        models.append(hours)
        by_component.setdefault(name, []).append(hours)
    for name, parts in by_component.items():
        book.total(f"price.component.{name}.month", parts, "money", f"{name}, a month")
    for kind, parts in by_kind.items():
        book.total(f"price.kind.{kind}.month", parts, "money", f"{kind} tokens, a month")
    total = book.total("price.models.month", models, "money", "all model calls and their hardware, a month")
    human = book.total("price.people.month", people, "money", "people's work, a month")
    count = book.total("price.requests.month", calls, "count", "requests to the gateway, a month")
    book.total("price.month", [total, human], "money", "everything, a month")
    if count.value > 0:
        book.derive(
            "price.request", "models / requests", "money", "one request to the gateway", models=total, requests=count
        )


def _priced(book: Book, plan: Plan) -> Iterator[tuple[str, Journey, Step]]:
    """Every step that costs something, with the beginning of its keys."""
    for journey in plan.journeys:
        for step in journey.steps:
            base = f"price.{journey.name}.{slug(step.name)}"
            if f"{base}.journey" in book:
                yield base, journey, step


def _hardware(book: Book, plan: Plan) -> Iterator[tuple[str, Figure]]:
    """Hardware that is paid by the hour, used or not, by the name of its model."""
    for target in plan.targets:
        component = f"components.{target.name}"
        if f"{component}.hourly" not in book:
            continue
        book.leaf("hour", HOUR, "duration", label="an hour", origin="fact", note="definition")
        hours = book.derive(
            f"price.component.{target.name}.hours", "hourly * accelerators * replicas * month / hour", "money",
            f"hardware of {target.name}, a month", hourly=f"{component}.hourly",
            accelerators=f"{component}.accelerators", replicas=f"{component}.replicas", month="month", hour="hour",
        )  # fmt: skip
        yield target.name, hours


def price_document(result: PriceResult) -> Document:
    """The forecast as a document."""
    book, plan = result.book, result.plan
    sections = [_summary(book, plan), _steps(book, plan), *_lane(book, plan), _shares(book, plan), _guesses(book)]
    facts = (("prices", plan.facts), ("as of", plan.as_of))
    return Document("Price", tuple(sections), f"what {plan.system} costs at the stated volume", facts)


def _cell(book: Book, key: str) -> Cell:
    return Cell(book[key].shown, figure=key) if key in book else Cell("–", "muted")


def _summary(book: Book, plan: Plan) -> Section:
    tiles = [
        ("Models a month", "price.models.month"),
        ("People a month", "price.people.month"),
        ("One request", "price.request"),
        *((f"One {journey.name}", f"price.{journey.name}.journey") for journey in plan.journeys),
    ]
    shown = tuple((label, book[key].shown, book[key].label, key) for label, key in tiles if key in book)
    blocks: list[Block] = [Tiles(shown)]
    for objective in plan.objectives:
        if objective.measure == "cost":
            spent = book["price.models.month"].value
            kept = spent <= objective.limit if objective.at_most else spent >= objective.limit
            limit = f"{'at most' if objective.at_most else 'at least'} {show_money(objective.limit)}"
            words = f"Objective {objective.name}, {limit} for models a month: {show_money(spent)}"
            blocks.append(Text(f"{words}, {'kept' if kept else 'broken'}.", "good" if kept else "bad"))
    return Section(
        "price-summary", "At a glance", tuple(blocks), "Means at the stated volume; every figure can be asked why."
    )


def _steps(book: Book, plan: Plan) -> Section:
    headings = ("Journey, step", "Calls", "Input", "Output", "From cache", "One call", "One journey", "A month")
    rows: list[tuple[str | Cell, ...]] = []
    for journey in plan.journeys:
        for step in journey.steps:
            base = f"price.{journey.name}.{slug(step.name)}"
            if f"{base}.journey" in book:
                keys = ("calls", "tokens_in", "tokens_out", "hits", "call", "journey", "month")
                rows.append((f"{journey.name}, {step.name}", *(_cell(book, f"{base}.{key}") for key in keys)))
        base = f"price.{journey.name}"
        lane = " (batch)" if journey.batch else ""
        rows.append(
            (
                f"{journey.name}, all{lane}",
                *[Cell("")] * 5,
                _cell(book, f"{base}.journey"),
                _cell(book, f"{base}.month"),
            )
        )
    table = Table(headings, tuple(rows), "tokens of one call, calls of one journey", frozenset(range(1, 8)))
    return Section("price-steps", "Step by step", (table,))


def _lane(book: Book, plan: Plan) -> list[Section]:
    """The journeys that nobody waits for, where there are some."""
    rows = tuple(
        (journey.name, _cell(book, f"price.{journey.name}.month"), _cell(book, f"price.{journey.name}.saved"))
        for journey in plan.journeys
        if journey.batch
    )
    if not rows:
        return []
    table = Table(("Journey", "A month", "Saved a month"), rows, numeric=frozenset({1, 2}))
    lead = "Nobody waits for these. Saved: the same calls at real-time prices, less what they cost in suppliers' lanes."
    return [Section("price-lane", "The batch lane", (table,), lead)]


def _shares(book: Book, plan: Plan) -> Section:
    components = [(target.title, f"price.component.{target.name}.month") for target in plan.targets]
    kinds = [(f"{kind} tokens", f"price.kind.{kind}.month") for kind in KINDS]

    def bars(title: str, items: list[tuple[str, str]]) -> Bars:
        found = [(name, book[key].value, key) for name, key in items if key in book and book[key].value > 0]
        return Bars(title, "money", tuple(sorted(found, key=lambda item: -item[1])))

    return Section(
        "price-shares",
        "Where it goes",
        (bars("By model, a month", components), bars("By token kind, a month", kinds)),
    )


def _guesses(book: Book) -> Section:
    deciding = book.moves("price.models.month")
    count = sum(1 for leaf in book.leaves("price.models.month") if leaf.origin == "guessed")
    rows = tuple(
        (
            Cell(leaf.label or leaf.key, figure=leaf.key),
            leaf.key,
            leaf.written or leaf.shown,
            leaf.note,
            Cell(f"{change.value * 100:+.1f} %", figure=change.key),
        )
        for leaf, change in deciding
    )
    table = Table(("Guess", "Key", "Value", "Basis", "10 % more moves the bill by"), rows, numeric=frozenset({4}))
    lead = f"The model bill rests on {plural(count, 'guess', 'guesses')}; these decide it most."
    return Section("price-guesses", "What would change it", (table,), lead)
