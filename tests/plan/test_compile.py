"""From a file to a plan: the same bytes for the same meaning, prices in their order, every problem with its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from archwright.base.errors import InputError, Problem
from archwright.facts import prices
from archwright.plan.compile import compile_plan
from archwright.plan.model import Plan, encode, plan_hash
from archwright.spec.load import load, loads
from archwright.spec.overrides import Overrides, load_overrides
from tests.plan.small import DAY, EXAMPLE, SMALL, example, lookup, small

PRICES = """\
prices:
  - {model: acme/large, valid_from: 2026-01-01, source: contract 7, input: $1/Mtok, output: $4/Mtok}
  - model: acme/large
    valid_from: 2026-06-01
    source: contract 8
    input: $0.9/Mtok
    cached_input: $0.2/Mtok
    output: $3/Mtok
  - {model: acme/large, valid_from: 2027-01-01, source: contract 9, input: $9/Mtok, output: $9/Mtok}
"""
AGREED = (
    "model: acme/large",
    "model: acme/large\n    price: {input: $3/Mtok, output: {value: $6/Mtok, source: letter}}",
)


def problems(text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        compile_plan(loads(text), DAY, None, lookup)
    return list(caught.value.problems)


def agreed_prices(folder: Path, text: str = PRICES) -> Overrides:
    file = folder / "prices.yaml"
    file.write_text(text, encoding="utf-8")
    return load_overrides(file)


def money(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every field of a plan that counts pico-dollars."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from money(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from money(item, f"{path}[{index}]")
    elif re.search(r"\.price\.(input|cached_input|output)$|\.budget$|\.hourly$", path):
        yield path, value


def test_the_same_file_and_day_give_the_same_bytes() -> None:
    assert encode(small().plan) == encode(small().plan)
    assert plan_hash(small().plan) == plan_hash(small().plan)


def test_comments_and_white_space_are_not_part_of_the_design() -> None:
    commented = "# hello\n" + re.sub(r"$", "   # aside", SMALL, flags=re.MULTILINE).replace("flows:", "\n\n\nflows:")
    assert plan_hash(compile_plan(loads(commented), DAY, None, lookup).plan) == plan_hash(small().plan)


def test_another_day_is_another_plan() -> None:
    assert plan_hash(small(as_of=dt.date(2026, 11, 2)).plan) != plan_hash(small().plan)


def places() -> list[tuple[str, str, int, int]]:
    """(key, text, line, column) of every number of the example that what runs rests on; scenarios ask it."""
    return [
        (figure.key, figure.written, figure.where.line, figure.where.column)
        for figure in example().book.values()
        if figure.written and figure.where.file and not figure.key.startswith("scenarios.")
    ]


@pytest.mark.parametrize("place", places(), ids=lambda place: place[0])
def test_a_changed_number_changes_the_hash(place: tuple[str, str, int, int]) -> None:
    key, written, line, column = place
    lines = EXAMPLE.read_text(encoding="utf-8").partition("\ninclude:")[0].splitlines()
    old = lines[line - 1]
    number = re.search(r"[0-9.]+", written)
    assert number is not None
    assert old[column - 1 :].startswith((written, f'"{written}"', f"'{written}'")), (old, written)
    value = float(number[0])
    # Most numbers may grow; the mean of runs is held by the most, a share by 1.
    new = f"{value + (0.1 if key.endswith('.mean') else 1):.6g}" if "%" not in written else f"{value / 2:.6g}"
    start = column - 1 + number.start()
    lines[line - 1] = old[:start] + new + old[start + len(number[0]) :]
    changed = compile_plan(loads("\n".join(lines)), DAY, None, lookup)
    assert plan_hash(changed.plan) != plan_hash(example().plan)


def test_the_walk_over_the_example_is_not_empty() -> None:
    assert len(places()) > 50


def test_all_money_is_whole() -> None:
    found = dict(money(small().plan))
    assert len(found) == 3 * 2 + 1 + 2 + 2  # prices of two models, the gateway's cap, two tenants, two stations
    assert all(type(value) is int for value in found.values())
    assert found[".gateway.budget"] == 2000 * 10**12
    assert found[".tenants[0].budget"] == 1000 * 10**12
    assert found[".stations[1].hourly"] == 30 * 10**12
    assert all(type(value) is int for _, value in money(example().plan))


def test_the_plan_says_what_the_file_says() -> None:
    plan = small().plan
    target = plan.targets[0]
    assert (target.provider, target.model, target.first_token_s, target.per_token_s) == ("acme", "large", 0.4, 0.01)
    assert target.request_rate == pytest.approx(10.0)
    assert target.concurrent == 50
    assert target.token_rate == pytest.approx(1e6 / 60)
    assert (target.breaker_failures, target.breaker_open_s) == (5, 20.0)
    assert plan.targets[1].breaker_failures == 0
    hop = plan.routes[1].hops[0]
    assert (hop.attempts, hop.timeout_s, hop.backoff_s, hop.longest_s) == (3, 10.0, 0.2, 2.0)
    assert [hop.target for hop in plan.routes[1].hops] == [0, 1]
    assert (plan.routes[0].cache, plan.routes[1].cache) == (-1, 0)
    assert plan.routes[1].retry_ratio == 0.1
    assert [(station.name, station.servers) for station in plan.stations] == [("app", 8), ("team", 0)]
    think = plan.journeys[0].steps[1]
    assert (think.system_tokens, think.tokens_in.median, think.growth, think.repeat_most) == (100, 200.0, 30, 3)
    assert plan.journeys[0].traced_step == 1
    assert plan.journeys[1].traced_step == -1
    assert plan.objectives[1].limit == pytest.approx(900e12)


def test_published_prices_are_taken_where_nothing_else_is_said() -> None:
    price = small().plan.targets[0].price
    assert (price.input, price.cached_input, price.output) == (2_000_000, 500_000, 8_000_000)
    assert (price.source, price.as_of) == ("price list of acme", "2026-11-01")


def test_the_overrides_win_over_the_published_price(tmp_path: Path) -> None:
    price = small(overrides=agreed_prices(tmp_path)).plan.targets[0].price
    assert (price.input, price.cached_input, price.output) == (900_000, 200_000, 3_000_000)
    assert price.source == "agreed: contract 8, valid from 2026-06-01"


@pytest.mark.parametrize(
    ("day", "given"),
    [("2025-12-31", 2_000_000), ("2026-01-01", 1_000_000), ("2026-05-31", 1_000_000), ("2027-01-01", 9_000_000)],
)
def test_an_override_holds_from_its_day_on(tmp_path: Path, day: str, given: int) -> None:
    compiled = small(overrides=agreed_prices(tmp_path), as_of=dt.date.fromisoformat(day))
    assert compiled.plan.targets[0].price.input == given


def test_without_a_cached_price_cached_tokens_cost_the_full_one(tmp_path: Path) -> None:
    compiled = small(overrides=agreed_prices(tmp_path), as_of=dt.date(2026, 2, 1))
    assert compiled.plan.targets[0].price.cached_input == 1_000_000


def test_the_price_in_the_file_wins_over_all(tmp_path: Path) -> None:
    compiled = small(AGREED, overrides=agreed_prices(tmp_path))
    price = compiled.plan.targets[0].price
    assert (price.input, price.cached_input, price.output) == (3_000_000, 3_000_000, 6_000_000)
    assert price.source == "agreed, in the file"


def test_a_price_keeps_its_provenance(tmp_path: Path) -> None:
    """A guess in a price is a guess like any other, and is counted as one."""
    book = small(AGREED).book
    assert (book["prices.model.input"].origin, book["prices.model.output"].origin) == ("guessed", "sourced")
    assert book["prices.model.output"].note == "letter"
    assert book["prices.model.input"].where.line == SMALL[: SMALL.index("model: acme/large")].count("\n") + 2
    book = small(overrides=agreed_prices(tmp_path)).book
    assert book["prices.model.input"].origin == "sourced"
    assert book["prices.model.input"].where.file.endswith("prices.yaml")
    assert small().book["prices.model.input"].origin == "fact"


def test_unknown_prices_come_all_at_once_with_their_places() -> None:
    text = SMALL.replace("acme/large", "openai/gpt-4.1-minii").replace("acme/small", "opnai/gpt-5")
    with pytest.raises(InputError) as caught:
        compile_plan(loads(text), DAY, None, prices.published)
    first, second = caught.value.problems
    assert first.code == second.code == "unknown-price"
    assert "`model`" in first.message
    assert first.mend == "did you mean `openai/gpt-4.1-mini`?"
    assert "`spare`" in second.message
    assert second.mend == "did you mean `openai`?"
    lines = text.splitlines()
    for problem, name in ((first, "openai/gpt-4.1-minii"), (second, "opnai/gpt-5")):
        assert lines[problem.where.line - 1][problem.where.column - 1 :] == name


def test_a_system_without_a_gateway_cannot_run() -> None:
    text = "system: x\ncomponents:\n  app: {kind: service}\nworkload:\n  journeys: {}\n"
    (problem,) = problems(text)
    assert (problem.code, problem.where.line) == ("one-gateway", 2)
    assert "it has none" in problem.message


def test_a_system_with_two_gateways_cannot_run() -> None:
    second = "  other: {kind: gateway, routes: {more: {targets: [spare]}}}\n  team:"
    text = SMALL.replace("  team:", second, 1).replace("flows:", "flows:\n  - {from: other, to: spare}")
    (problem,) = problems(text)
    assert problem.code == "one-gateway"
    assert "it has 2" in problem.message


@pytest.mark.parametrize(
    ("edit", "code", "words"),
    [
        (("    ask:", "    people:"), "taken-name", "`people`"),
        (("name: open", "name: think!"), "duplicate-name", "`think`"),
        (("latency: 6 min, spread: 0, ", ""), "no-latency", "`team`"),
        (("budget: $2k/month", "budget: $20M/month"), "out-of-range", "`$20M/month`"),
    ],
)
def test_what_cannot_run_is_said_with_its_place(edit: tuple[str, str], code: str, words: str) -> None:
    assert SMALL.count(edit[0]) == 1
    (problem,) = problems(SMALL.replace(*edit))
    assert problem.code == code
    assert words in problem.message
    assert problem.where.line > 0


def test_a_journey_has_room_for_so_many_steps() -> None:
    more = "".join(f"        - {{name: step {index}, at: app}}\n" for index in range(62))
    anchor = "        - {name: open, at: app}\n"
    assert (
        len(compile_plan(loads(SMALL.replace(anchor, anchor + more)), DAY, None, lookup).plan.journeys[0].steps) == 64
    )
    (problem,) = problems(SMALL.replace(anchor, anchor + "        - {name: one too many, at: app}\n" + more))
    assert problem.code == "too-many-steps"


def test_the_example_compiles_with_published_prices() -> None:
    plan = compile_plan(load(EXAMPLE).system, DAY).plan
    assert isinstance(plan, Plan)
    assert all(target.price.output > target.price.input > 0 for target in plan.targets)
    assert all(target.endpoint.startswith("https://") for target in plan.targets)
    assert plan.facts.startswith("genai-prices ")
