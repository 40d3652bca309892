"""Which hardware carries the busiest hour: replicas as `capacity` counts them, other hardware by its declared pace."""

from __future__ import annotations

from typing import Final

from archwright.analysis.capacity.report import HOW, Capacity, capacities
from archwright.analysis.fleet import Fleet, Verdict, fleets
from archwright.plan.model import Plan
from archwright.report.figures import Book, Formula

NEEDED: Final = Formula("requests / (each * least)")


def carried(plan: Plan, book: Book) -> tuple[Fleet, ...]:
    """Every model of a plan that is paid by the hour. `book` is that of its price, and gets their figures."""
    counted = {item.target.name: item for item in capacities(plan, book)}
    return tuple(
        _counted(book, item, counted[item.component]) if item.component in counted else item
        for item in fleets(plan, book)
    )


def _counted(book: Book, fleet: Fleet, found: Capacity) -> Fleet:
    """The verdict of `capacity`; replicas that it needs are those at the lower end of the band, with a fraction."""
    name = found.target.name
    if not found.asked.requests:
        return fleet
    key = f"fleet.{name}.of"
    book.leaf(f"{key}.each", found.at_best.requests, "rate", label="requests that one replica carries",
              origin="computed", note=HOW.format(name=name))  # fmt: skip
    book.leaf(f"{key}.least", found.pool.least, "ratio", label="lower end of the band", origin="fact",
              note="measured deployments against the law of replicas")  # fmt: skip
    needed = book.derive(
        f"{key}.needed", NEEDED, "number", "replicas that carry it at the lower end of the band",
        requests=f"capacity.{name}.requests", each=f"{key}.each", least=f"{key}.least",
    )  # fmt: skip
    return Fleet(fleet.component, fleet.title, _verdict(found), fleet.busy, "", needed.key,
                 f"components.{name}.replicas")  # fmt: skip


def _verdict(found: Capacity) -> Verdict:
    if found.pool.replicas >= found.most:
        return "carries"
    return "not certain" if found.pool.replicas >= found.least else "cannot carry"
