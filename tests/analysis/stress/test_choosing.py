"""The search over variants: the cheapest that holds, nothing unknown, and it ends."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.stress.designs import Design, Seen, grid, look
from archwright.analysis.stress.points import Held, Reading
from archwright.analysis.stress.search import search
from archwright.analysis.stress.sure import apart, enough, estimates
from archwright.plan.model import Plan
from tests.analysis.stress import designs as d

PLAN = d.plan(objectives=(d.objective("availability", 0.9, at_most=False),))


def reading(seed: int, value: float | None, *, of: int = 10_000, p95: float | None = 1.0, kept: bool = True) -> Reading:
    held = {"promise": Held(value, of, kept)}
    return Reading(
        "trial",
        seed,
        1.0,
        60.0,
        of,
        of,
        0,
        0,
        of,
        of,
        0,
        of,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0.0,
        p95,
        p95,
        p95,
        held,
        {},
        1.0,
        (),
    )


def design(number: int, price: int, **given: object) -> Design:
    return Design((("n", str(number)),), given.get("plan", PLAN), price, 0)  # type: ignore[arg-type]


class Eyes:
    """Sees that designs whose number is in `holding` keep what they promise; remembers whom it looked at."""

    def __init__(self, holding: Sequence[int]) -> None:
        self.holding = holding
        self.looked: list[int] = []

    def __call__(self, block: Sequence[Design]) -> list[Seen]:
        found = []
        for item in block:
            number = int(item.values[0][1])
            self.looked.append(number)
            value = 0.99 if number in self.holding else 0.5
            found.append(look(item, [reading(seed, value) for seed in (1, 2, 3)]))
        return found


@given(st.lists(st.integers(0, 5), max_size=12), st.sets(st.integers(0, 11)), st.integers(1, 5))
def test_the_cheapest_that_holds_is_chosen_whoever_is_looked_at_together(
    prices: list[int], holding: set[int], together: int
) -> None:
    eyes = Eyes(sorted(holding))
    found = search([design(number, price) for number, price in enumerate(prices)], eyes, together)
    fit = [(price, number) for number, price in enumerate(prices) if number in holding]
    assert len(eyes.looked) == len(set(eyes.looked)) == found.simulated
    if not fit:
        assert found.chosen is None
        assert len(found.ruled) == len(prices)
        return
    assert found.chosen is not None
    assert (found.chosen.design.price, found.chosen.design.values[0][1]) == (min(fit)[0], str(min(fit)[1]))
    assert all(item.price >= found.chosen.design.price for item in found.dearer)
    assert len(found.ruled) + len(found.dearer) + 1 == len(prices)


def test_what_is_not_known_to_be_good_is_never_chosen_and_never_simulated() -> None:
    eyes = Eyes([0, 1, 2, 3])
    cheap = Design((("n", "0"),), PLAN, 1, 0, unproven=("the quality of small on route ask is unknown",))
    low = Design((("n", "1"),), PLAN, 2, 0, worse=("quality on route ask is 70 %, promised 90 %",))
    broken = Design((("n", "2"),), None, why="a price is unknown")
    found = search([cheap, low, broken, design(3, 9)], eyes)
    assert found.chosen is not None
    assert found.chosen.design.price == 9
    assert eyes.looked == [3]
    assert [item.why for item in found.ruled] == [*cheap.unproven, *low.worse, "a price is unknown"]


def test_an_objective_whose_limit_lies_inside_the_interval_is_not_kept() -> None:
    near = [reading(seed, value) for seed, value in enumerate((0.87, 0.93, 0.92), 1)]
    (found,) = estimates(PLAN, near)
    assert found.standing == "unsure"
    assert not look(design(0, 1), near).kept
    assert not enough(PLAN, near[:2])


def test_all_good_in_few_journeys_is_not_sure() -> None:
    plan: Plan = d.plan(objectives=(d.objective("availability", 0.99, at_most=False),))
    few, many = ([reading(seed, 1.0, of=of) for seed in (1, 2, 3)] for of in (20, 2000))
    assert [item.standing for item in estimates(plan, few)] == ["unsure"]
    assert [item.standing for item in estimates(plan, many)] == ["kept"]
    assert enough(plan, many)


def test_where_nothing_could_be_measured_the_reading_decides() -> None:
    nothing = [reading(seed, None, kept=False) for seed in (1, 2, 3)]
    assert [item.standing for item in estimates(PLAN, nothing)] == ["broken"]


def test_differences_are_seed_against_the_same_seed() -> None:
    before = [reading(seed, 1.0, p95=float(seed)) for seed in (1, 2, 3)]
    after = [reading(seed, 1.0, p95=float(seed) + 0.5) for seed in (3, 2, 1)]
    gap = apart(before, after, lambda item: item.p95)
    assert gap is not None
    assert (gap.mean, gap.half) == (0.5, 0.0)
    assert apart(before, [reading(9, 1.0)], lambda item: item.p95) is None


def test_a_grid_has_every_combination_once() -> None:
    found = grid([("a", ("1", "2")), ("b", ("x", "y", "z"))])
    assert len(found) == len(set(found)) == 6
    assert found[0] == (("a", "1"), ("b", "x"))
