"""At which volume two options cost the same: hardware by the month against a price by the journey.

Costs are `fixed + each * journeys`. All kinds of journeys grow in proportion, and the share that caches answer is
taken to stay. A fleet that is too small at the break-even gets more replicas, which moves it; with K journeys a month
for each replica at c dollars a month, and d dollars saved on each journey, n replicas pay where
`n >= other / (d * K - c)` ("other" is what is fixed besides them), and never where d * K is not more than c.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archwright.analysis.decide.candidate import Candidate, Hardware
from archwright.analysis.decide.matrix import Matrix, option_key
from archwright.report.figures import Book, Figure

LEAST: Final = 1e-9  # of a journey's cost; what is saved below that is the rounding of sums
STEPS: Final = 200  # so many replicas more are tried


def fewest(replicas: float, other: float, gain: float) -> float:
    """Replicas with which it pays, if each gains so much over `other`; without end where none gains anything."""
    if gain <= 0:
        return replicas if other <= 0 else math.inf
    return max(replicas, math.ceil(other / gain))


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {"ceil": math.ceil, "fewest": fewest}


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Two options whose fixed costs differ: `low` and `high` by name. Keys are empty where there is no such number.

    From `at` journeys a month on, `high` is cheaper. It would need `more` replicas of `fleet` there; with as many as
    it needs it is cheaper from `grown` journeys on. `words` say why it never is.
    """

    low: str
    high: str
    at: str = ""
    more: str = ""
    fleet: str = ""
    grown: str = ""
    words: str = ""


def break_evens(found: Matrix, book: Book) -> tuple[BreakEven, ...]:
    """Every pair of computed options of which one is paid more by the month; it is called `high`."""
    book.functions.update(FUNCTIONS)
    items = [item for item in found.candidates if item.each]
    fixed = {item.name: _fixed(found, book, item) for item in items}
    result = []
    for place, one in enumerate(items):
        for other in items[place + 1 :]:
            low, high = sorted((one, other), key=lambda item: fixed[item.name].value)
            if fixed[low.name].value != fixed[high.name].value:
                result.append(_break_even(found, book, low, high))
    return tuple(result)


def _fixed(found: Matrix, book: Book, item: Candidate) -> Figure:
    key = f"{option_key(found.name, item.name)}.fixed"
    parts = [*(book[part.month] for part in item.hardware), *(book[name] for name in item.fixed)]
    return book.total(key, parts, "money", "the same at any volume, a month")


def _break_even(found: Matrix, book: Book, low: Candidate, high: Candidate) -> BreakEven:
    key = f"{found.base}.even.{low.name}.{high.name}"
    saved = book.derive(
        f"{key}.saved", "low - high", "money", f"saved on each journey by {high.title}", low=low.each, high=high.each
    )
    if saved.value <= LEAST * book[low.each].value:
        words = f"never: {high.title} costs more by the month and no less by the journey"
        return BreakEven(low.name, high.name, words=_outgrown(book, key, low, high) or words)
    fixed = {name: f"{option_key(found.name, item.name)}.fixed" for name, item in (("low", low), ("high", high))}
    extra = book.derive(f"{key}.extra", "high - low", "money", "more fixed costs", **fixed)
    at = book.derive(
        key, "extra / saved", "count", "journeys a month at which both cost the same", extra=extra, saved=saved
    )
    _use(book, key, high, at)
    short = _short(book, key, high, at)
    if short is None:
        unknown = [part.title for part in high.hardware if not part.needed]
        words = f"whether {' and '.join(unknown)} carries so much is not known" if unknown else ""
        words = words or _outgrown(book, key, low, high, at.value)
        return BreakEven(low.name, high.name, at.key, words=words)
    part, more = short
    grown, words = _grown(book, key, high, part)
    return BreakEven(low.name, high.name, at.key, more.key, part.title, grown, words)


def cost_at(book: Book, item: Candidate, volume: float) -> float:
    """Pico-dollars a month of an option at another volume, with as many replicas as it needs there."""
    fixed = sum(book[key].value for key in item.fixed)
    for part in item.hardware:
        replicas = book[part.replicas].value
        count = replicas
        if part.needed:
            count = max(replicas, math.ceil(book[part.needed].value * volume / book[item.volume].value - 1e-9))
        fixed += book[part.month].value / replicas * count
    return fixed + book[item.each].value * volume


def _outgrown(book: Book, key: str, low: Candidate, high: Candidate, before: float = math.inf) -> str:
    """In words, the volume from which `low` is dearer, for its own fleet needs more replicas; empty where none is."""
    volume = book[low.volume].value
    full = sorted(
        (volume * count / book[part.needed].value, part.title)
        for part in low.hardware
        if part.needed and book[part.needed].value > 0
        for count in range(int(book[part.replicas].value), int(book[part.replicas].value) + STEPS)
    )
    for at, title in full:
        more = at * (1 + 1e-6)
        if at < before and cost_at(book, low, more) > cost_at(book, high, more):
            found = book.work_out(
                f"{key}.outgrown", at, "count", "journeys a month that the replicas of the other one carry",
                "beyond it one replica more makes it the dearer one", low=low.each, high=high.each, volume=low.volume,
            )  # fmt: skip
            return f"{high.title} pays from {found.shown} journeys a month, beyond which {title} needs more replicas"
    return ""


def _use(book: Book, key: str, high: Candidate, at: Figure) -> None:
    """How full the fleets are at the break-even: below it, what stands idle costs more than it saves."""
    uses = [
        book.derive(
            f"{key}.use.{number}", "needed * at / (volume * replicas)", "share", f"of {part.title} in use",
            needed=part.needed, at=at, volume=high.volume, replicas=part.replicas,
        )
        for number, part in enumerate(high.hardware, 1)
        if part.needed
    ]  # fmt: skip
    if uses:
        names = {f"use{number}": use for number, use in enumerate(uses)}
        formula = f"max({', '.join(names)})" if len(names) > 1 else "use0"
        book.derive(f"{key}.use", formula, "share", "in use at the break-even", **names)


def _short(book: Book, key: str, high: Candidate, at: Figure) -> tuple[Hardware, Figure] | None:
    """The fleet that lacks most replicas at that volume, and how many."""
    lacking = []
    for number, part in enumerate(high.hardware, 1):
        if part.needed:
            more = book.derive(
                f"{key}.more.{number}", "max(0, ceil(needed * at / volume) - replicas)", "count",
                f"more replicas of {part.title} at the break-even", needed=part.needed, at=at, volume=high.volume,
                replicas=part.replicas,
            )  # fmt: skip
            if more.value > 0:
                lacking.append((part, more))
    return max(lacking, key=lambda item: item[1].value, default=None)


def _grown(book: Book, key: str, high: Candidate, part: Hardware) -> tuple[str, str]:
    """The volume from which it pays with as many replicas as that needs, or why it never does."""
    one = book.derive(
        f"{key}.replica", "hardware / replicas", "money", f"one replica of {part.title}, a month",
        hardware=part.month, replicas=part.replicas,
    )  # fmt: skip
    carries = book.derive(
        f"{key}.carries", "volume / needed", "count", "journeys a month that one replica carries",
        volume=high.volume, needed=part.needed,
    )  # fmt: skip
    gain = book.derive(
        f"{key}.gain", "saved * carries - replica", "money", "gained by each replica at full use, a month",
        saved=f"{key}.saved", carries=carries, replica=one,
    )  # fmt: skip
    if gain.value <= 0:
        return "", f"never, however many journeys: a replica of {part.title} costs more than it saves at full use"
    other = book.derive(
        f"{key}.other", "extra - replica * replicas", "money", "fixed costs besides these replicas",
        extra=f"{key}.extra", replica=one, replicas=part.replicas,
    )  # fmt: skip
    count = book.derive(
        f"{key}.replicas", "fewest(replicas, other, gain)", "count", "replicas with which it pays",
        replicas=part.replicas, other=other, gain=gain,
    )  # fmt: skip
    # So many replicas are the fewest that carry the volume at which they pay.
    grown = book.derive(
        f"{key}.grown", "(other + replica * count) / saved", "count", "journeys a month from which it pays",
        other=other, replica=one, count=count, saved=f"{key}.saved",
    )  # fmt: skip
    return grown.key, ""
