"""Another plan for a gateway that runs: no request is dropped, and what was spent stays spent.

Requests under way end by the plan by which they began. What they have reserved counts as spent from then on, because
what they really cost is told to the machine that is left behind: a budget can be short by that, and never over.
Circuits, rates and caches begin anew.
"""

from __future__ import annotations

import time

from archwright.base.errors import UsageError
from archwright.plan.model import Gateway as Declared
from archwright.plan.model import Plan, Semantic, decode
from archwright.plan.rules import compress, rules
from archwright.policy.budget import Cap, Spent
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.brain import Brain
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.server import begun, watch
from archwright.runtime.gateway.setup import Setup
from archwright.runtime.gateway.shares import share


def renew(app: Gateway, setup: Setup) -> House:
    """Take a new setup over; the next request goes by it. The ledger stays the one that is open.

    Raises:
        InputError: the plan or the file of keys cannot be read; the old ones stay.
        UsageError: it changes what only a restart can change; the old one stays.
    """
    old = app.house
    plan = decode(setup.plan, "setup")
    _same(old, plan)
    decided = rules(share(compress(plan, setup.scale), setup.workers))
    spent, age_s = _spent(old, plan)
    brain = Brain(decided, None, spent, age_s)
    house = House(plan, setup.upstreams, setup.keys, brain, old.journal, setup.seed)
    house.libraries, house.listeners = old.libraries, old.listeners
    house.meanings, house.desk = old.meanings, old.desk
    house.client, house.deadlines, house.metrics = old.client, old.deadlines, old.metrics
    house.copies, house.prompts = old.copies, old.prompts
    house.numbers, house.instance = old.numbers, old.instance
    app.house = house
    try:
        watch(app, setup)
    except BaseException:
        app.house = old
        raise
    if app.lease is not None:
        app.lease.attach(brain, compress(plan, setup.scale))
    old.journal.add(begun(setup, plan))
    return house


def _same(old: House, plan: Plan) -> None:
    if old.crew is not None or old.plan.agents != plan.agents:
        raise UsageError("a gateway that runs agents takes another plan only when it is started again")
    if old.plan.retrievers != plan.retrievers:
        raise UsageError("other documents are taken only when the gateway is started again")
    if _meanings(old.plan) != _meanings(plan):
        raise UsageError("what is answered by meaning changes only when the gateway is started again")
    if _written(old.plan.gateway) != _written(plan.gateway):
        raise UsageError("`ledger` of the gateway changes only when it is started again")
    if old.brain.record is not None:
        raise UsageError("a gateway that records its decisions takes another plan only when it is started again")


def _written(gateway: Declared) -> tuple[bool, str, bool]:
    """How a gateway keeps what happens."""
    return gateway.ledger_sync, gateway.ledger_lost, gateway.record_prompts


def _meanings(plan: Plan) -> list[tuple[str, int, Semantic, str, str]]:
    """The routes that answer by meaning, and how: with which embedder, and which judge."""
    kept = [(route.name, route.cache, plan.caches[route.cache].semantic) for route in plan.routes if route.cache >= 0]
    return [
        (name, cache, semantic, _embedder(plan, semantic.embedder),
         plan.routes[semantic.judge].name if semantic.judge >= 0 else "")
        for name, cache, semantic in kept
        if semantic is not None
    ]  # fmt: skip


def _embedder(plan: Plan, place: int) -> str:
    """The model at a place among the targets; empty where there is none."""
    return plan.targets[place].model if place >= 0 else ""


def _spent(old: House, plan: Plan) -> tuple[tuple[int, ...], float]:
    """What was spent and is reserved, in all and by the tenants of a plan, and how long ago (s) that period began.

    Each account begins a period when it is asked first in it: one that was not asked since the last period has spent
    nothing in this one. One without a cap never begins another; what it spent in this one is in the ledger's account.
    """
    machine, book, now = old.brain.machine, old.journal.account, time.monotonic()
    caps = machine.state.law.caps
    period_s, known = caps[0].period_s, time.time() < book.since + book.period_s

    def told(cap: Cap, item: Spent, booked: int) -> int:
        if now < item.since + period_s:
            return item.reserved + item.settled
        return item.reserved + (booked if known and not cap.limit else 0)

    names = [tenant.name for tenant in old.plan.tenants]
    by_tenant = {
        name: told(cap, item, book.tenants.get(name, 0))
        for name, cap, item in zip(names, caps[1:], machine.tenant_spent, strict=True)
    }
    spent = (told(caps[0], machine.spent, book.spent), *(by_tenant.get(tenant.name, 0) for tenant in plan.tenants))
    return spent, (now - machine.spent.since) % period_s
