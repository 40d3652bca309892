"""What the system costs in the mean: each journey step, request, journey and month, by component and by token kind.

Every number is a figure of a book and is computed by its formula: prices of the plan, means of the token laws, hits of
the exact caches in steady traffic. Retries and fallbacks are left to the simulation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archwright.analysis.price.call import KINDS, METERS, Call, cost_of_call, in_real_time, paid
from archwright.analysis.price.lines import GROUPS, Line
from archwright.analysis.price.meaning import PARTS, answered, looked_up
from archwright.analysis.price.shadow import PART, copied
from archwright.analysis.price.standing import standing_lines
from archwright.base.text import slug
from archwright.base.units import HOUR, MONTH
from archwright.plan.choice import first_choices
from archwright.plan.expect import FUNCTIONS
from archwright.plan.model import Journey, Plan, Step, Target
from archwright.report.figures import Book, Figure


@dataclass(frozen=True, slots=True)
class PriceResult:
    """The plan that was priced, the book in which every figure is found under `price.`, and the lines of the bill."""

    plan: Plan
    book: Book
    lines: tuple[Line, ...] = ()


def price(plan: Plan, given: Book) -> PriceResult:
    """Price a plan. `given` holds the numbers that went into it (see `compile_plan`)."""
    book = Book(given, FUNCTIONS)
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    book.leaf("hour", HOUR, "duration", label="an hour", origin="fact", note="definition")
    lines: list[Line] = []
    for journey in plan.journeys:
        lines += _journey(book, plan, journey)
    lines += standing_lines(book, plan)
    _charged(book, plan, lines)
    _totals(book, plan, lines)
    return PriceResult(plan, book, tuple(lines))


def _journey(book: Book, plan: Plan, journey: Journey) -> list[Line]:
    base = f"price.{journey.name}"
    lines: list[Line] = []
    parts: list[Figure] = []
    for step in journey.steps:
        if step.route >= 0:
            parts.append(_call(book, plan, journey, step, lines))
        else:
            parts += _work(book, plan, journey, step, lines)
    models = {place for step in journey.steps if step.route >= 0 for place in first_choices(plan, journey, step)}
    hourly = any(f"components.{plan.targets[place].name}.hourly" in book for place in models)
    label = "one journey, without hardware that is paid by the hour" if hourly else "one journey"
    each = book.total(f"{base}.journey", parts, "money", label)
    book.derive(
        f"{base}.month", "each * volume * month", "money", "a month at the stated volume",
        each=each, volume=f"journeys.{journey.name}.volume", month="month",
    )  # fmt: skip
    less = [book[key] for step in journey.steps for key in _saved_at(plan, journey, step) if key in book]
    if less:
        book.total(f"{base}.saved", less, "money", "the same calls in real time, less what they cost, a month")
    return lines


def _charged(book: Book, plan: Plan, lines: list[Line]) -> None:
    """What one journey costs with what its components are charged for it, call by call; where that is something."""
    for journey in plan.journeys:
        own = [book[line.key] for line in lines if line.journey == journey.name and not line.step]
        if not own:
            continue
        base, volume = f"price.{journey.name}", f"journeys.{journey.name}.volume"
        month = book.total(f"{base}.month.charges", own, "money", f"calls and egress for {journey.name}, a month")
        book.derive(
            f"{base}.charged", "each + charges / (volume * month)", "money", "one journey, with charges by the call",
            each=f"{base}.journey", charges=month, volume=volume, month="month",
        )  # fmt: skip


def _saved_at(plan: Plan, journey: Journey, step: Step) -> list[str]:
    """The keys of what the batch lane saves at each target of a step."""
    if step.route < 0:
        return []
    return [f"{own}.saved" for own in priced_at(plan, journey, step, f"price.{journey.name}.{slug(step.name)}")]


def _call(book: Book, plan: Plan, journey: Journey, step: Step, lines: list[Line]) -> Figure:
    """The model calls of a step."""
    base, given = f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}.{slug(step.name)}"
    mean, most = f"{given}.repeats.mean", f"{given}.repeats.most"
    book.derive(
        f"{base}.calls", "probability * mean_runs(mean, most)", "number", "model calls in each journey",
        probability=f"{given}.probability", mean=mean, most=most,
    )  # fmt: skip
    added = {"passages": f"routes.{plan.routes[step.route].name}.passages"} if step.passages else {}
    tokens = "system + mean_log_normal(median, spread) + growth * runs_before(mean, most)"
    if f"{given}.images" in book:
        added |= {"images": f"{given}.images", "image_tokens": f"{given}.image_tokens"}
    if f"{given}.audio" in book:
        added["audio"] = f"{given}.audio"
    for formula in ("passages", "images * image_tokens", "audio"):
        tokens += f" + {formula}" if formula.partition(" ")[0] in added else ""
    book.derive(
        f"{base}.tokens_in", tokens, "number",
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
    priced = priced_at(plan, journey, step, base)
    first = Call(journey, step, next(iter(priced.values())), base, base)
    embedded = [*_embedding(book, plan, first, lines), *looked_up(book, plan, first, lines)]
    embedded += copied(book, plan, first, lines)
    if list(priced) == [base]:
        cost = _at(book, Call(journey, step, priced[base], base, base), lines, "" if not embedded else ".answer")
        return _with(book, base, [cost, *embedded])
    shares = first_choices(plan, journey, step)
    why = f"the route chooses by {plan.routes[step.route].choose}"
    if any(target.provisioned_rate for target in priced.values()):
        why += "; what is beyond the provisioned rate, hour by hour of the week, goes to the next one"
    for place, share in shares.items():
        own = f"{base}.{plan.targets[place].name}"
        book.leaf(f"{own}.share", share, "share", label="calls that go there first", origin="set", note=why)
        book.derive(
            f"{own}.billed", "billed * share", "number", "calls that reach it", billed=f"{base}.billed",
            share=f"{own}.share",
        )  # fmt: skip
    each = [_at(book, Call(journey, step, target, base, own), lines) for own, target in priced.items()]
    book.derive(
        f"{base}.call", " + ".join(f"share{n} * call{n}" for n in range(len(each))), "money", "one call in the mean",
        **{f"share{n}": f"{own}.share" for n, own in enumerate(priced)},
        **{f"call{n}": f"{own}.call" for n, own in enumerate(priced)},
    )  # fmt: skip
    for kind in KINDS:
        book.total(
            f"{base}.{kind}.month", [book[f"{own}.{kind}.month"] for own in priced], "money", f"{kind} tokens, a month"
        )
    return book.total(f"{base}.journey", [*each, *embedded], "money", "in each journey")


def _with(book: Book, base: str, parts: list[Figure]) -> Figure:
    """What a step costs in each journey, where a search is a part of it."""
    return parts[0] if len(parts) == 1 else book.total(f"{base}.journey", parts, "money", "in each journey")


def priced_at(plan: Plan, journey: Journey, step: Step, base: str) -> dict[str, Target]:
    """The targets that are a step's first choice, by the beginning of their keys: the step's own where there is one."""
    targets = [plan.targets[place] for place in first_choices(plan, journey, step)]
    return {base if len(targets) == 1 else f"{base}.{target.name}": target for target in targets}


def _at(book: Book, call: Call, lines: list[Line], part: str = "") -> Figure:
    """The calls of a step at one target; `own` is where its keys begin."""
    own, journey = call.own, call.journey
    cost, found = cost_of_call(book, call)
    lines += found
    if call.lane:
        book.derive(
            f"{own}.saved", "(realtime - call) * billed * volume * month", "money", "what the lane saves, a month",
            realtime=in_real_time(book, call), call=cost, billed=paid(book, call),
            volume=f"journeys.{journey.name}.volume", month="month",
        )  # fmt: skip
    return book.derive(
        f"{own}{part}.journey", "billed * call", "money", "in each journey", billed=paid(book, call), call=cost
    )


def _embedding(book: Book, plan: Plan, call: Call, lines: list[Line]) -> list[Figure]:
    """The vector of each question, where the route's documents are searched by vectors; at most one part."""
    route = plan.routes[call.step.route]
    retriever = plan.retrievers[route.retriever] if route.retriever >= 0 else None
    if retriever is None or retriever.embedder < 0:
        return []
    target = plan.targets[retriever.embedder]
    key, given, price = f"{call.base}.embedding", call.given, f"prices.{target.name}.input"
    tokens = book.derive(
        f"{key}.tokens_in", "mean_log_normal(median, spread)", "number", "tokens of a question",
        median=f"{given}.input.median", spread=f"{given}.input.spread",
    )  # fmt: skip
    cost = book.derive(
        f"{key}.journey", "tokens * price * billed", "money", "vectors of questions in each journey",
        tokens=tokens, price=price, billed=f"{call.base}.billed",
    )  # fmt: skip
    month = {"volume": f"journeys.{call.journey.name}.volume", "month": "month"}
    whole = book.derive(f"{key}.month", "each * volume * month", "money", "vectors, a month", each=cost, **month)
    count = book.derive(
        f"{key}.tokens", "tokens * billed * volume * month", "count", "tokens, a month",
        tokens=tokens, billed=f"{call.base}.billed", **month,
    )  # fmt: skip
    title, where = f"{target.title}: {METERS['embedding'].lower()}", (call.journey.name, call.step.name)
    lines.append(Line(whole.key, title, "models", target.name, METERS["embedding"], "Tokens", count.key, price, *where))
    return [cost]


def _hits(book: Book, plan: Plan, journey: Journey, step: Step) -> Figure:
    base = f"price.{journey.name}.{slug(step.name)}"
    if step.seen == 0.0:
        return _exact(book, plan, journey, step, f"{base}.hits")
    return answered(book, plan, journey, step, _exact(book, plan, journey, step, f"{base}.exact"))


def _exact(book: Book, plan: Plan, journey: Journey, step: Step, key: str) -> Figure:
    """The share of calls that are answered because the same was asked before."""
    given = f"journeys.{journey.name}"
    route = plan.routes[step.route]
    if route.cache < 0 or journey.answers == 0:
        note = "the route has no cache" if route.cache < 0 else "no repetition is stated"
        return book.leaf(key, 0.0, "share", label="calls answered by the cache", origin="set", note=note)
    own = f"{given}.{slug(step.name)}"
    hits = "repeated(volume * probability, answers, skew, wordings, ttl, mean, most)"
    shares = {f"share{number}": f"tenants.{tenant.name}.share" for number, tenant in enumerate(plan.tenants, 1)}
    if shares:  # tenants do not share answers, so each is a stream of its own
        hits = " + ".join(f"{share} * {hits.replace('probability', f'probability * {share}')}" for share in shares)
    return book.derive(
        key, hits, "share",
        "calls answered by the cache", volume=f"{given}.volume", probability=f"{own}.probability",
        answers=f"{given}.answers", skew=f"{given}.skew", wordings=f"{given}.wordings",
        ttl=f"components.{plan.caches[route.cache].name}.ttl", mean=f"{own}.repeats.mean", most=f"{own}.repeats.most",
        **shares,
    )  # fmt: skip


def _work(book: Book, plan: Plan, journey: Journey, step: Step, lines: list[Line]) -> list[Figure]:
    """Work that costs by the hour: people. At most one part."""
    station = plan.stations[step.station]
    if station.hourly == 0:
        return []
    base, given = f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}.{slug(step.name)}"
    component = f"components.{station.name}"
    times = {
        "probability": f"{given}.probability", "mean": f"{given}.repeats.mean", "most": f"{given}.repeats.most",
        "median": f"{component}.latency", "spread": f"{component}.work_spread", "hour": "hour",
    }  # fmt: skip
    hours = "probability * mean_runs(mean, most) * mean_log_normal(median, spread) / hour"
    cost = book.derive(
        f"{base}.journey", f"{hours} * wage", "money", f"work of {station.title} in each journey",
        **times, wage=f"{component}.wage",
    )  # fmt: skip
    count = book.derive(
        f"{base}.hours", f"{hours} * volume * month", "number", f"hours of {station.title}, a month", **times,
        volume=f"journeys.{journey.name}.volume", month="month",
    )  # fmt: skip
    title, where = f"{station.title}: people at work", (journey.name, step.name)
    lines.append(
        Line(f"{base}.month", title, "people", station.name, "Review Hours", "Hours", count.key, f"{component}.wage",
             *where)
    )  # fmt: skip
    return [cost]


class _Parts:
    """The months that a total is made of, as they are met."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Figure]] = {group: [] for group in GROUPS}
        self.components: dict[str, list[Figure]] = {}
        self.kinds: dict[str, list[Figure]] = {kind: [] for kind in KINDS}
        self.calls: list[Figure] = []

    def of(self, component: str, month: Figure) -> None:
        """A part of what a component costs."""
        self.components.setdefault(component, []).append(month)


def _totals(book: Book, plan: Plan, lines: list[Line]) -> None:
    parts = _Parts()
    for base, journey, step in _priced(book, plan):
        _step_total(book, plan, base, (journey, step), parts)
    for line in lines:
        if line.key.endswith(PARTS):
            parts.of(line.component, book[line.key])
        if not line.step:
            parts.groups[line.group].append(book[line.key])
            if line.component:
                parts.of(line.component, book[line.key])
    for name, costs in parts.components.items():
        book.total(f"price.component.{name}.month", costs, "money", f"{name}, a month")
    for kind, costs in parts.kinds.items():
        book.total(f"price.kind.{kind}.month", costs, "money", f"{kind} tokens, a month")
    groups = [
        book.total(f"price.{group}.month", parts.groups[group], "money", LABELS[group])
        for group in GROUPS
        if parts.groups[group] or group in ("models", "people")
    ]
    count = book.total("price.requests.month", parts.calls, "count", "requests to the gateway, a month")
    book.total("price.month", groups, "money", "everything, a month")
    if count.value > 0:
        book.derive(
            "price.request", "models / requests", "money", "one request to the gateway",
            models="price.models.month", requests=count,
        )  # fmt: skip


def _step_total(book: Book, plan: Plan, base: str, at: tuple[Journey, Step], parts: _Parts) -> None:
    """What a step costs a month, and of whom."""
    journey, step = at
    volume = f"journeys.{journey.name}.volume"
    month = book.derive(
        f"{base}.month", "each * volume * month", "money", "a month",
        each=f"{base}.journey", volume=volume, month="month",
    )  # fmt: skip
    if step.route < 0:
        parts.groups["people"].append(month)
        parts.of(plan.stations[step.station].name, month)
        return
    parts.groups["models"].append(month)
    for own, target in priced_at(plan, journey, step, base).items():
        parts.of(target.name, _at_target(book, base, own, volume, month))
    if f"{base}.embedding.month" in book:
        embedder = plan.targets[plan.retrievers[plan.routes[step.route].retriever].embedder].name
        parts.of(embedder, book[f"{base}.embedding.month"])
    for own in (own for own in (base, f"{base}{PART}") if f"{own}.input.month" in book):
        for kind in KINDS:
            parts.kinds[kind].append(book[f"{own}.{kind}.month"])
    shadow = plan.routes[step.route].shadow
    if shadow is not None:
        parts.of(plan.targets[shadow.target].name, book[f"{base}{PART}.month"])
    asked = book.derive(
        f"{base}.calls.month", "calls * volume * month", "count", "model calls a month",
        calls=f"{base}.calls", volume=volume, month="month",
    )  # fmt: skip
    parts.calls.append(asked)


LABELS = {
    "models": "all model calls and their hardware, a month",
    "people": "people's work, a month",
    "infrastructure": "plans, machines, calls, storage and egress, a month",
    "engineering": "engineers who keep it running, a month",
}


def _at_target(book: Book, base: str, own: str, volume: str, month: Figure) -> Figure:
    """What a target's part of a step costs a month."""
    each = f"{own}.answer.journey" if f"{own}.answer.journey" in book else f"{own}.journey"
    if own == base and each == f"{base}.journey":
        return month
    key = f"{own}.answer.month" if own == base else f"{own}.month"
    return book.derive(key, "each * volume * month", "money", "a month", each=each, volume=volume, month="month")


def _priced(book: Book, plan: Plan) -> Iterator[tuple[str, Journey, Step]]:
    """Every step that costs something, with the beginning of its keys."""
    for journey in plan.journeys:
        for step in journey.steps:
            base = f"price.{journey.name}.{slug(step.name)}"
            if f"{base}.journey" in book:
                yield base, journey, step
