"""Why an objective broke: what grew between a load that held and one that did not, told from what was counted."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.analysis.stress.outcome import OUTCOMES, Outcome, StationOutcome, TargetOutcome
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Plan
from archwright.plan.workload import stops
from archwright.policy import machine, route
from archwright.policy.lanes import BATCH, REALTIME

TIMES = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True)
class Cause:
    """A component, the mechanism by which it breaks the objective, the chain in sentences, and how much it weighs.

    The weight is in journeys for each journey, or seconds for each journey; only weights of one kind are compared.
    `meant`: a rule of the file turns work away, so more room would carry nothing.
    """

    component: str
    mechanism: str
    chain: tuple[str, ...]
    weight: float
    meant: bool = False


NONE = Cause("", "no single cause", ("Nothing that is counted has grown: it is so at any load.",), 0.0)
CROWDED = 0.95  # of the sequences of a batch
NO_ROOM = 0.85  # of a KV cache: the next sequence needs a block that is not there
STORM = 0.3  # of all calls at models that are retries
ENDS = {
    route.CALLER: "because a request is more than it takes",
    route.KEY: "because our key is refused",
    route.TRANSIENT: "by its own errors",
    route.OVERLOAD: "at its limits",
    route.TIMEOUT: "because no answer comes within the timeout",
    route.CUT: "because the answer has begun and does not end within the timeout",
}


HOW = {
    route.CALLER: "as more than it takes",
    route.KEY: "because our key is refused",
    route.TRANSIENT: "with its own errors",
    route.TIMEOUT: "without an answer within the timeout",
    route.CUT: "cut off, as their answer does not end within the timeout",
}


def diagnose(plan: Plan, measure: str, held: Outcome, broke: Outcome) -> Cause:
    """The heaviest cause of the change from `held` to `broke` in a measure of the objectives."""
    if measure in TIMES:
        causes = [*_slow_stations(plan, held, broke), _slow_gateway(plan, held, broke), *_slow_targets(held, broke)]
    elif measure in ("cost", "cache-hit"):
        causes = [_mix(held, broke)]
    else:
        causes = [*_failing_stations(held, broke), *_refusals(plan, held, broke), *_failing_targets(plan, held, broke)]
    heaviest = max(causes, key=lambda cause: cause.weight)
    return heaviest if heaviest.weight > 0 else NONE


def at_any_load(plan: Plan, measure: str, broke: Outcome) -> Cause:
    """Why an objective breaks even when hardly anybody comes: the part that takes most time, or fails most often."""
    stations = [item for item in broke.stations if item.name in _waited_for(plan)]
    each = (*(_slow(station, broke) for station in stations), *(_called(item, broke) for item in broke.targets))
    if measure in TIMES:
        found = [
            Cause(plan.gateway.name, "gateway queue", (_places(broke),), _each(broke, broke.gateway.waited_s)),
            *each,
        ]
    elif measure in ("cost", "cache-hit"):
        return _mix(broke, broke)
    else:
        found = [
            *(_fails(item.title, item.name, item.failed, item.jobs, broke) for item in broke.stations),
            *(_ends_badly(item, broke) for item in broke.targets),
        ]
    heaviest = max(found, key=lambda cause: cause.weight, default=NONE)
    return heaviest if heaviest.weight > 0 else NONE


def _slow(item: StationOutcome, outcome: Outcome) -> Cause:
    worked = item.utilisation * item.servers * outcome.simulated_s
    took = _each(outcome, worked + item.waited_s)
    waits = f", {show(_each(outcome, item.waited_s), 'duration')} of it waiting" if item.waited_s else ""
    return Cause(
        item.name, "slowest part", (f"{item.title} takes {show(took, 'duration')} of each journey{waits}.",), took
    )


def _called(item: TargetOutcome, outcome: Outcome) -> Cause:
    took = _each(outcome, item.took_s)
    words = (
        f"Calls of {item.name} take {show(took, 'duration')} of each journey, {_each(outcome, item.asked):.2f} calls."
    )
    return Cause(item.name, "slowest part", (words,), took)


def _fails(title: str, name: str, failed: int, of: int, outcome: Outcome) -> Cause:
    words = f"{title} fails {_percent(failed, of)} of what it is asked, at any load."
    return Cause(name, "fails most often", (words,), _each(outcome, failed))


def _ends_badly(item: TargetOutcome, outcome: Outcome) -> Cause:
    """A target whose calls fail at any load, and how most of them end."""
    bad = item.asked - item.calls[route.OK]
    worst = max(range(1, len(OUTCOMES)), key=lambda how: item.calls[how])
    words = f"{_percent(bad, item.asked)} of the calls of {item.name} fail at any load, most of them {ENDS[worst]}."
    return Cause(item.name, "fails most often", (words,), _each(outcome, bad))


def _each(outcome: Outcome, amount: float) -> float:
    """An amount for each journey."""
    return amount / max(1, outcome.arrivals)


def _percent(part: float, whole: float) -> str:
    return show(part / whole if whole else 0.0, "share")


# ------------------------------------------------------------------------------------------------ slowness


def _waited_for(plan: Plan) -> frozenset[str]:
    """Stations that journeys wait for: not those at which all work goes on in the background."""
    steps = [step for journey in plan.journeys for step in journey.steps if not step.background]
    return frozenset(plan.stations[place].name for step in steps for place in stops(step))


def _slow_stations(plan: Plan, held: Outcome, broke: Outcome) -> list[Cause]:
    found = []
    waited_for = _waited_for(plan)
    for before, after in zip(held.stations, broke.stations, strict=True):
        if after.name not in waited_for:
            continue
        grew = _each(broke, after.mean_wait_s * after.jobs) - _each(held, before.mean_wait_s * before.jobs)
        found.append(Cause(after.name, "servers saturated", _station_chain(after, broke), grew))
    return found


def _station_chain(item: StationOutcome, outcome: Outcome) -> tuple[str, ...]:
    able = "its replicas" if item.replica_limit else plural(item.servers, "server")
    full = f"{item.title} is asked for {show(item.asked, 'share')} of what {able} can do, so"
    if item.replica_limit and item.asked < 1.0:  # it would do, if its replicas were there at once
        full = f"The load comes sooner than {item.title} starts replicas, {item.most_replicas:,} at most, so"
    return (
        f"{full} its queue grows to {item.deepest:,}.",
        f"A job waits {show(item.mean_wait_s, 'duration')} in the mean, and every journey that passes with it.",
    )


def _slow_gateway(plan: Plan, held: Outcome, broke: Outcome) -> Cause:
    grew = _each(broke, broke.gateway.waited_s) - _each(held, held.gateway.waited_s)
    return Cause(plan.gateway.name, "gateway queue", (_places(broke), _gateway_queue(broke)), grew)


def _slow_targets(held: Outcome, broke: Outcome) -> list[Cause]:
    found = []
    for before, after in zip(held.targets, broke.targets, strict=True):
        grew = _each(broke, after.took_s) - _each(held, before.took_s)
        words = (
            f"Calls of {after.name} take {show(_each(broke, after.took_s), 'duration')} of each journey, "
            f"{show(_each(held, before.took_s), 'duration')} at the load before."
        )
        crowded = _crowded(broke, after.name)
        mechanism, more = crowded or ("more or slower calls", "")
        found.append(Cause(after.name, mechanism, (more, words) if more else (words,), grew))
        refused = _each(broke, sum(after.refused)) - _each(held, sum(before.refused))
        # Each refusal is followed by a pause; what it lasts in the mean is what requests spend outside calls.
        found.append(Cause(after.name, _limit(after), (_limit_words(after),), refused * _pause(broke)))
    return found


def _crowded(outcome: Outcome, name: str) -> tuple[str, str] | None:
    """How the replicas of a self-hosted model are overrun, as a mechanism and in words; None where they are not."""
    pool = next((item for item in outcome.pools if item.name == name), None)
    if pool is None:
        return None
    if pool.thrown_out or pool.fullest >= NO_ROOM:
        thrown = plural(pool.thrown_out, "sequence")
        return (
            "KV cache full",
            f"The KV cache of {name} is {show(pool.fullest, 'share')} full; {thrown} must begin again.",
        )
    if pool.batch >= CROWDED * pool.sequences or pool.deepest:
        works = f"works on {pool.batch:.0f} of {pool.sequences} sequences, up to {pool.deepest:,} calls wait before it"
        return "replicas saturated", f"A replica of {name} {works}."
    return None


def _pause(outcome: Outcome) -> float:
    calls = sum(item.took_s for item in outcome.targets) + outcome.gateway.waited_s
    refused = sum(sum(item.refused) for item in outcome.targets)
    return max(0.0, outcome.request_latencies.total - calls) / refused if refused else 0.0


# ------------------------------------------------------------------------------------------------ failures


def _failing_stations(held: Outcome, broke: Outcome) -> list[Cause]:
    found = []
    for before, after in zip(held.stations, broke.stations, strict=True):
        queue = _each(broke, after.given_up) - _each(held, before.given_up)
        found.append(Cause(after.name, "servers saturated, timeout in the queue", _station_chain(after, broke), queue))
        full = _each(broke, after.refused) - _each(held, before.refused)
        turned = f"It turns {_percent(after.refused, after.jobs)} of its work away, because its queue is full."
        found.append(Cause(after.name, "queue full", (*_station_chain(after, broke), turned), full))
        words = f"{after.title} fails {_percent(after.failed, after.jobs)} of its jobs, by errors or its timeout."
        work = _each(broke, after.failed) - _each(held, before.failed)
        found.append(Cause(after.name, "errors or timeout at work", (words,), work))
    return found


def _refusals(plan: Plan, held: Outcome, broke: Outcome) -> list[Cause]:
    def grew(how: int) -> float:
        return _each(broke, broke.hows[how]) - _each(held, held.hows[how])

    def turned(how: int) -> str:
        return f"It turns {_percent(broke.hows[how], broke.requests)} of its requests away."

    name = plan.gateway.name
    batch = broke.gateway.lanes[BATCH].most_waiting
    if batch >= plan.gateway.batch_queue > 0 and broke.gateway.lanes[REALTIME].most_waiting < plan.gateway.queue:
        words = f"The queue of the batch lane is full: all {batch:,} places to wait in are taken."
        return [Cause(name, "batch queue full", (words, turned(machine.SHED)), grew(machine.SHED))]
    full = (_places(broke), _gateway_queue(broke), turned(machine.SHED))
    return [
        Cause(name, "gateway full", full, grew(machine.SHED)),
        Cause(
            name, "spend cap", ("The gateway's spend cap is reached.", turned(machine.OVER_BUDGET)),
            grew(machine.OVER_BUDGET), meant=True,
        ),
        Cause(
            name, "tenants' limits", ("Tenants reach their limits of requests, tokens or calls at once.",
                                      turned(machine.OVER_RATE)),
            grew(machine.OVER_RATE), meant=True,
        ),
    ]  # fmt: skip


def _failing_targets(plan: Plan, held: Outcome, broke: Outcome) -> list[Cause]:
    """Requests that no target answered, laid to the targets by how many of their calls went wrong more often."""
    failed = _each(broke, broke.hows[machine.FAILED]) - _each(held, held.hows[machine.FAILED])
    bad = [
        [max(0.0, _each(broke, after.calls[how]) - _each(held, before.calls[how])) for how in range(len(OUTCOMES))]
        for before, after in zip(held.targets, broke.targets, strict=True)
    ]
    total = sum(sum(row[1:]) for row in bad) or 1.0
    found = []
    for target, row in zip(broke.targets, bad, strict=True):
        worst = max(range(1, len(OUTCOMES)), key=lambda how: row[how])
        if worst == route.OVERLOAD:
            mechanism, words = _limit(target), [_limit_words(target)]
        else:
            mechanism = f"calls end with {OUTCOMES[worst]}"
            words = [f"{_percent(target.calls[worst], target.asked)} of the calls of {target.name} end {HOW[worst]}."]
        if target.openings:
            words.append(f"Its breaker opened {target.openings} times.")
        crowded = _crowded(broke, target.name)
        if crowded is not None and worst in (route.OVERLOAD, route.TIMEOUT, route.CUT):
            mechanism = crowded[0]
            words.insert(0, crowded[1])
        if broke.calls and broke.retries > STORM * broke.calls:
            mechanism = f"{mechanism}, and a storm of retries"
            words.append(f"{_percent(broke.retries, broke.calls)} of all calls at models are retries.")
        if broke.fallbacks > 0:
            words.append(f"{_percent(broke.fallbacks, broke.requests)} of all requests moved to another target.")
        found.append(Cause(target.name, mechanism, tuple(words), failed * sum(row[1:]) / total))
    return found


# --------------------------------------------------------------------------------------------- the words


def _limit(target: TargetOutcome) -> str:
    names = ("the supplier's request limit", "the supplier's token limit", "the supplier's limit of calls at once")
    return names[target.refused.index(max(target.refused))]


def _limit_words(target: TargetOutcome) -> str:
    refused = _percent(sum(target.refused), target.asked)
    most = target.refused.index(max(target.refused))
    asked = (
        f"its fullest minute asks for {target.peak_requests:,} calls and {target.request_limit:,.0f} are allowed",
        f"its fullest minute asks for {target.peak_tokens:,} tokens and {target.token_limit:,.0f} are allowed",
        "more calls at once than allowed",
    )[most]
    return f"{target.name} refuses {refused} of its calls: {asked}."


def _places(outcome: Outcome) -> str:
    gateway = outcome.gateway
    rate = outcome.requests / outcome.simulated_s
    stay = gateway.mean_in_flight / rate if rate else 0.0
    return (
        f"{show(rate, 'rate')} requests come and hold a place for {show(stay, 'duration')} in the mean; "
        f"{gateway.mean_in_flight:.0f} of {gateway.concurrency} places are in use, at most {gateway.most_in_flight}."
    )


def _gateway_queue(outcome: Outcome) -> str:
    gateway = outcome.gateway
    words = f"The gateway's queue reaches {gateway.lanes[REALTIME].most_waiting:,} of {gateway.queue:,}."
    batch = gateway.lanes[BATCH].most_waiting
    return f"{words} Beside it up to {batch:,} batch requests wait." if batch else words


def _mix(held: Outcome, broke: Outcome) -> Cause:
    grown = max(
        zip(held.targets, broke.targets, strict=True),
        key=lambda pair: _each(broke, pair[1].asked) - _each(held, pair[0].asked),
    )[1]
    words = f"{grown.name} takes {_each(broke, grown.asked):.2f} calls of each journey."
    return Cause(grown.name, "another mix of calls", (words,), 0.0)


def refused_most(outcome: Outcome) -> Cause | None:
    """The target that refused most calls, if any did."""
    target = max(outcome.targets, key=lambda item: sum(item.refused), default=None)
    if target is None or not sum(target.refused):
        return None
    return Cause(target.name, _limit(target), (_limit_words(target),), float(sum(target.refused)))
