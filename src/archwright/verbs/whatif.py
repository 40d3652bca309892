"""`archwright stress --sweep` and `--search`: variants of the file, compared, and the cheapest that holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from archwright.analysis.stress.designs import Design, Seen, grid
from archwright.analysis.stress.search import MOST, search
from archwright.analysis.stress.search_report import search_sections
from archwright.analysis.stress.sweep import axis, sweep_sections
from archwright.base.errors import UsageError
from archwright.plan.model import plan_hash
from archwright.report.document import Document, Section
from archwright.report.figures import Book
from archwright.spec.ranges import Range
from archwright.verbs.answer import Answer
from archwright.verbs.points import Bench
from archwright.verbs.project import Project
from archwright.verbs.variants import Ground, as_it_is, designs, simulated

TOGETHER = 4  # variants of a search that are simulated at once, so that every process has work


def sweep_project(project: Project, swept: Sequence[Range], ground: Ground, bench: Bench) -> Answer:
    """Compare every value of one range, or every pair of values of two, with the file as it is.

    Raises:
        InputError: a path or a value cannot be.
        UsageError: there are more than two ranges, or too many pairs.
    """
    if len(swept) > 2:
        raise UsageError("a sweep has one range, or two for a grid; more of them are for `--search`")
    _count(swept)
    found = designs(project, swept, grid((item.name, item.values) for item in swept), bench.progress)
    base, *seen = simulated(bench, [as_it_is(project), *found], ground)
    book = Book()
    axes = [axis(item.name, item.values) for item in swept]
    sections = sweep_sections(book, axes, base, seen, ground.scenario)
    data = {"sweep": [_plain(item) for item in (base, *seen)]}
    return _answer(project, sections, book, ground, bench, data)


def search_project(project: Project, ranges: Sequence[Range], ground: Ground, bench: Bench) -> Answer:
    """Look among all combinations of the declared values for the cheapest that keeps every objective.

    Raises:
        InputError: a path or a value cannot be.
        UsageError: the file promises nothing, or there are too many combinations.
    """
    base = as_it_is(project)
    if not project.compiled.plan.objectives:
        raise UsageError("a search needs `objectives` in the file: without them everything holds")
    _count(ranges)
    found = designs(project, ranges, grid((item.name, item.values) for item in ranges), bench.progress)
    here = simulated(bench, [base], ground)[0]

    def look(block: Sequence[Design]) -> list[Seen]:
        return simulated(bench, block, ground)

    result = search(found, look, TOGETHER)
    book = Book()
    sections = search_sections(book, here, result, ground.scenario, ground.seeds)
    data = {
        "search": {
            "chosen": _plain(result.chosen) if result.chosen else None,
            "ruled_out": [{**_named(item.design), "why": item.why} for item in result.ruled],
            "dearer": [_named(item) for item in result.dearer],
            "simulated": result.simulated,
            "file_as_it_is": _plain(here),
        }
    }
    return _answer(project, sections, book, ground, bench, data)


def _count(ranges: Sequence[Range]) -> None:
    total = math.prod(len(item.values) for item in ranges)
    if total > MOST:
        raise UsageError(f"{total:,} combinations are too many ({MOST} are the most); take larger steps")


def _answer(
    project: Project,
    sections: tuple[Section, ...],
    book: Book,
    ground: Ground,
    bench: Bench,
    data: Mapping[str, object],
) -> Answer:
    plan = project.compiled.plan
    facts = (
        ("configuration", plan_hash(plan)), ("seeds", f"from {ground.seed}, at most {ground.seeds}"),
        ("load", f"{ground.load:.3g}x"), ("prices", plan.facts), ("as of", plan.as_of),
    )  # fmt: skip
    document = Document("What if", sections, f"{plan.system} with other values, simulated", facts)
    notes = [f"{bench.found:,} of {bench.found + bench.made:,} simulations were kept from an earlier run"]
    more: dict[str, object] = {**data, "points": {"simulated": bench.made, "kept": bench.found}}
    if bench.found:
        more["notes"] = notes
    return Answer("stress", (document,), book, data=more, plan=plan_hash(plan))


def _named(item: Design) -> dict[str, object]:
    return {"values": dict(item.values), "month": item.price}


def _plain(item: Seen) -> dict[str, object]:
    return {
        **_named(item.design),
        "why": item.design.why,
        "seeds": [one.seed for one in item.readings],
        "objectives": [
            {
                "name": one.objective.name,
                "mean": one.interval.mean,
                "low": one.interval.low if math.isfinite(one.interval.half) else None,
                "high": one.interval.high if math.isfinite(one.interval.half) else None,
                "standing": one.standing,
            }
            for one in item.estimates
        ],
    }
