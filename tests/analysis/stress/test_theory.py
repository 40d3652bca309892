"""The simulation against exact results, in short runs; `make bench NAME=validation` makes long ones."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from archwright.analysis.stress.engine import simulate
from tests.analysis.stress import cases, theory
from tests.analysis.stress import designs as d
from tests.analysis.stress.cases import CASES, Case

PAGE = Path(__file__).resolve().parents[3] / "docs/validation/queueing.md"
VISITS = 15_000
WIDEST = 0.3


@pytest.mark.parametrize("case", CASES, ids=[f"{case.name} {case.measured}" for case in CASES])
def test_the_exact_value_lies_in_the_interval(case: Case) -> None:
    outcome = simulate(case.plan, d.scenario(VISITS / case.rate), seed=11)
    found = cases.interval(outcome, case.measure)
    assert found.holds(case.exact), (found, case.exact)
    assert found.relative < WIDEST


def test_the_interval_sees_one_server_too_many() -> None:
    case = next(case for case in CASES if case.name == "M/M/3")
    outcome = simulate(cases.queue(2.1, 4), d.scenario(VISITS / 2.1), seed=11)
    assert not cases.interval(outcome, case.measure).holds(case.exact)


def test_the_urgent_wait_as_long_as_cobham_says() -> None:
    rates = (0.3, 0.3, 0.2)
    journeys = tuple(d.journey(d.work(), name=str(rank), rate=rate, rank=rank) for rank, rate in enumerate(rates))
    plan = d.plan(*journeys, stations=(cases.station(1),))
    runs = [simulate(plan, d.scenario(15_000.0), seed=seed) for seed in range(1, 6)]
    for place, wait in enumerate(theory.urgent_wait(rates, 1.0)):
        times = [run.journeys[place].latencies.mean for run in runs]
        assert sum(times) / len(times) == pytest.approx(wait + 1.0, rel=0.1)


def test_the_published_page_holds_every_case_inside_two_per_cent() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    found = {(row[0], row[1]): row for row in rows if len(row) == 9 and row[0] != "queue"}
    assert list(found) == [(case.name, case.measured) for case in CASES]
    for case in CASES:
        _, _, exact, middle, half, relative, *_, words = found[case.name, case.measured]
        assert exact == f"{case.exact:.5f}"
        assert abs(float(middle) - case.exact) <= float(half) + 1e-5
        assert float(relative.rstrip("%")) <= 2.0
        assert words.startswith("inside")
    assert "do not overlap" not in PAGE.read_text(encoding="utf-8")


# ------------------------------------------------------------------------------- the formulas themselves


def test_what_is_printed_in_every_table() -> None:
    assert theory.erlang_b(10.0, 10) == pytest.approx(0.2146, abs=1e-4)
    assert theory.erlang_c(9.0, 10) == pytest.approx(0.66873, abs=1e-5)
    assert theory.mmc_sojourn(0.5, 1.0, 1) == pytest.approx(2.0)


def test_formulas_agree_where_they_meet() -> None:
    assert theory.mmck(8.0, 1.0, 10, 10)[0] == pytest.approx(theory.erlang_b(8.0, 10))
    assert theory.mmck(0.5, 1.0, 1, 400)[1] == pytest.approx(theory.mg1_sojourn(0.5, 1.0, 1.0))
    assert theory.closed(1, 5.0, (1.0, 2.0)) == pytest.approx(3.0)
    assert theory.impatient(5.0, 1.0, 6, 1e-9) == pytest.approx(theory.erlang_b(5.0, 6), rel=1e-6)
    assert theory.impatient(4.0, 1.0, 6, 1e3) == pytest.approx(0.0, abs=1e-9)
    assert theory.urgent_wait((0.6,), 1.0)[0] == pytest.approx(theory.mg1_sojourn(0.6, 1.0, 1.0) - 1.0)


def test_patience_of_ten_servers_as_published() -> None:
    """Ten servers at 1.1 times their load: at a patience in which queues build up, more than a tenth must leave."""
    assert 0.09 < theory.impatient(11.0, 1.0, 10, 1.0) < 0.17
    assert theory.impatient(11.0, 1.0, 10, 50.0) == pytest.approx(1 / 11, rel=1e-3)


def test_exponential_patience_meets_what_is_known() -> None:
    """Patience as long as work: M/M/infinity, whose numbers are Poisson. None: Erlang-B. Endless: nobody leaves."""
    load, servers = 5.5, 5
    poisson = [math.exp(-load) * load**count / math.factorial(count) for count in range(80)]
    waiting = sum(weight * max(0, count - servers) for count, weight in enumerate(poisson))
    assert theory.leaving(load, 1.0, servers, 1.0) == pytest.approx(waiting / load)
    assert theory.leaving(5.0, 1.0, 6, 1e-9) == pytest.approx(theory.erlang_b(5.0, 6), rel=1e-6)
    assert theory.leaving(4.0, 1.0, 6, 1e6) == pytest.approx(0.0, abs=1e-6)


def test_machines_and_a_repairman() -> None:
    """One server and exponential thinking: the closed network is M/M/1 with a finite source, by birth and death."""
    users, think = 5, 4.0
    weights = [math.perm(users, count) * (1 / think) ** count for count in range(users + 1)]
    busy = 1 - weights[0] / sum(weights)
    assert theory.closed(users, think, (1.0,)) == pytest.approx(users / busy - think)
