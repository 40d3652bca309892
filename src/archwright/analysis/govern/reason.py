"""Conditions over facts, answered with true, false or unknown and with the tree of reasons.

The logic is Kleene's: what is unknown stays unknown unless the rest settles it. So an answer can only become more
definite when a fact is added, and never changes from true to false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archwright.analysis.govern.situation import GIVEN, Fact, Facts
from archwright.base.errors import NOWHERE, Location
from archwright.base.units import parse

LIMIT = re.compile(r"(<=|>=)\s*(.+)")


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement, whether it holds (None: nobody knows), where that stands, and the reasons below it.

    A leaf names its `fact` and the `words` that were asked for. A conclusion that others name has a `saying`: how it
    is told in half a sentence, so that its reasons need not be repeated. `joint` is how its parts are joined, `all`
    or `any`.
    """

    holds: bool | None
    text: str
    where: Location = NOWHERE
    parts: tuple[Reason, ...] = ()
    fact: str = ""
    words: tuple[str, ...] = ()
    saying: str = ""
    joint: str = ""

    @property
    def told(self) -> str:
        """What one says of it."""
        return self.saying or self.text

    def unknown(self) -> tuple[str, ...]:
        """Names of facts that keep it from being settled, each once."""
        if self.holds is not None:
            return ()
        if self.fact:
            return (self.fact,)
        return tuple(dict.fromkeys(name for part in self.parts for name in part.unknown()))

    def deciding(self) -> tuple[Reason, ...]:
        """The facts and conclusions that make it what it is."""
        if self.fact or self.saying:
            return (self,)
        same = [part for part in self.parts if part.holds is self.holds]
        return tuple(leaf for part in same or self.parts for leaf in part.deciding())

    def enough(self) -> tuple[Reason, ...]:
        """The first of what would suffice to decide it: one false part of all, one true part of any."""
        if self.fact or self.saying:
            return (self,)
        same = [part for part in self.parts if part.holds is self.holds]
        one = (self.joint, self.holds) in (("all", False), ("any", True))
        return tuple(leaf for part in (same[:1] if one else same) for leaf in part.enough())


def every(text: str, parts: Sequence[Reason]) -> Reason:
    """True where all parts are; false where one is not."""
    values = [part.holds for part in parts]
    holds = False if False in values else (None if None in values else True)
    return Reason(holds, text, parts=tuple(parts), joint="all")


def some(text: str, parts: Sequence[Reason]) -> Reason:
    """True where one part is; false where none is."""
    values = [part.holds for part in parts]
    holds = True if True in values else (None if None in values else False)
    return Reason(holds, text, parts=tuple(parts), joint="any")


def no(text: str, part: Reason) -> Reason:
    """True where `part` is false."""
    return Reason(None if part.holds is None else not part.holds, text, parts=(part,))


def conclusion(reason: Reason, it: str, what: str) -> Reason:
    """The reason with a saying: `it` is, may be or is not `what`."""
    verb = {True: "is", None: "may be", False: "is not"}[reason.holds]
    return replace(reason, saying=f"{it} {verb} {what}")


def said(reason: Reason) -> str:
    """All that decides, in one line."""
    return _joined(part.told for part in reason.deciding() if part.holds is reason.holds)


def said_shortly(reason: Reason) -> str:
    """What suffices to decide, in one line."""
    return _joined(part.told for part in reason.enough())


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts)) or "no fact is asked for"


Terms = Mapping[str, Reason]


def judge(condition: Mapping[str, Any], facts: Facts, terms: Terms, text: str = "all of") -> Reason:
    """What the facts say to a condition; `terms` are conclusions that it may name like a fact.

    Raises:
        KeyError: it names a fact that does not exist.
    """
    parts = [_part(name, wanted, facts, terms) for name, wanted in condition.items()]
    return parts[0] if len(parts) == 1 and text == "all of" else every(text, parts)


def _part(name: str, wanted: Any, facts: Facts, terms: Terms) -> Reason:
    if name == "any":
        return some("one of", [judge(item, facts, terms) for item in wanted])
    if name == "all":
        return every("all of", [judge(item, facts, terms) for item in wanted])
    if name in terms:
        return terms[name]
    words = tuple(worded(word) for word in (wanted if isinstance(wanted, list) else [wanted]))
    return _leaf(name, words, facts[name])


def worded(word: Any) -> str:
    """A word of a condition as it stands in a file: YAML reads `true` as a truth value."""
    return str(word).lower() if isinstance(word, bool) else str(word)


def _leaf(name: str, words: tuple[str, ...], fact: Fact) -> Reason:
    found = [_holds(fact, word) for word in words]
    holds = True if True in found else (None if None in found else False)
    return Reason(holds, _told(name, words, fact, holds), fact.where, fact=name, words=words)


def _holds(fact: Fact, word: str) -> bool | None:
    limit = LIMIT.fullmatch(word)
    if limit is None:
        return fact.has(word)
    if fact.number is None:
        return None
    bound = parse(limit[2], fact.dimension)
    return fact.number >= bound if limit[1] == ">=" else fact.number <= bound


def _told(name: str, words: tuple[str, ...], fact: Fact, holds: bool | None) -> str:
    named = sorted(fact.words - {GIVEN})
    if words == (GIVEN,):
        return f"`{name}` is written" if holds else f"`{name}` is not written"
    if holds is None:
        return f"`{name}` is unknown" if not named else f"`{name}` may hold more than {', '.join(named)}"
    if fact.number is not None:
        return f"`{name}` is {'' if holds else 'not '}{' or '.join(words)}"
    if fact.single:
        return f"`{name}` is {named[0]}" if named else f"`{name}` is not declared"
    if holds:
        return f"`{name}` names {', '.join(word for word in words if word in fact.words)}"
    return f"`{name}` names only {', '.join(named)}" if named else f"`{name}` names nothing"
