"""What a plan promises when a component fails, held against what customers got."""

from __future__ import annotations

from typing import Any

import pytest

from archwright.ledger.talks import FULL, NOTHING, PERSON, PREPARED, WITHOUT, Talk
from archwright.measure import drilled
from archwright.measure.drilled import Pass, Told
from archwright.measure.promised import NOTHING_SEEN, Effect, Promise, Verdict, findings, judge, promise, run
from archwright.render.terminal import text
from tests.runtime.sample import hop, route
from tests.runtime.team import PEOPLE, WORDS, agent, delegate, team

PLAN = team()
OTHERS = ("chief", "search", "orders", "policy", "legal", "money", "orders-api", "first", "second")


def talk(number: int = 1, **changes: Any) -> Talk:
    values: dict[str, Any] = {"question": "?", "status": 200, "worked": ("chief", "orders"), "text": "so"}
    return Talk(number=number, **{**values, **changes})


def test_who_runs_is_found_from_the_first_agent_on() -> None:
    assert run(PLAN) == OTHERS
    assert run(team((), ())) == ()


def test_an_agent_that_nobody_asks_does_not_run() -> None:
    beside = team((agent("chief", delegate("orders")), agent("orders"), agent("other", route=1, choice_route=1)), ())
    assert run(beside) == ("chief", "orders", "first", "second")


@pytest.mark.parametrize(
    ("component", "declared", "effects"),
    [
        ("chief", "hand-over", {Effect("hand-over", "people")}),
        ("orders", "skip", {Effect("skip", "orders")}),
        ("policy", "hand-over", {Effect("hand-over", "people")}),
        ("legal", "answer", {Effect("answer", WORDS)}),
        ("money", "fail; then chief fails: hand-over", {Effect("hand-over", "people")}),
        ("orders-api", "fail; then orders fails: skip", {Effect("skip", "orders")}),
        ("first", "second answers", {NOTHING_SEEN}),
    ],
)
def test_a_promise_is_followed_up_to_the_customer(component: str, declared: str, effects: set[Effect]) -> None:
    assert promise(PLAN, component) == Promise(component, declared, frozenset(effects), component == "first")


def test_an_only_model_is_promised_by_its_route_and_by_who_calls_it() -> None:
    only = (route("both", (hop(0),)), route("kind", (hop(0),), degraded="unsure"))
    bare = team((agent("chief", delegate("orders", "parcel")), agent("orders")), (), routes=only)
    assert promise(bare, "first").effects == {Effect("fail"), Effect("skip", "orders")}
    kind = team((agent("chief", hand_over=PEOPLE, route=1, choice_route=1),), (), routes=only)
    assert promise(kind, "first").effects == {Effect("answer", "unsure")}


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({}, FULL),
        ({"missing": ("orders",)}, WITHOUT),
        ({"prepared": True}, PREPARED),
        ({"person": "people", "missing": ("orders",)}, PERSON),
        ({"status": 502}, NOTHING),
        ({"status": 0}, NOTHING),
    ],
)
def test_what_a_customer_got_has_one_name(changes: dict[str, Any], got: str) -> None:
    assert talk(**changes).got == got


def test_a_kept_promise_is_kept_by_every_conversation_that_needed_the_component() -> None:
    well = [talk(1), talk(2, worked=("chief",))]
    ill = [talk(1, missing=("orders",), worked=("chief",)), talk(2, worked=("chief",))]
    verdict = judge(promise(PLAN, "orders"), ("orders",), well, ill, slow=False)
    assert (verdict.reached, verdict.kept, verdict.others, verdict.well) == (1, 1, 0, True)
    assert verdict.seen == (("answered without it", 1),)
    assert list(findings([verdict], well)) == []


def test_a_broken_promise_and_one_that_spread_are_findings() -> None:
    well = [talk(1), talk(2, worked=("chief",)), talk(3, worked=("chief",))]
    ill = [talk(1, status=502), talk(2, status=502), talk(3, worked=("chief",))]
    verdict = judge(promise(PLAN, "orders"), ("orders",), well, ill, slow=False)
    assert not verdict.well
    found = list(findings([verdict], well))
    assert [item.code for item in found] == ["drill-broken-promise", "drill-spread"]
    assert "the file says: skip; seen: 1 failed, against the file" in found[0].message


def test_what_is_only_slow_may_go_unnoticed() -> None:
    well = [talk(1)]
    assert judge(promise(PLAN, "orders"), ("orders",), well, well, slow=True).well
    assert not judge(promise(PLAN, "orders"), ("orders",), well, well, slow=False).well


def test_what_nobody_needed_was_not_shown() -> None:
    well = [talk(1, worked=("chief",))]
    verdict = judge(promise(PLAN, "orders"), ("orders",), well, well, slow=False)
    assert not verdict.well
    assert [(item.code, item.severity) for item in findings([verdict], well)] == [("drill-unreached", "warning")]


def test_a_system_that_is_unwell_by_itself_is_an_error() -> None:
    assert [item.code for item in findings([], [talk(1, status=502)])] == ["drill-unwell"]


def test_prepared_words_must_be_those_of_the_file() -> None:
    made = promise(PLAN, "legal")
    well = [talk(1, worked=("chief", "legal"))]
    assert judge(made, ("legal",), well, [talk(1, prepared=True, text=WORDS)], slow=False).well
    assert not judge(made, ("legal",), well, [talk(1, prepared=True, text="others")], slow=False).well


def test_the_document_shows_every_pass_and_talks_that_came_out_differently() -> None:
    well = (talk(1, question="My parcel?", total_s=2.0), talk(2, worked=("chief",), total_s=4.0))
    ill = (talk(1, question="My parcel?", missing=("orders",), worked=("chief",)), well[1])
    passes = [Pass(drilled.WELL, well, 8, 10**9), Pass("orders", ill, 6, 10**8)]
    verdict = judge(promise(PLAN, "orders"), ("orders",), well, ill, slow=False)
    document, book = drilled.document(passes, [verdict], [], Told("error", 1, 4.0, 0.04))
    page = text(document, width=110, colour=False)
    assert "1 of 1 answered without it" in page
    assert "as declared" in page
    assert "chief; without orders" in page
    assert "orders failing" in page
    assert book["drill.fail.orders.without-something"].value == 1
    assert (book["drill.well.p50"].value, book["drill.well.p95"].value) == (2.0, 4.0)
    assert book["drill.well.cost"].value == 10**9


def test_a_drill_in_which_nothing_ran_has_a_document_all_the_same() -> None:
    silent = (talk(1, status=0, worked=(), text=""),)
    passes = [Pass(drilled.WELL, silent, 0, 0), Pass("orders", silent, 0, 0)]
    empty = Verdict(promise(PLAN, "orders"), 0, 0, (), 0)
    document, book = drilled.document(passes, [empty], [], Told("error", 1, 4.0, 0.04))
    assert "not needed by any" in text(document, width=110, colour=False)
    assert book["drill.fail.orders.p95"].value == 0
