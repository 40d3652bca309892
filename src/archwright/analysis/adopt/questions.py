"""The few questions whose answers move a draft most: guesses that decide what it costs, and facts without which nobody
can say whether it is sound."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.analysis.adopt.evidence import Evidence
from archwright.analysis.adopt.page import one_line
from archwright.report.figures import Figure

MOST = 3
_LEAST = 0.005  # a guess that moves the cost less when it is a tenth larger is not worth a question
_GUESSES = 2  # of them at most, while a fact is missing that holds up a verdict


def questions(evidence: Evidence, deciding: Sequence[tuple[Figure, float]]) -> tuple[str, ...]:
    """At most three questions, the most valuable first.

    `deciding` are the guesses that move the monthly cost, the strongest first, each with the relative change when it
    is a tenth larger (`Book.deciding`). One place of three is kept for a fact that holds up a verdict.
    """
    cost = [_about(figure, change) for figure, change in deciding if abs(change) >= _LEAST]
    missing = _missing(evidence)
    kept = cost[: _GUESSES if missing else MOST]
    return tuple([*kept, *missing][:MOST])


def _about(figure: Figure, change: float) -> str:
    written = figure.written or figure.shown
    return one_line(
        f"Is {written} right for {figure.key} ({figure.label})? It is a guess, "
        f"and 10 % more moves the monthly cost by {change * 100:+.1f} %."
    )


def _missing(evidence: Evidence) -> list[str]:
    """Facts that hold up a verdict, the one that holds up most first."""
    found = []
    if not evidence.data:
        found.append(
            "Do personal data pass, and where must they stay? Until `data:` says so, no rule on residency can judge."
        )
    elif "residency" not in evidence.data and evidence.data["sensitivity"].text in ("personal", "special-category"):
        found.append("Where must the personal data stay? Until `residency:` says so, no rule on it can judge.")
    if "budget" not in evidence.gateway:
        found.append("What may a month cost at most? Until `budget:` says so, nothing stops the bill.")
    if "human_oversight" not in evidence.context:
        found.append(
            "Does a person check what it says? Until `context: {human_oversight: …}` says so, its risk is not known."
        )
    if "owner" not in evidence.head:
        found.append("Who answers for it? Until `owner:` says so, nobody does.")
    return found
