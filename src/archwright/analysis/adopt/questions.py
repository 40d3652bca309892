"""The few questions whose answers move a draft most.

They are about guesses that decide what it costs, and facts without which nobody can say whether it is sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archwright.analysis.adopt.evidence import Evidence
from archwright.analysis.adopt.page import one_line
from archwright.base.text import slug
from archwright.report.figures import Figure

MOST = 3
_LEAST = 0.005  # a guess that moves the cost less when it is a tenth larger is not worth a question
_GUESSES = 2  # of them at most, while a fact is missing that holds up a verdict


def questions(evidence: Evidence, deciding: Sequence[tuple[Figure, float]]) -> tuple[str, ...]:
    """At most three questions, the most valuable first.

    `deciding` are the guesses that move the monthly cost, the strongest first, each with the relative change when it
    is a tenth larger (`Book.deciding`). One place of three is kept for a fact that holds up a verdict.
    """
    known = set(_spreads(evidence))
    cost = [_about(item, change) for item, change in deciding if abs(change) >= _LEAST and item.key not in known]
    missing = _missing(evidence)
    kept = cost[: _GUESSES if missing else MOST]
    return tuple([*kept, *missing][:MOST])


def _spreads(evidence: Evidence) -> Iterator[str]:
    """Keys of spreads beside a measured median: it was chosen so that the mean, which is paid for, stays."""
    for journey in evidence.journeys:
        for step in journey.steps:
            for kind in ("input", "output"):
                median = step.settings.get(f"tokens.{kind}.median")
                if median is not None and median.origin == "measured":
                    yield f"journeys.{journey.name}.{slug(step.name)}.{kind}.spread"


def _about(figure: Figure, change: float) -> str:
    written = figure.written or figure.shown
    return one_line(
        f"Is {written} right for {figure.key} ({figure.label})? It is a guess, "
        f"and 10 % more moves the monthly cost by {change * 100:+.1f} %."
    )


def _missing(evidence: Evidence) -> list[str]:
    """Facts that hold up a verdict, the one that holds up most first."""
    found = [
        f"Which model is `{target.name}`? `{target.model.text}` is a guess, and its price rests on it."
        for target in evidence.targets
        if target.model.sure == "a guess"
    ]
    if not evidence.data:
        found.append(
            "Do personal data pass, and where must they stay? Until `data:` says so, no rule on residency can judge."
        )
    elif "residency" not in evidence.data and evidence.data["sensitivity"].text in ("personal", "special-category"):
        found.append("Where must the personal data stay? Until `residency:` says so, no rule on it can judge.")
    if "budget" not in evidence.gateway:
        found.append("What may a month cost at most? Until `budget:` says so, nothing stops the bill.")
    if "decisions.mode" not in evidence.context:
        found.append(
            "Does a person check what it says? Until `context: {decisions: {mode: …}}` says so, its risk is not known."
        )
    if "owner" not in evidence.head:
        found.append("Who answers for it? Until `owner:` says so, nobody does.")
    return found
