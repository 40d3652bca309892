"""How many findings there are, in words, and how grave the gravest is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archwright.base.text import plural
from archwright.report.document import SEVERITIES, Finding, Severity, Tone

NOTHING_FOUND: Final = "No findings."
_TONES: Final[dict[Severity, Tone]] = {"error": "bad", "warning": "plain", "note": "muted"}


def tally(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, the gravest first; `No findings.` where there are none."""
    counts = ((severity, sum(f.severity == severity for f in findings)) for severity in reversed(SEVERITIES))
    return ", ".join(plural(count, severity) for severity, count in counts if count) or NOTHING_FOUND


def gravest(findings: Sequence[Finding]) -> Tone:
    """The tone of the gravest finding; good where there are none."""
    ranks = [SEVERITIES.index(finding.severity) for finding in findings]
    return _TONES[SEVERITIES[max(ranks)]] if ranks else "good"
