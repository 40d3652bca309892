"""What options cost over years and by volume, and how sure their order is: tables and pictures."""

from __future__ import annotations

from typing import Final

from archwright.analysis.decide.breakeven import BreakEven, cost_at
from archwright.analysis.decide.future import DRAWS, HALF
from archwright.analysis.decide.result import Result
from archwright.report.document import Cell, Chart, Section, Series, Table
from archwright.report.figures import Book

Row = tuple[str | Cell, ...]
YEAR_HEADINGS: Final = ("Option", "One year", "Three years", "p10 to p90", "Scores highest", "Costs least")
POINTS: Final = 60
WIDEST: Final = 4.0  # a picture reaches so many times as far as the volume of today, or to the crossing and a bit


def year_rows(result: Result, book: Book) -> list[Row]:
    """One line an option with a cost: its total over years with its band, and how often it wins."""
    sure = result.sure
    rows: list[Row] = []
    for item in result.matrix.candidates:
        if item.name not in sure.costs:
            continue
        low, _, high = sure.bands[item.name]
        band = Cell(f"{book[low].shown} to {book[high].shown}", figure=high)
        wins = sure.wins.get(item.name, "")
        rows.append(
            (item.title, *(Cell(book[key].shown, figure=key) for key in sure.costs[item.name][::2]), band,
             Cell(book[wins].shown, figure=wins) if wins else Cell("may not be chosen", "muted"),
             Cell(book[sure.cheapest[item.name]].shown, figure=sure.cheapest[item.name]))
        )  # fmt: skip
    return rows


def years(result: Result, book: Book) -> list[Section]:
    """What options cost over one to three years, and how often each is ahead."""
    rows = year_rows(result, book)
    if not rows:
        return []
    table = Table(YEAR_HEADINGS, tuple(rows), numeric=frozenset(range(1, 6)))
    lead = (
        f"As journeys grow; replicas are added as they are needed. {DRAWS} draws: guesses within their bands, judged "
        f"scores half a point either way ({HALF:g}), simulated times a tenth; the luck is the same for all options."
    )
    return [Section(f"decide-{result.matrix.name}-years", "Over the years, and how sure it is", (table,), lead)]


def turn_rows(result: Result, book: Book) -> list[Row]:
    """One line a number whose other value makes another option the winner, the nearest first."""
    return [
        (
            Cell(book[turn.key].label or turn.key, figure=turn.key),
            book[turn.key].shown,
            Cell(book[turn.at].shown, figure=turn.at),
            f"{result.matrix.candidate(turn.winner).title} is ahead",
        )
        for turn in result.sure.turns
    ]


def volumes(result: Result, book: Book) -> list[Chart]:
    """Cost a month against journeys a month, with the band of each crossing; replicas are added as they are needed."""
    items = [item for item in result.matrix.candidates if item.each]
    if len(items) < 2:
        return []
    now = max(book[item.volume].value for item in items)
    reach = max([now * WIDEST, *(_crossing(book, even) * 1.4 for even in result.break_evens)])
    lines = tuple(Series(item.title, tuple((v, cost_at(book, item, v)) for v in _volumes(reach))) for item in items)
    bands = [(now * 0.995, now * 1.005, "today")]
    bands += [band for even in result.break_evens if (band := _band(book, result, even, reach)) is not None]
    return [
        Chart("Cost against volume", "journeys a month", "count", "a month", "money", lines, tuple(bands))
    ]  # fmt: skip


def _volumes(reach: float) -> list[float]:
    return [reach * point / POINTS for point in range(POINTS + 1)]


def _crossing(book: Book, even: BreakEven) -> float:
    key = even.grown or ("" if even.more else even.at)
    return book[key].value if key else 0.0


def _band(book: Book, result: Result, even: BreakEven, reach: float) -> tuple[float, float, str] | None:
    """Where a crossing lies, from p10 to p90, as far as the picture goes."""
    key = even.grown if even.more else even.at
    if not _crossing(book, even) or key not in result.sure.even_bands:
        return None
    low, high, _ = result.sure.even_bands[key]
    if not low:
        return None
    title = result.matrix.candidate(even.high).title
    return min(reach, book[low].value), min(reach, book[high].value), f"from here {title} pays, p10 to p90"
