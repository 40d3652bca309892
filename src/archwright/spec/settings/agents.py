"""What an agent adds to a component: the bounds of its loop and what it may call."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.given import Given, Word
from archwright.spec.settings.work import WorkSettings
from archwright.spec.shapes import number, references


@dataclass(frozen=True, kw_only=True)
class AgentSettings(WorkSettings):
    """An agent: its own overhead, and the bounds of its loop."""

    max_steps: Given | None = number("count", "the loop ends after so many model calls", default=None, minimum=1)
    max_cost: Given | None = number("money", "the loop ends when it has spent so much", default=None, positive=True)
    tools: tuple[Word, ...] = references("components", "what it may call")
