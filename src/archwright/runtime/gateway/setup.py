"""What a gateway process is told: the plan and where its targets are. Nothing else configures it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Upstream(msgspec.Struct, frozen=True):
    """How a target is reached. `key` never leaves this object but for the supplier: it is not part of its text."""

    provider: str
    base: str
    key: str = ""

    def __repr__(self) -> str:
        return f"Upstream({self.provider!r}, {self.base!r})"


class ClientKey(msgspec.Struct, frozen=True):
    """A client's key as the hexadecimal SHA-256 of it, and the tenant who pays.

    `id` is its public name. `expires` in seconds of the epoch; 0: never.
    """

    tenant: str
    digest: str
    id: str = ""
    expires: float = 0.0


class Setup(msgspec.Struct, frozen=True):
    """A serialised plan and its surroundings.

    Attributes:
        plan: bytes of `plan.model.encode`.
        upstreams: one for each target of the plan, in its order.
        indexes: files of the indexes of the plan's retrievers, in their order.
        keys: keys of clients; empty: everybody who reaches the port is let in.
        ledger: place of the ledger's rows (see `runtime.stores`); a rehearsal makes it anew, a server continues it.
        sync: whether every row is stored before the last byte of its answer, also where the plan does not say so.
        key_file: file of more keys, which is read again when it changes; with one, a key is always needed.
        record: file for the machine's events and orders; empty: none.
        mode: `serve` or `rehearse`, for the ledger.
        scale: how many times as fast time runs.
        scenario: name for the ledger.
        seed: of the luck of pauses, and for the ledger.
        family: the ledger as it was named, of which that of a worker is one; empty: there is only `ledger`.
        worker: its number, from 0.
        workers: how many processes share the plan's limits; each begins with an equal part.
        admin: hexadecimal SHA-256 of the key of the admin door; empty: whoever is on this machine is let in.
        counted_apart: counters are shown at the admin door only.
        otlp: address of a collector that traces are sent to; empty: none.
        log: how a line for each request is written to stderr; empty: not at all.
        answers: database in which semantic caches share questions and answers, where the plan says so; empty: that of
            the ledger.
        agents: file for the conversations of the plan's agents; empty: they are not run.
    """

    plan: bytes
    upstreams: tuple[Upstream, ...]
    ledger: str
    keys: tuple[ClientKey, ...] = ()
    record: str = ""
    mode: Literal["serve", "rehearse"] = "serve"
    scale: float = 1.0
    scenario: str = ""
    seed: int = 0
    agents: str = ""
    indexes: tuple[str, ...] = ()
    sync: bool = False
    key_file: str = ""
    workers: int = 1
    admin: str = ""
    counted_apart: bool = False
    otlp: str = ""
    log: Literal["", "json"] = ""
    answers: str = ""
    family: str = ""
    worker: int = 0


def read(line: bytes) -> Setup:
    """A setup from its JSON line.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(line, type=Setup)
