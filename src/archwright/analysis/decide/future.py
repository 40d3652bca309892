"""What options cost over one to three years, how sure their order is, and what would turn it.

Every option grows with the journeys of its system. Replicas are added as they are needed, where it is known how many
are. What is guessed is drawn within its band (`plan.bands`), the same luck for all options; a judged score may be half
a point off, and a simulated time a tenth. Whether an option may be chosen at all stays as it is today.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from archwright.analysis.decide.breakeven import BreakEven
from archwright.analysis.decide.candidate import Candidate, Hardware
from archwright.analysis.decide.matrix import Matrix, Ranking, option_key
from archwright.base.numbers import percentile
from archwright.plan.bands import Z90, Band, bands, drawn, quantile
from archwright.plan.draws import Again
from archwright.plan.expect import repeated_roughly
from archwright.report.figures import Book, Figure

DRAWS: Final = 300
YEARS: Final = (1, 2, 3)
MONTHS: Final = 12
ROUGHLY: Final = {"repeated": repeated_roughly}
JUDGED: Final = "judged"
LOWEST, HIGHEST = 1.0, 5.0  # judged scores
HALF: Final = 0.5  # by how much a judged score may be off, p10 to p90 either way
TENTH: Final = 0.1  # by what share a simulated time may be off
TIE: Final = 1e-9


def grown(growth: float, months: float) -> float:
    """The sum of (1 + growth) to the power of 0, 1 … over so many months."""
    return sum((1.0 + growth) ** month for month in range(int(months)))


def fleet(replicas: float, months: float, *needs: float) -> float:
    """Replica months over a time: as many as there are, or as a growing load needs.

    `needs` are what each journey needs of it and how that grows, in turn.
    """
    pairs = list(zip(needs[::2], needs[1::2], strict=True))
    return sum(
        max(replicas, math.ceil(sum(needed * (1.0 + growth) ** month for needed, growth in pairs) - 1e-9))
        for month in range(int(months))
    )


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {"grown": grown, "fleet": fleet}


@dataclass(frozen=True, slots=True)
class Turn:
    """An assumption (a key) that makes another option the winner at a value, and which one."""

    key: str
    at: str
    winner: str


@dataclass(frozen=True, slots=True)
class Sureness:
    """How often each option wins, by name; keys of its total costs by year; what turns the answer.

    `bands` hold keys of p10, p50 and p90 of the three-year cost by option, `even_bands` those of break-evens (by their
    key) with the share of draws in which there is none. `dominated` says by which other an option is.
    """

    wins: Mapping[str, str]
    cheapest: Mapping[str, str]
    costs: Mapping[str, tuple[str, ...]]
    bands: Mapping[str, tuple[str, str, str]]
    even_bands: Mapping[str, tuple[str, str, str]]
    turns: tuple[Turn, ...]
    dominated: Mapping[str, str]


class Draws(NamedTuple):
    """How many draws of how many numbers there were, in words, and the figure that names the numbers."""

    note: str
    drawn: Figure


def sureness(found: Matrix, order: Ranking, evens: Sequence[BreakEven], book: Book, seed: int = 1) -> Sureness:
    """Work all of it out; everything is entered in `book`."""
    book.functions.update(FUNCTIONS)
    costs = {item.name: keys for item in found.candidates if (keys := _costs(found, item, book))}
    last = {name: keys[-1] for name, keys in costs.items()}
    crossing = {key: f"{even.at}.saved" for even in evens for key in (even.at, even.grown) if key}
    wanted = [*found.scores.values(), *last.values(), *crossing, *crossing.values()]
    varied = _varied(book, wanted)
    luck = drawn(varied, DRAWS, seed)
    values = {key: [_possible(varied[key], one) for one in column] for key, column in luck.items()}
    again = Again(book, wanted, varied, ROUGHLY)
    rows = [again(row) for row in zip(*values.values(), strict=True)] if varied else [again([])]
    made = _made(found, varied, f"{len(rows)} draws of {len(varied)} numbers, seed {seed}", book)
    names = list(found.scores)
    wins = _wins(found, names, [row[: len(names)] for row in rows], order.order, made, book)
    spread = [row[len(names) : len(names) + len(last)] for row in rows]
    cheapest = _cheapest(found, list(last), spread, made, book)
    limits = {
        name: _percentiles(book, f"{option_key(found.name, name)}.tco", [row[place] for row in spread], made)
        for place, name in enumerate(last)
    }
    first = len(names) + len(last)
    crossed = {
        key: _crossed(book, key, [(row[place], row[place + len(crossing)]) for row in rows], made)
        for place, key in enumerate(crossing, first)
    }
    turns = tuple(_turns(found, order, varied, book)) if order.winner else ()
    return Sureness(wins, cheapest, costs, limits, crossed, turns, _dominated(found, book))


def _possible(item: Band, value: float) -> float:
    """A judged score is never below 1 or above 5, however far it is off."""
    return min(max(value, LOWEST), HIGHEST) if item.words == JUDGED else value


def _made(found: Matrix, varied: Mapping[str, Band], note: str, book: Book) -> Draws:
    numbers = {f"number{place}": key for place, key in enumerate(varied, 1)}
    how = "guesses within their bands, judged scores half a point and simulated times a tenth either way"
    return Draws(note, book.work_out(f"{found.base}.drawn", len(varied), "count", "numbers drawn", how, **numbers))


def _journeys(item: Candidate) -> list[tuple[str, dict[str, str]]]:
    """What journeys cost: each grows by itself, where it is known what it costs."""
    if not item.grows:
        return [("each * volume * grown(growth, {n})", {"each": item.each, "volume": item.volume})]
    return [
        (f"journey{number} * grown(growth{number}, {{n}})", {f"journey{number}": month, f"growth{number}": growth})
        for number, (month, growth) in enumerate(item.grows)
    ]


def _load(number: int, part: Hardware) -> tuple[str, dict[str, str]]:
    """Replica months of a fleet: each journey's need grows by itself, where it is known."""
    if not part.needed:
        return f"replicas{number} * {{n}}", {}
    if not part.grows:
        return f"fleet(replicas{number}, {{n}}, needed{number}, growth)", {f"needed{number}": part.needed}
    names: dict[str, str] = {}
    for place, (needed, growth) in enumerate(part.grows):
        names |= {f"needed{number}_{place}": needed, f"growth{number}_{place}": growth}
    return f"fleet(replicas{number}, {{n}}, {', '.join(names)})", names


def _costs(found: Matrix, item: Candidate, book: Book) -> tuple[str, ...]:
    """Keys of what an option costs over one, two and three years."""
    base = f"{option_key(found.name, item.name)}.tco"
    parts: list[tuple[str, dict[str, str]]] = []
    if item.each:
        parts += _journeys(item)
        for number, key in enumerate(item.fixed):
            parts.append((f"fixed{number} * {{n}}", {f"fixed{number}": key}))
        for number, part in enumerate(item.hardware):
            load, names = _load(number, part)
            names |= {f"month{number}": part.month, f"replicas{number}": part.replicas}
            parts.append((f"month{number} / replicas{number} * {load}", names))
    elif item.stated:
        parts.append(("month * grown(growth, {n})", {"month": item.stated}))
        parts += [(f"fixed{number} * {{n}}", {f"fixed{number}": key}) for number, key in enumerate(item.fixed)]
    if not parts:
        return ()
    inputs: dict[str, str | Figure] = {"growth": item.growth} if item.growth else {}
    if not item.growth:
        inputs["growth"] = book.leaf(
            "decide.flat", 0.0, "share", label="growth", origin="default", note="none is known"
        )
    for _, more in parts:
        inputs |= more
    if item.once:
        inputs["once"] = item.once
    formula = " + ".join([text for text, _ in parts] + (["once"] if item.once else []))
    return tuple(
        book.derive(
            f"{base}.{year}", formula.format(n=year * MONTHS), "money", f"over {year * MONTHS} months of growth",
            **{name: key for name, key in inputs.items() if re.search(rf"\b{name}\b", formula)},
        ).key
        for year in YEARS
    )  # fmt: skip


def _varied(book: Book, keys: Sequence[str]) -> dict[str, Band]:
    """Guesses with their bands, and what was judged or simulated with what it may be off."""
    found = bands(book, keys)
    for key in keys:
        for leaf in book.leaves(key):
            if leaf.key in found:
                continue
            if leaf.origin == "judged":
                found[leaf.key] = Band(leaf.value - HALF, leaf.value, leaf.value + HALF, False, 1.0, JUDGED)
            elif leaf.origin == "simulated" and leaf.dimension == "duration" and leaf.value > 0:
                ends = (leaf.value * (1 - TENTH), leaf.value * (1 + TENTH))
                found[leaf.key] = Band(ends[0], leaf.value, ends[1], False, 0.0, "simulated")
    return found


def _wins(
    found: Matrix, names: list[str], rows: list[tuple[float, ...]], order: Sequence[str], made: Draws, book: Book
) -> dict[str, str]:
    """How often each option that may be chosen has the highest score; equals share a draw."""
    counted = dict.fromkeys(order, 0.0)
    places = {name: names.index(name) for name in order}
    for row in rows:
        best = max((row[place] for place in places.values()), default=0.0)
        first = [name for name, place in places.items() if best - row[place] <= TIE]
        for name in first:
            counted[name] += 1 / len(first)
    return {
        name: book.work_out(
            f"{option_key(found.name, name)}.wins", share / len(rows), "share", "draws in which it scores highest",
            made.note, **{f"score{place}": found.scores[other] for place, other in enumerate(order, 1)},
            drawn=made.drawn,
        ).key
        for name, share in counted.items()
    }  # fmt: skip


def _cheapest(
    found: Matrix, names: list[str], rows: list[tuple[float, ...]], made: Draws, book: Book
) -> dict[str, str]:
    counted = dict.fromkeys(names, 0.0)
    for row in rows:
        if names:
            counted[names[min(range(len(names)), key=lambda place: row[place])]] += 1
    last = f"tco.{YEARS[-1]}"
    costs = {f"cost{place}": f"{option_key(found.name, name)}.{last}" for place, name in enumerate(names, 1)}
    return {
        name: book.work_out(
            f"{option_key(found.name, name)}.cheapest", share / len(rows), "share", "draws in which it costs least",
            f"over {YEARS[-1]} years, {made.note}", **costs, drawn=made.drawn,
        ).key
        for name, share in counted.items()
    }  # fmt: skip


def _percentiles(book: Book, key: str, values: Sequence[float], made: Draws) -> tuple[str, str, str]:
    ranked = sorted(values)
    whole = book[f"{key}.{YEARS[-1]}"]
    low, half, high = (
        book.work_out(
            f"{key}.{name}", percentile(ranked, share), whole.dimension, name, made.note, of=whole, drawn=made.drawn
        ).key
        for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
    )
    return low, half, high


def _crossed(book: Book, key: str, values: Sequence[tuple[float, float]], made: Draws) -> tuple[str, str, str]:
    """p10 and p90 of a break-even over the draws that have one, and the share of those in which it never pays.

    `values` are where it lies and what each journey saves. What saves and costs no more a month pays at once.
    """
    there = sorted(max(0.0, value) for value, saved in values if saved > 0 and value < math.inf)
    never = book.work_out(
        f"{key}.never", 1 - len(there) / len(values), "share", "draws in which it never pays", made.note, of=key,
        drawn=made.drawn,
    ).key  # fmt: skip
    if not there:
        return "", "", never
    low, high = (
        book.work_out(f"{key}.{name}", percentile(there, share), "count", name, made.note, of=key, drawn=made.drawn).key
        for name, share in (("p10", 0.1), ("p90", 0.9))
    )
    return low, high, never


def _turns(found: Matrix, order: Ranking, varied: Mapping[str, Band], book: Book) -> list[Turn]:
    """For each number that was drawn the nearest value at which another option scores highest, if there is one."""
    names = list(order.order)
    again = Again(book, [found.scores[name] for name in names], varied, ROUGHLY)
    usual = [item.value for item in varied.values()]

    def winner(place: int, value: float) -> str:
        scores = again([*usual[:place], value, *usual[place + 1 :]])
        return names[max(range(len(names)), key=lambda n: scores[n])]

    turns: list[tuple[float, Turn]] = []
    for place, (key, item) in enumerate(varied.items()):
        meetings = [met for side in (-1, 1) if (met := _meeting(place, item, side, winner, order.winner)) is not None]
        if meetings:
            size, value, then = min(meetings)
            at = book.work_out(
                f"{found.base}.turn.{key}", value, book[key].dimension, "where another option is ahead",
                f"scores worked out again with other values of {key}", of=key,
                **{f"score{number}": found.scores[name] for number, name in enumerate(names, 1)},
            )  # fmt: skip
            turns.append((size, Turn(key, at.key, then)))
    return [turn for _, turn in sorted(turns, key=lambda pair: pair[0])]


def _meeting(
    place: int, item: Band, side: int, winner: Callable[[int, float], str], usual: str
) -> tuple[float, float, str] | None:
    """How many widths of its band away, at which value and for whom the winner changes; None within reach of none."""

    def value(widths: float) -> float:
        u = 0.5 * math.erfc(-side * widths * Z90 / math.sqrt(2.0))
        return _possible(item, quantile(item, min(max(u, 1e-12), 1 - 1e-12)))

    low, high = 0.0, 0.0
    for widths in (0.5, 1.0, 2.0, 3.0, 5.0):
        if winner(place, value(widths)) != usual:
            high = widths
            break
        low = widths
    if not high:
        return None
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if winner(place, value(middle)) != usual else (middle, high)
    return high, value(high), winner(place, value(high))


def _dominated(found: Matrix, book: Book) -> dict[str, str]:
    """Options that another one, which is open to be chosen, beats or equals by every criterion, and beats by one."""

    def cells(name: str) -> list[float]:
        return [book[found.cells[name, title].score].value for title in found.decision.criteria]

    beaten: dict[str, str] = {}
    for item in found.candidates:
        for other in (other for other in found.candidates if other.standing == "open"):
            pairs = list(zip(cells(other.name), cells(item.name), strict=True))
            if other is not item and pairs and all(a >= b for a, b in pairs) and any(a > b for a, b in pairs):
                beaten.setdefault(item.name, other.name)
    return beaten
