"""Twelve faults of a supplier, streamed and whole, before five ways of going on: what came, beside what is declared.

    make bench NAME=faults

LiteLLM's proxy and Portkey's gateway meet the same faults, with a healthy second target behind the faulty one, no
retries, and waits as short as both can be told: what `fallback` is here. One that is not installed is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import NamedTuple

import aiohttp

from archwright.runtime.emulator.app import TONGUES
from archwright.runtime.serving import Receive, Scope, Send, Server, answer, listen
from archwright.runtime.trials.cells import LEFT, NOWHERE, judged
from archwright.runtime.trials.culprit import FAULTS, Culprit
from archwright.runtime.trials.faults import POLICIES, Cell, expected, trial
from archwright.runtime.trials.small import plan

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.gateway import Peer, free_port, litellm, portkey

LIKE = "fallback"  # what the others are set up as
WAIT_S = 2  # the shortest that both can be told
LONGEST_S = 20.0
LEAVES_S = 0.5
AT_ONCE = 4
SECOND = "second"
ROUTE = next(route for route in plan().routes if route.name == LIKE)
Wheres = dict[tuple[str, bool], tuple[str, str]]


class Told(Culprit):
    """The same supplier, told by its address what shall befall a call; it counts calls, and those that were cut."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or not."""
        place, _, path = str(scope.get("path", "")).strip("/").partition("/")
        if path not in TONGUES:  # LiteLLM asks for the list of models as it starts
            await answer(send, 404, [], b"") if path else await super().__call__(scope, receive, send)
            return
        self.calls[place] += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.ended[place] += 1

    def _fault(self, name: str, target: str) -> str:
        _, fault, rest = target.split(".", 2)
        return FAULTS[int(fault)] if SECOND not in rest else ""


class _There(NamedTuple):
    """One gateway under trial, who asks it, how many at once, and the supplier behind it."""

    session: aiohttp.ClientSession
    gate: asyncio.Semaphore
    peer: Peer
    told: Told


def main() -> None:
    """Try every cell and print the table; the last line is one JSON object."""
    logging.disable()  # what the trial breaks off is no news
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(trial(Path(folder)))
        others = {name: asyncio.run(_peer(Path(folder), name)) for name in ("litellm", "portkey")}
    wrong = [(cell, expected(cell.fault, cell.stream, cell.policy)) for cell in found]
    wrong = [(cell, wanted) for cell, wanted in wrong if cell != wanted]
    named = {(cell.fault, cell.stream, cell.policy): cell for cell in found}
    columns = (*POLICIES, *(name for name, cells in others.items() if cells))
    print(f"| fault | | {' | '.join(columns)} |\n|---|---|{'---|' * len(columns)}")
    for fault in FAULTS:
        for stream in (False, True):
            cells = [_shown(named[fault, stream, policy]) for policy in POLICIES]
            cells += [_told(theirs[fault, stream]) for theirs in others.values() if theirs]
            print(f"| {fault} | {'stream' if stream else 'whole'} | {' | '.join(cells)} |")
    for cell, wanted in wrong:
        print(f"NOT AS DECLARED: {cell} instead of {wanted}", file=sys.stderr)
    result: dict[str, int | None] = {"cells": len(found), "as_declared": len(found) - len(wrong)}
    for name, theirs in others.items():
        alike = sum((cell.got, cell.calls) == _wanted(*key) for key, cell in theirs.items())
        result[f"{name}_as_{LIKE}"] = alike if theirs else None
    print(f"\nThe others are set up as `{LIKE}`; each cell of theirs that does the same counts.")
    print(json.dumps(result))


def _wanted(fault: str, stream: bool) -> tuple[str, int]:
    cell = expected(fault, stream, LIKE)
    return cell.got, cell.calls


def _told(cell: Cell) -> str:
    same = (cell.got, cell.calls) == _wanted(cell.fault, cell.stream)
    return f"{cell.got}, {cell.calls} call{'s' if cell.calls != 1 else ''}{'' if same else ' (≠)'}"


def _shown(cell: Cell) -> str:
    mark = "" if cell == expected(cell.fault, cell.stream, cell.policy) else " (!)"
    return f"{cell.got}, {cell.calls} call{'s' if cell.calls != 1 else ''}{mark}"


# ------------------------------------------------------------------------------------------------------ the others


async def _peer(folder: Path, name: str) -> dict[tuple[str, bool], Cell]:
    """What another gateway does with the same faults; nothing where it is not installed."""
    async with _supplied() as (told, base):
        wheres = _wheres(name, base)
        begin = _litellm if name == "litellm" else _portkey
        with contextlib.ExitStack() as stack:
            try:
                peer = await asyncio.to_thread(stack.enter_context, begin(folder, wheres))
            except FileNotFoundError as missing:
                print(f"{name} is left out: {missing}", file=sys.stderr)
                return {}
            async with aiohttp.ClientSession() as session:
                there = _There(session, asyncio.Semaphore(AT_ONCE), peer, told)
                cells = await asyncio.gather(*(_ask(there, *key, wheres[key]) for key in wheres))
    return {(cell.fault, cell.stream): cell for cell in cells}


@contextlib.asynccontextmanager
async def _supplied() -> AsyncIterator[tuple[Told, str]]:
    told, bound, there = Told(), listen("127.0.0.1", 0), asyncio.Event()
    server = Server(told, there.set, grace_s=0.0)
    serving = asyncio.create_task(server.serve([bound]))
    await there.wait()
    try:
        yield told, f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.stop()
        await serving


def _wheres(name: str, base: str) -> Wheres:
    """For each cell the address of the target that fails, and that of the healthy one."""
    closed = f"http://127.0.0.1:{free_port()}"
    bases = {"connection refused": closed, "DNS failure": NOWHERE}
    return {
        (fault, stream): (
            f"{bases.get(fault, base)}/{name}.{number}.{stream:d}/v1",
            f"{base}/{name}.{number}.{stream:d}{SECOND}/v1",
        )
        for number, fault in enumerate(FAULTS)
        for stream in (False, True)
    }


def _litellm(folder: Path, wheres: Wheres) -> contextlib.AbstractContextManager[Peer]:
    models, falls = [], []
    for key, (first, second) in wheres.items():
        for name, base in ((_model(*key), first), (_model(*key) + SECOND, second)):
            target = {"model": "openai/m", "api_base": base, "api_key": "sk-x", "max_retries": 0}
            models.append({"model_name": name, "litellm_params": target})
        falls.append({_model(*key): [_model(*key) + SECOND]})
    router = {"num_retries": 0, "fallbacks": falls, "timeout": WAIT_S, "stream_timeout": WAIT_S}
    settings = {"num_retries": 0, "request_timeout": WAIT_S}
    more = {"disable_cooldowns": True}
    return litellm(folder, {"model_list": models, "router_settings": router | more, "litellm_settings": settings})


def _portkey(folder: Path, _wheres: Wheres) -> contextlib.AbstractContextManager[Peer]:
    return portkey(folder, {})


def _model(fault: str, stream: bool) -> str:
    return f"m{FAULTS.index(fault)}{'s' if stream else 'w'}"


async def _ask(there: _There, fault: str, stream: bool, where: tuple[str, str]) -> Cell:
    """One cell. Its calls are those that the supplier saw; one that nobody could reach is one, too."""
    peer, told = there.peer, there.told
    body = {"model": _model(fault, stream), "messages": [{"role": "user", "content": "Where is it?"}], "stream": stream}
    headers = {**peer.headers, **(_config(where) if peer.name == "portkey" else {})}
    url = f"http://127.0.0.1:{peer.port}/v1/chat/completions"
    patience = LEAVES_S if fault == "client disconnect" else LONGEST_S
    async with there.gate:
        try:
            async with asyncio.timeout(patience), there.session.post(url, json=body, headers=headers) as response:
                whole = await response.read()
            got = _judged(response.status, whole, stream, fault)
        except TimeoutError:
            got = await _left(told, where) if fault == "client disconnect" else f"nothing in {LONGEST_S:.0f} s"
        except aiohttp.ClientError as error:
            got = f"lost: {type(error).__name__}"
    reached = told.calls[_place(where[0])] or (fault in ("connection refused", "DNS failure"))
    return Cell(fault, stream, peer.name, got, reached + told.calls[_place(where[1])])


def _judged(status: int, whole: bytes, stream: bool, fault: str) -> str:
    try:
        return judged(status, whole, "", stream, fault, ROUTE)
    except (ValueError, KeyError, IndexError, TypeError):
        return "no answer of this wire"


async def _left(told: Told, where: tuple[str, str]) -> str:
    """Whether the call to the supplier ends soon after the client has left."""
    ends = time.monotonic() + 1.0
    while time.monotonic() < ends:
        if told.ended[_place(where[0])]:
            return LEFT
        await asyncio.sleep(0.02)
    return "left, and the supplier goes on"


def _place(address: str) -> str:
    return address.rsplit("/", 2)[1]


def _config(where: tuple[str, str]) -> Mapping[str, str]:
    targets = [
        {"provider": "openai", "api_key": "sk-x", "custom_host": base, "request_timeout": WAIT_S * 1000,
         "retry": {"attempts": 0}}
        for base in where
    ]  # fmt: skip
    return {"x-portkey-config": json.dumps({"strategy": {"mode": "fallback"}, "targets": targets})}


if __name__ == "__main__":
    main()
