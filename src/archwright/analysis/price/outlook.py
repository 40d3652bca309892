"""Everything about a price besides the mean: growth, scenarios, units, energy, distributions, what moves it."""

from __future__ import annotations

from archwright.analysis.price.economy import enter_economy
from archwright.analysis.price.forecast import PriceResult
from archwright.analysis.price.future import enter_growth
from archwright.analysis.price.happenings import enter_scenarios
from archwright.analysis.price.spread import Spread, spread


def outlook(result: PriceResult, seed: int = 1) -> Spread:
    """Enter all of it into the book of a price; the same seed gives the same figures."""
    enter_growth(result.book, result.plan, result.lines)
    enter_scenarios(result.book, result.plan)
    enter_economy(result.book, result.plan, result.lines)
    return spread(result, seed)
