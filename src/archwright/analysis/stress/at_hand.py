"""The fast engine that a verb has put at hand, and how it is loaded. Every command does so: nothing is loaded here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archwright.analysis.stress.outcome import Outcome
    from archwright.plan.model import Plan, Scenario
    from archwright.plan.trace import Trace

    Fast = Callable[[Plan, Scenario, int, float, Trace | None], Outcome]
    Loads = Callable[[], Fast | None]


def _nobody(_words: str) -> None:
    """Nobody is told."""


@dataclass
class AtHand:
    """The fast engine of this process, how it is loaded when it is first needed, and who is told what."""

    fast: Fast | None = None
    loads: Loads | None = None
    say: Callable[[str], None] = _nobody
    told: set[str] = field(default_factory=set)


AT_HAND = AtHand()


def put_at_hand(loads: Loads | None, say: Callable[[str], None] = _nobody) -> None:
    """From now on this process simulates with what `loads` gives, where it can; None: with the plain engine.

    It is called when something is first simulated. `say` is told what the plain engine runs instead, and why.
    """
    AT_HAND.fast, AT_HAND.loads, AT_HAND.say = None, loads, say
    AT_HAND.told.clear()
