"""What the kernel counted, as an outcome: the counts go into a tally, which makes outcomes of both engines."""

from __future__ import annotations

from typing import Any

from archwright.analysis.stress.kernel import tables as t
from archwright.analysis.stress.kernel.prepare import order
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.pool import Pool
from archwright.analysis.stress.station import Room
from archwright.analysis.stress.supplier import Supplier
from archwright.analysis.stress.tally import Tally
from archwright.base.histogram import Counting
from archwright.plan.faults import Faults, faults_of
from archwright.plan.model import Plan, Scenario, Target
from archwright.plan.pool import Pool as Stated
from archwright.policy.scale import Fleet

# What is counted at a station, by the names of the plain engine.
COUNTED = (
    "jobs", "failed", "given_up", "refused", "deepest", "asked_s", "worked_s", "waited_s", "longest_s", "busy",
    "waiting",
)  # fmt: skip


def outcome(plan: Plan, scenario: Scenario, seed: int, load: float, s: t.State) -> Outcome:
    """The outcome of a loop that is done."""
    tally = Tally(plan, scenario)
    desk = s.desk[0]
    journeys = len(plan.journeys)
    for number, count in enumerate(_rows(s.counts)):
        tally.ended[number] = [count["answered"], count["degraded"], count["failed"]]
        tally.requests[number], tally.cached[number] = count["requests"], count["cached"]
        tally.cacheable[number] = count["cacheable"]
    counted = [_counting(s, row) for row in range(len(s.histograms))]
    tally.latencies, tally.request_latencies = counted[:journeys], counted[journeys]
    tally.slot_latencies = counted[journeys + 1 :]
    tally.hows = s.hows.tolist()
    tally.felt_s = float(desk["felt_s"])
    tally.fallbacks, tally.retries = int(desk["fallbacks"]), int(desk["retries"])
    tally.calls, tally.slot_calls = s.outcomes.tolist(), s.slot_calls.tolist()
    for number, row in enumerate(_rows(s.called)):
        tally.took_s[number], tally.openings[number] = row["took_s"], row["openings"]
        tally.noticed_s[number], tally.opened_s[number] = row["noticed_s"], row["opened_s"]
        asked, tokens = tally.asked[number], tally.asked_tokens[number]
        asked.peak, tokens.peak, tokens.total = row["peak_calls"], row["peak_tokens"], row["all_tokens"]
    for number, row in enumerate(_rows(s.slots)):
        tally.slots[number] = [row["answered"], row["degraded"], row["failed"], row["shed"]]
        tally.slot_most[number], tally.slot_last[number] = row["most"], row["last"]
    _lanes(tally, s)
    tally.tokens = _bills(plan, s)
    return tally.outcome(seed, load, _rooms(plan, scenario, s), _suppliers(plan, s), int(desk["events"]))


def _rows(table: Any) -> list[dict[str, Any]]:
    """The records of a table, in plain numbers."""
    names = table.dtype.names
    return [dict(zip(names, row, strict=True)) for row in table.tolist()]


def _counting(s: t.State, row: int) -> Counting:
    exact = s.histograms[row]
    counting = Counting()
    counting.count, counting.total = int(exact["count"]), float(exact["total"])
    counting.least, counting.most = float(exact["least"]), float(exact["most"])
    (places,) = s.bins[row].nonzero()
    counting.bins = dict(zip(places.tolist(), s.bins[row][places].tolist(), strict=True))
    return counting


def _lanes(tally: Tally, s: t.State) -> None:
    """Put down what is known of the gateway's lanes."""
    desk = s.desk[0]
    rows = _rows(s.lanes)
    tally.changed, tally.told = float(desk["changed"]), float(desk["told"])
    tally.held, tally.waiting = [row["held"] for row in rows], [row["waiting"] for row in rows]
    tally.held_s, tally.waiting_s = [row["held_s"] for row in rows], [row["waiting_s"] for row in rows]
    tally.longest = [row["longest"] for row in rows]
    tally.most_in_flight, tally.most_waiting = int(desk["most_in_flight"]), int(desk["most_waiting"])
    tally.waited_s = float(desk["waited_s"])


def _bills(plan: Plan, s: t.State) -> dict[tuple[int, int, int], list[int]]:
    steps = [(number, index) for number, journey in enumerate(plan.journeys) for index in order(journey)]
    return {
        (*step, target): list(bill)
        for step, row in zip(steps, s.bills.tolist(), strict=True)
        for target, bill in enumerate(row)
        if bill[0]
    }


def _rooms(plan: Plan, scenario: Scenario, s: t.State) -> list[Room]:
    """Rooms of the plain engine with what was counted."""
    found = []
    for station, row in zip(plan.stations, _rows(s.rooms), strict=True):
        room = Room(station, faults_of(scenario, station.name), 0, scenario.lasts_s, _never, _never, scenario.begins_s)
        for name in COUNTED:
            setattr(room, name, row[name])
        servers = room.servers
        servers.fleet = Fleet(row["running"], row["starting"], row["calm_at"], row["peak"])
        servers.had_s, servers.at, servers.most = row["had_s"], row["at"], row["most"]
        found.append(room)
    return found


def _never(*_: object) -> None:
    """Nothing is scheduled any more."""


def _suppliers(plan: Plan, s: t.State) -> list[Supplier | Pool]:
    """Suppliers of the plain engine with what was counted."""
    found: list[Supplier | Pool] = []
    for target, row in zip(plan.targets, _rows(s.called), strict=True):
        supplier: Supplier | Pool = Supplier(target, Faults(()), 0)
        if target.pool is not None:
            supplier = _pool(target, target.pool, s, sum(isinstance(item, Pool) for item in found))
        supplier.refused = [row["r_requests"], row["r_tokens"], row["r_concurrent"]]
        found.append(supplier)
    return found


def _pool(target: Target, stated: Stated, s: t.State, place: int) -> Pool:
    """Replicas of the plain engine with what was counted."""
    pool = Pool(target, stated, Faults(()), 0, float(s.desk[0]["lasts_s"]), 1.0, _never, _never, _never)
    row = s.pools[place]
    mine = slice(int(row["first"]), int(row["first"]) + int(row["number"]))
    pool.turned_away = int(row["away"])
    pool.least, pool.most = int(row["fewest"]), int(row["largest"])
    columns = {name: getattr(s.replicas, name)[mine].tolist() for name in s.replicas._fields if name != "soonest"}
    pool.group.replicas = pool.group.replicas._replace(**columns)
    pool.up_s, pool.up_since = s.posts["up_s"][mine].tolist(), s.posts["up_since"][mine].tolist()
    return pool
