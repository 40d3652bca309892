"""What went wrong at each supplier and when, told from the attempts of a ledger.

Each attempt is good or bad. The likeliest course of a target that is either well (few bad attempts) or in trouble (as
many bad as good ones, or more) and changes seldom between the two is found with Viterbi's method; each stretch of
trouble becomes one change of a scenario. What a ledger does not hold is not guessed: how a target was while nobody
called it stays open, so an interval ends with the first good call after it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from archwright.base.numbers import percentile
from archwright.ledger.rows import Attempt
from archwright.plan.model import Change, Plan, Target
from archwright.plan.rules import pace

WELL: Final = 0.01  # bad attempts while nothing is wrong, at least
TROUBLE: Final = 0.5  # bad attempts while something is
SELDOM: Final = 1e-3  # changes between the two, for each attempt
FEWEST: Final = 3  # bad attempts that are more than bad luck
DOWN: Final = 0.95  # of the attempts that are bad: it is down and not only shaky
SLOW: Final = 3.0  # times what an answer takes in the median
FAILED: Final = frozenset(("transient", "cut", "key"))
REFUSED: Final = "overload"
LATE: Final = "timeout"

What = Literal["down", "errors", "slow", "limit"]


class Call(NamedTuple):
    """An attempt in the design's time: when it began and ended, how, and how many times as long as usual it took."""

    began: float
    ended: float
    outcome: str
    stretch: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong with one target from `begins_s` to `ends_s`, and on how many calls that rests."""

    target: str
    what: What
    begins_s: float
    ends_s: float
    factor: float
    share: float
    calls: int
    bad: int

    @property
    def change(self) -> Change:
        """The same as a change of a scenario."""
        lasts = max(1e-3, self.ends_s - self.begins_s)
        return Change(self.what, self.target, self.factor, self.share, max(0.0, self.begins_s), lasts)


def calls_of(plan: Plan, rows: Iterable[Attempt], scale: float, origin: float) -> dict[str, list[Call]]:
    """The calls of each target of the plan, in order of time; `origin` is second 0 in the design's time."""
    targets = {target.name: target for target in plan.targets}
    found: dict[str, list[Call]] = {name: [] for name in targets}
    for row in rows:
        if row.target in targets and row.number > 0:
            began, took = row.began * scale - origin, max(0.0, row.total_s) * scale
            found[row.target].append(Call(began, began + took, row.outcome, _stretch(targets[row.target], row, took)))
    return {name: sorted(calls) for name, calls in found.items()}


def _stretch(target: Target, row: Attempt, took: float) -> float:
    """How many times as long as in the median an answer of so many tokens took."""
    law = pace(target)
    usual = law.first_token_s + row.tokens_in / law.prefill_rate + law.per_token_s * max(0, row.tokens_out - 1)
    return took / usual if usual > 0 else 1.0


def faults(plan: Plan, calls: dict[str, list[Call]]) -> tuple[Fault, ...]:
    """Everything that went wrong, in order of time. Trouble of one sort hides what is found of another inside it."""
    found: list[Fault] = []
    for target in plan.targets:
        own = calls.get(target.name, [])
        known = _found(target, own, lambda call: call.outcome in FAILED, _failing)
        known += _found(target, own, lambda call: call.outcome == LATE, _late)
        known += _found(target, own, lambda call: call.outcome == REFUSED, _refusing)
        known += [
            fault
            for fault in _found(target, own, lambda call: call.outcome == "ok" and call.stretch > SLOW, _slow)
            if not any(other.begins_s <= fault.begins_s < other.ends_s for other in known)
        ]
        found += known
    return tuple(sorted(found, key=lambda fault: (fault.begins_s, fault.target, fault.what)))


Make = Callable[[Target, Sequence[Call], Sequence[Call]], tuple[What, float, float] | None]


def _found(target: Target, calls: Sequence[Call], is_bad: Callable[[Call], bool], make: Make) -> list[Fault]:
    found = []
    bad = [is_bad(call) for call in calls]
    for first, last in stretches(bad, max(WELL, target.error_rate)):
        inside, wrong = calls[first : last + 1], [call for call in calls[first : last + 1] if is_bad(call)]
        made = make(target, inside, wrong)
        if made is None:
            continue
        what, factor, share = made
        ends = calls[last + 1].began if last + 1 < len(calls) else inside[-1].ended
        found.append(Fault(target.name, what, inside[0].began, ends, factor, share, len(inside), len(wrong)))
    return found


def _failing(_target: Target, inside: Sequence[Call], wrong: Sequence[Call]) -> tuple[What, float, float]:
    share = len(wrong) / len(inside)
    return ("down", 1.0, 1.0) if share >= DOWN else ("errors", 1.0, share)


def _late(_target: Target, inside: Sequence[Call], wrong: Sequence[Call]) -> tuple[What, float, float]:
    """A call that was given up would have taken at least as long as was waited, and half as long again."""
    stretches_ = sorted(call.stretch for call in wrong)
    return "slow", max(SLOW, 1.5 * percentile(stretches_, 0.5)), len(wrong) / len(inside)


def _slow(_target: Target, _inside: Sequence[Call], wrong: Sequence[Call]) -> tuple[What, float, float]:
    return "slow", percentile(sorted(call.stretch for call in wrong), 0.5), 1.0


def _refusing(target: Target, inside: Sequence[Call], wrong: Sequence[Call]) -> tuple[What, float, float] | None:
    """Fewer calls let in than the limit that the design knows; at that limit nothing was wrong with the supplier."""
    share = len(wrong) / len(inside)
    span = inside[-1].began - inside[0].began
    if target.request_rate <= 0.0 or span <= 0.0:
        return "errors", 1.0, share
    factor = (len(inside) - len(wrong)) / span / target.request_rate
    return ("limit", max(1e-3, factor), 1.0) if factor < 0.8 and not target.token_rate else None


def stretches(bad: Sequence[bool], well: float = WELL) -> list[tuple[int, int]]:
    """First and last place of each stretch of trouble in a row of attempts, by the likeliest course of two states.

    Args:
        bad: the attempts in order of time.
        well: the share that is bad while nothing is wrong, above 0 and below TROUBLE.
    """
    stay, change = math.log(1.0 - SELDOM), math.log(SELDOM)
    well = min(well, TROUBLE / 2)
    odds = ((math.log(1.0 - well), math.log(well)), (math.log(1.0 - TROUBLE), math.log(TROUBLE)))
    scores = [0.0, change]
    came: list[tuple[int, int]] = []
    for each in bad:
        from_ = tuple(0 if scores[0] + (stay, change)[s] >= scores[1] + (change, stay)[s] else 1 for s in (0, 1))
        scores = [scores[from_[s]] + (stay if from_[s] == s else change) + odds[s][each] for s in (0, 1)]
        came.append((from_[0], from_[1]))
    states = []
    state = 0 if scores[0] >= scores[1] else 1
    for before in reversed(came):
        states.append(state)
        state = before[state]
    states.reverse()
    return _runs(states, bad)


def _runs(states: Sequence[int], bad: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of state 1, from their first bad attempt to their last."""
    found: list[tuple[int, int]] = []
    inside: list[int] = []
    for place, state in enumerate((*states, 0)):
        if state:
            inside.append(place)
        elif inside:
            wrong = [each for each in inside if bad[each]]
            if len(wrong) >= FEWEST:
                found.append((wrong[0], wrong[-1]))
            inside = []
    return found
