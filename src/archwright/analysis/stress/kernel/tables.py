"""The kernel's memory: tables of records, one record a thing, and the state that holds them all.

Indices point from table to table; -1 points nowhere. Times in seconds, money in pico-dollars. Things that come and go
(trips, walks, calls, kept answers) have a chain of free rows; before each event there is room for all that one event
can add, and where there is not, the loop stops and `engine` makes the tables larger.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from archwright.policy.sequences import Calls, Replicas

NOBODY = -1
LINE = 64  # bytes that the processor fetches at once
Table = Any  # an array of records; the compiler finds out of which
Record = Any
Type = np.dtype[Any]


def _type(whole: str = "", real: str = "", rows: str = "") -> Type:
    """A type of records from the names of its whole numbers, of its floats, and of its rows in other tables."""
    columns = [(name, np.int64) for name in whole.split()] + [(name, np.float64) for name in real.split()]
    return np.dtype(columns + [(name, np.int32) for name in rows.split()], align=True)


def _lined(kind: Type) -> Type:
    """The same, each record in a line of the processor's cache of its own: it is fetched at once."""
    fields: Any = kind.fields
    names = list(fields)
    formats, offsets = zip(*(fields[name] for name in names), strict=True)
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": LINE}, align=True)


# What the plan says; written once.
# its steps are rows first to end of STEP
JOURNEY = _type(
    whole="answers wordings zipf guide contents first end lane traced rank pieces pieces_end users firsts firsts_end",
    real="scale power semantic think_s think_spread load",
)
STEP = _type(
    whole=(
        "repeat_most growth system_tokens passages strata_in strata_out journey index stage station "
        "search route background skips cacheable draws sticky traced prefix known"
    ),
    real=("probability repeat_again timeout_s pause_s pause_spread in_median in_spread out_median out_spread seen"),
)
# `hours` points to the hours of the week; `drawn` is 1 where its time is a matter of luck; `patience` is a law
STATION = _type(
    whole="servers instant law drawn queue patience each scales least most hours",
    real="median_s spread error_rate patience_s target every_s cold_start_s settle_s",
)
TARGET = _type(
    whole="pool price batch_price",
    real=(
        "first_token_s per_token_s prefill_rate spread error_rate prompt_cache prompt_writes batch_slower "
        "first_content_s"
    ),
)
# with more input tokens than `over` all tokens have these prices; the tiers of a price stand one after the other
PRICE = _type(
    whole="over input cached stored output request most_in most_out last",
)
ROUTE = _type(
    whole="first end cache hedges",
)
# From `since` on; a component's rows stand one after the other, and `last` is 1 in the last of them.
WEATHER = _type(
    whole="concurrent down last",
    real="since slow errors limit request_rate request_burst token_rate token_burst again_s",
)
# up to `end` the load of a journey runs straight from `first` to `last`
PIECE = _type(
    real="end first last",
)

# Requests for a run of the step in `row`, looked back at for `due`; its journey's past is rows of `past`.
STREAM = _type(
    whole="cache journey row run repeats past past_end",
    real="rate due pace ttl_s shared",
)

# A model's replicas: rows `first` to `first + number` of the posts. `there` of them work, `turned` got the last call.
# Those that scale aim at the use `aim`, with `least` to `most`; `fewest` to `largest` were paid for.
POOL = _type(
    whole=(
        "first number router target there turned away kv_tokens sequences batched_tokens waiting scales least most "
        "running starting peak fewest largest"
    ),
    real=(
        "fixed_s weights_s experts_s touched kv_s compute_s sequence_s token_s aim every_s cold_start_s settle_s "
        "calm_at at looked calls_s tokens_s"
    ),
)

# What changes.
# a replica: its pool, when its run ends, for when that is scheduled, since when it is paid for (-1.0: it is not)
POST = _type(
    whole="pool",
    real="due set_at up_s up_since",
)
# a call at a replica; its row is its slot in `sequences`
SEAT = _type(
    whole="call home serial live next",
    real="began came",
)
VISIT = _type(
    whole="number answer tokens_in tokens_out tokens_cached journey tenant wording",
    real="at luck",
)
# the arrivals of one journey
SOURCE = _type(
    whole="number piece over",
    real="due begin passed at",
)
EVENT = _type(
    whole="order b a",
    real="at",
)
TRIP = _type(
    whole=(
        "number answer tokens_in tokens_out tokens_cached journey tenant wording step open walks degraded "
        "failed ended next"
    ),
    real="at",
)
WALK = _type(
    whole=(
        "request tokens_in tokens_out cached key found job trip step place runs turn target slot good state "
        "queue before behind next"
    ),
    real="came arrived until started",
)
CALL = _type(
    whole="tokens_in tokens_out walk target attempt outcome let_in next",
    real="after_s begins_s retry_after",
)
# of a call where calls may run beside each other: its request's slot, its seat at a replica, 1 where it is to be called
# off, when it began, and how slow its supplier was then
SIDE = _type(
    whole="slot seat off",
    real="at slow",
)
# the calls of a slot's request that are under way
PAIR = _type(
    whole="first second",
)
ROOM = _type(
    whole="jobs failed given_up refused deepest busy waiting weather running starting peak most",
    real="asked_s worked_s waited_s longest_s calm_at at looked demand_s had_s",
)
# the jobs of one rank at one station
QUEUE = _type(
    whole="first last",
)
METER = _type(
    whole="working weather",
    real="requests requests_at tokens tokens_at",
)
# a kept answer, between those that were kept after and before it
ANSWER = _lined(_type(whole="key hits cost", real="at worth", rows="cache newer older next"))
# an answer that may have been kept before the scenario
CANDIDATE = _type(
    whole="key cost hits",
    real="at asked",
)
# what an answer was worth once, and whose that is (see `worths`)
RANK = _type(real="worth at")
RANKED = _type(whole="key row")
# a cache; where room was short once, `filed` of its answers are ranked, from `first` on
SHELF = _type(
    whole="entries count newest oldest first filed",
    real="ttl_s clock",
)

# What is counted.
# of a journey
COUNT = _type(
    whole="answered degraded failed requests cached cacheable",
)
# of a target
CALLS = _type(
    whole=("openings minute calls peak_calls tokens peak_tokens all_tokens r_requests r_tokens r_concurrent"),
    real="took_s noticed_s opened_s",
)
# of an interval of time
SLOT = _type(
    whole="answered degraded failed shed most last",
)
HISTOGRAM = _type(
    whole="count",
    real="total least most",
)
LANE = _type(
    whole="held waiting longest",
    real="held_s waiting_s",
)
BILL = _type(
    whole="calls tokens_in tokens_cached tokens_out cost",
)
DESK = _type(
    whole=(
        "seed events order fallbacks retries most_in_flight most_waiting recorded room journeys tenants "
        "pending soon soon_end visit visits over begun draws widest trips walks calls answers used_trips used_walks "
        "used_calls used_answers kept candidates filed seats used_seats serial most_at_once hedges"
    ),
    real="lasts_s width_s begins_s since_s felt_s changed told waited_s",
)


class State(NamedTuple):
    """Everything that the kernel's functions work on. `desk` has one row: numbers of the whole.

    `prices` has a row for each tier of each price. `firsts` are the first visits of users who come back, `comer` is
    one row: whoever comes back now. `numbers` holds sums and strata that journeys, steps and tenants point to,
    `guides` where to look in them for an answer, `known` the tokens of contents that were asked for (see `luck`).
    `streams` are requests whose answers were kept before the scenario, `past` the load that there was. `bins` has a
    row of counts for each row of `histograms`: journeys, all requests, intervals. `index` finds kept answers by their
    key. `of_slot` is the walk of each of the machine's slots, `pairs` its calls; `sides` has a row for each row of
    `calls`; both are empty where no route hedges. `sequences` and `replicas` are the columns of `policy.sequences`.
    """

    machine: Any
    desk: Table
    journeys: Table
    steps: Table
    stations: Table
    targets: Table
    prices: Table
    routes: Table
    hops: Table
    weather: Table
    pieces: Table
    numbers: Table
    guides: Table
    known: Table
    trace: Table
    sources: Table
    visits: Table
    firsts: Table
    comer: Table
    heap: Table
    soon: Table
    trips: Table
    walks: Table
    calls: Table
    sides: Table
    pairs: Table
    rooms: Table
    queues: Table
    meters: Table
    answers: Table
    shelves: Table
    ranks: Table
    ranked: Table
    candidates: Table
    streams: Table
    past: Table
    index: Table
    of_slot: Table
    counts: Table
    called: Table
    outcomes: Table
    hows: Table
    slots: Table
    slot_calls: Table
    histograms: Table
    bins: Table
    lanes: Table
    bills: Table
    pools: Table
    posts: Table
    seats: Table
    up: Table
    sequences: Calls
    replicas: Replicas
    told: Table
    endings: Table


def fetch(rows: Table, at: int) -> None:
    """A row will be read soon: compiled, the processor begins to fetch it and goes on meanwhile. Else it does nothing.

    Tables of a hundred thousand answers lie far from the processor: waiting for them took a third of all time.
    """


def make(kind: type[Any], values: Sequence[Any]) -> Any:
    """A table of the policies as an array: of records for a class of rows, else of numbers."""
    if kind in (int, float):
        return np.array(values, dtype=np.int64 if kind is int else np.float64)
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else list(hints)
    columns = np.dtype([(name, np.float64 if hints[name] is float else np.int64) for name in names], align=True)
    rows = [tuple(getattr(row, name) for name in names) for row in values]
    return np.array(rows, dtype=columns).view(np.recarray)


def blank(rows: int | tuple[int, int], kind: Type) -> Table:
    """A table of zeros. It begins where a line of the processor's cache begins."""
    size = math.prod(rows if isinstance(rows, tuple) else (rows,)) * kind.itemsize
    raw = np.zeros(size + LINE, np.uint8)
    begin = -raw.ctypes.data % LINE
    return raw[begin : begin + size].view(kind).reshape(rows).view(np.recarray)


def written(kind: Type, rows: list[dict[str, float]]) -> Table:
    """A table from rows by name; what a row does not name is 0."""
    found = blank(len(rows), kind)
    for number, row in enumerate(rows):
        for name, value in row.items():
            found[name][number] = value
    return found
