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
