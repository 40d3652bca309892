"""What is left when the targets of a route do not answer: a kept answer, a smaller model, canned words."""

from __future__ import annotations

from archwright.policy import machine, route
from archwright.policy.machine import Arrive, Call, Finish, Machine, Order, Reply
from archwright.policy.rules import Rules, Way
from tests.policy.world import rules


def laddered(stale_s: float = 0.0, degrades: bool = True, hedge_s: float = 0.0, ways: tuple[Way, ...] = ()) -> Rules:
    """A route to the first two targets, and to the third when nothing else is left."""
    base = rules(hops=3, attempts=1)
    targets, smaller = base.routes[0].hops[:2], base.routes[0].hops[2]
    first = base.routes[0]._replace(
        hops=targets, smaller=smaller, stale_s=stale_s, degrades=degrades, hedge_s=hedge_s, ways=ways
    )
    return base._replace(routes=(first, *base.routes[1:]))


def ended(brain: Machine, now: float, outcome: int) -> list[Order]:
    """The call under way ended."""
    return brain.handle(now, Finish(0, outcome, 0, 0.0, 0.0))


def called(orders: list[Order]) -> list[int]:
    """The targets that are called."""
    return [order.target for order in orders if isinstance(order, Call)]


def test_the_smaller_model_is_asked_before_canned_words_are_said() -> None:
    brain = Machine(laddered())
    assert called(brain.handle(0.0, Arrive(0, 0, -1, 0, 1))) == [0]
    assert called(ended(brain, 0.1, route.TRANSIENT)) == [1]
    assert called(ended(brain, 0.2, route.TRANSIENT)) == [2]
    assert ended(brain, 0.3, route.TRANSIENT) == [Reply(0, machine.DEGRADED, -1, 3, 0.0)]
    brain.handle(1.0, Arrive(0, 0, -1, 0, 1))
    ended(brain, 1.1, route.TRANSIENT)
    ended(brain, 1.2, route.TRANSIENT)
    assert ended(brain, 1.3, route.OK)[-1] == Reply(0, machine.ANSWERED, 2, 3, 0.0)


def test_a_kept_answer_is_given_before_the_smaller_model_is_asked() -> None:
    brain = Machine(laddered(stale_s=100.0))
    brain.handle(0.0, Arrive(0, 0, -1, 7, 1))
    ended(brain, 0.1, route.OK)
    brain.handle(50.0, Arrive(0, 0, -1, 7, 1))
    ended(brain, 50.1, route.TRANSIENT)
    assert ended(brain, 50.2, route.TRANSIENT) == [Reply(0, machine.STALE, -1, 2, 0.0)]
    brain.handle(60.0, Arrive(0, 0, -1, 8, 1))
    ended(brain, 60.1, route.TRANSIENT)
    assert called(ended(brain, 60.2, route.TRANSIENT)) == [2]


def test_it_stands_behind_every_way_and_no_choice_puts_it_first() -> None:
    brain = Machine(laddered(ways=(Way(0, 10**9, -1, -1, (1,)),)))
    assert called(brain.handle(0.0, Arrive(0, 0, -1, 0, 1))) == [1]
    assert called(ended(brain, 0.1, route.TRANSIENT)) == [2]


def test_it_is_never_called_beside_another() -> None:
    brain = Machine(laddered(hedge_s=1.0))
    brain.handle(0.0, Arrive(0, 0, -1, 0, 1))
    ended(brain, 0.1, route.TRANSIENT)
    sleeping = [order for order in ended(brain, 0.1, route.OK) if isinstance(order, Call)]
    assert not sleeping
