"""The gateway's driver says the same with a record, where it speaks in events, and without, where it does not."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random
from typing import Any, cast

import pytest

from archwright.plan.rules import rules
from archwright.policy import log
from archwright.policy.machine import Call, Reply
from archwright.policy.route import OUTCOMES
from archwright.runtime.gateway import brain as subject
from archwright.runtime.gateway.brain import Brain
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.wires import PLAIN, WIRES
from tests.runtime.sample import hop, plan, route

HOPS = (hop(0, attempts=2), hop(1))
PLAN = plan(routes=(route("way", HOPS, hedge_s=0.5), route("kept", HOPS, cache=0, stale_s=50.0)))


class Side:
    """A driver whose clock and sleeps are ours, and everything that it had its exchanges do."""

    def __init__(self, now: Callable[[], float], record: io.BytesIO | None, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(f"{subject.__name__}.time.monotonic", now)
        self.brain = Brain(rules(PLAN), record)
        self.said: list[object] = []
        self.slept: list[tuple[int, int]] = []
        patch.setattr(self.brain, "_sleep", self.sleep)

    def sleep(self, now: float, number: int, ticket: int, until: float) -> None:
        self.said.append((now, number, ticket, until))
        self.slept.append((number, ticket))

    def comes(self, number: int, at: int, key: int) -> None:
        x = Exchange(number, str(number), number, {}, cast("Any", None), 0.0, "", WIRES.get(PLAIN))
        x.route_index, x.route, x.key, x.reserved = at, PLAN.routes[at], key, 100
        self.brain.arrive(x, (10, 20), -1, 0.4)
        self.look(x)

    def look(self, *more: Exchange) -> None:
        """Take what was ordered."""
        for x in (*self.brain.exchanges.values(), *more):
            while x.inbox:
                order = x.inbox.popleft()
                self.said.append((order, x.stored is not None))
                if isinstance(order, Call):
                    x.tries.append(Try(order, 0.0, ""))
                    x.last = x.tries[-1]
            if x.called_off:
                self.said.append((x.number, sorted(x.called_off)))

    def ends(self, number: int, outcome: int) -> None:
        x = self.brain.exchanges[number]
        item = x.tries.pop(0)
        item.outcome = outcome
        self.brain.finish(x, item, 7, 0.3, 0.2)
        self.look(x)


def happens(luck: Random, number: int, sides: list[Side]) -> None:
    """Something that both are told."""
    under_way = [x.number for x in sides[0].brain.exchanges.values() if x.tries]
    what = luck.random()
    if what < 0.4 or not under_way:
        way = luck.randrange(2)
        key = luck.choice((0, 5, 6)) * way
        for side in sides:
            side.comes(number, way, key)
        return
    chosen, outcome = luck.choice(under_way), luck.choice((0, luck.randrange(len(OUTCOMES))))
    slept = luck.choice(sides[0].slept or [(0, 0)])
    for side in sides:
        x = side.brain.exchanges[chosen]
        if what < 0.8:
            side.ends(chosen, outcome)
        elif what < 0.85:
            side.brain.leave(x, 3)
        elif what < 0.9:
            side.brain.begin(x, 0)
        else:
            side.brain._wake(*slept)
        side.look()


@pytest.mark.parametrize("seed", range(20))
def test_with_and_without_a_record_the_same_is_done(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    luck, clock, record = Random(seed), [1.0], io.BytesIO()
    sides = [Side(lambda: clock[0], to, monkeypatch) for to in (record, None)]
    for number in range(1, 120):
        clock[0] += luck.random()
        assert list(sides[0].brain.exchanges) == list(sides[1].brain.exchanges)
        happens(luck, number, sides)
    assert sides[0].said == sides[1].said
    assert sides[0].brain.machine.open == sides[1].brain.machine.open
    assert [list(kept) for kept in sides[0].brain.answers] == [list(kept) for kept in sides[1].brain.answers]
    assert any(isinstance(item, tuple) and isinstance(item[0], Reply) for item in sides[0].said)
    sides[0].brain.flush()
    assert log.replay(rules(PLAN), record.getvalue().splitlines(keepends=True)) == []
