"""What a reader may want to know of a rule beside a finding: the same words for every format."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.report.document import Severity


@dataclass(frozen=True, slots=True)
class ControlCard:
    """A control of a framework that a clean result is evidence for."""

    framework: str
    version: str
    url: str
    id: str
    title: str
    official: bool = True


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule in words. `severity` is the gravest that its findings have."""

    code: str
    name: str
    severity: Severity
    summary: str
    why: str = ""
    mend: str = ""
    detection: str = ""
    false_positives: str = ""
    controls: tuple[ControlCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """Why a finding is left: who answers for it, why, until which day, and where it is followed up."""

    owner: str
    reason: str
    expires: str
    ticket: str = ""
