"""Routes of a plan before the faults of a supplier: what the client gets, in how many calls, and what is billed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from archwright.ledger.rows import Attempt, Request, Row, decode
from archwright.plan.model import Plan, Route, encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import stand_in
from archwright.runtime.trials.culprit import FAULTS, TEXT, UNREACHED, Asked, identity

AT_ONCE: Final = 12
LONGEST_S: Final = 120.0
NOWHERE: Final = "http://no-such-host.invalid"
PATIENCE_S: Final = 0.25  # after which a client leaves that shall leave
WARM: Final = "warm"
ANSWER, CANNED, REFUSED, KEPT, CALLER, FAILED, BROKEN, LEFT = (
    "answer",
    "canned",
    "refused",
    "kept",
    "caller",
    "failed",
    "broken off",
    "left",
)


class Met(msgspec.Struct, frozen=True):
    """One fault before one route: what the client got, how many calls were made, pico-dollars that were charged.

    `estimated`: the supplier did not tell all of it.
    """

    fault: str
    stream: bool
    route: str
    got: str
    calls: int
    cost: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the trials take place.

    Attributes:
        folder: for the ledgers.
        plan: what the gateway runs.
        scale: how many times as fast time runs.
        indexes: files of the plan's retrievers.
        questions: what a route is asked, by its name; one that is not there is asked anything.
    """

    folder: Path
    plan: Plan
    scale: float = 1.0
    indexes: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One gateway and the cells that are tried on it."""

    name: str
    questions: Mapping[str, str]
    cells: tuple[tuple[str, bool, Route], ...]
    session: aiohttp.ClientSession
    url: str
    gate: asyncio.Semaphore


async def met(ground: Ground, routes: Sequence[Route]) -> list[Met]:
    """Every fault before every route, streamed and whole, in the order of the faults.

    A target that cannot be reached is the first that a route names.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    found: list[Met] = []
    supplier = await children.start("supplier", "archwright.runtime.trials.culprit", Asked())
    try:
        wires = tuple(fault for fault in FAULTS if fault not in UNREACHED)
        found += await _at(ground, "here", _cells(wires, routes), [supplier.url] * len(ground.plan.targets))
        for place in dict.fromkeys(route.hops[0].target for route in routes):
            theirs = [route for route in routes if route.hops[0].target == place]
            bases = [supplier.url] * len(ground.plan.targets)
            bases[place] = NOWHERE
            found += await _at(ground, f"nowhere-{place}", _cells(("DNS failure",), theirs), bases)
            doomed = await children.start("supplier", "archwright.runtime.trials.culprit", Asked())
            bases[place] = doomed.url
            cells = _cells(("connection refused",), theirs)
            try:
                found += await _at(ground, f"closed-{place}", cells, bases, doomed)
            finally:
                await doomed.stop()
    finally:
        await supplier.stop()
    names = [route.name for route in routes]
    return sorted(found, key=lambda item: (FAULTS.index(item.fault), item.stream, names.index(item.route)))


def _cells(faults: Sequence[str], routes: Sequence[Route]) -> tuple[tuple[str, bool, Route], ...]:
    return tuple((fault, stream, route) for fault in faults for stream in (False, True) for route in routes)


async def _at(
    ground: Ground,
    name: str,
    cells: tuple[tuple[str, bool, Route], ...],
    bases: Sequence[str],
    doomed: children.Child | None = None,
) -> list[Met]:
    """Some cells with each target at its base; a supplier that is `doomed` ends before they begin."""
    ledger = ground.folder / f"faults-{name}.jsonl"
    upstreams = tuple(
        Upstream(stand_in(target.provider), base) for target, base in zip(ground.plan.targets, bases, strict=True)
    )
    setup = Setup(
        encode(ground.plan), upstreams, str(ledger), mode="rehearse", scale=ground.scale, indexes=ground.indexes
    )
    gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            here = _Trial(name, ground.questions, cells, session, gateway.url, asyncio.Semaphore(AT_ONCE))
            await asyncio.gather(
                *(_ask(here, number, WARM) for number, cell in enumerate(cells) if cell[2].stale_s > 0.0)
            )
            if doomed is not None:
                await doomed.stop()
            got = await asyncio.gather(*(_ask(here, number, name) for number in range(len(cells))))
    finally:
        await gateway.stop()
    with ledger.open("rb") as lines:
        return _held(here, got, list(decode(lines, str(ledger))))


def _held(here: _Trial, got: list[str], rows: list[Row]) -> list[Met]:
    """What clients got, with what the ledger knows of it."""
    calls: dict[str, list[Attempt]] = {}
    for row in rows:
        if isinstance(row, Attempt) and row.number:
            calls.setdefault(row.request, []).append(row)
    left = {row.request for row in rows if isinstance(row, Request) and row.how == "left"}
    found = []
    for number, ((fault, stream, route), said) in enumerate(zip(here.cells, got, strict=True)):
        name = identity(here.name, fault, number)
        made = calls.get(name, [])
        found.append(
            Met(
                fault,
                stream,
                route.name,
                said if said != LEFT or name in left else "not seen",
                len(made),
                sum(row.cost for row in made),
                any(row.estimated for row in made),
            )
        )
    return found


async def _ask(here: _Trial, number: int, name: str) -> str:
    fault, stream, route = here.cells[number]
    warm = name == WARM
    body = {
        "model": route.name,
        # Of equal requests one could have another's kept answer.
        "messages": [{"role": "user", "content": f"{here.questions.get(route.name, '')} {number}:{fault}".strip()}],
        "max_tokens": 64,
        "stream": stream,
    }
    headers = {"x-request-id": identity(name, "" if warm else fault, number)}
    patience = PATIENCE_S if fault == "client disconnect" and not warm else LONGEST_S
    async with here.gate:
        try:
            async with (
                asyncio.timeout(patience),
                here.session.post(f"{here.url}/v1/chat/completions", json=body, headers=headers) as response,
            ):
                whole = await response.read()
        except TimeoutError:
            return LEFT
        except aiohttp.ClientError as error:
            return f"lost: {type(error).__name__}"
    cache = response.headers.get("x-archwright-cache", "")
    return judged(response.status, whole, cache, stream, fault, route)


def judged(status: int, whole: bytes, cache: str, stream: bool, fault: str, route: Route) -> str:
    """What a client got, in a word or two."""
    if status != 200:
        return CALLER if str(status) == fault else FAILED if status == 502 else f"status {status}"
    ended = whole.endswith(b"data: [DONE]\n\n")
    if stream and not ended:
        return BROKEN if b'"error"' in whole else "a silent end"
    if stream and b'"error"' in whole:
        return "an error and an end"
    text = _text(whole, stream).strip()
    if text.startswith(TEXT):
        return KEPT if cache == "stale" else ANSWER
    known = {route.degraded: CANNED, route.refusal: REFUSED}
    return known.get(text, f"text {text[:40]!r}") if text else "nothing"


def _text(whole: bytes, stream: bool) -> str:
    if not stream:
        said: str = msgspec.json.decode(whole)["choices"][0]["message"]["content"]
        return said
    pieces = [line[6:] for line in whole.splitlines() if line.startswith(b"data: {")]
    choices = [choice for piece in pieces for choice in msgspec.json.decode(piece)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)
