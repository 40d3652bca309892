"""The further sections of the forecast: the bill line by line, its distribution, growth, scenarios, units, energy."""

from __future__ import annotations

from archwright.analysis.price.economy import broken_in
from archwright.analysis.price.future import MONTHS, YEAR
from archwright.analysis.price.lines import GROUPS, Line
from archwright.analysis.price.spread import SHARES, Spread
from archwright.base.text import plural
from archwright.base.units import MONTH
from archwright.plan.bands import FACTOR
from archwright.plan.model import Plan
from archwright.report.document import Block, Cell, Chart, Section, Series, Table, Text
from archwright.report.figures import Book

Row = tuple[str | Cell, ...]
MOST_LINES = 40


def cell(book: Book, key: str) -> Cell:
    """A figure as a cell, a dash where there is none."""
    return Cell(book[key].shown, figure=key) if key in book else Cell("–", "muted")


def chapters(book: Book, plan: Plan, lines: tuple[Line, ...], found: Spread) -> list[Section]:
    """Every section that has something to say."""
    sections = [_bill(book, lines), _spread(book, plan, found), _moves(book, found), _growth(book)]
    return [*sections, *_scenarios(book, plan), *_units(book, plan), *_budget(book), *_energy(book, plan)]


def _bill(book: Book, lines: tuple[Line, ...]) -> Section:
    """What is counted, at which price: the lines that cost something, the dearest first within their group."""
    rows: list[Row] = []
    costly = sorted((line for line in lines if book[line.key].value > 0), key=lambda line: -book[line.key].value)
    for group in GROUPS:
        mine = [line for line in costly if line.group == group]
        rows += [
            (
                line.title + (f", {line.step}" if line.step else ""),
                Cell(f"{book[line.quantity].shown} {line.unit.lower()}", figure=line.quantity) if line.quantity else "",
                cell(book, line.price) if line.price else "",
                cell(book, line.key),
            )
            for line in mine[:MOST_LINES]
        ]
        if f"price.{group}.month" in book and mine:
            rows.append((Cell(f"All {group}"), "", "", cell(book, f"price.{group}.month")))
    rows.append(("Everything", "", "", cell(book, "price.month")))
    table = Table(("Line", "A month", "Each", "Cost"), tuple(rows), numeric=frozenset({1, 2, 3}))
    more = len(costly) - sum(min(MOST_LINES, len([x for x in costly if x.group == group])) for group in GROUPS)
    blocks: list[Block] = [table, *([Text(f"{more} smaller lines are left out here.", "muted")] if more > 0 else [])]
    return Section("price-bill", "The bill", tuple(blocks), "Every line that costs something at the stated volume.")


def _spread(book: Book, plan: Plan, found: Spread) -> Section:
    def row(name: str, key: str) -> Row:
        own = f"price.spread.{key.removeprefix('price.')}"
        return (name, *(cell(book, f"{own}.{share}") for share, _ in SHARES), cell(book, key))

    rows = [row(f"One {key.split('.')[1]}", key) for key in found.journeys if key != "price.request"]
    rows += [row("One request", "price.request")] if "price.request" in found.journeys else []
    rows.append(row("A month", "price.month"))
    rows += [row(f"A month, {group}", f"price.{group}.month") for group in GROUPS if f"price.{group}.month" in book]
    rows += [row(f"A month, {name}", f"price.component.{name}.month") for name in _components(book, plan)]
    rows += [row(f"A month, tenant {item.name}", f"price.tenant.{item.name}.month") for item in plan.tenants]
    rows += [row(f"Year {year}", f"price.year.{year}") for year in range(1, MONTHS // YEAR + 1)]
    table = Table(("", "p10", "p50", "p90", "Mean"), tuple(rows), numeric=frozenset({1, 2, 3, 4}))
    count = plural(len(found.bands), "number")
    lead = (
        f"One journey and one request: drawn from their laws of tokens, loops, work. A month and longer: {count} with "
        f"a band drawn {found.draws} times together; a guess without a stated band may be off by {FACTOR:g} either way."
    )
    return Section("price-spread", "How far it may differ", (table,), lead)


def _components(book: Book, plan: Plan) -> list[str]:
    names = dict.fromkeys(key.split(".")[2] for key in book if key.startswith("price.component."))
    return [name for name in names if book[f"price.component.{name}.month"].value > 0]


def _moves(book: Book, found: Spread) -> Section:
    if not found.tornado.items:
        words = "No number of the file has a band: each is measured, sourced or set, and none states `low` and `high`."
        return Section("price-moves", "What moves it most", (Text(words, "muted"),))
    guesses = sum(1 for item in found.tornado.items if item.guess)
    lead = (
        f"One at a time, from p10 to p90. {plural(guesses, 'guess', 'guesses')} among them; better numbers there pay."
    )
    blocks: list[Block] = [found.tornado]
    if found.models.items and found.models.base != found.tornado.base:
        blocks.append(found.models)
    return Section("price-moves", "What moves it most", tuple(blocks), lead)


def _growth(book: Book) -> Section:
    series = []
    for share, _ in SHARES:
        points = tuple(
            (month * MONTH, book[f"price.spread.growth.{month}.{share}"].value) for month in range(1, MONTHS + 1)
        )
        series.append(Series(share, points, "plain" if share == "p50" else "muted"))
    marks = ((book["price.budget.limit"].value, "budget"),) if "price.budget.limit" in book else ()
    chart = Chart(
        "Everything, a month, as journeys grow",
        "time from now",
        "duration",
        "a month",
        "money",
        tuple(series),
        (),
        marks,
    )
    rows: tuple[Row, ...] = tuple(
        (f"Month {month}", *(cell(book, f"price.spread.growth.{month}.{share}") for share, _ in SHARES),
         cell(book, f"price.growth.{month}"))
        for month in (1, 3, 6, 9, 12, 24, 36)
    )  # fmt: skip
    years: tuple[Row, ...] = tuple(
        (f"Year {year}", *(cell(book, f"price.spread.year.{year}.{share}") for share, _ in SHARES),
         cell(book, f"price.year.{year}"))
        for year in range(1, MONTHS // YEAR + 1)
    )  # fmt: skip
    table = Table(("", "p10", "p50", "p90", "Mean"), (*rows, *years), numeric=frozenset({1, 2, 3, 4}))
    lead = (
        "Lines of a journey grow with it, the others stay; caches are taken to answer the share that they answer today."
    )
    return Section("price-growth", "As it grows", (chart, table), lead)


def _scenarios(book: Book, plan: Plan) -> list[Section]:
    rows: list[Row] = []
    for scenario in plan.scenarios:
        base = f"price.scenario.{scenario.name}"
        if f"{base}.cost" in book:
            keys = ("usual", "extra", "cost")
            rows.append((scenario.name, scenario.summary, *(cell(book, f"{base}.{key}") for key in keys)))
    if not rows:
        return []
    headings = ("Scenario", "What happens", "Without it", "It adds", "In all")
    table = Table(headings, tuple(rows), numeric=frozenset({2, 3, 4}))
    lead = (
        "For as long as each lasts, at the load that `archwright stress` simulates, with what runs whether it is asked "
        "or not. Calls that go to the next model are estimated from what is stated: outages, error rates and attempts, "
        "limits. `archwright stress` simulates them, with what times out and what fails by itself. Caches are taken to "
        "answer the share that they answer in the mean; where more is asked they answer more."
    )
    if any(journey.users for journey in plan.journeys):
        lead += " Users who come back are taken to do nothing but think, so what they cost is the most that it can be."
    return [Section("price-scenarios", "Under each scenario", (table,), lead)]


def _units(book: Book, plan: Plan) -> list[Section]:
    rows: list[Row] = []
    for journey in plan.journeys:
        base = f"price.unit.{journey.name}"
        for key, name in ((base, f"one {journey.name}, everything shared out"),
                          (f"{base}-resolved", f"one {journey.name} that settles what was asked"),
                          (f"{base}-user", f"one user of {journey.name}, a month")):  # fmt: skip
            if key in book:
                own = f"price.spread.{key.removeprefix('price.')}"
                rows.append((name, *(cell(book, f"{own}.{share}") for share, _ in SHARES), cell(book, key)))
    if not rows:
        return []
    unpriced = [journey.name for journey in plan.journeys if f"price.unit.{journey.name}-resolved" not in book]
    missing = [name for name in unpriced if f"journeys.{name}.resolved" not in book]
    never = [name for name in unpriced if name not in missing]
    blocks: list[Block] = [Table(("", "p10", "p50", "p90", "Mean"), tuple(rows), numeric=frozenset({1, 2, 3, 4}))]
    if missing:
        words = (
            f"What is settled is not stated for {', '.join(missing)}: add `resolved` and `monthly_users` to a journey."
        )
        blocks.append(Text(words, "muted"))
    if never:
        blocks.append(
            Text(f"By what is stated {', '.join(never)} settles nothing, so no price of one is enough.", "bad")
        )
    return [
        Section("price-units", "What one costs", tuple(blocks), "Costs without a journey are shared out by volume.")
    ]


def _budget(book: Book) -> list[Section]:
    if "price.budget.limit" not in book:
        return []
    rows: list[Row] = []
    number = 1
    while f"price.budget.alert.{number}" in book:
        due = book[f"price.budget.alert.{number}"]
        within = due.value * 24 * 3600 <= MONTH
        when = f"day {int(due.value) + 1}" if within else "not in a month like this"
        tone = "bad" if within and book[f"budget.alert.{number}"].value >= 1 else "plain"
        rows.append((cell(book, f"budget.alert.{number}"), Cell(when, tone, due.key)))  # type: ignore[arg-type]
        number += 1
    use = book["price.budget.use"]
    over = broken_in(book)
    words = f"The forecast spends {use.shown} of {book['price.budget.limit'].shown} a month"
    words += (
        f"; as journeys grow, month {over} is the first above it." if over else "; no month of three years is above."
    )
    blocks: list[Block] = [Text(words, "bad" if over == 1 else "plain")]
    blocks += [Table(("Told at", "Reached"), tuple(rows))] if rows else []
    return [Section("price-budget", "The budget", tuple(blocks))]


def _energy(book: Book, plan: Plan) -> list[Section]:
    if "price.energy.month" not in book:
        return []
    rows = [
        (target.title, cell(book, f"price.energy.{target.name}.used"), cell(book, f"price.energy.{target.name}.carbon"))
        for target in plan.targets
        if f"price.energy.{target.name}.used" in book
    ]

    def band(what: str) -> Cell:
        ends = [book[f"price.spread.{what}.month.{share}"].shown for share in ("p10", "p90")]
        return Cell(" to ".join(ends), figure=f"price.spread.{what}.month.p90")

    rows.append(("All, p10 to p90", band("energy"), band("carbon")))
    rows.append(("All, in the mean", cell(book, "price.energy.month"), cell(book, "price.carbon.month")))
    table = Table(("", "Energy a month", "CO2 equivalent a month"), tuple(rows), numeric=frozenset({1, 2}))
    lead = "Estimated from tokens and hardware; suppliers publish little, so the band is wide. Not a part of the bill."
    return [Section("price-energy", "Energy and carbon", (table,), lead)]
