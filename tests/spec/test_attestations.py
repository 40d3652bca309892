"""Statements that somebody answers for: until when they hold, and what makes one useless."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.base.errors import InputError
from archwright.spec.attestations import LASTS, Attestation
from archwright.spec.load import loads

HEAD = "system: x\ncomponents: {a: {kind: service}}\nattestations:\n  one: "


def attestation(extra: str = "", stated: str = "2026-01-01") -> Attestation:
    text = f'{{controls: ["EU:4"], statement: yes, owner: me, stated: {stated}{extra}}}'
    return loads(HEAD + text).attestations["one"]


@pytest.mark.parametrize(("kind", "days"), LASTS.items())
def test_it_lasts_as_long_as_its_kind(kind: str, days: int) -> None:
    item = attestation(f", kind: {kind}")
    last = dt.date(2026, 1, 1) + dt.timedelta(days=days)
    assert item.until == last
    assert item.holds(last)
    assert not item.holds(last + dt.timedelta(days=1))


def test_it_does_not_hold_before_it_was_stated() -> None:
    assert not attestation().holds(dt.date(2025, 12, 31))


def test_an_end_of_its_own_wins() -> None:
    assert attestation(", expires: 2026-01-05").until == dt.date(2026, 1, 5)


def test_another_configuration_ends_it() -> None:
    item = attestation(", configuration: abc")
    assert item.holds(dt.date(2026, 1, 2), "abc")
    assert item.holds(dt.date(2026, 1, 2), "")
    assert not item.holds(dt.date(2026, 1, 2), "abd")


def test_the_last_day_of_the_calendar_is_no_problem() -> None:
    assert attestation(stated="9999-12-31").until == dt.date.max


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{controls: [], statement: yes, owner: me, stated: 2026-01-01}", "no-control"),
        ("{controls: [literacy], statement: yes, owner: me, stated: 2026-01-01}", "bad-control"),
        ('{controls: ["EU:4"], statement: yes, owner: me, stated: 2026-01-01, expires: 2025-01-01}', "out-of-range"),
        ('{controls: ["EU:4"], statement: yes, owner: me, stated: 2026-01-01, digest: abc}', "bad-digest"),
        ('{controls: ["EU:4"], statement: yes, stated: 2026-01-01}', "missing-key"),
        ('{controls: ["EU:4"], statement: yes, owner: me}', "missing-key"),
        ('{controls: ["EU:4"], statement: yes, owner: me, stated: 2026-01-01, scope: [b]}', "unknown-name"),
    ],
)
def test_what_is_no_statement_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        loads(HEAD + text)
    assert [problem.code for problem in caught.value.problems] == [code]
