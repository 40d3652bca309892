"""Counting while the kernel runs; in the same order as `tally`, so that sums of seconds agree to the last bit."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import State
from archwright.analysis.stress.tally import ANSWERED, BUCKETS, DEGRADED, FAILED, MINUTE
from archwright.base.histogram import bin_of
from archwright.policy import route
from archwright.policy import state as machine
from archwright.policy.lanes import BATCH, REALTIME


def slot_of(s: State, at: float) -> int:
    """The interval of a time; what happens after the scenario belongs to the last one."""
    return min(int(at / s.desk[0].width_s), BUCKETS - 1)


def _add(s: State, row: int, value: float) -> None:
    histogram = s.histograms[row]
    histogram.count += 1
    histogram.total += value
    histogram.least = min(histogram.least, value)
    histogram.most = max(histogram.most, value)
    s.bins[row, bin_of(value)] += 1


def journey_ended(s: State, now: float, number: int) -> None:
    """A visit has ended."""
    trip = s.trips[number]
    how = FAILED if trip.failed == 1 else DEGRADED if trip.degraded == 1 else ANSWERED
    count = s.counts[trip.journey]
    slot = slot_of(s, trip.at)
    interval = s.slots[slot]
    desk = s.desk[0]
    if how != ANSWERED and now >= desk.since_s:
        desk.felt_s = min(desk.felt_s, now)
    if how == FAILED:
        count.failed += 1
        interval.failed += 1
        return
    if how == DEGRADED:
        count.degraded += 1
        interval.degraded += 1
    else:
        count.answered += 1
        interval.answered += 1
    journeys = desk.journeys
    _add(s, trip.journey, now - trip.at)
    _add(s, journeys + 1 + slot, now - trip.at)


def request_came(s: State, at: int) -> None:
    """A request comes to the gateway."""
    walk = s.walks[at]
    count = s.counts[s.trips[walk.trip].journey]
    count.requests += 1
    count.cacheable += s.steps[walk.step].cacheable


def request_ended(s: State, now: float, at: int, how: int, hop: int) -> int:
    """The gateway answered, from its `hop`-th choice: 1 if the client got something."""
    walk = s.walks[at]
    s.hows[how] += 1
    if how == machine.CACHED:
        s.counts[s.trips[walk.trip].journey].cached += 1
    elif how == machine.SHED:
        s.slots[slot_of(s, walk.came)].shed += 1
    elif how == machine.ANSWERED and hop > 0:
        s.desk[0].fallbacks += 1
    served = how in (machine.ANSWERED, machine.CACHED, machine.DEGRADED, machine.STALE)
    if served:
        _add(s, s.desk[0].journeys, now - walk.came)
    return 1 if served else 0


def called(s: State, target: int, now: float, tokens: int, again: int) -> None:
    """The gateway calls a target, `again` if the same one failed just before."""
    row = s.called[target]
    minute = int(now / MINUTE)
    if minute != row.minute:
        row.minute = minute
        row.calls = 0
        row.tokens = 0
    row.calls += 1
    row.tokens += tokens
    row.all_tokens += tokens
    row.peak_calls = max(row.peak_calls, row.calls)
    row.peak_tokens = max(row.peak_tokens, row.tokens)
    s.slot_calls[slot_of(s, now), target] += 1
    s.desk[0].retries += again


def call_ended(s: State, target: int, now: float, outcome: int, took_s: float) -> None:
    """A call ended."""
    row = s.called[target]
    s.outcomes[target, outcome] += 1
    row.took_s += took_s
    if route.TRANSIENT <= outcome <= route.TIMEOUT and now >= s.desk[0].since_s:
        row.noticed_s = min(row.noticed_s, now)


def opened(s: State, target: int, now: float) -> None:
    """A breaker opened."""
    row = s.called[target]
    row.openings += 1
    if now >= s.desk[0].since_s:
        row.opened_s = min(row.opened_s, now)


def gateway(s: State, now: float) -> None:
    """The gateway's lanes are as its machine says from now on."""
    lines = s.machine.lanes
    first = s.lanes[REALTIME]
    second = s.lanes[BATCH]
    if (
        lines[REALTIME].held == first.held
        and lines[BATCH].held == second.held
        and lines[REALTIME].waiting == first.waiting
        and lines[BATCH].waiting == second.waiting
    ):
        return
    desk = s.desk[0]
    until(s, now)
    desk.waited_s += max(0.0, now - desk.told) * (first.waiting + second.waiting)
    desk.told = now
    for number in range(len(s.lanes)):
        lane = s.lanes[number]
        lane.held = lines[number].held
        lane.waiting = lines[number].waiting
        lane.longest = max(lane.longest, lane.waiting)
    in_flight = first.held + second.held
    desk.most_in_flight = max(desk.most_in_flight, in_flight)
    desk.most_waiting = max(desk.most_waiting, first.waiting + second.waiting)
    if now < desk.lasts_s:
        interval = s.slots[slot_of(s, now)]
        interval.most = max(interval.most, in_flight)
        interval.last = in_flight


def until(s: State, now: float) -> None:
    """The lanes have been as they are up to now."""
    desk = s.desk[0]
    end = min(now, desk.lasts_s)
    span = max(0.0, end - desk.changed)
    for number in range(len(s.lanes)):
        lane = s.lanes[number]
        lane.held_s += span * lane.held
        lane.waiting_s += span * lane.waiting
    desk.changed = end


def billed(s: State, step: int, number: int, cached: int, cost: int) -> None:
    """Tokens of a call were billed."""
    call = s.calls[number]
    bill = s.bills[step, call.target]
    bill.calls += 1
    bill.tokens_in += call.tokens_in
    bill.tokens_cached += cached
    bill.tokens_out += call.tokens_out
    bill.cost += cost
