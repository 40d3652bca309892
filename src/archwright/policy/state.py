"""What a machine knows: tables of rows that its functions change. One row a request under way, a target, a lane.

In plain Python a table is a list of small objects, in an analysis an array of records: the functions that work on them
are the same. A request has a *slot*, the number of its row; slots that are free form a chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from archwright.policy.breaker import Circuit
from archwright.policy.bucket import Bucket, Held
from archwright.policy.budget import Spent
from archwright.policy.choose import Pulse
from archwright.policy.health import Health
from archwright.policy.law import Law, Make, lists
from archwright.policy.rules import Rules

# How a request was answered.
ANSWERED = 0
CACHED = 1
DEGRADED = 2
FAILED = 3
SHED = 4
OVER_BUDGET = 5
OVER_RATE = 6
LEFT = 7
STALE = 8  # with an answer that had been kept and was too old, because no target answered
HOWS = ("answered", "cached", "degraded", "failed", "shed", "over-budget", "over-rate", "left", "stale")

# What is ordered; see `Order`.
CALL = 0
SLEEP = 1
REPLY = 2
KEEP = 3
CANCEL = 4
COPY = 5
COPIED = 1 << 20  # the number of a call that is a copy; no request is tried so often

# What a request is.
UNDER_WAY = 1
ANSWERED_BUT = 2  # but a call that was called off has not said yet what it cost

PRIORITIES = 3
OUTBOX = 8  # orders that one event can have at most
NOBODY = -1


class Arrival(NamedTuple):
    """A request came: its slot, route, tenant (-1: none), exact cache key (0: not cacheable), and the cost to reserve.

    `tokens_in` and `tokens_out` are expected; `journey` -1: none that is known; `luck` in [0, 1) may choose its target;
    `lane` is one of `lanes.LANES`. `age` is how long ago (seconds) the answer to its key was kept, -1.0: never.
    """

    slot: int
    route: int
    tenant: int
    key: int
    cost: int
    tokens_in: int
    tokens_out: int
    journey: int
    luck: float
    lane: int
    age: float


class Ended(NamedTuple):
    """An attempt ended: its outcome, its cost (pico-dollars), the target's retry-after (s), and the luck of a pause.

    Its answer began after `first_s` seconds (below 0: nobody knows). `attempt` is its number; 0 is the one under way,
    where there is only one.
    """

    slot: int
    outcome: int
    cost: int
    retry_after: float
    luck: float
    first_s: float
    attempt: int


@dataclass(slots=True)
class Slot:
    """A request that is not answered yet.

    `hops` is how many it has and `hop` at which of them it is. `verdict` is how the breaker let the call under way
    through (REFUSED: none is under way) and `attempt` its number. `second` is the number of a call beside it (0: none),
    `lost` that of a call that was called off and has not ended. `begun` is the number of the call whose answer began.
    `kept_at` is when the answer to its key was kept, if `kept` is 1. `turn` counts those who began to wait. `before`
    and `behind` are its neighbours in a queue; `behind` is also the next free slot. Tickets go on from request to
    request, so that the sleep of an earlier one wakes nobody.
    """

    open: int = 0
    route: int = 0
    tenant: int = -1
    lane: int = 0
    key: int = 0
    kept: int = 0
    kept_at: float = 0.0
    reserved: int = 0
    cost: int = 0
    deadline: float = 0.0
    hops: int = 0
    hop: int = 0
    tries: int = 0
    attempts: int = 0
    ticket: int = 0
    verdict: int = 0
    attempt: int = 0
    begun: int = 0
    second: int = 0
    second_hop: int = 0
    second_verdict: int = 0
    second_tries: int = 0
    lost: int = 0
    lost_hop: int = 0
    lost_verdict: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    luck: float = 0.0
    priority: int = 0
    group: int = 0
    entered: int = 0
    entered_at: float = 0.0
    waiting: int = 0
    turn: int = 0
    before: int = NOBODY
    behind: int = NOBODY


@dataclass(slots=True)
class Order:
    """What is to be done. Which numbers count depends on its kind.

    CALL: call `target`; `attempt` counts from 1 over all targets; give up after `seconds`; `hop` is the target's place
    in the request's own order (0: its first choice). SLEEP: say `wake` with this `ticket` at the time `seconds`.
    REPLY: answer the client; `how` is one of HOWS, `hop` as above (-1: no target answered), `attempt` how many there
    were, `seconds` when to come back (0: nothing is said). The slot is free then. KEEP: store the answer of this
    request under its `key` in the cache `target`. CANCEL: give up the call with this `attempt`, and say how it ended
    with what it has cost; the slot of a REPLY is free only then. COPY: call `target` with a copy of the request, give
    up after `seconds`, and say when it has ended; the pico-dollars in `key` are reserved for it.
    """

    kind: int = 0
    slot: int = 0
    target: int = 0
    attempt: int = 0
    hop: int = 0
    how: int = 0
    ticket: int = 0
    key: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Lane:
    """A lane now: requests that hold a place, and how many wait."""

    held: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Line:
    """Those of a lane, a priority and a group who wait: the first and the last."""

    first: int = NOBODY
    last: int = NOBODY


@dataclass(slots=True)
class Desk:
    """The first free slot, how many orders there are, requests that hold a place, and requests that wait for one.

    `turn` is how many have begun to wait, `limit` how many places there are now, `cut_at` when they last became fewer,
    and `hold_s` for how long a request holds its place, as a moving mean.
    """

    free: int = NOBODY
    orders: int = 0
    in_flight: int = 0
    waiting: int = 0
    turn: int = 0
    limit: float = 0.0
    cut_at: float = 0.0
    hold_s: float = 0.0


@dataclass(slots=True)
class State:
    """Everything that a machine's functions work on.

    `turns` has `law.width` places a slot: the hops of its request in their order. `lines` are those of all lanes, in
    each those of all priorities, in each those of all groups; `shares` are the tokens of the requests in places, by
    group where there are several. `saved` are retries by route, the first of `spent` is the gateway's, then one a
    tenant; `levels` and `meters` are the tenants' buckets of requests and tokens, `present` how many requests they
    have, `reserves` the targets' buckets of provisioned tokens. `loads` are the tokens of the targets' calls under way,
    `copies` how many copies are under way, by route. `ranks` and `aside` are scratch paper.
    """

    law: Law
    desk: Desk
    slots: list[Slot]
    turns: list[int]
    orders: list[Order]
    lanes: list[Lane]
    lines: list[Line]
    shares: list[int]
    circuits: list[Circuit]
    pulses: list[Pulse]
    healths: list[Health]
    loads: list[int]
    copies: list[int]
    saved: list[float]
    spent: list[Spent]
    levels: list[Held]
    meters: list[Held]
    present: list[int]
    reserves: list[Held]
    ranks: list[float]
    aside: list[int]


def begun(law: Law, rules: Rules, start: float, slots: int, make: Make = lists, filled: float = 1.0) -> State:
    """The state of a machine that begins at `start` with so many free slots; limits hold that share of their bursts."""
    targets = range(len(rules.breakers))
    provisioned = rules.provisioned or (Bucket(0.0, 1.0),) * len(rules.breakers)
    return State(
        law=law,
        desk=make(Desk, [Desk(free=0 if slots else NOBODY, limit=float(law.concurrency), cut_at=start)])[0],
        slots=make(Slot, _chain(0, slots, NOBODY)),
        turns=make(int, [0] * (law.width * slots)),
        orders=make(Order, [Order() for _ in range(OUTBOX)]),
        lanes=make(Lane, [Lane() for _ in law.lanes]),
        lines=make(Line, [Line() for _ in range(len(law.lanes) * PRIORITIES * law.groups)]),
        shares=make(int, [0] * law.groups),
        circuits=make(Circuit, [Circuit() for _ in targets]),
        pulses=make(Pulse, [Pulse() for _ in targets]),
        healths=make(Health, [Health() for _ in targets]),
        loads=make(int, [0 for _ in targets]),
        copies=make(int, [0 for _ in rules.routes]),
        saved=make(float, [1.0 for _ in rules.routes]),
        spent=make(Spent, [Spent(0, 0, start) for _ in range(1 + len(rules.tenants))]),
        levels=make(Held, [Held(filled * tenant.requests.burst, start) for tenant in rules.tenants]),
        meters=make(Held, [Held(filled * tenant.tokens.burst, start) for tenant in rules.tenants]),
        present=make(int, [0 for _ in rules.tenants]),
        reserves=make(Held, [Held(filled * bucket.burst, start) for bucket in provisioned]),
        ranks=make(float, [0.0] * law.width),
        aside=make(int, [0] * law.width),
    )


def grow(state: State, slots: int) -> None:
    """So many more slots, where the tables are lists."""
    first = len(state.slots)
    state.slots.extend(_chain(first, slots, state.desk.free))
    state.turns.extend([0] * (state.law.width * slots))
    state.desk.free = first


def _chain(first: int, count: int, end: int) -> list[Slot]:
    """Free slots, each with the next one behind it and `end` behind the last."""
    return [Slot(behind=first + place + 1 if place + 1 < count else end) for place in range(count)]
