"""A limit that is dealt out to several is never passed in sum, whoever hears of it when, and follows demand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy.lease import Part, allot

# Who acts next, whether it looks at its grant or uses, and how much it then wants.
STEPS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("hear", "use", "drop", "deal")), st.integers(0, 300)))


class Holder:
    """One of those who share: it may use up to the grant that it heard of, and tells what it holds when it hears."""

    def __init__(self, part: int) -> None:
        self.used = self.told_used = self.wants = 0
        self.grant = self.heard = self.held = part

    def hear(self) -> None:
        """Go by the last grant."""
        self.heard = self.grant
        self.held, self.told_used = max(self.heard, self.used), self.used

    @property
    def part(self) -> Part:
        """What is known of it."""
        return Part(self.told_used, self.wants, self.held, self.grant, int(self.heard == self.grant))


@given(st.integers(1, 4), st.integers(8, 1000), STEPS)
def test_the_sum_of_what_is_used_never_passes_the_limit(
    count: int, limit: int, steps: list[tuple[int, str, int]]
) -> None:
    holders = [Holder(limit // count) for _ in range(count)]
    for who, what, amount in steps:
        holder = holders[who % count]
        if what == "hear":
            holder.hear()
        elif what == "use":
            holder.wants = amount
            holder.used = max(holder.used, min(amount, holder.heard))
        elif what == "drop":
            holder.used = min(holder.used, amount)
        else:
            for item, grant in zip(holders, allot(limit, [item.part for item in holders]), strict=True):
                item.grant = grant
        assert sum(max(item.held, item.grant) for item in holders) <= limit + count
        assert sum(item.used for item in holders) <= limit + count, "each has 1 at least, and nothing else is above"
        assert all(item.grant >= 1 for item in holders)


def settled(limit: int, wants: tuple[int, ...], used: tuple[int, ...]) -> list[int]:
    """What each has when all have heard of everything."""
    holders = [Holder(limit // len(wants)) for _ in wants]
    for _ in range(12):
        for holder, want, use in zip(holders, wants, used, strict=True):
            holder.wants, holder.used = want, min(use, holder.heard)
            holder.hear()
        for holder, grant in zip(holders, allot(limit, [item.part for item in holders]), strict=True):
            holder.grant = grant
    return [holder.grant for holder in holders]


@pytest.mark.parametrize(("wants", "used", "least"), [
    ((500, 0), (500, 0), (90, 1)),
    ((500, 5), (500, 2), (90, 2)),
    ((100, 100), (0, 0), (48, 48)),
    ((300, 100), (0, 0), (70, 24)),
    ((0, 0, 0, 0), (0, 0, 0, 0), (24, 24, 24, 24)),
    ((9, 0, 0, 0), (90, 0, 0, 0), (90, 2, 2, 2)),
])  # fmt: skip
def test_parts_follow_demand_and_nobody_is_left_without_one(
    wants: tuple[int, ...], used: tuple[int, ...], least: tuple[int, ...]
) -> None:
    found = settled(100, wants, used)
    assert all(part >= bound for part, bound in zip(found, least, strict=True)), found
    assert sum(found) <= 100


def test_a_limit_that_is_smaller_than_their_number_leaves_each_one() -> None:
    assert settled(2, (5, 5, 5), (5, 5, 5)) == [1, 1, 1]
