"""What a guard adds to a component: the side it stands on and what it looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.spec.given import Word
from archwright.spec.settings.work import WorkSettings
from archwright.spec.shapes import choice, choices

SIDES: Final = ("input", "output", "both")
CHECKS: Final = ("injection", "personal-data", "harmful", "grounding", "format", "malware")


@dataclass(frozen=True, kw_only=True)
class GuardSettings(WorkSettings):
    """A guard: what it checks on which side."""

    side: str = choice(SIDES, "does it check what goes in, what comes out, or both?", default="both")
    checks: tuple[Word, ...] | None = choices(CHECKS, "what it looks for")
