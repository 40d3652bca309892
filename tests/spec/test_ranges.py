"""Values to try: ranges with a step keep their unit, lists keep their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.base.units import parse
from archwright.spec.ranges import MOST, ranges


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("50..200/50", ("50", "100", "150", "200")),
        ("10..60min/25min", ("10 min", "35 min", "60 min")),
        ("10 %..20 %/5 %", ("10 %", "15 %", "20 %")),
        ("100k..200k/50k", ("100 k", "150 k", "200 k")),
        ("$1k..$2k/$1k", ("$1 k", "$2 k")),
        ("1,2,1", ("1", "2")),
        ("1 h, 2 h", ("1 h", "2 h")),
        ("[a, b],[b]", ("[a, b]", "[b]")),
        ("order,cost", ("order", "cost")),
        ("3..3/1", ("3",)),
    ],
)
def test_what_is_written_is_what_is_tried(said: str, values: tuple[str, ...]) -> None:
    (found,) = ranges([f"a.b={said}"], "--sweep")
    assert (found.name, found.values) == ("a.b", values)


@pytest.mark.parametrize("said", ["a.b", "a.b=", "=1,2", "a.b=1,,2", "a.b=5..1/1", "a.b=1..5/0", "a.b=1 h..5 s/1 s"])
def test_what_names_no_values_is_refused(said: str) -> None:
    with pytest.raises(InputError) as error:
        ranges([said], "--sweep")
    assert [item.code for item in error.value.problems] == ["bad-range"]


def test_too_many_values_and_two_ranges_of_one_path() -> None:
    with pytest.raises(InputError) as error:
        ranges([f"a=1..{10**15}/1", "b=1,2", "b=3"], "--search")
    assert sorted(item.code for item in error.value.problems) == ["set-twice", "too-many-values"]


@given(st.integers(0, 1000), st.integers(0, 150), st.integers(1, 50), st.sampled_from(["", " s", "ms", " min", "%"]))
def test_a_range_rises_by_its_step_and_stays_inside(low: int, steps: int, step: int, unit: str) -> None:
    high = low + steps * step
    (found,) = ranges([f"x={low}{unit}..{high}{unit}/{step}{unit}"], "--sweep")
    assert len(found.values) == steps + 1 <= MOST
    dimension = "share" if unit == "%" else "duration" if unit else "number"
    numbers = [parse(value, dimension) for value in found.values]
    assert numbers == sorted(numbers)
    assert parse(f"{low}{unit}", dimension) == numbers[0]
    assert parse(f"{high}{unit}", dimension) == pytest.approx(numbers[-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("components.cache.ttl", "such as `components.cache.ttl=10 min,1 h,6 h`"),
        ("components.cache.ttl=", "components.cache.ttl=a,b,c"),
        ("a.b=50..400", "`50..400` has no step"),
        ("a.b=50..400/0", "is not above 0"),
        ("a.b=400..50/10", "write the smaller end first"),
        ("a.b=1 h..3 min/1 min", "the same unit"),
    ],
)
def test_what_is_needed_is_said(text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        ranges([text], "--sweep")
    (problem,) = error.value.problems
    assert problem.code == "bad-range"
    assert words in f"{problem.message}; {problem.mend}"
