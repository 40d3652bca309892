"""Findings: what a reader should act on before the system is built. It knows no prices and no load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from archwright.analysis.check.rule import Rule
from archwright.analysis.check.rules import RULES
from archwright.base.errors import UsageError
from archwright.base.text import nearest
from archwright.report.document import SEVERITIES, Finding, Severity
from archwright.spec.model import System

__all__ = ["at_least", "check", "rules"]


def rules(only: Collection[str] = ()) -> tuple[Rule, ...]:
    """All rules by code, or those whose code or name is in `only`.

    Raises:
        UsageError: a word in `only` is neither a code nor a name (the nearest one is suggested).
    """
    every = sorted(RULES, key=lambda rule: rule.code)
    known = {word: rule for rule in every for word in (rule.code, rule.name)}
    for word in only:
        if word not in known:
            hint = nearest(word, known)
            mend = f"did you mean {hint!r}?" if hint else "known: " + ", ".join(rule.name for rule in every)
            raise UsageError(f"there is no rule {word!r}; {mend}")
    return tuple(rule for rule in every if not only or rule.code in only or rule.name in only)


def check(system: System, only: Collection[str] = (), as_of: dt.date | None = None) -> tuple[Finding, ...]:
    """Everything the rules find in `system`, in the order of the file; `only` names rules by code or by name.

    What depends on a day (a model that is taken away) is looked at on the day `as_of`, and left out without one. What
    somebody accepts is found like the rest: see `review`.

    Raises:
        UsageError: `only` names a rule that does not exist.
    """
    found = (finding for rule in rules(only) for finding in rule.check(system, as_of))
    return tuple(sorted(found, key=lambda finding: (finding.where, finding.code, finding.message)))


def at_least(findings: Iterable[Finding], severity: Severity) -> tuple[Finding, ...]:
    """The findings that are as severe as `severity` or more so, in the order given."""
    limit = SEVERITIES.index(severity)
    return tuple(finding for finding in findings if SEVERITIES.index(finding.severity) >= limit)
