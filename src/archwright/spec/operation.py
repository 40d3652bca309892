"""How the system is run: who is called, who can stop it, what is watched and recorded, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archwright.spec.charges import Upkeep
from archwright.spec.context import TRUTH, UNKNOWN
from archwright.spec.day import Day
from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, choice, choices, day, named, number, one, reference, references, text, texts

WATCHED: Final = (
    "quality", "drift", "guard-trips", "errors", "latency", "cost", "feedback", "fairness", "security", "freshness",
)  # fmt: skip
RECORDED: Final = (
    "time", "caller", "model-version", "prompt-version", "retrieved-ids", "tool-calls", "approver", "input", "output",
    "guard-results", "cost",
)  # fmt: skip
SHOWN: Final = ("sources", "confidence", "action-parameters", "alternatives", "limits")


@dataclass(frozen=True, kw_only=True)
class IncidentPlan(Record):
    """What happens when it goes wrong."""

    contact: Word = text("who is called", default="")
    severities: tuple[Word, ...] = texts("grades of severity, the worst first")
    report_within: Given | None = number("duration", "longest time until an authority is told", default=None)
    authority: Word = text("who is told outside the house", default="")
    procedure: Word = text("where the procedure is written down", default="")


@dataclass(frozen=True, kw_only=True)
class StopSwitch(Record):
    """How it is stopped at once, and what holds the damage."""

    who: Word = text("who may stop it", default="")
    how: Word = text("how it is stopped", default="")
    within: Given | None = number("duration", "time until nothing acts any more", default=None)
    containment: Word = text("what is done about what it already did", default="")
    tested: Day | None = day("when it was last tried", default=None)


@dataclass(frozen=True, kw_only=True)
class Monitor(Record):
    """Something watched in production: a limit, and what follows when it is crossed."""

    watches: str = choice(WATCHED, "what is watched")
    measure: Word = text("the measure", default="")
    limit: Word = text("the limit, with its unit", default="")
    action: Word = text("what happens beyond it", default="")
    owner: Word = text("who acts; the system's owner by default", default="")
    components: tuple[Word, ...] = references("components", "where; everywhere if left out")


@dataclass(frozen=True, kw_only=True)
class LogKeeping(Record):
    """What is recorded of each decision, where, for how long and for whom."""

    store: Word | None = reference("components", "where records are kept", default=None)
    records: tuple[Word, ...] | None = choices(RECORDED, "what is recorded")
    retention: Given | None = number("duration", "kept so long", default=None)
    redaction: str = choice(TRUTH, "is personal data removed before it is kept?", default=UNKNOWN)
    append_only: str = choice(TRUTH, "can a record be added but not changed?", default=UNKNOWN)
    integrity: str = choice(TRUTH, "would a changed record be noticed?", default=UNKNOWN)
    access: Word = text("who may read it", default="")


@dataclass(frozen=True, kw_only=True)
class Oversight(Record):
    """The people between output and effect: what they see and what they may do. Their number stands at components."""

    at: tuple[Word, ...] = references("components", "where they stand")
    sees: tuple[Word, ...] | None = choices(SHOWN, "what is on their screen beside the output")
    may_stop: str = choice(TRUTH, "may they override or stop it?", default=UNKNOWN)
    separate: str = choice(TRUTH, "is whoever approves somebody else than whoever asked?", default=UNKNOWN)
    trained: str = choice(TRUTH, "are they trained for it?", default=UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Decommissioning(Record):
    """How it ends."""

    who: Word = text("who switches it off for good", default="")
    how: Word = text("how, and what takes over", default="")
    data: Word = text("what happens to its data", default="")


@dataclass(frozen=True, kw_only=True)
class Operation(Record):
    """How the system is run."""

    incidents: IncidentPlan | None = one(IncidentPlan, "what happens when it goes wrong", default=None)
    stop: StopSwitch | None = one(StopSwitch, "how it is stopped at once", default=None)
    monitors: Mapping[str, Monitor] = named(Monitor, "what is watched")
    logs: LogKeeping | None = one(LogKeeping, "what is recorded", default=None)
    oversight: Oversight | None = one(Oversight, "the people between output and effect", default=None)
    decommissioning: Decommissioning | None = one(Decommissioning, "how it ends", default=None)
    upkeep: Upkeep | None = one(Upkeep, "engineers who keep it running", default=None)
