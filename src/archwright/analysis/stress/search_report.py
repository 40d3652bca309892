"""A search as a document: what was chosen, what it costs beside the file as it is, and why nothing cheaper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from archwright.analysis.stress.designs import Seen
from archwright.analysis.stress.objectives import DIMENSIONS
from archwright.analysis.stress.search import Found, Ruled
from archwright.analysis.stress.sweep import TONES
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Scenario
from archwright.report.document import Block, Cell, Section, Table, Text, Tiles
from archwright.report.figures import Book

SHOWN: Final = 20  # variants that were ruled out, of those that are listed
NO_PROMISE: Final = (
    "A search looks at one scenario with a few seeds. What it keeps there is what this workload and these seeds kept, "
    "not a promise: hold the choice against every scenario with `archwright stress` before it is taken."
)


def search_sections(book: Book, base: Seen, found: Found, scenario: Scenario, seeds: int) -> tuple[Section, ...]:
    """The outcome of a search as sections of a document; its numbers are entered in `book` under `search.`."""
    total = len(found.ruled) + len(found.dearer) + (found.chosen is not None)
    runs = sum(len(item.seen.readings) for item in found.ruled if item.seen is not None)
    runs += len(found.chosen.readings) if found.chosen else 0
    looked = sum(item.seen is not None for item in found.ruled) + (found.chosen is not None)
    counts = (
        ("variants", total, "variants of the declared ranges"), ("simulated", looked, "of them were simulated"),
        ("runs", runs, "simulations, at most so many seeds each: " + str(seeds)),
        ("dearer", len(found.dearer), "as dear as what was chosen or dearer, so not needed"),
    )  # fmt: skip
    for name, value, label in counts:
        book.leaf(f"search.{name}", value, "count", label=label, origin="computed", note=f"scenario {scenario.name}")
    blocks: list[Block] = [*_chosen(book, base, found)]
    blocks.append(
        Text(
            f"{plural(total, 'variant')}: {looked} simulated in {plural(runs, 'run')}, "
            f"{len(found.ruled) - sum(item.seen is not None for item in found.ruled)} ruled out before, "
            f"{len(found.dearer)} not looked at because they are as dear or dearer."
        )
    )
    blocks += _ruled(found.ruled)
    blocks.append(Text(NO_PROMISE, "muted"))
    lead = f"The cheapest variant that keeps every objective in scenario {scenario.name}."
    return (Section("stress-search", "The cheapest that holds", tuple(blocks), lead),)


def _chosen(book: Book, base: Seen, found: Found) -> list[Block]:
    chosen = found.chosen
    if chosen is None:
        unproven = sum(bool(item.design.unproven) for item in found.ruled)
        words = "No variant keeps every objective."
        if unproven:
            words += f" {plural(unproven, 'variant')} could not be chosen because the quality is not known."
        return [Text(words, "bad")]
    note = chosen.design.name
    book.leaf("search.month", chosen.design.price, "money", label="everything, a month", origin="computed", note=note)
    book.leaf("search.before", base.design.price, "money", label="everything, a month", origin="computed",
              note="the file as it is")  # fmt: skip
    book.derive(
        "search.saved", "before - after", "money", "saved a month", before="search.before", after="search.month"
    )
    tiles = [
        ("A month", book["search.month"].shown, "the forecast of everything", "search.month"),
        ("The file as it is", book["search.before"].shown, "a month", "search.before"),
    ]
    if book["search.saved"].value > 0:
        tiles.append(("Saved", book["search.saved"].shown, "a month", "search.saved"))
    settings = Table(("Path", "Value"), tuple(chosen.design.values), "what to write in the file")
    objectives = Table(
        ("Objective", "Measure", "Promised", "Simulated", ""),
        tuple(
            (
                item.objective.name, item.objective.measure,
                f"{'≤' if item.objective.at_most else '≥'} {show(item.objective.limit, dimension)}",
                item.shown, Cell(item.standing, TONES[item.standing]),
            )
            for item in chosen.estimates
            for dimension in (DIMENSIONS[item.objective.measure],)
        ),
        f"over {plural(len(chosen.readings), 'seed')}", frozenset({2, 3}),
    )  # fmt: skip
    return [Tiles(tuple(tiles)), settings, objectives]


def _ruled(ruled: Sequence[Ruled]) -> list[Block]:
    """Why nothing cheaper: the variants that were ruled out, the cheapest first; of many only why."""
    if not ruled:
        return []
    listed = sorted(ruled, key=lambda item: (item.seen is None, item.design.price))
    rows = tuple(
        (item.design.name, Cell(show(item.design.price, "money") if item.design.plan else "–"), item.why)
        for item in listed[:SHOWN]
    )
    blocks: list[Block] = [Table(("Ruled out", "A month", "Because"), rows, "", frozenset({1}))]
    rest = Counter(item.why for item in listed[SHOWN:])
    if rest:
        told = "; ".join(f"{count} because it {why}" for why, count in rest.most_common(3))
        blocks.append(Text(f"{plural(sum(rest.values()), 'more variant')} ruled out: {told}.", "muted"))
    return blocks
