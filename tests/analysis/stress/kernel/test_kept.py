"""Caches of the fast engine hold what those of the gateway hold, whatever is kept and given."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.stress.kernel import engine, kept, worths
from archwright.analysis.stress.kernel import tables as t
from archwright.analysis.stress.kernel.prepare import prepare
from archwright.policy.kept import Kept
from tests.analysis.stress import designs as d

TTL_S = 20.0
KEYS = st.sampled_from((1, 2, 3, 4, 2**63 - 1, 2**63, 2**64 - 1))
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 1), KEYS, st.integers(0, 3), st.floats(0, 9)))


def signed(key: int) -> int:
    """A key as the tables have it."""
    return key - 2**64 if key >= 2**63 else key


def held(state: t.State, cache: int) -> dict[int, tuple[float, int, int, float]]:
    """The answers of a cache in the order in which they were kept, by following its chain."""
    found = {}
    at = int(state.shelves[cache].oldest)
    while at != t.NOBODY:
        row = state.answers[at]
        assert kept.find(state, cache, int(row.key)) == at
        found[int(row.key) % 2**64] = (float(row.at), int(row.cost), int(row.hits), float(row.worth))
        at = int(row.newer)
    return found


@settings(deadline=None, max_examples=300)
@given(STEPS, st.integers(1, 5))
def test_both_keep_and_drop_the_same(steps: list[tuple[bool, int, int, int, float]], entries: int) -> None:
    plan = d.plan(d.journey(), caches=(d.cache(TTL_S, entries), d.cache(TTL_S, 2)))
    state = engine.grown(prepare(plan, d.scenario(1.0), 0, 1.0, None))
    plain = [Kept(cache.entries, cache.ttl_s) for cache in plan.caches]
    now = 0.0
    for keeps, cache, key, cost, pause in steps:
        now += pause
        if keeps:
            plain[cache].keep(now, key, cost)
            kept.keep(state, now, cache, signed(key), cost, 0)
        else:
            plain[cache].use(key)
            kept.use(state, kept.find(state, cache, signed(key)))
        for number, one in enumerate(plain):
            said = {name: (item.at, item.cost, item.hits, item.worth) for name, item in one.held.items()}
            assert list(held(state, number).items()) == list(said.items())
            assert float(state.shelves[number].clock) == one.clock
    assert int(state.desk[0].used_answers) == sum(len(one.held) for one in plain)
    assert np.count_nonzero(state.index != t.NOBODY) == int(state.desk[0].used_answers)


@pytest.mark.parametrize(("entries", "ttl_s"), [(6, 2.0), (12, 4.0)])
def test_the_same_over_a_long_time(entries: int, ttl_s: float) -> None:
    """So long that ranks of what is gone pile up and are thrown away, and that tables become larger in between."""
    plan = d.plan(d.journey(), caches=(d.cache(ttl_s, entries),))
    state = engine.grown(prepare(plan, d.scenario(1.0), 0, 1.0, None))
    plain = Kept(entries, ttl_s)
    luck = Random(entries)
    now, filed = 0.0, [0]
    for number in range(1500):
        now += luck.choice((0.0, 0.1, 1.0))
        key = luck.randrange(2 * entries)
        if luck.random() < 0.7:
            cost = luck.randrange(3)
            plain.keep(now, key, cost)
            kept.keep(state, now, 0, key, cost, 0)
        else:
            plain.use(key)
            kept.use(state, kept.find(state, 0, key))
        filed.append(int(state.shelves[0].filed))
        if number == 1000:
            state = engine.grown(state)
            kept.file(state)
        assert list(held(state, 0)) == list(plain.held)
    assert max(filed) < worths.room(entries)
    assert any(after < before - 50 for before, after in pairwise(filed[:1000]))
