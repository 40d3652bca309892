"""A cache drops what is too old, then what is worth least, whatever was kept and given before."""

from __future__ import annotations

import random
from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy.kept import SPARE, Kept
from archwright.policy.worth import Use, leaving, worth

HOUR = 3600.0
KEYS = st.integers(1, 12)
COSTS = st.integers(0, 5)
STEPS = st.lists(st.tuples(st.sampled_from(("keep", "use", "forget")), KEYS, COSTS, st.floats(0, 1000)), max_size=120)
uses = st.builds(Use, st.integers(0, 50), st.floats(0, 1e18), st.floats(0, 9), st.integers(0, 10**8))
lists = st.lists(uses, max_size=30, unique_by=lambda use: use.key)


class Recounted:
    """The same in the plainest way: all answers are looked at whenever one must leave."""

    def __init__(self, entries: int, ttl_s: float) -> None:
        self.entries = entries
        self.ttl_s = ttl_s
        self.clock = 0.0
        self.rows: list[tuple[int, float, int, int, float]] = []  # key, since when, hits, cost, worth

    def use(self, key: int) -> None:
        """An answer was given."""
        self.rows = [
            (name, at, hits + 1, cost, worth(self.clock, hits + 1, cost)) if name == key else row
            for row in self.rows
            for name, at, hits, cost, _ in (row,)
        ]

    def forget(self, key: int) -> None:
        """An answer is dropped."""
        self.rows = [row for row in self.rows if row[0] != key]

    def keep(self, now: float, key: int, cost: int) -> list[int]:
        """An answer is kept; what leaves for it."""
        hits = next((row[2] for row in self.rows if row[0] == key), 0)
        self.forget(key)
        self.rows.append((key, now, hits, cost, worth(self.clock, hits, cost)))
        if len(self.rows) <= self.entries:
            return []
        if now - self.rows[0][1] >= self.ttl_s:
            return [self.rows.pop(0)[0]]
        gone = leaving((Use(row[0], row[4], row[1], 1) for row in self.rows), self.entries, 10**9)
        self.clock = max(self.clock, next(row[4] for row in self.rows if row[0] in gone))
        self.rows = [row for row in self.rows if row[0] not in gone]
        return gone


@given(STEPS, st.integers(1, 6))
def test_the_one_that_leaves_is_the_one_that_a_recount_finds(
    steps: list[tuple[str, int, int, float]], entries: int
) -> None:
    kept, plain = Kept(entries, HOUR), Recounted(entries, HOUR)
    now = 0.0
    for what, key, cost, pause in steps:
        now += pause
        if what == "keep":
            assert kept.keep(now, key, cost) == plain.keep(now, key, cost)
        elif what == "use":
            kept.use(key)
            plain.use(key)
        else:
            kept.forget(key)
            plain.forget(key)
        assert [(key, held.at, held.hits, held.cost, held.worth) for key, held in kept.held.items()] == plain.rows
        assert len(kept.held) <= entries
        assert len(kept._ranks) <= 2 * (len(kept.held) + 1) + SPARE


def test_what_is_too_old_leaves_before_what_is_worth_less() -> None:
    kept = Kept(2, HOUR)
    kept.keep(0.0, 1, 1000)
    for _ in range(50):
        kept.use(1)
    kept.keep(HOUR / 2, 2, 1)
    assert kept.keep(HOUR - 1.0, 3, 1) == [2]
    assert kept.keep(HOUR, 4, 1) == [1]


def test_what_saved_much_long_ago_leaves_at_last() -> None:
    kept = Kept(2, 1e9)
    kept.keep(0.0, 1, 1)
    for _ in range(20):
        kept.use(1)
    dropped = [kept.keep(float(key), key, 1)[:1] for key in range(2, 60)]
    assert [1] in dropped
    assert dropped.index([1]) > 15


def test_the_money_that_is_saved_is_more_than_by_last_use() -> None:
    luck = random.Random(3)
    costs = [int(luck.lognormvariate(0, 1) * 1e6) for _ in range(2000)]
    weights = [1.0 / (place + 1) for place in range(2000)]
    stream = luck.choices(range(1, 2001), weights=weights, k=20_000)
    kept, last = Kept(100, 1e9), OrderedDict[int, None]()
    saved = saved_by_last_use = 0
    for now, key in enumerate(stream):
        if kept.age(now, key) >= 0.0:
            kept.use(key)
            saved += costs[key - 1]
        else:
            kept.keep(now, key, costs[key - 1])
        if key in last:
            saved_by_last_use += costs[key - 1]
        last[key] = None
        last.move_to_end(key)
        if len(last) > 100:
            last.popitem(last=False)
    assert saved > 1.2 * saved_by_last_use


@given(st.floats(0, 1e15), st.integers(0, 10**6), st.integers(0, 10**12))
def test_more_hits_dearer_and_later_are_worth_more(clock: float, hits: int, cost: int) -> None:
    now = worth(clock, hits, cost)
    assert now > clock or cost < clock * 1e-15
    assert worth(clock, hits + 1, cost) >= now
    assert worth(clock, hits, cost + 10) >= now
    assert worth(clock + 10.0, hits, cost) >= now
    assert worth(0.0, hits + 1, cost) > worth(0.0, hits, cost) > 0.0


@given(lists, st.integers(0, 35), st.integers(0, 10**9))
def test_so_many_leave_as_must_and_the_least_worth_first(found: list[Use], most: int, room: int) -> None:
    gone = leaving(found, most, room)
    left = [use for use in found if use.key not in gone]
    assert len(set(gone)) == len(gone)
    assert len(left) <= most
    assert sum(use.size for use in left) <= room or not left
    leavers = [use for use in found if use.key in gone]
    assert all((one.worth, one.at, one.key) < (other.worth, other.at, other.key) for one in leavers for other in left)
    if gone:  # the last that left had to
        last = next(use for use in found if use.key == gone[-1])
        assert len(left) + 1 > most or sum(use.size for use in left) + last.size > room


@given(lists, st.integers(0, 35), st.randoms(use_true_random=False))
def test_the_order_in_which_they_came_says_nothing(found: list[Use], most: int, luck: random.Random) -> None:
    other = list(found)
    luck.shuffle(other)
    assert leaving(found, most, 10**10) == leaving(other, most, 10**10)
