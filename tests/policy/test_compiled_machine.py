"""The whole machine compiled, on arrays of records, beside the same machine in Python on lists: the same orders.

Two thousand times some requests come, are called for, are answered or not, wait, leave; the laws are drawn as well.
"""

from __future__ import annotations

from dataclasses import astuple
from random import Random
from typing import Any

import pytest

from archwright.analysis import compiled
from archwright.policy import choose, decide
from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.lanes import BATCH
from archwright.policy.law import Make, lists, written
from archwright.policy.packed import packed
from archwright.policy.retry import RetryBudget
from archwright.policy.route import OUTCOMES, Hop
from archwright.policy.rules import CacheRule, Cost, Gate, RouteRule, Rules, TenantRule, Way
from archwright.policy.state import CALL, CANCEL, COPY, HOWS, REPLY, SLEEP, Arrival, Ended, State, begun

SLOTS = 12
FAST = compiled.compile_policies(None, compiled.MACHINE).decide


def law(luck: Random) -> Rules:
    """Any rules: two routes over three targets."""

    def hops() -> tuple[Hop, ...]:
        chosen = luck.sample(range(3), luck.randint(1, 3))
        return tuple(Hop(to, luck.randint(1, 3), 5.0, 0.3, luck.choice((0.5, 4.0))) for to in chosen)

    def route() -> RouteRule:
        way = hops()
        return RouteRule(
            hops=way,
            deadline_s=luck.choice((3.0, 20.0)),
            cache=luck.choice((-1, 0)),
            degrades=luck.random() < 0.5,
            retries=RetryBudget(luck.choice((-1.0, 0.0, 0.4)), 10.0),
            choose=luck.randrange(len(choose.CHOICES)),
            weights=luck.choice(((), tuple(luck.random() for _ in way))) if luck.random() < 0.5 else (),
            ways=(Way(0, luck.choice((50, 10**9)), luck.choice((-1, 0)), -1, (0,)),) * luck.randint(0, 1),
            slow_s=luck.choice((0.0, 1.0)),
            stale_s=luck.choice((0.0, 30.0)),
            most_cost=luck.choice((0, 0, 500)),
            hedge_s=luck.choice((0.0, 0.5)),
            relief=luck.choice((0.0, 0.5)),
            smaller=luck.choice((None, Hop(luck.randrange(3), 1, 5.0, 0.3, 0.5))),
            copier=luck.randrange(3),
            copied=luck.choice((0.0, 0.7)),
            copies=luck.randint(1, 3),
            copy_s=2.0,
        )  # fmt: skip

    def bucket(rate: float) -> Bucket:
        return Bucket(luck.choice((0.0, rate)), rate)

    def breaker() -> Breaker:
        ramp_s, slower = luck.choice((0.0, 9.0)), luck.choice((0.0, 2.0))
        return Breaker(luck.randint(0, 2), 2.0, luck.randint(1, 2), ramp_s, slower)

    cap = Cap(luck.choice((0, 300)), 30.0)
    return Rules(
        gate=Gate(
            luck.randint(1, 4),
            luck.randint(0, 3),
            luck.choice((0.5, 9.0)),
            1,
            luck.randint(0, 3),
            40.0,
            luck.random() < 0.5,
            luck.random() < 0.3,
            luck.choice((0, 1)),
        ),
        routes=(route(), route()),
        breakers=tuple(breaker() for _ in range(3)),
        caches=(CacheRule(10.0, 5),),
        cap=cap,
        tenants=(TenantRule(cap, bucket(2.0), bucket(300.0), luck.choice((0, 3)), 0.7),),
        costs=tuple(Cost(luck.randint(1, 9), luck.randint(1, 9)) for _ in range(3)),
        half_life_s=luck.choice((0.0, 5.0)),
        slower=(1.0, 2.0, 1.0),
        provisioned=tuple(bucket(100.0) for _ in range(3)),
        priorities=(luck.randint(0, 2), luck.randint(0, 2)),
    )


def rows(table: Any) -> list[tuple[Any, ...]]:
    """The numbers of a table's rows, however it is made."""
    return [row.item() if hasattr(row, "item") else astuple(row) for row in table]


class Side:
    """One machine, in Python or compiled."""

    def __init__(self, rules: Rules, make: Make, functions: Any) -> None:
        self.functions = functions
        state = begun(written(rules, make), rules, 0.0, SLOTS, make)
        self.state = state if make is lists else packed(state)

    def orders(self) -> list[tuple[Any, ...]]:
        """What was ordered by the last event."""
        return rows(self.state.orders)[: rows([self.state.desk])[0][1]]

    def told(self, what: str, *given: Any) -> list[tuple[Any, ...]]:
        """The orders after an event, and after everybody who can has been let in."""
        getattr(self.functions, what)(self.state, *given)
        found = self.orders()
        while self.functions.advance(self.state, given[0]):
            found += self.orders()
        return found


class Under:
    """What a driver knows of a request under way: its calls by number, whether it has an answer, its last ticket."""

    def __init__(self) -> None:
        self.calls: set[int] = set()
        self.lost: set[int] = set()
        self.replied = False
        self.ticket = 0


def event(luck: Random, now: float, slot: int, item: Under) -> tuple[Any, ...]:
    """Something that can happen to the request in a slot."""
    if luck.random() < 0.05:
        return ("leave", now, slot, luck.randint(0, 40))
    if item.calls | item.lost and luck.random() < 0.7:
        number = luck.choice(sorted(item.calls | item.lost))
        if number in item.calls and luck.random() < 0.3:
            return ("begin", now, slot, number)
        outcome = luck.choice((0, luck.randrange(len(OUTCOMES))))
        pauses = (luck.choice((0.0, 0.4, 9.0)), luck.random(), luck.choice((-1.0, 0.2, 0.3, 3.0)))
        return ("finish", now, Ended(slot, outcome, luck.randint(0, 60), *pauses, number))
    return ("wake", now, slot, item.ticket)


Copies = list[tuple[int, int, int]]


def follow(orders: list[tuple[Any, ...]], todo: dict[int, Under], state: State, copies: Copies) -> None:
    """Carry out what was ordered; a copy is known by its route, its tenant and what is reserved for it."""
    for kind, slot, _, attempt, _, _, ticket, key, *_ in orders:
        item = todo[slot]
        if kind == COPY:
            copies.append((state.slots[slot].route, state.slots[slot].tenant, key))
        elif kind == CALL:
            assert attempt not in item.calls
            item.calls.add(attempt)
        elif kind == SLEEP:
            item.ticket = ticket
        elif kind == CANCEL:
            item.calls.remove(attempt)
            item.lost.add(attempt)
        elif kind == REPLY:
            assert not item.replied
            item.replied = True
        if item.replied and not item.lost:
            assert not item.calls
            del todo[slot]


def run(seed: int, sides: tuple[Side, Side]) -> tuple[set[int], set[int]]:
    """A sequence of events, told to both; which orders and replies there were."""
    luck = Random(seed)
    slow, fast = sides
    todo: dict[int, Under] = {}
    copies: Copies = []
    kinds, hows, now = set(), set(), 0.0
    for _ in range(luck.randint(5, 60)):
        now += luck.choice((0.0, 0.1, 1.0, 6.0))
        if copies and luck.random() < 0.3:
            paid = (*copies.pop(), luck.randint(0, 300))
            for side in sides:
                side.functions.copied(side.state, *paid)
        slot = decide.take(slow.state) if len(todo) < SLOTS and luck.random() < 0.5 else -1
        if slot >= 0:
            assert fast.functions.take(fast.state) == slot
            tokens = (luck.randint(0, 100), luck.randint(0, 100))
            more = (luck.randint(-1, 1), luck.random(), luck.choice((0, BATCH)), luck.choice((-1.0, 3.0, 15.0)))
            given = (slot, luck.randint(0, 1), luck.randint(-1, 0), luck.randint(0, 1), luck.randint(0, 60))
            happened: tuple[Any, ...] = ("arrive", now, Arrival(*given, *tokens, *more))
            todo[slot] = Under()
        elif todo:
            slot = luck.choice(list(todo))
            happened = event(luck, now, slot, todo[slot])
        else:
            continue
        orders = slow.told(*happened)
        assert fast.told(*happened) == orders, (seed, happened)
        if happened[0] == "leave":
            del todo[slot]
        elif happened[0] == "finish":
            todo[slot].calls.discard(happened[2].attempt)
            todo[slot].lost.discard(happened[2].attempt)
            if todo[slot].replied and not todo[slot].lost:
                del todo[slot]
        follow(orders, todo, slow.state, copies)
        kinds |= {order[0] for order in orders}
        hows |= {order[5] for order in orders if order[0] == REPLY}
        assert slow.state.desk.in_flight == sum(item.entered for item in slow.state.slots)
        assert slow.state.spent[0].reserved == sum(item.reserved for item in slow.state.slots if item.open) + sum(
            reserved for _, _, reserved in copies
        )
        assert sum(slow.state.copies) == len(copies)
        under_way = sum((slow.state.slots[at].tokens_in + slow.state.slots[at].tokens_out + 1)
            * len(item.calls | item.lost) for at, item in todo.items())  # fmt: skip
        assert sum(slow.state.loads) == under_way
    assert rows(fast.state.slots) == rows(slow.state.slots)
    assert list(fast.state.loads) == list(slow.state.loads)
    assert rows(fast.state.healths) == rows(slow.state.healths)
    assert rows(fast.state.spent) == rows(slow.state.spent)
    return kinds, hows


@pytest.mark.parametrize("block", range(8))
def test_compiled_and_python_order_the_same(block: int) -> None:
    kinds: set[int] = set()
    hows: set[int] = set()
    for seed in range(250 * block, 250 * block + 250):
        rules = law(Random(-1 - seed))
        found = run(seed, (Side(rules, lists, decide), Side(rules, compiled.tables, FAST)))
        kinds, hows = kinds | found[0], hows | found[1]
    assert kinds == set(range(6))
    assert {HOWS[how] for how in hows} == set(HOWS) - {"left"}


def test_one_compilation_serves_every_design() -> None:
    for seed in (3, 4):
        one = Side(law(Random(seed)), compiled.tables, FAST)
        one.functions.take(one.state)
    assert len(FAST.take.signatures) == 1


def test_a_machine_that_decides_otherwise_is_found() -> None:
    found = 0
    for seed in range(40):
        rules = law(Random(-1 - seed))
        mutant = rules._replace(breakers=tuple(item._replace(failures=item.failures + 1) for item in rules.breakers))
        try:
            run(seed, (Side(rules, lists, decide), Side(mutant, compiled.tables, FAST)))
        except AssertionError:
            found += 1
    assert found > 5
