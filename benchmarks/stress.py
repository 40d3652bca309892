"""How fast the fast engine simulates, beside SimPy and Ciw on the same model, in one run.

    make bench NAME=stress

`full_feature_requests_per_s` is of one core, compiled, for `benchmarks/designs/full.yaml`: gateway requests with an
exact cache, limits, bounded queues, timeouts, retries, breakers, fallback, autoscaling, an outage and a spike. The
cache begins empty; `from_warm_requests_per_s` counts the filling of it in. The month is the support desk's at ten
million requests. SimPy and Ciw simulate an M/M/10 queue, which the fast engine does too: ratios say how many times as
many customers a second of processor time. Times are seconds of the processor.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OURS = ModuleType("tests")  # Ciw brings a package of the same name, which would come before ours
OURS.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = OURS

import ciw  # noqa: E402
import simpy  # noqa: E402
from msgspec.structs import replace  # noqa: E402

from archwright.analysis.stress.kernel.engine import Run, simulate  # noqa: E402
from archwright.analysis.stress.outcome import Outcome  # noqa: E402
from archwright.facts.accelerators import accelerator  # noqa: E402
from archwright.facts.models import shape  # noqa: E402
from archwright.plan.model import Plan, Scenario  # noqa: E402
from archwright.plan.pool import Pool  # noqa: E402
from archwright.plan.serving import Deployment, law_of  # noqa: E402
from archwright.verbs.engines import loaded, warm  # noqa: E402
from archwright.verbs.project import open_project  # noqa: E402
from tests.analysis.stress import designs as d  # noqa: E402

FULL = ROOT / "benchmarks" / "designs" / "full.yaml"
DESK = ROOT / "examples" / "support-desk" / "system.yaml"
MONTH_REQUESTS = 10_000_000
RATE, SERVERS = 9.0, 10
CUSTOMERS = 100_000  # for each of the other simulators
OURS_TIMES = 20  # as many for ours, which is quicker than a clock can tell
SEED = 20261121


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What comes of it, and the seconds of the processor that it took."""
    begun = time.process_time()
    found = work()
    return found, time.process_time() - begun


def full(loop: Run, cold: bool) -> float:
    """Gateway requests a second with every control on, from an empty cache or from one that is filled first."""
    plan = open_project(FULL).compiled.plan
    scenario = replace(plan.scenarios[0], cold=cold)
    outcome, seconds = timed(lambda: simulate(plan, scenario, SEED, 1.0, None, loop))
    begun = "an empty" if cold else "a warm"
    what = f"every control on, from {begun} cache"
    told(f"{what}: {outcome.requests:,} requests, {outcome.events:,} events in {seconds:.2f} s", outcome)
    return float(outcome.requests / seconds)


def batched(loop: Run) -> float:
    """Requests a second of the same design with its first model on as many replicas of our own as it keeps busy."""
    plan = open_project(FULL).compiled.plan
    known, model = accelerator("h100-80gb"), shape("llama-3.1-8b")
    if known is None or model is None:
        raise SystemExit("the facts have lost an accelerator or a model")
    law = law_of(Deployment(model, known, "fp8", 1))._asdict()
    pool = Pool(replicas=8, hourly=0, router="least-tokens", serves="Llama 3.1 8B", least=0.5, most=1.3, **law)
    first = replace(plan.targets[0], pool=pool, spread=0.0, request_rate=0.0, token_rate=0.0, concurrent=0)
    plan = replace(plan, targets=(first, *plan.targets[1:]))
    scenario = replace(plan.scenarios[0], cold=True)
    outcome, seconds = timed(lambda: simulate(plan, scenario, SEED, 1.0, None, loop))
    told(f"with replicas: {outcome.requests:,} requests, {outcome.events:,} events in {seconds:.2f} s", outcome)
    return float(outcome.requests / seconds)


def told(line: str, outcome: Outcome) -> None:
    """Print a line, and what shows that the controls were at work."""
    print(line)
    print(
        f"  cached {outcome.cached:,}, retries {outcome.retries:,}, fallbacks {outcome.fallbacks:,}, shed "
        f"{outcome.shed:,}, degraded {outcome.degraded:,}, refused {sum(sum(t.refused) for t in outcome.targets):,}, "
        f"openings {outcome.openings:,}, most replicas {max(s.most_replicas for s in outcome.stations)}"
    )


def month(loop: Run) -> float:
    """Seconds for a month of the support desk at ten million gateway requests."""
    plan = open_project(DESK).compiled.plan
    lasts = plan.gateway.month_s
    trial = simulate(plan, Scenario("day", "", 86400.0, (), 0.0), SEED, 1.0, None, loop)
    wider = MONTH_REQUESTS / (trial.requests / 86400.0 * lasts)
    plan = wide(plan, wider)
    outcome, seconds = timed(lambda: simulate(plan, Scenario("month", "", lasts, (), 0.0), SEED, wider, None, loop))
    told(f"a month of the support desk: {outcome.requests:,} requests in {seconds:.2f} s", outcome)
    return seconds


def wide(plan: Plan, times: float) -> Plan:
    """The desk with room for so many times the load, as it would be built for it."""
    gateway = replace(plan.gateway, concurrency=int(plan.gateway.concurrency * times), budget=0)
    stations = tuple(
        replace(item, servers=int(item.servers * times), replicas=1, scale=None) if item.servers else item
        for item in plan.stations
    )
    targets = tuple(
        replace(item, request_rate=item.request_rate * times, token_rate=item.token_rate * times, concurrent=0)
        for item in plan.targets
    )
    return replace(plan, gateway=gateway, stations=stations, targets=targets)


def ours(loop: Run) -> float:
    """Customers a second of M/M/10 here."""
    plan = d.plan(
        d.journey(d.work(), rate=RATE),
        stations=(d.station(servers=SERVERS, median_s=1.0, law="exponential"),),
    )
    lasts = OURS_TIMES * CUSTOMERS / RATE
    outcome, seconds = timed(lambda: simulate(plan, d.scenario(lasts), SEED, 1.0, None, loop))
    print(f"M/M/10 here: {outcome.arrivals:,} customers, mean wait {outcome.stations[0].mean_wait_s:.3f} s")
    return float(outcome.arrivals / seconds)


def in_simpy() -> float:
    """Customers a second of M/M/10 in SimPy."""
    waits: list[float] = []

    def run() -> None:
        import random  # noqa: PLC0415 - SimPy has no chance of its own

        luck = random.Random(SEED)
        environment: Any = simpy.Environment()
        servers = simpy.Resource(environment, SERVERS)

        def customer() -> Any:
            came = environment.now
            with servers.request() as place:
                yield place
                waits.append(environment.now - came)
                yield environment.timeout(luck.expovariate(1.0))

        def source() -> Any:
            for _ in range(CUSTOMERS):
                yield environment.timeout(luck.expovariate(RATE))
                environment.process(customer())

        environment.process(source())
        environment.run()

    _, seconds = timed(run)
    print(f"M/M/10 in SimPy: {len(waits):,} customers, mean wait {sum(waits) / len(waits):.3f} s")
    return len(waits) / seconds


def in_ciw() -> float:
    """Customers a second of M/M/10 in Ciw."""
    ciw.seed(SEED)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    _, seconds = timed(lambda: simulation.simulate_until_max_customers(CUSTOMERS, method="Finish"))
    waits = [record.waiting_time for record in simulation.get_all_records()]
    print(f"M/M/10 in Ciw: {len(waits):,} customers, mean wait {sum(waits) / len(waits):.3f} s")
    return len(waits) / seconds


def warm_start() -> float:
    """Seconds of the processor from nothing to a scenario of nothing simulated by the compiled engine."""
    code = "from archwright.verbs.engines import loaded; raise SystemExit(loaded(print) is None)"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    warm(print)
    loop = loaded(print)
    if loop is None:
        raise SystemExit("the fast engine does not load")
    figures = {"full_feature_requests_per_s": full(loop, cold=True), "month_10m_s": month(loop)}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    here, other, another = ours(loop), in_simpy(), in_ciw()
    figures |= {"here_per_s": here, "simpy_per_s": other, "ciw_per_s": another}
    figures |= {"ratio_simpy": here / other, "ratio_ciw": here / another, "warm_start_s": warm_start()}
    figures |= {"from_warm_requests_per_s": full(loop, cold=False), "replica_requests_per_s": batched(loop)}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
