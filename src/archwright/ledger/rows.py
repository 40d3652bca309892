"""The rows of the ledger, version 4. Money in pico-dollars, times in real seconds, tokens by kind.

A ledger begins with a run row; then come attempt and request rows as they end, conversation rows where agents run, and,
from a replayed workload, journey rows as its client saw them. Balance rows say now and then what was spent so far, gap
rows what is missing and why. In compressed time durations are real: multiply by the run's `scale`. Since version 3 they
are chained (see `chain`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from archwright.base.errors import InputError, Location, Problem

SCHEMA = 4
READ = (1, 2, 3, 4)  # 1 knows no retrieval, 2 no chain, 3 no `kinds`; their rows are read as those without


Lane = Literal["realtime", "batch"]


class Run(msgspec.Struct, frozen=True, tag="run", omit_defaults=True):
    """What ran: the plan's hash and facts, and how time ran (`scale` 1 is real time)."""

    plan: str
    system: str
    facts: str
    mode: Literal["serve", "rehearse"]
    started: str
    scale: float = 1.0
    scenario: str = ""
    seed: int = 0
    schema: int = SCHEMA


class Attempt(msgspec.Struct, frozen=True, tag="attempt", omit_defaults=True):
    """One call to one target; `number` 0 is one for vectors, which a search makes before the others.

    `began` is monotonic; `first_s` and `total_s` count from there (-1: nothing came). Prices are those of the `lane` in
    which the target answered: `tier` is what the supplier called it, empty where it said nothing. A `shadow` is a copy
    of the request for a model beside the one that answers; its `tenant` and `journey` stand here, because its cost is
    not in the row of the request, which may be written first. `kinds` are (kind, tokens, price of one) with prices of
    their own, for parts of `tokens_in` and `tokens_out`.
    """

    request: str
    number: int
    plan: str
    route: str
    target: str
    model: str
    began: float
    at: str
    outcome: str
    status: int = 0
    first_s: float = -1.0
    total_s: float = -1.0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    price_in: int = 0
    price_cached: int = 0
    price_out: int = 0
    price_source: str = ""
    cost: int = 0
    estimated: bool = False
    trace: str = ""
    lane: Lane = "realtime"
    tier: str = ""
    shadow: bool = False
    tenant: str = ""
    journey: str = ""
    kinds: tuple[tuple[str, int, int], ...] = ()


class Request(msgspec.Struct, frozen=True, tag="request", omit_defaults=True):
    """One request of a client and how it was answered. `hop` is the place of the target in its route, -1: none.

    `retrieval` says how passages were found (words, vectors, refused; empty: the route answers without), `passages` how
    many were given, `support` that of the best one (-1: none was looked for). An answer cites `cited` numbers; `known`
    of them are those of passages that it was given. `key` is the public name of the key that was used.
    """

    request: str
    plan: str
    tenant: str
    journey: str
    step: str
    session: str
    route: str
    target: str
    began: float
    at: str
    how: str
    status: int
    hop: int = -1
    attempts: int = 0
    first_s: float = -1.0
    total_s: float = -1.0
    stream: bool = False
    cache: str = "none"
    degraded: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    estimated: bool = False
    overhead_s: float = 0.0
    trace: str = ""
    retrieval: str = ""
    passages: int = 0
    support: float = -1.0
    cited: int = 0
    known: int = 0
    lane: Lane = "realtime"
    key: str = ""


class Journey(msgspec.Struct, frozen=True, tag="journey", omit_defaults=True):
    """One journey as the replaying client saw it, in the design's time: `total_s` is multiplied by the scale."""

    session: str
    journey: str
    tenant: str
    began: float
    total_s: float
    outcome: Literal["answered", "degraded", "failed"]
    calls: int = 0


Standing = Literal["accepted", "resumed", "answered", "prepared", "handed-over", "answered-by-person", "failed"]


class Conversation(msgspec.Struct, frozen=True, tag="conversation", omit_defaults=True):
    """How one turn of a conversation with an agent stands: a row as it is accepted, and one as it ends.

    `worked` and `skipped` name components in the order in which they answered or were left out.
    """

    request: str
    conversation: str
    plan: str
    tenant: str
    agent: str
    standing: Standing
    at: str
    worked: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    why: str = ""
    calls: int = 0
    cost: int = 0
    total_s: float = 0.0


class Balance(msgspec.Struct, frozen=True, tag="balance", omit_defaults=True):
    """What was spent in the period since `since`, in all and by tenant (pico-dollars), so that a restart knows."""

    at: str
    since: str
    spent: int
    tenants: dict[str, int] = {}


class Gap(msgspec.Struct, frozen=True, tag="gap", omit_defaults=True):
    """Rows that are not there, how many, and why: the store was lost for too long, or rows at the end were gone."""

    at: str
    rows: int
    why: str


Row = Run | Attempt | Request | Journey | Conversation | Balance | Gap

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Row)


def encode(row: Row) -> bytes:
    """One line of the ledger, with its line end."""
    return _encoder.encode(row) + b"\n"


def decode(lines: Iterable[bytes], file: str) -> Iterator[Row]:
    """The rows of a ledger file. A last line that was torn off by a crash is left out; any other bad line is refused.

    Raises:
        InputError: a line in the middle is no row, or the run says another version.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not line.endswith(b"\n"):
                return  # only the last line of a file has no end
            raise _refused(file, number, f"not a ledger row: {error}") from error
        if isinstance(row, Run) and row.schema not in READ:
            raise _refused(file, number, f"ledger version {row.schema}, this program reads {SCHEMA}")
        yield row


def _refused(file: str, line: int, message: str) -> InputError:
    return InputError([Problem("bad-row", message, Location(file, line, 1), "is this a ledger of this version?")])
