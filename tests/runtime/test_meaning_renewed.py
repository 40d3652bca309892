"""A gateway that answers by meaning takes another plan over: it goes on learning, and its promise cannot change."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import msgspec
import pytest

from archwright.base.errors import UsageError
from archwright.plan import model as m
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.gateway.meaning.meaning import Meaning
from archwright.runtime.gateway.renewal import renew
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import stand_in
from tests.runtime import sample as s
from tests.runtime import test_meaning as t
from tests.runtime.test_meaning_kept import KEPT
from tests.runtime.test_meaning_kept import shop as kept_shop


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


def test_what_a_new_plan_answers_is_kept_for_that_plan_alone(tmp_path: Path) -> None:
    other = msgspec.structs.replace(KEPT, system="With other instructions")
    with kept_shop(tmp_path, KEPT) as shop:
        renewed(shop, other)
        shop.ask(t.REFUND)
    with kept_shop(tmp_path, other) as shop:
        assert t.cache_of(shop.ask(t.REFUND)) == "hit"
    with kept_shop(tmp_path, KEPT) as shop:
        assert t.cache_of(shop.ask(t.REFUND)) == "miss"


def test_what_the_old_plan_answers_late_teaches_the_new_one_nothing(tmp_path: Path) -> None:
    new = t.plan(t.semantic())
    hops = (s.hop(3),)
    old = msgspec.structs.replace(
        new,
        targets=(*new.targets, s.target("late")),
        routes=(s.route("kept", hops, cache=0), *new.routes[1:]),
    )
    came, go = Event(), Event()

    async def late(case: s.Case) -> None:
        came.set()
        await asyncio.get_running_loop().run_in_executor(None, go.wait, 20)
        await t.answers(case)

    with t.shop(tmp_path, old, late=late) as shop, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(shop.ask, t.PARCEL)
        assert came.wait(20)
        renewed(shop, new)
        go.set()
        assert t.cache_of(asked.result(20)) == "miss"
        (meaning,) = shop.desk.app.house.meanings.values()
        assert isinstance(meaning, Meaning)
        assert not meaning.counts
        assert [t.cache_of(shop.ask(text)) for text in (t.PARCEL, t.SAME)] == ["miss", "semantic"]
