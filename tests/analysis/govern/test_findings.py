"""What comes out as a finding: contradictions, prohibited practices, catalogues and statements that say nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.analysis.govern.findings import findings
from tests.analysis.govern.designs import AS_OF, LATER, assessed, designed

CLAIM = "{condition: preparatory-task, assessment: docs/a.md, no_significant_risk: true}"
HIGH = {"use_cases": "[recruitment]"}


@pytest.mark.parametrize(
    ("context", "code", "severity", "said"),
    [
        (HIGH | {"declared_tier": "limited"}, "GOV07", "error", "high-risk"),
        ({"transparency": "{interacts: true}", "declared_tier": "minimal"}, "GOV07", "error", "limited"),
        (HIGH | {"derogation": "{condition: preparatory-task}"}, "GOV07", "error", "without an assessment"),
        (HIGH | {"derogation": CLAIM, "decisions": "{profiling: true}"}, "GOV08", "error", "barred"),
        (HIGH | {"derogation": CLAIM, "functions": "[scores-persons]"}, "GOV08", "error", "scores-persons"),
        ({"functions": "[social-scoring]"}, "GOV09", "error", "5(1)(c)"),
        ({"functions": "[face-scraping]"}, "GOV09", "error", "5(1)(e)"),
    ],
)
def test_it_is_found_at_its_line(context: dict[str, str], code: str, severity: str, said: str) -> None:
    (found,) = findings(assessed(designed(**context)))
    assert (found.code, found.severity) == (code, severity)
    assert said in found.message
    assert found.where.line > 3
    assert found.why
    assert found.mend


@pytest.mark.parametrize(
    "context",
    [
        {},
        HIGH,
        HIGH | {"declared_tier": "high-risk"},
        HIGH | {"declared_tier": "prohibited-practice-possible"},
        HIGH | {"derogation": CLAIM},
        HIGH | {"derogation": CLAIM, "decisions": "{profiling: unknown}"},
        {"functions": "[social-scoring]",
         "exceptions": "[{practice: social-scoring, reason: so, assessment: docs/b.md}]"},
        {"functions": "[social-scoring, unknown]", "use_cases": "",
         "exceptions": "[{practice: social-scoring, reason: so, assessment: docs/b.md}]"},
        {"use_cases": "", "declared_tier": "minimal"},
    ],
)  # fmt: skip
def test_nothing_is_found_where_nothing_contradicts(context: dict[str, str]) -> None:
    assert findings(assessed(designed(**context))) == ()


def test_a_prohibition_to_come_is_a_warning_until_its_day() -> None:
    system = designed(functions="[generates-video]", transparency="{interacts: false, media_safeguards: false}")
    before, after = findings(assessed(system, AS_OF)), findings(assessed(system, LATER))
    assert {(item.code, item.severity) for item in before} == {("GOV09", "warning")}
    assert all("2026-12-02" in item.message for item in before)
    assert {(item.code, item.severity) for item in after} == {("GOV09", "error")}


def test_catalogues_of_another_time_warn() -> None:
    found = findings(assessed(designed(), dt.date(2030, 1, 1)))
    assert [item.code for item in found] == ["CAT01"] * 3
    assert {item.subject for item in found} == {"EU AI Act", "NIST AI RMF", "GDPR"}


def test_a_statement_about_no_control_warns() -> None:
    controls = '["EU:51(1)", "OWN:1", "G:17"]'
    text = f"attestations:\n  s: {{controls: {controls}, statement: done, owner: me, stated: 2026-11-01}}\n"
    (found,) = findings(assessed(designed(text)))
    assert found.code == "ATT01"
    assert "EU:50(1)" in found.mend
    assert found.where.line > 10
