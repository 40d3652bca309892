"""Whether the conditions of a pack ask for what a file can say: a slip would make a control silently unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archwright.analysis.govern.reason import LIMIT, worded
from archwright.analysis.govern.situation import GIVEN, Fact, situation
from archwright.base.text import nearest
from archwright.base.units import UnitError, parse
from archwright.facts.frameworks import Pack
from archwright.spec.context import MARKETS, ROLES
from archwright.spec.given import Word
from archwright.spec.model import System

TERMS = ("listed", "high_risk")


def slips(pack: Pack) -> tuple[str, ...]:
    """What is wrong with the conditions, roles and market of a pack, in its order."""
    known = situation(System(system=Word("x"), components={}), pack.market)
    found = [] if not pack.market or pack.market in MARKETS else [f"there is no market called {pack.market!r}"]
    for control in pack.controls:
        said = [f"there is no role called {role!r}" for role in control.who if role not in ROLES]
        for condition in (control.when, control.evidence):
            said += _condition(condition, known)
        found += [f"control {control.id!r}: {words}" for words in said]
    if pack.tiers is not None:
        cases = [*pack.tiers.prohibited, *pack.tiers.listed, pack.tiers.product, *pack.tiers.limited]
        conditions = [*((case.id, case.when) for case in cases), (pack.tiers.derogation.id, pack.tiers.derogation.when)]
        for name, condition in (*conditions, (pack.tiers.derogation.id, pack.tiers.derogation.barred)):
            found += [f"{name!r}: {words}" for words in _condition(condition, known)]
    return tuple(found)


def _condition(condition: Any, known: Mapping[str, Fact]) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        yield f"a condition is a mapping of facts, not {condition!r}"
        return
    for name, wanted in condition.items():
        if name in ("any", "all"):
            if not isinstance(wanted, list):
                yield f"`{name}` takes a list of conditions, not {wanted!r}"
                continue
            for item in wanted:
                yield from _condition(item, known)
        elif name in TERMS:
            if wanted is not True:
                yield f"`{name}` can only be asked for as true"
        elif name not in known:
            hint = nearest(str(name), known)
            yield f"there is no fact called {name!r}" + (f"; did you mean {hint!r}?" if hint else "")
        else:
            words = wanted if isinstance(wanted, list) else [wanted]
            yield from (_slip(name, worded(word), known[name]) for word in words if not _may(worded(word), known[name]))


def _may(word: str, fact: Fact) -> bool:
    """Whether a fact could ever be what is asked."""
    limit = LIMIT.fullmatch(word)
    if limit is None:
        return word == GIVEN or word in fact.vocabulary
    try:
        parse(limit[2], fact.dimension)
    except (UnitError, KeyError):
        return False
    return True


def _slip(name: str, word: str, fact: Fact) -> str:
    known = ", ".join((*fact.vocabulary, GIVEN))
    return f"{name!r} cannot be {word!r}; it is one of: {known[:300]}"
