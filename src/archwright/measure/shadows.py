"""Models that got copies of requests beside those that answered them: what each costs, how often it fails, how long."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.numbers import percentile
from archwright.ledger.tally import Called, Tally
from archwright.report.document import Cell, Section, Table
from archwright.report.figures import Book

LEAD = (
    "A copy of a request went to another model, and no client saw its answers. What it says is not compared: "
    "only what it costs, how often it fails and how long it takes."
)
HEADINGS = ("Route", "Model", "", "Calls", "Failed", "Each", "p50", "p95")


def shadows(tally: Tally, book: Book, source: str) -> Iterator[Section]:
    """At most one section: each route with copies, the models that served it first. Figures stand under `shadow.`."""
    routes = dict.fromkeys(route for route, _, copy in tally.called if copy)
    rows: list[tuple[str | Cell, ...]] = []
    for route in routes:
        sides = [(copy, target) for name, target, copy in tally.called if name == route]
        for copy, target in sorted(sides):
            side = tally.called[route, target, copy]
            key = f"shadow.{route}.{target}.{'copies' if copy else 'served'}"
            rows.append((route, target, "copies" if copy else "served", *_cells(side, book, key, source)))
    if rows:
        table = Table(HEADINGS, tuple(rows), numeric=frozenset(range(3, len(HEADINGS))))
        yield Section("measure-shadows", "Shadows", (table,), LEAD)


def _cells(side: Called, book: Book, key: str, source: str) -> Iterator[Cell]:
    """The numbers of one side, each a figure."""

    def leaf(name: str, value: float, dimension: str, label: str) -> str:
        return book.leaf(f"{key}.{name}", value, dimension, label=label, origin="measured", note=source).key

    calls = leaf("calls", side.calls, "count", "calls")
    failed = leaf("failed", side.failed, "count", "calls that failed")
    cost = leaf("cost", side.cost, "money", "what the calls cost")
    share = book.derive(f"{key}.errors", "failed / calls", "share", "calls that failed", failed=failed, calls=calls)
    each = book.derive(f"{key}.each", "cost / calls", "money", "one call in the mean", cost=cost, calls=calls)
    yield Cell(book[calls].shown, figure=calls)
    yield Cell(share.shown, figure=share.key)
    yield Cell(each.shown, figure=each.key)
    for name, at in (("p50", 0.5), ("p95", 0.95)):
        if not side.durations:
            yield Cell("-", "muted")
            continue
        latency = leaf(name, percentile(side.durations, at), "duration", f"{name} of the calls that went well")
        yield Cell(book[latency].shown, figure=latency)
