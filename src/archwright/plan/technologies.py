"""The technologies that a system names, looked up in the catalogue. Nothing that runs depends on them."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.facts.technologies import names, technology
from archwright.spec.decisions import Amount
from archwright.spec.given import Word
from archwright.spec.model import System


def named(system: System) -> Iterator[Word]:
    """Every name of a technology in a file, in its order: of components, then of options."""
    yield from (item.technology for item in system.components.values() if item.technology)
    for decision in system.decisions.values():
        for option in decision.options.values():
            yield from option.uses


def unknown(system: System) -> list[Problem]:
    """What is wrong with the names: each that the catalogue does not have, and amounts that have no price there."""
    found = [_problem(word) for word in named(system) if technology(word) is None]
    for decision in system.decisions.values():
        for option in decision.options.values():
            found += filter(None, map(_unpriced, option.amounts))
    return found


def _unpriced(amount: Amount) -> Problem | None:
    """Why an amount cannot be multiplied with a price of the catalogue."""
    found = technology(amount.of)
    if found is None:
        return _problem(amount.of)
    cost = found.priced(str(amount.what))
    listed = ", ".join(f"`{item.what}`" for item in found.costs)
    if cost is None:
        message = f"the catalogue has no price of {found.title} called `{amount.what}`"
        return Problem("unknown-price", message, amount.where, f"it lists {listed}; say `what`")
    if cost.amount is None:
        message = f"the catalogue does not know what {cost.what} of {found.title} costs"
        return Problem(
            "unknown-price", message, amount.where, "leave it out, and state its part in the option's `cost`"
        )
    if cost.currency != "USD":
        message = f"{cost.what} of {found.title} is priced in {cost.currency}, and a bill is in dollars"
        return Problem("mixed-currency", message, amount.where, "convert it, and state it in the option's `cost`")
    return None


def _problem(word: Word) -> Problem:
    hint = nearest(word, names())
    mend = f"did you mean `{hint}`?" if hint else "`archwright catalogue` lists the names"
    return Problem("unknown-technology", f"the catalogue has no technology `{word}`", word.where, mend)
