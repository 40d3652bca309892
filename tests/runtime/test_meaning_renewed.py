"""A gateway that answers by meaning takes another plan over: it goes on learning, and its promise cannot change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from archwright.base.errors import UsageError
from archwright.plan import model as m
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.gateway.renewal import renew
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import stand_in
from tests.runtime import test_meaning as t


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", t.Sure)
    t.Sure.told, t.Sure.heard, t.Sure.audit = [], [], False


def renewed(shop: t.Shop, made: m.Plan) -> House:
    """Take a plan over, in the gateway's loop."""
    upstreams = tuple(Upstream(stand_in(target.provider), shop.desk.supplier) for target in made.targets)
    setup = Setup(plan=m.encode(made), upstreams=upstreams, ledger=str(shop.desk.ledger))

    async def take() -> House:
        shop.desk.app.house.brain.record = None
        return renew(shop.desk.app, setup)

    assert shop.desk.loop is not None
    return asyncio.run_coroutine_threadsafe(take(), shop.desk.loop).result(20)


def test_it_goes_on_learning_from_what_the_new_plan_answers(tmp_path: Path) -> None:
    made = t.plan(t.semantic())
    with t.shop(tmp_path, made) as shop:
        shop.ask(t.PARCEL)
        renewed(shop, made)
        assert [t.cache_of(shop.ask(text)) for text in (t.PARCEL, t.SAME)] == ["miss", "semantic"]
        t.Sure.audit = True
        shop.ask("parcel, once more")
        assert t.Sure.told[-1][1] is True


def test_another_promise_needs_another_start(tmp_path: Path) -> None:
    with t.shop(tmp_path, t.plan(t.semantic())) as shop, pytest.raises(UsageError, match="by meaning"):
        renewed(shop, t.plan(t.semantic(wrong=0.1)))
