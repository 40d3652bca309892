"""What somebody answers for: until which day it hides its finding, and what is said when it does not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.check import check
from archwright.analysis.check.cards import cards
from archwright.analysis.check.register import accepted_section, risks_section
from archwright.analysis.check.review import Review, review
from archwright.base.errors import InputError
from archwright.report.document import Table
from archwright.spec.load import loads

DAY = dt.date(2026, 11, 21)
BASE = """\
system: Search
owner: us
data: {page: {sensitivity: public}}
components:
  site: {kind: service}
  shop: {kind: service}
  index: {kind: vector-store, data: [page]}
flows:
  - {from: site, to: index}
  - {from: shop, to: index}
"""
ONE = "  - {rule: %s, subject: %s, owner: ann, reason: it cannot hang, expires: %s, ticket: OPS-7}\n"


def looked_at(*entries: tuple[str, str, str], day: dt.date = DAY, only: tuple[str, ...] = ()) -> Review:
    accepted = "accepted:\n" + "".join(ONE % entry for entry in entries) if entries else ""
    return review(loads(BASE + accepted), day, only)


def open_codes(found: Review) -> list[str]:
    return [f"{item.code} {item.subject}" for item in found.open]


@pytest.mark.parametrize("rule", ["REL01", "no-timeout"])
@pytest.mark.parametrize(
    ("subject", "left"), [("site", ["REL01 shop"]), ("s*", []), ("'*'", []), ("shop", ["REL01 site"])]
)
def test_an_acceptance_hides_what_it_names(rule: str, subject: str, left: list[str]) -> None:
    found = looked_at((rule, subject, "2027-01-31"))
    assert open_codes(found) == left
    assert {item.by.owner for item in found.accepted} == {"ann"}
    assert len(found.accepted) == 2 - len(left)


def test_it_holds_on_its_last_day_and_not_on_the_next() -> None:
    last = dt.date(2027, 1, 31)
    entry = ("REL01", "site", last.isoformat())
    assert open_codes(looked_at(entry, day=last)) == ["REL01 shop"]
    after = looked_at(entry, day=last + dt.timedelta(days=1))
    assert open_codes(after) == ["REL01 site", "REL01 shop", "ACC01 site"]
    (told,) = [item for item in after.open if item.code == "ACC01"]
    assert "by ann ended on 2027-01-31, 1 days ago" in told.message
    assert told.where.line == 12


def test_an_acceptance_of_nothing_is_a_note() -> None:
    found = looked_at(("REL01", "nobody", "2027-01-31"))
    assert open_codes(found) == ["REL01 site", "REL01 shop", "ACC02 nobody"]
    assert found.open[-1].severity == "note"


def test_one_that_is_covered_by_another_is_not_called_stale() -> None:
    found = looked_at(("REL01", "s*", "2027-01-31"), ("REL01", "site", "2027-01-31"))
    assert open_codes(found) == []


def test_more_than_a_year_is_too_long() -> None:
    assert open_codes(looked_at(("REL01", "'*'", "2027-11-21"))) == []
    found = looked_at(("REL01", "'*'", "2027-11-22"))
    assert open_codes(found) == ["ACC03 *"]
    assert found.open[0].severity == "warning"
    assert len(found.accepted) == 2


def test_only_some_rules_leave_the_acceptances_of_others_alone() -> None:
    found = looked_at(("REL02", "site", "2027-01-31"), only=("REL01",))
    assert open_codes(found) == ["REL01 site", "REL01 shop"]


def test_a_rule_that_does_not_exist_is_a_problem_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        looked_at(("no-timeouts", "site", "2027-01-31"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.where.line) == ("unknown-rule", 12)
    assert "no-timeout" in problem.mend


@pytest.mark.parametrize(
    "missing", ["owner: ann, ", "reason: it cannot hang, ", "expires: 2027-01-31, ", "subject: site, "]
)
def test_owner_reason_subject_and_day_must_be_there(missing: str) -> None:
    text = BASE + "accepted:\n" + ONE % ("REL01", "site", "2027-01-31")
    with pytest.raises(InputError) as caught:
        loads(text.replace(missing, ""))
    assert [problem.code for problem in caught.value.problems] == ["missing-key"]


@pytest.mark.parametrize("day", ["soon", "2027-02-30", "2027-1-1"])
def test_a_day_is_a_day(day: str) -> None:
    with pytest.raises(InputError, match="is no day"):
        looked_at(("REL01", "site", day))


names = st.sampled_from(["site", "shop", "'*'", "s*", "index", "x"])
days = st.dates(dt.date(2026, 1, 1), dt.date(2029, 1, 1)).map(dt.date.isoformat)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["REL01", "REL02", "GOV02"]), names, days), max_size=4))
def test_no_finding_is_lost_and_none_is_shown_twice(entries: list[tuple[str, str, str]]) -> None:
    found = looked_at(*entries)
    raw = check(loads(BASE), as_of=DAY)
    kept = [item for item in found.open if not item.code.startswith("ACC")] + [item.finding for item in found.accepted]
    assert sorted(kept, key=str) == sorted(raw, key=str)
    assert all(item.by.expires.date >= DAY for item in found.accepted)


RISKS = (
    BASE
    + """\
risks:
  slow:
    {statement: it is slow, likelihood: likely, impact: minor, treatment: accept, owner: ann, review: 2026-11-20}
  gone:
    statement: it is gone
    likelihood: rare
    impact: severe
    treatment: reduce
    measure: two of them
    owner: bob
    review: 2027-01-31
    rule: REL07
    component: index
"""
)


def test_the_register_shows_the_gravest_first_and_what_is_overdue() -> None:
    system = loads(RISKS)
    (table,) = risks_section(system, DAY).blocks
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["gone", "slow"]
    assert table.rows[0][1:4] == ("it is gone (index, REL07)", "severe, rare", "reduce: two of them")
    assert [getattr(row[5], "tone", "") for row in table.rows] == ["plain", "bad"]
    assert "RSK01 slow" in open_codes(review(system, DAY))


def test_a_risk_names_a_rule_and_a_component_that_exist() -> None:
    with pytest.raises(InputError, match="no rule `REL99`"):
        review(loads(RISKS.replace("REL07", "REL99")), DAY)
    with pytest.raises(InputError, match="no component called `indx`"):
        loads(RISKS.replace("component: index", "component: indx"))


def test_the_table_of_what_is_accepted_names_owner_day_and_ticket() -> None:
    found = looked_at(("REL01", "site", "2027-01-31"))
    (table,) = accepted_section(found.accepted).blocks
    assert isinstance(table, Table)
    (row,) = table.rows
    assert [getattr(cell, "text", cell) for cell in row[2:]] == ["it cannot hang (OPS-7)", "ann", "2027-01-31"]


def test_every_rule_has_a_card_with_titles() -> None:
    found = {card.code: card for card in cards()}
    assert list(found) == sorted(found)
    assert {"ACC01", "ACC02", "ACC03", "RSK01", "REL01"} <= set(found)
    assert found["INP01"].controls[0].title == "Prompt Injection"
