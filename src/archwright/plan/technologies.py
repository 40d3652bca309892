"""The technologies that a system names, looked up in the catalogue. Nothing that runs depends on them."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.facts.technologies import names, technology
from archwright.spec.given import Word
from archwright.spec.model import System


def named(system: System) -> Iterator[Word]:
    """Every name of a technology in a file, in its order: of components, then of options."""
    yield from (item.technology for item in system.components.values() if item.technology)
    for decision in system.decisions.values():
        for option in decision.options.values():
            yield from option.uses


def unknown(system: System) -> list[Problem]:
    """What is wrong with the names: each that the catalogue does not have."""
    return [_problem(word) for word in named(system) if technology(word) is None]


def _problem(word: Word) -> Problem:
    hint = nearest(word, names())
    mend = f"did you mean `{hint}`?" if hint else "`archwright catalogue` lists the names"
    return Problem("unknown-technology", f"the catalogue has no technology `{word}`", word.where, mend)
