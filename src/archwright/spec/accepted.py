"""Findings that somebody answers for: which rule, where, who, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.day import Day
from archwright.spec.given import Word
from archwright.spec.shapes import Record, day, text


@dataclass(frozen=True, kw_only=True)
class Acceptance(Record):
    """A finding that is known and accepted for a while. It is shown and counted, and fails no check until it ends."""

    rule: Word = text("code or name of the rule")
    subject: Word = text("the component, route or journey; `*` stands for any letters")
    owner: Word = text("who answers for it")
    reason: Word = text("why it is accepted")
    expires: Day = day("the last day on which it holds")
    ticket: Word = text("where it is followed up", default="")
