"""What a tool adds to a component: what it can do, what stands before it, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.spec.given import Word
from archwright.spec.settings.agents import AskedSettings
from archwright.spec.shapes import Record, choice, text, truth

EFFECTS: Final = ("read", "reversible", "external", "irreversible", "unknown")
APPROVALS: Final = ("none", "rule", "person", "unknown")
RUNS: Final = ("nothing", "code", "shell", "sql", "html")


@dataclass(frozen=True, kw_only=True)
class Powers(Record):
    """What a tool can do: what it changes, who lets it act, and what it runs."""

    effect: str = choice(EFFECTS, "the gravest thing that it can do: `external` reaches others", default="unknown")
    approval: str = choice(APPROVALS, "what must agree before it acts", default="unknown")
    runs: str = choice(RUNS, "what it does with text that a model wrote, beside reading it", default="nothing")
    sandbox: str = truth("does what it runs stay inside a sandbox?")
    idempotent: str = truth("does the same call twice do it once?")
    version: Word = text("pinned version or digest of a tool of others", default="")


@dataclass(frozen=True, kw_only=True)
class ActingSettings(Powers, AskedSettings):
    """A tool: its powers, its time, and how an agent asks it."""
