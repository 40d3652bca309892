"""What was found out about a system: values that know where they come from and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from archwright.report.document import Finding

Sure = Literal["sure", "likely", "a guess"]
Origin = Literal["", "measured", "source", "guess"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value as the file will hold it, and why.

    A number with an `origin` is written with its provenance, which is `note`; anything else gets a comment that names
    `note`, the place of the evidence, and how `sure` it is. Several words are written as a list.
    """

    text: str | tuple[str, ...]
    note: str = ""
    sure: Sure = "sure"
    origin: Origin = ""


def seen(text: str | tuple[str, ...], place: str, sure: Sure = "sure") -> Fact:
    """A setting or a word that was read at `place`."""
    return Fact(text, f"from {place}", sure)


def measured(text: str, by: str) -> Fact:
    """An estimate that was measured."""
    return Fact(text, by, "sure", "measured")


def sourced(text: str, source: str) -> Fact:
    """An estimate that somebody stated."""
    return Fact(text, source, "likely", "source")


def guess(text: str, why: str) -> Fact:
    """An estimate that nobody knows better."""
    return Fact(text, why, "a guess", "guess")


def assumed(text: str | tuple[str, ...], why: str) -> Fact:
    """A setting that had to be chosen."""
    return Fact(text, why, "a guess")


Settings = Mapping[str, Fact]  # by dotted key, as `limits.requests`


@dataclass(frozen=True, kw_only=True)
class Target:
    """A model that is called. `settings` are its component's, `flow` those of the way from the gateway to it.

    `remarks` are what is known not to be known, one line each.
    """

    name: str
    model: Fact
    hosted: bool = False
    settings: Settings = field(default_factory=dict)
    flow: Settings = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """A name that clients ask for, and the names of targets in the order in which they are tried."""

    name: str
    targets: Fact
    settings: Settings = field(default_factory=dict)
    cached: Fact | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One model call of a journey."""

    name: str
    route: str
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Journey:
    """A kind of request."""

    name: str
    steps: tuple[Step, ...]
    settings: Settings = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that was found out. What is left empty is not known.

    `head`, `context`, `data` (of the one class of data that flows), `gateway` and `cache` are settings of those
    sections by dotted key; `objectives` are by name. `lost` says what the draft cannot hold, one line each; `findings`
    are what a reader should act on at once.
    """

    kind: str
    file: str
    targets: tuple[Target, ...]
    routes: tuple[Route, ...]
    journeys: tuple[Journey, ...]
    head: Settings = field(default_factory=dict)
    context: Settings = field(default_factory=dict)
    data: Settings = field(default_factory=dict)
    gateway: Settings = field(default_factory=dict)
    cache: Settings | None = None
    objectives: Mapping[str, Settings] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def origin(self) -> str:
        """What it comes from, as people say it."""
        return f"{self.file} ({self.kind})" if self.file else self.kind
