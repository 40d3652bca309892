"""Findings beside what somebody answers for: which are open, which are accepted, and which acceptances have ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from archwright.analysis.check import check, rules
from archwright.base.errors import InputError, Problem
from archwright.base.text import nearest
from archwright.report.document import Finding
from archwright.report.rulebook import RuleCard
from archwright.spec.accepted import Acceptance
from archwright.spec.given import Word
from archwright.spec.model import System

LONGEST: Final = dt.timedelta(days=365)

ENDED: Final = RuleCard(
    "ACC01", "acceptance-ended", "warning", "An acceptance has ended.",
    "What was tolerable for a while is tolerated for ever, by nobody's decision.",
    "mend the finding, or decide anew and write a later day under `expires`",
    "Every entry of `accepted` whose last day lies before the day of the check.",
    "None: a finding that is gone makes the entry needless; remove it.",
)  # fmt: skip
STALE: Final = RuleCard(
    "ACC02", "acceptance-of-nothing", "note", "An acceptance matches no finding.",
    "It would silently hide the next finding of that name.",
    "remove the entry, or correct its `rule` and `subject`",
    "Every entry of `accepted` that holds today and hides nothing.",
    "A finding that comes and goes with the day of the check.",
)  # fmt: skip
LONG: Final = RuleCard(
    "ACC03", "acceptance-too-long", "warning", "An acceptance holds for more than a year.",
    "Nobody looks again before people, suppliers and laws have changed.",
    "write a day within a year; it can be accepted again then",
    "Every entry of `accepted` whose last day is more than 365 days after the day of the check.",
    "None: what holds for ever is a decision, and is better written down as one.",
)  # fmt: skip
OVERDUE: Final = RuleCard(
    "RSK01", "risk-not-reviewed", "warning", "The review of a risk is overdue.",
    "A register that nobody reads says what was feared once, not what is true.",
    "look at it again, and write the next day under `review`",
    "Every entry of `risks` whose day of review lies before the day of the check.",
    "A risk that is gone: remove it.",
)  # fmt: skip
CARDS: Final = (ENDED, STALE, LONG, OVERDUE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding and the entry that accepts it."""

    finding: Finding
    by: Acceptance


@dataclass(frozen=True, slots=True)
class Review:
    """The findings of a day: those that are open, in the order of the file, and those that somebody answers for."""

    as_of: dt.date
    open: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]


def review(system: System, as_of: dt.date, only: Collection[str] = ()) -> Review:
    """Everything the rules find on a day, held against what is accepted; `only` names rules by code or by name.

    Raises:
        InputError: an acceptance or a risk names a rule that does not exist.
        UsageError: `only` does.
    """
    code_of = _codes(system)
    found = check(system, only, as_of)
    chosen = {rule.code for rule in rules(only)}
    entries = [entry for entry in system.accepted if code_of[entry.rule] in chosen]
    holding = [entry for entry in entries if entry.expires.date >= as_of]
    opened: list[Finding] = []
    accepted: list[Accepted] = []
    used: set[int] = set()
    for finding in found:
        entry = next((item for item in holding if _matches(item, code_of[item.rule], finding)), None)
        if entry is None:
            opened.append(finding)
        else:
            used |= {id(item) for item in holding if _matches(item, code_of[item.rule], finding)}
            accepted.append(Accepted(finding, entry))
    stale = [entry for entry in holding if id(entry) not in used]
    opened += _ended(entries, as_of)
    opened += _kept(stale, STALE, "no finding matches the acceptance of `{}` for `{}`")
    long = [entry for entry in holding if entry.expires.date - as_of > LONGEST]
    opened += _kept(long, LONG, "the acceptance of `{}` for `{}` holds for more than 365 days")
    if not only:
        opened += _overdue(system, as_of)
    opened.sort(key=lambda finding: (finding.where, finding.code, finding.message))
    return Review(as_of, tuple(opened), tuple(accepted))


def _codes(system: System) -> dict[str, str]:
    """The code of each rule that the file names, by the word that it uses."""
    known = {word: rule.code for rule in rules() for word in (rule.code, rule.name)}
    named: list[Word] = [entry.rule for entry in system.accepted]
    named += [risk.rule for risk in system.risks.values() if risk.rule]
    problems = [_unknown(word, known) for word in named if word not in known]
    if problems:
        raise InputError(problems)
    return known


def _unknown(word: Word, known: Collection[str]) -> Problem:
    hint = nearest(word, known)
    mend = f"did you mean `{hint}`?" if hint else "docs/reference/rules.md lists them"
    return Problem("unknown-rule", f"there is no rule `{word}`", word.where, mend)


def _matches(entry: Acceptance, code: str, finding: Finding) -> bool:
    same = finding.subject == entry.subject or fnmatchcase(finding.subject, entry.subject)
    return finding.code == code and same


def _ended(entries: list[Acceptance], as_of: dt.date) -> Iterator[Finding]:
    for entry in entries:
        if entry.expires.date < as_of:
            days = (as_of - entry.expires.date).days
            message = (
                f"the acceptance of `{entry.rule}` for `{entry.subject}` by {entry.owner} ended on {entry.expires}, "
                f"{days} days ago; what it may have hidden counts again"
            )
            yield _finding(ENDED, message, entry)


def _kept(entries: list[Acceptance], card: RuleCard, message: str) -> Iterator[Finding]:
    for entry in entries:
        yield _finding(card, message.format(entry.rule, entry.subject), entry)


def _finding(card: RuleCard, message: str, entry: Acceptance) -> Finding:
    return Finding(card.code, card.severity, message, entry.where, card.why, card.mend, str(entry.subject))


def _overdue(system: System, as_of: dt.date) -> Iterator[Finding]:
    for name, risk in system.risks.items():
        if risk.review.date < as_of:
            message = f"risk `{name}` was to be looked at by {risk.owner} on {risk.review}"
            yield Finding(OVERDUE.code, OVERDUE.severity, message, risk.review.where, OVERDUE.why, OVERDUE.mend, name)
