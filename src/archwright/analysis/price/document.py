"""The forecast as a document."""

from __future__ import annotations

from archwright.analysis.price.call import KINDS
from archwright.analysis.price.chapters import chapters
from archwright.analysis.price.forecast import PriceResult
from archwright.analysis.price.over import headline, of, promised
from archwright.analysis.price.spread import Spread
from archwright.base.money import show_money
from archwright.base.text import plural, slug
from archwright.plan.model import Plan
from archwright.report.document import Bars, Block, Cell, Document, Finding, Section, Table, Text, Tiles
from archwright.report.figures import Book


def price_document(
    result: PriceResult, found: Spread | None = None, unpriced: tuple[str, ...] = (), over: tuple[Finding, ...] = ()
) -> Document:
    """The forecast as a document; with `found` also its distribution, growth, scenarios, units and energy.

    `unpriced` names components that cost nothing in the bill because the file says nothing of what they cost. `over`
    are the findings about the budget: the first line says how the month stands to it.
    """
    book, plan = result.book, result.plan
    sections = [_summary(book, plan, over), _steps(book, plan), *_lane(book, plan), _shares(book, plan)]
    if found is not None:
        sections += chapters(book, plan, result.lines, found)
    sections += [_guesses(book), *_unpriced(unpriced)]
    facts = [("prices", plan.facts), ("as of", plan.as_of)]
    facts += [("seed", str(found.seed))] if found is not None else []
    return Document("Price", tuple(sections), f"what {plan.system} costs at the stated volume", tuple(facts))


def _unpriced(names: tuple[str, ...]) -> list[Section]:
    if not names:
        return []
    words = (
        f"Nothing is said of what these cost: {', '.join(names)}. They are not free; add `charges` where it matters."
    )
    return [Section("price-unpriced", "Not in this bill", (Text(words, "muted"),))]


def _cell(book: Book, key: str) -> Cell:
    return Cell(book[key].shown, figure=key) if key in book else Cell("–", "muted")


def _summary(book: Book, plan: Plan, over: tuple[Finding, ...]) -> Section:
    tiles = [
        ("Models a month", "price.models.month"),
        ("People a month", "price.people.month"),
        ("Infrastructure a month", "price.infrastructure.month"),
        ("Engineers a month", "price.engineering.month"),
        ("One request", "price.request"),
        *((f"One {journey.name}", f"price.{journey.name}.journey") for journey in plan.journeys),
        ("First year", "price.year.1"),
    ]
    shown = tuple((label, book[key].shown, book[key].label, key) for label, key in tiles if key in book)
    blocks: list[Block] = [headline(book, over), Tiles(shown)]
    for objective, spent, kept in promised(book, plan):
        limit = f"{'at most' if objective.at_most else 'at least'} {show_money(objective.limit)}"
        words = f"Objective {objective.name}, {limit} for models{of(objective)} a month: {spent.shown}"
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
        tuple(
            one for one in (bars("By model, a month", components), bars("By token kind, a month", kinds)) if one.items
        ),
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
    table = Table(("Guess", "Key", "Value", "Basis", "10 % more moves it by"), rows, numeric=frozenset({4}))
    lead = f"The model bill rests on {plural(count, 'guess', 'guesses')}; these decide it most."
    return Section("price-guesses", "What would change it", (table,), lead)
