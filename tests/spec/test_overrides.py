"""The file of agreed prices: which one holds on a day, and every problem at once with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError, Problem
from archwright.spec.overrides import Overrides, load_overrides

ENTRY = "- {{model: {model}, valid_from: {day}, source: contract, input: $1/Mtok, output: $2/Mtok}}"


def read(folder: Path, text: str) -> Overrides:
    file = folder / "prices.yaml"
    file.write_text(text, encoding="utf-8")
    return load_overrides(file)


def entries(*pairs: tuple[str, str]) -> str:
    return "prices:\n" + "".join(f"  {ENTRY.format(model=model, day=day)}\n" for model, day in pairs)


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert all(problem.where.file.endswith("prices.yaml") for problem in caught.value.problems)
    return list(caught.value.problems)


def test_an_entry_says_everything(tmp_path: Path) -> None:
    (price,) = read(tmp_path, entries(("acme/large", "2026-06-01"))).prices
    assert (price.model, price.day, price.source) == ("acme/large", dt.date(2026, 6, 1), "contract")
    assert (price.input.whole, price.cached_input, price.output.whole) == (1_000_000, None, 2_000_000)


@given(st.lists(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), unique=True, max_size=6), st.dates())
def test_the_latest_that_has_begun_holds(
    tmp_path_factory: pytest.TempPathFactory, days: list[dt.date], asked: dt.date
) -> None:
    pairs = [("acme/large", day.isoformat()) for day in days]
    found = read(tmp_path_factory.mktemp("o"), entries(("acme/other", "2020-01-01"), *pairs)).find("acme/large", asked)
    assert (found.day if found else None) == max((day for day in days if day <= asked), default=None)


def test_every_problem_comes_at_once(tmp_path: Path) -> None:
    text = entries(("large", "2026-01-01"), ("acme/a", "soon"), ("acme/b", "2026-02-30"), ("acme/c", "2026-01-01"))
    text += entries(("acme/c", "2026-01-01")).removeprefix("prices:\n")
    found = problems(tmp_path, text)
    assert [(problem.code, problem.where.line) for problem in found] == [
        ("no-provider", 2), ("bad-date", 3), ("bad-date", 4), ("duplicate-price", 6),
    ]  # fmt: skip
    assert all(problem.mend for problem in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "expected-mapping"),
        ("prices: 3", "expected-list"),
        ("price: []", "unknown-key"),
        ("prices:\n  - {model: a/b, valid_from: 2026-01-01, source: x, input: $1/Mtok}", "missing-key"),
        ("prices:\n  - {model: a/b, valid_from: 2026-01-01, source: x, input: 1 s, output: $1/Mtok}", "bad-quantity"),
        ("prices: [", "yaml-syntax"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, code: str) -> None:
    assert code in {problem.code for problem in problems(tmp_path, text)}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file-missing"):
        load_overrides(tmp_path / "prices.yaml")


def test_no_prices_are_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "prices: []").find("acme/large", dt.date(2026, 1, 1)) is None


EUROS = """\
currencies:
  EUR: {dollars: 1.08, source: ECB reference rate, date: 2026-10-30}
prices:
  - model: acme/large
    valid_from: 2026-06-01
    source: contract
    currency: EUR
    input: €1/Mtok
    cached_input: EUR 0.50/Mtok
    output: €2/Mtok
    request: €0.01
    long: {over: 200k, input: €2/Mtok, output: €4/Mtok}
"""


def test_another_currency_is_converted_at_a_rate_that_somebody_stands_for(tmp_path: Path) -> None:
    found = read(tmp_path, EUROS)
    (price,) = found.prices
    assert price.cached_input is not None
    assert price.request is not None
    assert price.long is not None
    values = [item.whole for item in (price.input, price.cached_input, price.output, price.long.output)]
    assert values == [1_080_000, 540_000, 2_160_000, 4_320_000]
    assert price.request.whole == 10_800_000_000
    assert price.long.over.whole == 200_000
    assert "converted at $1.08 for one EUR (ECB reference rate, 2026-10-30)" in found.said(price)


def test_another_currency_without_a_rate_is_refused(tmp_path: Path) -> None:
    text = EUROS.replace("EUR: {dollars", "GBP: {dollars")
    assert [problem.code for problem in problems(tmp_path, text)] == ["no-rate"]


def test_two_currencies_in_one_entry_are_refused(tmp_path: Path) -> None:
    assert [problem.code for problem in problems(tmp_path, EUROS.replace("€2/Mtok\n    req", "$2/Mtok\n    req"))] == [
        "mixed-currency"
    ]


def test_euros_where_dollars_are_wanted_are_refused(tmp_path: Path) -> None:
    text = EUROS.replace("    currency: EUR\n", "")
    assert {problem.code for problem in problems(tmp_path, text)} == {"bad-quantity"}


@pytest.mark.parametrize("rate", ["0", "-1", "much"])
def test_an_absurd_rate_is_refused(tmp_path: Path, rate: str) -> None:
    assert problems(tmp_path, EUROS.replace("dollars: 1.08", f"dollars: {rate}"))


def test_a_price_ends_on_its_last_day(tmp_path: Path) -> None:
    text = entries(("acme/large", "2026-06-01")).replace("source:", "valid_until: 2026-06-30, source:")
    found = read(tmp_path, text)
    assert found.find("acme/large", dt.date(2026, 6, 30)) is not None
    assert found.find("acme/large", dt.date(2026, 7, 1)) is None
    assert found.expired("acme/large", dt.date(2026, 7, 1)) is not None
    assert found.expired("acme/large", dt.date(2026, 5, 1)) is None


def test_a_price_does_not_end_before_it_begins(tmp_path: Path) -> None:
    text = entries(("acme/large", "2026-06-01")).replace("source:", "valid_until: 2026-05-30, source:")
    assert [problem.code for problem in problems(tmp_path, text)] == ["bad-date"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("input: €1/Mtok", "input: €20,000/Mtok", "at most $10,000/Mtok"),
        ("dollars: 1.08", "dollars: 108", "at most 10"),
    ],
)
def test_a_price_or_a_rate_that_can_only_be_a_slip_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert EUROS.count(old) == 1
    found = [item.message for item in problems(tmp_path, EUROS.replace(old, new)) if item.code == "out-of-range"]
    assert len(found) == 1
    assert words in found[0]
