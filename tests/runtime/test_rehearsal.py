"""A rehearsal with its real processes: the ledger, the bill, the machine's log, and the simulator beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.base.errors import ProviderUnavailable
from archwright.base.money import dollars
from archwright.ledger.journal import Journal
from archwright.ledger.rows import Attempt, Journey, Request, Row, Run, decode
from archwright.plan import model as m
from archwright.plan.rules import compress, rules
from archwright.plan.trace import Trace
from archwright.plan.workload import visits
from archwright.policy import log
from archwright.runtime.children import Child
from archwright.runtime.rehearsal import guarded, session
from archwright.runtime.replay.client import Client, Play
from archwright.verbs.rehearse import Rehearsal, choose_scale, offered, rehearse
from tests.runtime.sample import hop, plan, route, target

SCALE = 20.0
PATIENCE = {"timeout_s": 20.0, "backoff_s": 0.3, "longest_s": 2.0}
HOPS = (hop(0, **PATIENCE), hop(1, attempts=2, **PATIENCE))


def made() -> m.Plan:
    """Slow enough to be rehearsed twenty times as fast; the first target has a breaker."""
    pace = {"first_token_s": 0.3, "per_token_s": 0.008, "spread": 0.3}
    base = plan()
    return replace(
        base,
        routes=(route("both", HOPS, deadline_s=60.0), route("kept", HOPS, deadline_s=60.0, cache=0), base.routes[2]),
        targets=(
            target("first", breaker_failures=2, breaker_open_s=5.0, prompt_cache=0.2, **pace),
            target("second", provider="anthropic", **pace),  # so the way includes a translation
        ),
        caches=(m.Cache("answers", 600.0, 1000),),
        stations=tuple(replace(station, median_s=0.1) for station in base.stations),
        scenarios=(m.Scenario("down", "", 60.0, (m.Change("down", "first", 1.0, 0.0, 15.0, 20.0),), cold=True),),
    )


@dataclass(frozen=True)
class Seen:
    """One rehearsal, made once for all tests that look at it."""

    ran: Rehearsal
    rows: list[Row]
    journeys: list[Row]

    @property
    def attempts(self) -> list[Attempt]:
        return [row for row in self.rows if isinstance(row, Attempt)]

    @property
    def requests(self) -> list[Request]:
        return [row for row in self.rows if isinstance(row, Request)]


def rows(file: Path) -> list[Row]:
    with file.open("rb") as lines:
        return list(decode(lines, str(file)))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    ran = rehearse(made(), "down", seed=1, scale=SCALE, out=tmp_path_factory.mktemp("rehearsal") / "new")
    return Seen(ran, rows(ran.ledger), rows(ran.journeys))


def test_the_ledgers_begin_with_what_ran(seen: Seen) -> None:
    for found in (seen.rows, seen.journeys):
        first = found[0]
        assert isinstance(first, Run)
        assert (first.plan, first.mode, first.scale) == (m.plan_hash(made()), "rehearse", SCALE)
        assert (first.scenario, first.seed, first.system) == ("down", 1, "Test")


def test_what_ran_is_what_the_simulator_says(seen: Seen) -> None:
    """Counts that time cannot blur are equal; the others differ by what a few milliseconds of real time can move."""
    simulated = simulate(made(), made().scenario("down"), seed=1)
    assert seen.ran.visits == simulated.arrivals == len(seen.journeys) - 1
    assert seen.ran.calls == len(seen.requests) == simulated.requests
    assert {row.outcome for row in seen.journeys[1:] if isinstance(row, Journey)} == {"answered"}
    assert simulated.answered == simulated.arrivals
    assert len(seen.attempts) == pytest.approx(simulated.calls, abs=6)
    assert sum(row.how == "cached" for row in seen.requests) == pytest.approx(simulated.cached, abs=6)
    assert sum(row.hop > 0 and row.how == "answered" for row in seen.requests) == pytest.approx(
        simulated.fallbacks, abs=8
    )
    assert sum(row.cost for row in seen.attempts) == pytest.approx(simulated.cost, rel=0.05)
    assert simulated.fallbacks > 10
    assert simulated.cached > 10


def test_recorded_traffic_meets_the_cache_as_in_the_simulator(tmp_path: Path) -> None:
    """How often a question comes again is what the file says, whatever was recorded of its length."""
    times = tuple(0.5 * row for row in range(100))
    trace = Trace("made", times, tuple(range(100, 200)), tuple(range(20, 120)))
    found = rows(rehearse(made(), "down", seed=1, scale=SCALE, out=tmp_path / "new", trace=trace).ledger)
    simulated = simulate(made(), made().scenario("down"), seed=1, trace=trace)
    hits = sum(row.how == "cached" for row in found if isinstance(row, Request))
    assert hits == pytest.approx(simulated.cached, abs=6)
    assert simulated.cached > 40


def test_the_ledger_s_sum_is_the_supplier_s_own_bill(seen: Seen) -> None:
    finished = [row for row in seen.attempts if row.outcome == "ok"]
    assert not any(row.estimated for row in finished)
    assert dollars(sum(row.cost for row in finished)) == seen.ran.bill > 0
    assert {row.outcome for row in seen.attempts} >= {"ok", "transient"}
    tokens = seen.ran.statement["targets"]["first"]["tokens"]
    first = [row for row in finished if row.target == "first"]
    assert sum(row.tokens_in for row in first) == tokens["input"]
    assert sum(row.tokens_cached for row in first) == tokens["cached"] > 0


def test_every_request_is_settled_by_its_attempts(seen: Seen) -> None:
    assert sum(row.cost for row in seen.requests) == sum(row.cost for row in seen.attempts)
    assert len({row.request for row in seen.requests}) == len(seen.requests)
    assert {row.request for row in seen.attempts} <= {row.request for row in seen.requests}
    assert {row.journey for row in seen.requests} == {"question"}
    assert {row.step for row in seen.requests} == {"answer", "check"}


def test_the_machine_s_log_run_again_is_the_same(seen: Seen) -> None:
    lines = seen.ran.record.read_bytes().splitlines(keepends=True)
    decided = rules(compress(made(), SCALE))
    assert len(lines) > len(seen.requests)
    assert log.replay(decided, lines) == []
    mutant = decided._replace(breakers=tuple(item._replace(failures=item.failures + 1) for item in decided.breakers))
    assert log.replay(mutant, lines)


def test_what_is_measured_beside(seen: Seen) -> None:
    ran = seen.ran
    assert 0 < ran.overhead_p50_s <= ran.overhead_p99_s
    assert ran.late_p50_s <= ran.late_p99_s
    assert ran.real_s >= 55.0 / SCALE
    assert ran.scale.value == SCALE
    assert all(0 <= row.overhead_s <= row.total_s for row in seen.requests)


def test_tenants_are_known_by_their_keys(tmp_path: Path) -> None:
    tenants = (m.Tenant("shop", 0.7, 0, 0.0), m.Tenant("lab", 0.3, 0, 0.0))
    ran = rehearse(replace(made(), tenants=tenants), "down", seed=1, scale=SCALE, out=tmp_path, most=12)
    asked = [row for row in rows(ran.ledger) if isinstance(row, Request)]
    owners = {row.session: row.tenant for row in rows(ran.journeys) if isinstance(row, Journey)}
    assert ran.visits == 12
    assert {row.tenant for row in asked} == {"shop", "lab"}
    assert all(owners[row.session] == row.tenant for row in asked)


def test_a_gateway_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    def kill(_: str) -> None:
        listed = subprocess.run(
            ["pgrep", "-P", str(os.getpid()), "-f", "archwright.runtime.gateway"],
            capture_output=True,
            text=True,
            check=False,
        )
        for pid in listed.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    with pytest.raises(ProviderUnavailable, match="the gateway ended with exit code -9"):
        rehearse(
            replace(made(), journeys=(replace(made().journeys[0], rate=20.0),)),
            "down",
            scale=SCALE,
            out=tmp_path,
            progress=kill,
        )


def test_a_gateway_that_nobody_reaches_is_one_error() -> None:
    async def run() -> None:
        ours = made()
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        async with session() as client:
            play = Play(ours, ours.scenarios[0], SCALE, 1, f"http://127.0.0.1:{port}", (), {}, {})
            replaying = Client(play, Journal(BytesIO()), client)
            await replaying.run(visits(ours, ours.scenarios[0], 1), lambda _: None)

    with pytest.raises(ProviderUnavailable, match="the gateway does not answer"):
        asyncio.run(run())


def test_a_broken_connection_waits_for_the_last_words_of_its_process() -> None:
    async def cut() -> None:
        raise ProviderUnavailable("the connection broke")

    async def run(words: str) -> None:
        program = (sys.executable, "-c", words)
        process = await asyncio.create_subprocess_exec(*program, stderr=asyncio.subprocess.PIPE)
        ending = Child("gateway", process)
        try:
            await guarded(cut(), ending)
        finally:
            await ending.stop()

    with pytest.raises(ProviderUnavailable, match="the gateway ended with exit code 3:\ngood bye"):
        asyncio.run(run("import sys, time; time.sleep(0.3); print('good bye', file=sys.stderr); sys.exit(3)"))


def test_time_runs_as_fast_as_is_safe_and_needed() -> None:
    base = replace(made(), routes=tuple(replace(one, hops=HOPS) for one in made().routes))
    short = choose_scale(base, replace(base.scenarios[0], lasts_s=15.0))
    assert (short.value, short.reason) == (1.0, "in real time")
    needed = choose_scale(base, replace(base.scenarios[0], lasts_s=150.0))
    assert (needed.value, needed.reason) == (5.0, "it ends within 30 s")
    assert needed.error_s == pytest.approx(5.0 * short.error_s)
    timers = choose_scale(replace(base, journeys=()), replace(base.scenarios[0], lasts_s=86_400.0))
    assert timers.value == pytest.approx(60.0)
    assert "0.3 s" in timers.reason
    busy = choose_scale(base, replace(base.scenarios[0], lasts_s=86_400.0), load=3.0)
    assert busy.value == pytest.approx(70.0 / 3.0 / offered(base, base.scenarios[0]))
    assert "calls a second" in busy.reason


def test_offered_calls_count_repeats_loads_and_traces() -> None:
    base = made()
    calls = 1.5 + 0.5  # the mean number of runs, and one step that every other journey takes
    assert offered(base, base.scenarios[0]) == pytest.approx(2.0 * calls)
    spike = m.Scenario("spike", "", 60.0, (m.Change("load", "", 10.0, 0.0, 5.0, 5.0),))
    assert offered(base, spike, load=2.0) == pytest.approx(2.0 * calls * 20)
