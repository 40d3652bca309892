"""Agents in a plan: compiled from the file, served by name, whole again after a journey through bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.base.errors import InputError
from archwright.plan.agents import compressed, emulated_only, entries, served
from archwright.plan.compile import compile_plan
from archwright.plan.model import Plan, decode, encode, plan_hash
from archwright.plan.rules import compress
from archwright.spec.load import load
from tests.runtime.team import TEAM, team

DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk" / "system.yaml"


@pytest.fixture(scope="module")
def desk() -> Plan:
    return compile_plan(load(DESK).system, dt.date(2026, 11, 21)).plan


def test_the_flow_between_two_says_how_patient_one_is(desk: Plan) -> None:
    chief = desk.agents[0]
    assert [item.name for item in chief.delegates] == ["retriever", "orders-agent", "policy-agent"]
    asked = chief.delegate("orders-agent")
    assert (asked.timeout_s, asked.attempts, asked.if_fails, asked.always) == (30.0, 1, "skip", False)
    assert chief.delegate("retriever").always
    assert chief.hand_over is not None
    assert chief.hand_over.to == "care-team"
    assert (chief.max_steps, chief.max_cost) == (6, 50_000_000_000)
    assert desk.routes[chief.route].name == "answer"
    assert desk.routes[chief.choice_route].name == "small"


def test_a_route_for_choices_is_the_other_one_where_none_is_named(desk: Plan) -> None:
    policy = desk.agents[2]
    assert policy.choice_route == policy.route


def test_only_tools_that_somebody_asks_are_there(desk: Plan) -> None:
    assert [tool.name for tool in desk.tools] == ["orders-api", "retriever"]
    assert emulated_only(desk.tools) == ("orders-api", "retriever")


def test_clients_ask_by_the_name_of_the_system_or_of_an_agent(desk: Plan) -> None:
    names = {"agent/support-desk": "supervisor", "agent/supervisor": "supervisor"}
    assert served(desk.system, desk.agents) == names
    assert served("x", ()) == {}
    assert entries(desk.agents) == desk.agents[:1]


def test_agents_are_part_of_the_configuration(desk: Plan) -> None:
    assert decode(encode(desk), "plan") == desk
    bolder = replace(desk.agents[0], max_steps=7)
    assert plan_hash(replace(desk, agents=(bolder, *desk.agents[1:]))) != plan_hash(desk)


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (team(tools=()), "agent chief asks search"),
        (team((*TEAM, TEAM[1])), "two agents or tools have one name"),
        (team((replace(TEAM[0], route=7), *TEAM[1:])), "route beyond"),
        (team((replace(TEAM[0], hand_over=None), *TEAM[1:])), "hands over to nobody"),
        (team((replace(TEAM[1], delegates=(replace(TEAM[0].delegates[1], name="orders"),)),)), "asked by another"),
    ],
)
def test_a_plan_that_names_what_it_does_not_hold_is_refused(spoilt: Plan, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(encode(spoilt), "plan")


def test_compressed_time_divides_every_wait(desk: Plan) -> None:
    quick = compress(desk, 10.0)
    assert quick.agents == compressed(desk.agents, 10.0)
    assert quick.agents[0].delegate("orders-agent").timeout_s == 3.0
    assert quick.agents[0].call_timeout_s == 8.0
    assert quick.tools[0].median_s == pytest.approx(desk.tools[0].median_s / 10)
