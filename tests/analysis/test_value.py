"""What a system brings, against what it costs."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.analysis.price import price
from archwright.analysis.value import NOT_YET, Value, value, value_section
from archwright.base.errors import InputError
from archwright.base.money import pico
from archwright.plan.compile import compile_plan
from archwright.report.document import Cell, Table, Tiles
from archwright.spec.load import loads
from archwright.spec.model import System
from tests.plan.small import DAY, SMALL, lookup

METRICS = """\
investment: $60k
metrics:
  alone:
    title: Answered without a person
    baseline: 0 %
    target: 50 %
    measured: journeys that end without the team
    journey: ask
    worth: {value: $0.02, guess: a tenth of a minute of a person}
    readings:
      - {on: 2026-09-01, value: 10 %, source: ledger}
      - {on: 2026-10-01, value: 25 %, source: ledger}
  quicker:
    baseline: 36 s
    target: 18 s
    measured: first answer, as the chat counts it
    journey: ask
    worth: $20
  licences: {baseline: $3k/month, target: $1k/month, measured: the invoice}
  happy: {baseline: 3.9, target: 4.2, measured: a survey}
"""


def found(text: str = METRICS, as_of: dt.date = DAY) -> tuple[System, Value]:
    """The small system with metrics, valued."""
    system = loads(SMALL + text)
    compiled = compile_plan(system, as_of, None, lookup)
    return system, value(system, price(compiled.plan, compiled.book).book, as_of)


def dollars(item: Value, key: str) -> float:
    return item.book[key].value / pico(1)


def test_each_unit_is_counted_in_its_own_way() -> None:
    _, item = found()
    assert dollars(item, "value.alone.benefit") == pytest.approx(0.5 * 1e6 * 0.02)
    assert dollars(item, "value.quicker.benefit") == pytest.approx(18 / 3600 * 1e6 * 20)
    assert dollars(item, "value.licences.benefit") == pytest.approx(2000)
    assert "value.happy.benefit" not in item.book


def test_the_return_is_what_is_left_after_running_cost() -> None:
    _, item = found()
    benefit, cost = dollars(item, "value.benefit.promised"), dollars(item, "price.month")
    assert benefit == pytest.approx(10_000 + 100_000 + 2_000)
    assert item.book["value.return.promised"].value == pytest.approx((benefit - cost) / cost)
    months = item.book["value.payback.promised"].value / item.book["month"].value
    assert months == pytest.approx(60_000 / (benefit - cost))
    assert "worth" in item.book.explain("value.return.promised")


def test_a_reading_is_its_part_of_the_way_and_the_last_one_by_the_day_counts() -> None:
    _, item = found()
    assert item.book["value.alone.progress"].value == pytest.approx(0.5)
    assert dollars(item, "value.alone.reached") == pytest.approx(5_000)
    _, earlier = found(as_of=dt.date(2026, 9, 15))
    assert earlier.book["value.alone.progress"].value == pytest.approx(0.2)


def test_what_nobody_measured_is_no_return() -> None:
    system, item = found()
    assert item.unmeasured == ("quicker", "licences", "happy")
    assert "value.return.measured" not in item.book
    section = value_section(system, item, DAY)
    assert any(NOT_YET in getattr(block, "words", "") for block in section.blocks)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["Answered without a person", "quicker", "licences", "happy"]
    for row in table.rows:
        for cell in row:
            assert not isinstance(cell, Cell) or not cell.figure or cell.figure in item.book


def test_measured_returns_stand_beside_promised_ones() -> None:
    text = METRICS[: METRICS.index("  quicker")]
    system, item = found(text)
    assert dollars(item, "value.benefit.measured") == pytest.approx(5_000)
    (tiles,) = (block for block in value_section(system, item, DAY).blocks if isinstance(block, Tiles))
    assert "Return, as measured" in [tile[0] for tile in tiles.items]


def test_a_loss_has_no_payback() -> None:
    _, item = found(METRICS.replace("$0.02", "$0.0001").replace("worth: $20", "worth: $0.001"))
    assert item.book["value.net.promised"].value < 0
    assert "value.payback.promised" not in item.book


def test_without_metrics_it_says_so() -> None:
    system, item = found("")
    (block,) = value_section(system, item, DAY).blocks
    assert "No outcome is stated" in getattr(block, "words", "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("m: {baseline: 0 %, target: 4 s, measured: x}", "wrong-unit"),
        ("m: {baseline: 20 %, target: 20 %, measured: x}", "no-change"),
        ("m: {baseline: 0 %, target: 20 %, measured: x, worth: $1}", "no-journey"),
        ("m: {baseline: $1/month, target: $2/month, measured: x, worth: $1}", "worth-of-money"),
        ("m: {baseline: 3.9, target: 4.2, measured: x, worth: $1}", "no-worth"),
        ("m: {baseline: 0 %, target: 20 %, measured: x, journey: nobody}", "unknown-name"),
        ("m: {baseline: 0 %, target: 20 %}", "missing-key"),
        ("m: {baseline: 0 %, target: 300 %, measured: x, journey: ask}", "out-of-range"),
        (
            "m: {baseline: 0 %, target: 9 %, measured: x, readings: [{on: 2026-02-30, value: 1 %, source: x}]}",
            "bad-value",
        ),
        (
            "m: {baseline: 0 %, target: 9 %, measured: x, readings: [{on: 2026-02-03, value: 1 s, source: x}]}",
            "wrong-unit",
        ),
    ],
)
def test_metrics_that_make_no_sense_are_refused(line: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        loads(f"{SMALL}metrics:\n  {line}\n")
    assert code in [problem.code for problem in caught.value.problems]
    assert all(problem.where.line > SMALL.count("\n") for problem in caught.value.problems)
