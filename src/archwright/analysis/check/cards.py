"""The rules in the words of a report, for formats that describe each rule beside its findings."""

from __future__ import annotations

from archwright.analysis.check import rules
from archwright.analysis.check.review import CARDS
from archwright.analysis.check.rule import Rule
from archwright.facts.controls import control
from archwright.report.rulebook import ControlCard, RuleCard


def cards() -> tuple[RuleCard, ...]:
    """Every rule, and what `review` itself objects to, by code."""
    return tuple(sorted((*map(_card, rules()), *CARDS), key=lambda card: card.code))


def _card(rule: Rule) -> RuleCard:
    controls = tuple(_control(reference) for reference in rule.references)
    return RuleCard(
        rule.code, rule.name, rule.severity, rule.summary, rule.why, rule.mend, rule.detection, rule.false_positives,
        controls,
    )  # fmt: skip


def _control(reference: str) -> ControlCard:
    found = control(reference)
    framework = found.framework
    return ControlCard(framework.name, framework.version, framework.url, found.id, found.title, framework.official)
