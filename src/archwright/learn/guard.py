"""How far the model may be trusted: audits held against what it foresaw, and a tighter target where they are worse."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Self

from archwright.learn.bounds import at_least

KEPT: Final = 300  # audits that are looked back on
RARE: Final = 0.02  # an excess of errors that chance alone brings less often than this is an alarm
ENOUGH: Final = 60  # audits without an excess that loosen the target by a step
HALVINGS: Final = 3  # steps before only exact matches are served


@dataclass(slots=True)
class Guard:
    """`steps` halvings of the target; beyond `HALVINGS` nothing is served."""

    steps: int = 0
    alarms: int = 0
    seen: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def factor(self) -> float:
        """What the target is multiplied by, 0 to 1."""
        return 0.0 if self.steps > HALVINGS else 0.5**self.steps

    def watch(self, foreseen: float, wrong: bool, budget: float) -> bool:
        """An audited would-be hit, with the model's probability that it is wrong; True where the target moved."""
        self.seen.append((foreseen, int(wrong)))
        count = sum(item[1] for item in self.seen)
        # A target that is tight already is still only held to the whole budget.
        expected = max(sum(item[0] for item in self.seen), 0.5 * budget * len(self.seen))
        if wrong and count > 1 and at_least(count, expected) < RARE:
            self.steps = min(self.steps + 1, HALVINGS + 1)
            self.alarms += 1
            self.seen.clear()
            return True
        if self.steps and len(self.seen) >= ENOUGH and count <= budget * len(self.seen):
            self.steps -= 1
            self.seen.clear()
            return True
        return False

    def state(self) -> dict[str, Any]:
        """As JSON can say it."""
        return {"steps": self.steps, "alarms": self.alarms, "seen": [list(item) for item in self.seen]}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """What `state` wrote."""
        seen = deque(((float(foreseen), int(wrong)) for foreseen, wrong in state["seen"]), maxlen=KEPT)
        return cls(int(state["steps"]), int(state["alarms"]), seen)
