"""Copies of requests: which are made, what they hold, and what they cost."""

from __future__ import annotations

import pytest

from archwright.policy import breaker, chance, route
from archwright.policy.budget import Cap
from archwright.policy.machine import Arrive, Call, Copied, Copy, Finish, Leave, Machine
from archwright.policy.rules import Cost, Rules, TenantRule
from tests.policy.world import rules


def copying(share: float = 1.0, places: int = 2, cap: int = 0, tenant: int = 0) -> Rules:
    """One route whose requests go to the first target, and copies of them to the third."""
    base = rules(hops=3, attempts=1, cap=Cap(cap, 1000.0))
    first = base.routes[0]._replace(hops=base.routes[0].hops[:2], copier=2, copied=share, copies=places, copy_s=7.0)
    payer = TenantRule(Cap(tenant, 1000.0), base.tenants[0].requests)
    costs = (Cost(1, 1), Cost(1, 1), Cost(2, 3))
    return base._replace(routes=(first, *base.routes[1:]), costs=costs, tenants=(payer,))


def ask(brain: Machine, request: int = 0, luck: float = 0.5, cost: int = 5) -> list[Copy]:
    """A request of the tenant for ten tokens and ten more; the copies that were ordered."""
    orders = brain.handle(0.0, Arrive(request, 0, 0, 0, cost, 10, 10, luck=luck))
    return [order for order in orders if isinstance(order, Copy)]


def test_a_copy_goes_beside_the_first_call_and_no_other() -> None:
    brain = Machine(copying())
    call, copy = brain.handle(0.0, Arrive(0, 0, 0, 0, 5, 10, 10))
    assert isinstance(call, Call)
    assert copy == Copy(0, 2, 50, 7.0)
    (again,) = brain.handle(1.0, Finish(0, route.TRANSIENT, 0, 0.0, 0.0))
    assert isinstance(again, Call)


def test_its_money_is_reserved_until_it_has_ended_and_then_paid() -> None:
    brain = Machine(copying())
    ask(brain)
    assert (brain.spent.reserved, brain.tenant_spent[0].reserved) == (55, 55)
    brain.handle(1.0, Finish(0, route.OK, 4, 0.0, 0.0))
    assert (brain.spent.settled, brain.spent.reserved) == (4, 50)
    assert brain.handle(9.0, Copied(0, 0, 0, 50, 41)) == []
    assert (brain.spent.settled, brain.spent.reserved) == (45, 0)
    assert (brain.tenant_spent[0].settled, brain.tenant_spent[0].reserved) == (45, 0)


def test_a_client_that_leaves_takes_nothing_from_it() -> None:
    brain = Machine(copying())
    ask(brain)
    brain.handle(1.0, Leave(0, 2))
    assert (brain.spent.settled, brain.spent.reserved) == (2, 50)


def test_it_has_places_of_its_own() -> None:
    brain = Machine(copying(places=2))
    assert [len(ask(brain, request)) for request in range(2)] == [1, 1]
    assert brain.state.copies[0] == 2
    brain.handle(0.0, Leave(0, 0))
    assert not ask(brain, 2), "the request ends, its copy does not"
    brain.handle(0.0, Copied(0, 0, 0, 50, 0))
    brain.handle(0.0, Leave(1, 0))
    assert ask(brain, 3)


@pytest.mark.parametrize(("cap", "tenant", "made"), [(55, 0, 1), (54, 0, 0), (0, 55, 1), (0, 54, 0)])
def test_where_the_money_does_not_suffice_the_request_goes_alone(cap: int, tenant: int, made: int) -> None:
    brain = Machine(copying(cap=cap, tenant=tenant))
    assert len(ask(brain)) == made
    assert brain.spent.reserved == 5 + 50 * made
    assert brain.in_flight == 1


def test_a_target_that_is_left_alone_gets_none() -> None:
    brain = Machine(copying())
    brain.circuits[2].phase = breaker.OPEN
    assert not ask(brain)


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_so_large_a_share_of_the_requests_is_copied(share: float) -> None:
    brain = Machine(copying(share, places=10**6)._replace(gate=rules().gate._replace(concurrency=10**6)))
    made = sum(len(ask(brain, n, chance.uniform(1, n, 0, chance.ROUTE), 0)) for n in range(4000))
    assert made / 4000 == pytest.approx(share, abs=0.02)
