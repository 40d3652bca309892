"""The plan as bytes: it comes back as it was, any change shows in its hash, and a bad file is refused in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.plan.model import SCHEMA, Plan, decode, encode, plan_hash
from tests.plan.small import example, small

PLAN = small().plan
DATA = json.loads(encode(PLAN))
Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar of a plan and the way to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


LEAVES = list(leaves(DATA))
NUMBERS = [path for path, value in LEAVES if isinstance(value, int | float) and not isinstance(value, bool)]
PLACES = ("target", "cache", "station", "route", "retriever", "search", "traced_step")


def changed(path: Path, value: Any) -> bytes:
    data = copy.deepcopy(DATA)
    inner = data
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return json.dumps(data).encode()


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        decode(data, "plan.json")
    (problem,) = caught.value.problems
    assert problem.code == "bad-plan"
    assert problem.where.file == "plan.json"
    assert "archwright build" in problem.mend
    return problem.message


def read(data: bytes) -> Plan | None:
    """The plan, or None where it is refused in the one way in which a plan is refused."""
    try:
        return decode(data, "plan.json")
    except InputError as error:
        return None if error.problems[0].code == "bad-plan" else pytest.fail(str(error))


@pytest.mark.parametrize("plan", [PLAN, example().plan], ids=["small", "example"])
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert decode(encode(plan), "plan.json") == plan
    assert encode(decode(encode(plan), "plan.json")) == encode(plan)


def test_white_space_in_the_file_is_not_part_of_the_plan() -> None:
    again = decode(json.dumps(DATA, indent=4).encode(), "plan.json")
    assert plan_hash(again) == plan_hash(PLAN)


@pytest.mark.parametrize("path", [path for path in NUMBERS if path != ("schema",)], ids=str)
def test_a_changed_number_changes_the_hash(path: Path) -> None:
    value = dict(LEAVES)[path]
    if path[-1] in PLACES:
        new = value - 1 if value > 0 else 0 if value < 0 else value + 1
    elif isinstance(value, int):
        new = value + 1
    else:
        new = value * 0.999 if value > 1 else value + (1.0 - value) / 2 if value < 1 else 0.5
    if path[-1] in ("peak", "repeat_mean", "batch_slower"):
        new = value + 0.001
    plan = read(changed(path, new))
    if plan is None:
        assert path[-1] in PLACES  # there is no other place
    else:
        # A scenario is a question to a configuration, not a part of it.
        assert (plan_hash(plan) == plan_hash(PLAN)) is (path[0] == "scenarios")


def test_there_are_numbers_to_change() -> None:
    assert len(NUMBERS) > 100


@given(st.sampled_from(LEAVES), st.sampled_from([None, -7, "x", [], {}, True, 1e300, 99]))
def test_a_wrong_value_is_refused_or_read_back(leaf: tuple[Path, Any], value: Any) -> None:
    """Whatever stands in a file, there is a plan or there are words; never another exception."""
    plan = read(changed(leaf[0], value))
    assert plan is None or decode(encode(plan), "plan.json") == plan


@given(st.integers(0, len(encode(PLAN)) - 1), st.integers(0, 255))
def test_a_torn_or_flipped_file_is_refused_or_read_back(at: int, byte: int) -> None:
    data = encode(PLAN)
    refusal(data[:at])
    plan = read(data[:at] + bytes([byte]) + data[at + 1 :])
    assert plan is None or decode(encode(plan), "plan.json") == plan


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a plan"),
        (b"[]", "not a plan"),
        (b"\xff\xfe", "not a plan"),
        (b"system: x", "not a plan"),
        (b'{"schema": 1}', "not a plan: Object missing required field `system`"),
        (b"{}", "not a plan: Object missing required field `schema`"),
        (b'{"schema": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not a plan"),
        (changed(("schema",), SCHEMA + 1), f"plan version {SCHEMA + 1}, this program reads {SCHEMA}"),
        (changed(("routes", 0, "hops", 0, "target"), 9), "route answer names target 9 of 2"),
        (changed(("routes", 0, "hops"), []), "route answer has no target"),
        (changed(("routes", 0, "cache"), 1), "route answer names cache 1 of 1"),
        (changed(("journeys", 0, "steps", 1, "route"), 2), "step think names route 2 of 2"),
        (changed(("journeys", 0, "steps", 1, "station"), 2), "step think names station 2 of 2"),
        (changed(("journeys", 0, "traced_step"), 2), "journey ask names step 2 of 2"),
        (changed(("targets", 0, "error_rate"), 1.5), "`$.targets[0].error_rate`"),
        (changed(("targets", 0, "first_token_s"), -1), "`$.targets[0].first_token_s`"),
        (changed(("targets", 0, "price", "input"), 0.5), "`$.targets[0].price.input`"),
        (changed(("scenarios", 0, "changes"), [{"what": "magic"}]), "magic"),
    ],
)
def test_a_bad_file_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_version_is_said_before_its_fields_are_judged() -> None:
    assert refusal(b'{"schema": 2, "quite": "different"}') == "plan version 2, this program reads 1"


def test_a_scenario_is_found_by_its_name() -> None:
    assert PLAN.scenario("spike").changes[0].factor == 4.0
    assert PLAN.scenario_names == ("baseline", "spike")
    with pytest.raises(KeyError, match="nope"):
        PLAN.scenario("nope")
