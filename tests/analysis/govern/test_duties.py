"""One control: whether it applies, from when, and what speaks for or against it."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.analysis.govern.assess import COUNTED, FUNCTIONS, Assessment
from archwright.analysis.govern.duties import (
    ATTESTED,
    COMING,
    EVIDENCE,
    IN_FORCE,
    NOT_APPLICABLE,
    OPEN,
    PART,
    RANGE,
    STALE,
    UNASSESSED,
    UNSETTLED,
    VIOLATED,
    Ruled,
)
from archwright.analysis.govern.steps import steps
from archwright.report.document import Finding
from tests.analysis.govern.designs import AS_OF, assessed, designed, duty

FINDING = Finding("GOV02", "error", "the system has no owner")
PERSONAL = "data: {c: {sensitivity: personal}}\n"


def statement(controls: str, more: str = "stated: 2026-11-01") -> str:
    return f'attestations:\n  s: {{controls: ["{controls}"], statement: done, owner: me, {more}}}\n'


def status(reference: str, found: Assessment) -> str:
    return duty(found, reference).status


# ------------------------------------------------------------------------------------------------------ from when


@pytest.mark.parametrize(
    ("reference", "as_of", "kind", "days"),
    [
        ("EU:50(1)", "2026-08-02", IN_FORCE, 0),
        ("EU:50(1)", "2026-08-01", COMING, 1),
        ("EU:9", "2026-11-21", COMING, 376),
        ("EU:9", "2027-12-02", IN_FORCE, 0),
        ("EU:49(2)", "2026-08-01", RANGE, 1),
        ("EU:49(2)", "2026-11-21", RANGE, -111),
        ("EU:49(2)", "2027-12-02", IN_FORCE, -487),
        ("G:17", "2026-11-21", IN_FORCE, -3102),
    ],
)
def test_from_when(reference: str, as_of: str, kind: str, days: int) -> None:
    timing = duty(assessed(designed(), dt.date.fromisoformat(as_of)), reference).timing
    assert timing.kind == kind
    assert timing.days == days


@pytest.mark.parametrize(
    ("market", "kind"),
    [
        ("{eu: {roles: [provider], since: 2026-08-01}}", COMING),
        ("{eu: {roles: [provider], since: 2026-08-02}}", IN_FORCE),
        ("{eu: {roles: [provider]}}", RANGE),
    ],
)
def test_a_transition_depends_on_the_day_on_the_market(market: str, kind: str) -> None:
    timing = duty(assessed(designed(markets=market, functions="[generates-text]")), "EU:50(2)").timing
    assert timing.kind == kind
    if kind == COMING:
        assert timing.earliest == dt.date(2026, 12, 2)
        assert timing.days == 11


# --------------------------------------------------------------------------------------------------- whether at all


@pytest.mark.parametrize(
    ("context", "reference", "expected"),
    [
        ({"markets": "{us: [provider]}"}, "EU:4", NOT_APPLICABLE),
        ({"markets": ""}, "EU:4", UNSETTLED),
        ({"markets": "{eu: {}}"}, "EU:4", UNSETTLED),
        ({"markets": "{eu: [importer]}"}, "EU:4", NOT_APPLICABLE),
        ({"markets": "{eu: [importer, unknown]}"}, "EU:4", UNSETTLED),
        ({}, "EU:4", OPEN),
        ({"transparency": "{interacts: true, disclosed: true}"}, "EU:50(1)", EVIDENCE),
        ({"transparency": "{interacts: true, disclosed: false}"}, "EU:50(1)", VIOLATED),
        ({"transparency": "{interacts: true}"}, "EU:50(1)", OPEN),
        ({"transparency": "{interacts: unknown}"}, "EU:50(1)", UNSETTLED),
        ({"use_cases": "[recruitment]"}, "EU:11", OPEN),
        ({"use_cases": "[recruitment, unknown]"}, "EU:27", UNSETTLED),
        ({"use_cases": "[credit-scoring]"}, "EU:27", OPEN),
        ({"use_cases": "[internal-search, unknown]"}, "EU:9", UNSETTLED),
        ({"limits": "[old orders]", "unsupported_uses": "[advice]", "use_cases": "[recruitment]"}, "EU:13", PART),
        ({}, "G:17", UNSETTLED),
    ],
)
def test_whether_it_applies(context: dict[str, str], reference: str, expected: str) -> None:
    found = duty(assessed(designed(**context)), reference)
    assert found.status == expected, found.because
    assert found.because


def test_a_fact_that_will_be_a_violation_is_open_until_the_day() -> None:
    system = designed(transparency="{interacts: true, disclosed: false}")
    assert status("EU:50(1)", assessed(system, dt.date(2026, 8, 1))) == OPEN


@pytest.mark.parametrize(("retention", "expected"), [("5 months", OPEN), ("6 months", EVIDENCE), ("1 d", OPEN)])
def test_a_number_is_held_against_its_limit(retention: str, expected: str) -> None:
    system = designed(f"operation: {{logs: {{retention: {retention}}}}}\n", use_cases="[recruitment]")
    found = duty(assessed(system), "EU:26(6)")
    assert found.status == expected
    assert "6 months" in found.because


@pytest.mark.parametrize(
    ("data", "reference", "expected"),
    [
        ("data: {c: {sensitivity: public}}\n", "G:17", NOT_APPLICABLE),
        (PERSONAL, "G:17", OPEN),
        ("data: {c: {sensitivity: personal, deletion: by id}}\n", "G:17", PART),
        ("data: {c: {sensitivity: personal, deletion: by id}, d: {sensitivity: special-category}}\n", "G:17", OPEN),
        (PERSONAL, "G:9", NOT_APPLICABLE),
    ],
)
def test_what_the_design_says(data: str, reference: str, expected: str) -> None:
    assert status(reference, assessed(designed(data))) == expected


def test_a_catalogue_of_another_time_assesses_nothing() -> None:
    found = assessed(designed(), dt.date(2030, 1, 1))
    assert found.tier is None
    assert {item.status for item in found.obligations} == {UNASSESSED}
    assert {item.status for item in found.controls} == {UNASSESSED}
    assert steps(found) == ()


# ------------------------------------------------------------------------------------------- what speaks to a control


def test_findings_of_a_rule_violate_and_its_silence_supports() -> None:
    loud, still = Ruled("GOV02", ("N:GOVERN 2.1",), (FINDING, FINDING)), Ruled("GOV02", ("N:GOVERN 2.1",), ())
    assert status("N:GOVERN 2.1", assessed(designed())) == OPEN
    assert status("N:GOVERN 2.1", assessed(designed(), ruled=[still])) == PART
    found = duty(assessed(designed(), ruled=[still, loud]), "N:GOVERN 2.1")
    assert found.status == VIOLATED
    assert "GOV02 (2 times)" in found.because


def test_a_silent_rule_is_never_all_the_evidence() -> None:
    found = assessed(designed(use_cases="[recruitment]"), ruled=[Ruled("GOV01", ("EU:11",), ())])
    assert status("EU:11", found) == PART


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("stated: 2026-11-01", ATTESTED),
        ("stated: 2026-11-01, kind: result", ATTESTED),
        ("stated: 2026-05-01", STALE),
        ("stated: 2026-05-01, kind: document", ATTESTED),
        ("stated: 2026-11-01, expires: 2026-11-20", STALE),
        ("stated: 2026-12-24", STALE),
        ("stated: 2026-11-01, configuration: old", STALE),
        ("stated: 2026-11-01, configuration: new", ATTESTED),
    ],
)
def test_a_statement_speaks_while_it_is_current(more: str, expected: str) -> None:
    found = duty(assessed(designed(statement("EU:4", more)), plan="new"), "EU:4")
    assert found.status == expected
    assert "`s`" in found.because


@pytest.mark.parametrize(
    ("approver", "expected"), [("", STALE), (", approver: me", STALE), (", approver: you", ATTESTED)]
)
def test_a_grave_tier_wants_a_second_person(approver: str, expected: str) -> None:
    text = statement("EU:4", f"stated: 2026-11-01{approver}")
    assert status("EU:4", assessed(designed(text, use_cases="[recruitment]"))) == expected
    assert status("EU:4", assessed(designed(text))) == ATTESTED


def test_a_statement_speaks_to_its_own_control_only() -> None:
    found = assessed(designed(statement("EU:4")))
    assert status("EU:4", found) == ATTESTED
    assert not [item for item in found.controls if item.status == ATTESTED]


def test_every_control_of_the_framework_is_counted_once() -> None:
    found = assessed(designed(statement("N:GOVERN 1.2"), markets=""))
    assert sum(sum(found.counts(function).values()) for function in FUNCTIONS) == 72
    assert set(COUNTED) >= {item.status for item in found.controls}


# ------------------------------------------------------------------------------------------------------- what next


def test_the_facts_that_narrow_the_tier_come_first() -> None:
    found = assessed(designed(use_cases="", decisions="{profiling: false}"))
    first = steps(found)[0]
    assert first.what == "write `context: use_cases`"
    assert "narrows the tier" in first.why
    assert first.where.line == 4


def test_a_stale_statement_is_to_be_renewed() -> None:
    found = assessed(designed(statement("EU:4", "stated: 2025-01-01")))
    assert "renew attestation `s`" in [step.what for step in steps(found, most=99)]


def test_no_more_than_five_steps() -> None:
    found = assessed(designed(**dict.fromkeys(("markets", "use_cases", "functions", "people", "decisions"), "")))
    assert len(steps(found)) == 5
    assert [step.weight for step in steps(found)] == sorted((step.weight for step in steps(found)), reverse=True)


def test_the_same_file_gives_the_same_answer() -> None:
    system = designed(PERSONAL, use_cases="")
    assert assessed(system, AS_OF) == assessed(system, AS_OF)
