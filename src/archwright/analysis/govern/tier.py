"""The risk tier of a system under the EU AI Act, as an interval from facts of which some are unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archwright.analysis.govern.reason import Reason, conclusion, every, judge, no, some
from archwright.analysis.govern.situation import GIVEN, Fact, Facts
from archwright.base.errors import Location
from archwright.facts.frameworks import Case, Tiers
from archwright.spec.context import TIERS, PracticeException

MINIMAL, LIMITED, HIGH, PROHIBITED = TIERS


@dataclass(frozen=True, slots=True)
class Tiering:
    """The lowest and the highest tier that the facts allow, and why.

    `conclusions` hold, for each tier above minimal, whether the system is in it; `terms` what conditions of controls
    may name; `later` the practices that are prohibited from a later day.
    """

    lowest: str
    highest: str
    conclusions: Mapping[str, Reason]
    terms: Mapping[str, Reason]
    claim: Reason
    barred: Reason
    later: tuple[tuple[dt.date, Reason], ...] = ()

    @property
    def shown(self) -> str:
        """The interval in words."""
        return self.lowest if self.lowest == self.highest else f"{self.lowest} to {self.highest}"

    @property
    def width(self) -> int:
        """How many tiers it leaves open; 0 is settled."""
        return TIERS.index(self.highest) - TIERS.index(self.lowest)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the interval would be if one unknown fact were settled."""

    fact: str
    answer: str
    lowest: str
    highest: str
    where: Location

    @property
    def width(self) -> int:
        """How many tiers would be left open."""
        return TIERS.index(self.highest) - TIERS.index(self.lowest)


def tiering(tiers: Tiers, facts: Facts, exceptions: tuple[PracticeException, ...], as_of: dt.date) -> Tiering:
    """The tier on a day. Lowest is the gravest tier that is certain, highest the gravest that is not excluded."""
    argued = {str(item.practice) for item in exceptions if item.assessment.strip()}
    begun = [case for case in tiers.prohibited if case.from_ is None or case.from_ <= as_of]
    prohibited = some("a practice of Art. 5 is possible", [_practice(case, facts, argued) for case in begun])
    listed = some("its use is listed in Annex III", [_case(case, facts) for case in tiers.listed])
    product = _case(tiers.product, facts)
    barred = judge(tiers.derogation.barred, facts, {}, "the claim is barred, because the system profiles persons")
    claim = every(
        f"Art. {tiers.derogation.id}: {tiers.derogation.title}",
        [judge(tiers.derogation.when, facts, {}), no("the system profiles nobody", barred)],
    )
    through = every("its use is listed, and no exception lifts it out", [listed, no("no exception applies", claim)])
    high = some("it is high-risk", [through, product])
    limited = some("duties of transparency apply (Art. 50)", [_case(case, facts) for case in tiers.limited])
    conclusions = {PROHIBITED: prohibited, HIGH: high, LIMITED: limited}
    lowest = next((tier for tier, reason in conclusions.items() if reason.holds), MINIMAL)
    highest = next((tier for tier, reason in conclusions.items() if reason.holds is not False), MINIMAL)
    terms = {
        "listed": conclusion(listed, "its use", "listed in Annex III"),
        "high_risk": conclusion(high, "it", "high-risk"),
    }
    later = tuple(
        (case.from_, _practice(case, facts, argued))
        for case in tiers.prohibited
        if case.from_ is not None and case.from_ > as_of
    )
    return Tiering(lowest, highest, conclusions, terms, claim, barred, later)


def _case(case: Case, facts: Facts) -> Reason:
    name = case.id if case.id.startswith("III") else f"Art. {case.id}"
    return every(f"{name}: {case.title}", [judge(case.when, facts, {})])


def _practice(case: Case, facts: Facts, argued: set[str]) -> Reason:
    found = _case(case, facts)
    if found.holds and case.practice in argued:
        return replace(found, holds=None, text=f"{found.text}; an exception is declared, decide whether it holds")
    return found


def unclaimed(facts: Facts) -> bool:
    """Whether nobody claims that a listed use is not high-risk."""
    return not facts["derogation.condition"].words


def narrowings(
    tiers: Tiers, facts: Facts, exceptions: tuple[PracticeException, ...], as_of: dt.date
) -> tuple[Narrowing, ...]:
    """Single facts that would change the interval if they were known, those that narrow it most first."""
    now = tiering(tiers, facts, exceptions, as_of)
    found = []
    for name in dict.fromkeys(name for reason in now.conclusions.values() for name in reason.unknown()):
        for answer, settled in answers(facts[name]):
            then = tiering(tiers, {**facts, name: settled}, exceptions, as_of)
            if (then.lowest, then.highest) != (now.lowest, now.highest):
                found.append(Narrowing(name, answer, then.lowest, then.highest, facts[name].where))
    return tuple(sorted(found, key=lambda item: (item.width, item.fact, item.answer)))


def answers(fact: Fact) -> Iterator[tuple[str, Fact]]:
    """Ways in which an unknown fact could be settled: each word of a single one, the end of a list of several."""
    if not fact.single:
        more = ", ".join(sorted(fact.words - {GIVEN}))
        yield (f"nothing but {more}" if more else "none of what matters"), replace(fact, closed=True)
        return
    for word in fact.vocabulary:
        yield word, replace(fact, words=frozenset({word}), closed=True)
    if not fact.vocabulary:
        yield GIVEN, replace(fact, words=frozenset({GIVEN}))
