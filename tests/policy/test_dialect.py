"""Leaves say the same in Python and compiled, over whatever happens to them.

To the bit, but for one exception that is named where it is tested.
"""

from __future__ import annotations

import ast
import importlib
import math
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis import compiled as subject
from archwright.base.errors import DependencyMissing
from archwright.policy import breaker, bucket, budget, chance, choose, provider, retry, route, scale, service
from archwright.policy.breaker import Breaker, Circuit
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap, Spent
from archwright.policy.choose import Pulse
from archwright.policy.provider import Pace
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop
from archwright.policy.scale import Scale

UNIT = st.floats(0, 1, exclude_max=True)
BIG = st.integers(0, 2**62 - 1)
FAST = subject.compile_policies()
WHOLE = subject.compile_policies(None, subject.MACHINE)
RELAXED = settings(deadline=None, max_examples=60)


def row(item: object) -> Any:
    """What a small object of the state is in compiled code."""
    return subject.tables(type(item), [item])[0]


@RELAXED
@given(
    st.builds(Breaker, st.integers(0, 4), st.floats(0.5, 5), st.integers(1, 3)),
    st.lists(st.tuples(st.integers(0, 2), st.floats(0, 3), st.integers(0, 1), st.integers(0, 9)), max_size=80),
)
def test_breaker(law: Breaker, events: list[tuple[int, float, int, int]]) -> None:
    slow, fast = Circuit(), row(Circuit())
    verdicts = [breaker.ADMITTED]
    now = 0.0
    for what, pause, good, pick in events:
        now += pause
        if what == 0:
            verdict = breaker.admit(law, slow, now)
            assert FAST.breaker.admit(law, fast, now) == verdict
            verdicts.append(verdict)
        else:
            verdict = verdicts[pick % len(verdicts)]
            if what == 1:
                breaker.record(law, slow, now, verdict, good)
                FAST.breaker.record(law, fast, now, verdict, good)
            elif slow.probing > 0:
                breaker.release(slow, verdict)
                FAST.breaker.release(fast, verdict)
        assert tuple(fast) == astuple(slow)


@RELAXED
@given(
    st.builds(Bucket, st.floats(0, 50), st.floats(1, 20)),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=80),
)
def test_bucket(law: Bucket, takes: list[tuple[float, float]]) -> None:
    slow, fast = bucket.full(law, 0.0), FAST.bucket.full(law, 0.0)
    now = 0.0
    for pause, amount in takes:
        now += pause
        one, two = bucket.take(law, slow, now, amount), FAST.bucket.take(law, fast, now, amount)
        assert one == two
        slow, fast = one.level, two.level


@RELAXED
@given(
    st.builds(Cap, st.integers(0, 10**15), st.floats(1, 100)),
    st.lists(st.tuples(st.floats(0, 60), st.integers(0, 10**14), st.integers(0, 10**14)), max_size=60),
)
def test_budget(cap: Cap, calls: list[tuple[float, int, int]]) -> None:
    slow, fast = Spent(), row(Spent())
    now = 0.0
    for pause, amount, actual in calls:
        now += pause
        granted = budget.reserve(cap, slow, now, amount)
        assert FAST.budget.reserve(cap, fast, now, amount) == granted
        if granted:
            budget.settle(slow, amount, actual)
            FAST.budget.settle(fast, amount, actual)
        assert tuple(fast) == astuple(slow)


@RELAXED
@given(st.builds(RetryBudget, st.floats(-1, 2), st.floats(1, 20)), st.lists(st.booleans(), max_size=100))
def test_retry_budget(law: RetryBudget, asks: list[bool]) -> None:
    slow = fast = 1.0
    for again in asks:
        assert retry.allowed(law, slow) == FAST.retry.allowed(law, fast)
        if again and retry.allowed(law, slow):
            slow, fast = retry.spend(law, slow), FAST.retry.spend(law, fast)
        else:
            slow, fast = retry.earn(law, slow), FAST.retry.earn(law, fast)
        assert slow == fast


@RELAXED
@given(
    st.builds(Hop, st.integers(0, 5), st.integers(1, 4), st.floats(1, 60), st.floats(0, 5), st.floats(0, 30)),
    st.integers(1, 6),
    st.integers(0, 6),
    st.tuples(st.floats(0, 60), st.floats(0, 60), st.integers(0, 1), UNIT),
)
def test_route(hop: Hop, tries: int, outcome: int, rest: tuple[float, float, int, float]) -> None:
    assert route.after(hop, tries, outcome, *rest) == FAST.route.after(hop, tries, outcome, *rest)
    assert route.good(outcome) == FAST.route.good(outcome)


@RELAXED
@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0, 20)), max_size=40),
    st.floats(0.5, 60),
    st.tuples(st.integers(0, 4), st.floats(0, 1e9), st.integers(0, 50), st.floats(0, 1), st.integers(0, 1)),
)
def test_choice(
    answers: list[tuple[float, float]], half_life: float, asked: tuple[int, float, int, float, int]
) -> None:
    one, two = Pulse(), row(Pulse())
    now = 0.0
    how, price, working, weight, explores = asked
    for pause, first in answers:
        now += pause
        assert choose.slow(one, now, 5.0, half_life) == FAST.choose.slow(two, now, 5.0, half_life)
        choose.felt(one, now, first, half_life)
        FAST.choose.felt(two, now, first, half_life)
        assert math.isclose(one.first_s, two["first_s"], rel_tol=1e-12)
        assert one.at == two["at"]
        ranks = (choose.rank(how, price, one, working, weight, explores) for _ in range(1))
        assert math.isclose(next(ranks), FAST.choose.rank(how, price, two, working, weight, explores), rel_tol=1e-12)


@RELAXED
@given(BIG, BIG, st.integers(0, 2**40), st.integers(1, 20), st.floats(0.001, 100), st.floats(0, 2))
def test_luck(seed: int, request: int, attempt: int, purpose: int, median: float, sigma: float) -> None:
    assert chance.fold(seed, request, attempt, purpose) == FAST.chance.fold(seed, request, attempt, purpose)
    u = chance.uniform(seed, request, attempt, purpose)
    assert u == FAST.chance.uniform(seed, request, attempt, purpose)
    assert chance.normal(u) == FAST.chance.normal(u)
    assert chance.log_normal(median, sigma, u) == FAST.chance.log_normal(median, sigma, u)


@RELAXED
@given(UNIT, st.integers(1, 30), UNIT)
def test_runs(again: float, most: int, u: float) -> None:
    assert chance.geometric(again, most, u) == FAST.chance.geometric(again, most, u)
    # A power with a whole exponent is a chain of products when compiled: the last bits may differ.
    assert math.isclose(chance.mean_geometric(again, most), FAST.chance.mean_geometric(again, most), rel_tol=1e-9)


@RELAXED
@given(
    st.builds(Pace, st.floats(0.01, 5), st.floats(0.001, 0.2), st.floats(100, 1e5), st.floats(0, 1.5)),
    st.tuples(st.floats(0, 1e5), st.floats(0, 1e4), st.floats(0.1, 10), UNIT, UNIT),
    st.floats(0, 60),
)
def test_provider_times(pace: Pace, rest: tuple[float, float, float, float, float], elapsed: float) -> None:
    timing = provider.timing(pace, *rest)
    assert timing == FAST.provider.timing(pace, *rest)
    assert provider.failure_s(pace, rest[2], rest[3]) == FAST.provider.failure_s(pace, rest[2], rest[3])
    tokens = int(rest[1])
    assert provider.written(timing, tokens, elapsed) == FAST.provider.written(timing, tokens, elapsed)


@RELAXED
@given(
    st.tuples(st.floats(0, 20), st.floats(0, 2000), st.integers(0, 4), st.floats(0.1, 1)),
    st.lists(st.tuples(st.floats(0, 3), st.floats(1, 500), st.booleans()), max_size=60),
)
def test_provider_limits(law: tuple[float, float, int, float], calls: list[tuple[float, float, bool]]) -> None:
    limit = provider.limits(*law)
    assert limit == FAST.provider.limits(*law)
    slow, fast = provider.idle(limit, 0.0), FAST.provider.idle(limit, 0.0)
    now = 0.0
    for pause, amount, ends in calls:
        now += pause
        if ends and slow.working:
            slow, fast = provider.leave(slow), FAST.provider.leave(fast)
        one, two = provider.enter(limit, slow, now, amount), FAST.provider.enter(limit, fast, now, amount)
        assert one == two
        slow, fast = one.meter, two.meter


@RELAXED
@given(
    st.builds(
        Scale, st.integers(1, 4), st.integers(4, 30), st.floats(0.1, 1), st.just(30.0), st.just(60.0), st.floats(0, 300)
    ),
    st.lists(st.tuples(st.floats(0, 200), st.floats(0, 500)), max_size=40),
)
def test_scale(law: Scale, looks: list[tuple[float, float]]) -> None:
    slow, fast = scale.begin(law.least), FAST.scale.begin(law.least)
    now = 0.0
    for pause, demand in looks:
        now += pause
        one, two = scale.look(law, slow, now, demand, 4.0), FAST.scale.look(law, fast, now, demand, 4.0)
        assert one == two
        slow, fast = scale.ready(one.fleet, one.starts), FAST.scale.ready(two.fleet, two.starts)
        assert slow == fast


@RELAXED
@given(st.integers(0, 3), st.floats(0.001, 100), st.floats(0.05, 3), UNIT)
def test_service(law: int, middle: float, spread: float, u: float) -> None:
    assert service.takes(law, middle, spread, u) == FAST.service.takes(law, middle, spread, u)
    assert service.mean(law, middle, spread) == FAST.service.mean(law, middle, spread)


# ------------------------------------------------------------------------------------------- the compiler


def test_every_leaf_is_compiled() -> None:
    for module in subject.MACHINE:
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        space = getattr(WHOLE, module.__name__.rpartition(".")[2])
        assert names
        assert set(vars(space)) == names


def test_the_python_leaves_stay_as_they_are() -> None:
    assert isinstance(retry.pause, FunctionType)
    assert route.after.__globals__["pause"] is retry.pause
    assert FAST.route.after.py_func.__globals__["pause"] is FAST.retry.pause


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two modules of the policies in a package of their own, one of which calls the other."""
    folder = tmp_path / "copied_policy"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    for module in (retry, route):
        text = Path(str(module.__file__)).read_text(encoding="utf-8").replace("archwright.policy", "copied_policy")
        (folder / f"{module.__name__.rpartition('.')[2]}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("copied_policy")]:
        del sys.modules[name]


def load(folder: Path) -> list[ModuleType]:
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.startswith("copied_policy")]:
        del sys.modules[name]
    return [importlib.import_module(f"{folder.name}.{name}") for name in ("retry", "route")]


def paused(policies: SimpleNamespace, hop_type: type) -> float:
    hop = hop_type(0, 3, 10.0, 1.0, 8.0)
    return float(policies.route.after(hop, 2, route.TRANSIENT, 100.0, 0.0, 1, 0.5).pause)


def test_an_edited_policy_is_compiled_anew(copied: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    modules = load(copied)
    assert paused(subject.compile_policies(cache, modules), modules[1].Hop) == 1.0
    kept = list(cache.iterdir())
    assert len(kept) == 1
    assert list(kept[0].rglob("*.nbi"))
    # The caller, route, stays as it is; only what it calls is edited, to another text of the same length.
    file = copied / "retry.py"
    text = file.read_text(encoding="utf-8")
    assert "float(bound * u)" in text
    file.write_text(text.replace("float(bound * u)", "float(bound - u)"), encoding="utf-8")
    for stale in copied.rglob("*.pyc"):
        stale.unlink()
    modules = load(copied)
    assert paused(subject.compile_policies(cache, modules), modules[1].Hop) == 1.5
    assert len(list(cache.iterdir())) == 2


def test_the_digest_knows_the_compiler() -> None:
    assert subject.digest(subject.LEAVES, "1") != subject.digest(subject.LEAVES, "2")
    assert subject.digest(subject.LEAVES, "1") == subject.digest(subject.LEAVES, "1")


def test_the_missing_compiler_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(DependencyMissing, match=r"archwright\[fast\]"):
        subject.compile_policies()
