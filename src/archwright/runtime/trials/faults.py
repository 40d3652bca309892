"""Twelve faults, streamed and whole, before five ways of going on; what was declared beside what came.

What is expected is derived from the rules that the file declares and nothing of the gateway's code:

- A mistake of the caller (400, 404) goes back to the caller, with its status; nothing else is tried.
- A refusal of our key (401) is not tried again at the same target; the next one is.
- Everything else that happens before the first content is tried again where `attempts` allows it, then the next target,
  then the ladder: an answer that was kept, the canned one, an error 502.
- After the first content nobody can take over: the stream ends with an error event, never in silence, and without the
  event that ends a whole one.
- A client that leaves is not answered, its supplier's connection is cut, and what was written is billed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from archwright.ledger.rows import Attempt, Request, decode
from archwright.plan.model import encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.serving import Receive, Scope, Send, answer, body_of, read_setup, serve_child
from archwright.runtime.trials.small import plan

FAULTS: Final = (
    "500", "429", "401", "400", "404", "slow first byte", "cut stream", "stall", "malformed chunk",
    "connection refused", "DNS failure", "client disconnect",
)  # fmt: skip
POLICIES: Final = ("alone", "fallback", "retry", "degraded", "stale")
OF_THE_CALLER: Final = frozenset(("400", "404"))
BEGUN: Final = frozenset(("cut stream", "stall", "malformed chunk"))  # after the first content, where it is a stream
TIMEOUT_S: Final = 0.6
AT_ONCE: Final = 12
NOWHERE: Final = "http://no-such-host.invalid"
PATIENCE_S: Final = 0.25
ANSWER, CANNED, KEPT, CALLER, FAILED, BROKEN, LEFT = (
    "answer",
    "canned",
    "kept",
    "caller",
    "failed",
    "broken off",
    "left",
)
TEXT: Final = "one two three four five six"
JSON: Final = [(b"content-type", b"application/json")]


class Cell(msgspec.Struct, frozen=True):
    """One fault before one way of going on: what the client got, and how many calls were made."""

    fault: str
    stream: bool
    policy: str
    got: str
    calls: int


def expected(fault: str, stream: bool, policy: str) -> Cell:
    """What the declared rules say."""
    if fault == "client disconnect":
        return Cell(fault, stream, policy, LEFT, 1)
    if fault in OF_THE_CALLER:
        return Cell(fault, stream, policy, CALLER, 1)
    if fault in BEGUN and stream:
        return Cell(fault, stream, policy, BROKEN, 1)
    calls = 2 if policy == "fallback" or (policy == "retry" and fault != "401") else 1
    kept = FAILED if fault == "DNS failure" else KEPT  # a target that nobody ever reached has left nothing to keep
    got = {"fallback": ANSWER, "degraded": CANNED, "stale": kept}.get(policy, FAILED)
    return Cell(fault, stream, policy, got, calls)


# ------------------------------------------------------------------------------------------------ the supplier


class Culprit:
    """A supplier: its target `first` does what the text of the request asks for, `second` always answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or not."""
        if scope["type"] != "http":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        asked: dict[str, Any] = msgspec.json.decode(await body_of(receive, 2**20) or b"{}")
        said = asked["messages"][0]["content"]
        guilty = scope["path"].startswith("/first") and not dict(scope["headers"])[b"x-request-id"].startswith(b"warm")
        fault = said.partition(":")[2] if guilty else ""
        stream = bool(asked.get("stream"))
        if fault.isdigit():
            body = {"error": {"message": "as asked", "type": "trial", "param": None, "code": "trial"}}
            await answer(send, int(fault), JSON, msgspec.json.encode(body))
        elif fault in ("slow first byte", "client disconnect"):
            await _gone(receive)
        elif fault in BEGUN and not stream:
            await _half(fault, receive, send)
        else:
            await (_streamed(fault, receive, send) if stream else _whole(send))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _whole(send: Send) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    await answer(send, 200, JSON, msgspec.json.encode(body))


async def _half(fault: str, receive: Receive, send: Send) -> None:
    """A whole answer of which only the beginning comes, or which is no answer."""
    head = [*JSON, (b"content-length", b"2000" if fault != "malformed chunk" else b"9")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    if fault == "malformed chunk":
        await send({"type": "http.response.body", "body": b"{what is "})
        return
    await send({"type": "http.response.body", "body": b'{"id":"c","choices":[', "more_body": True})
    if fault == "stall":
        await _gone(receive)
    raise ConnectionError("the trial breaks it off")


async def _streamed(fault: str, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for number, word in enumerate(TEXT.split()):
        await send({"type": "http.response.body", "body": _event({"content": f"{word} "}), "more_body": True})
        await asyncio.sleep(0.005)
        if number < 2 or not fault:
            continue
        if fault == "malformed chunk":
            await send({"type": "http.response.body", "body": b'data: {"error": what\n\n', "more_body": True})
        if fault == "stall":
            await _gone(receive)
        raise ConnectionError("the trial breaks it off")
    usage = {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}
    end = _event({}, "stop") + _event(None, None, usage) + b"data: [DONE]\n\n"
    await send({"type": "http.response.body", "body": end})


def _event(delta: Mapping[str, str] | None, finish: str | None = None, usage: Mapping[str, int] | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}] if delta is not None else []
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return b"data: " + msgspec.json.encode({**body, "usage": usage} if usage else body) + b"\n\n"


# -------------------------------------------------------------------------------------------------- the trial


@dataclass(frozen=True, slots=True)
class _Trial:
    """One gateway and the cells that are tried on it."""

    name: str
    cells: tuple[tuple[str, bool, str], ...]
    session: aiohttp.ClientSession
    url: str
    gate: asyncio.Semaphore


async def trial(folder: Path) -> list[Cell]:
    """Every cell, as it came.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    found: list[Cell] = []
    supplier = await children.start("supplier", "archwright.runtime.trials.faults", Asked())
    doomed = await children.start("supplier", "archwright.runtime.trials.faults", Asked())
    try:
        wires = tuple(fault for fault in FAULTS if fault not in ("connection refused", "DNS failure"))
        found += await _at("here", wires, folder, supplier.url, supplier.url)
        found += await _at("nowhere", ("DNS failure",), folder, NOWHERE, supplier.url)
        found += await _at("closed", ("connection refused",), folder, doomed.url, supplier.url, doomed)
    finally:
        await doomed.stop()
        await supplier.stop()
    return sorted(found, key=lambda cell: (FAULTS.index(cell.fault), cell.stream, POLICIES.index(cell.policy)))


async def _at(
    name: str, faults: tuple[str, ...], folder: Path, first: str, second: str, doomed: children.Child | None = None
) -> list[Cell]:
    """The cells of some faults, the first target being at `first`; one that is `doomed` ends before they begin."""
    design = plan(first_s=0.001, token_s=0.0, timeout_s=TIMEOUT_S, cache_s=0.001)
    ledger = folder / f"faults-{name}.jsonl"
    setup = Setup(encode(design), (Upstream("emulated", first), Upstream("emulated", second)), str(ledger))
    gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
    cells = tuple((fault, stream, policy) for fault in faults for stream in (False, True) for policy in POLICIES)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            here = _Trial(name, cells, session, gateway.url, asyncio.Semaphore(AT_ONCE))
            await asyncio.gather(
                *(_ask(here, number, "warm") for number, cell in enumerate(cells) if cell[2] == "stale")
            )
            if doomed is not None:
                await doomed.stop()
            got = await asyncio.gather(*(_ask(here, number, name) for number in range(len(cells))))
    finally:
        await gateway.stop()
    return _held(here, got, ledger)


def _held(here: _Trial, got: list[str], ledger: Path) -> list[Cell]:
    """What clients got, with the calls that the ledger knows of."""
    with ledger.open("rb") as lines:
        rows = list(decode(lines, str(ledger)))
    calls: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Attempt):
            calls[row.request] = calls.get(row.request, 0) + 1
    left = {row.request for row in rows if isinstance(row, Request) and row.how == "left"}
    found = []
    for number, (cell, said) in enumerate(zip(here.cells, got, strict=True)):
        identity = f"{here.name}-{number}"
        found.append(Cell(*cell, said if said != LEFT or identity in left else "not seen", calls.get(identity, 0)))
    return found


async def _ask(here: _Trial, number: int, name: str) -> str:
    fault, stream, policy = here.cells[number]
    body = {
        "model": policy,
        # Of equal requests one could have another's kept answer.
        "messages": [{"role": "user", "content": f"{number}:{fault}"}],
        "stream": stream,
    }
    patience = PATIENCE_S if fault == "client disconnect" and name != "warm" else 30.0
    async with here.gate:
        try:
            async with (
                asyncio.timeout(patience),
                here.session.post(
                    f"{here.url}/v1/chat/completions", json=body, headers={"x-request-id": f"{name}-{number}"}
                ) as response,
            ):
                whole = await response.read()
        except TimeoutError:
            return LEFT
        except aiohttp.ClientError as error:
            return f"lost: {type(error).__name__}"
    return _judged(response.status, whole, response.headers.get("x-archwright-cache", ""), stream, fault)


def _judged(status: int, whole: bytes, cache: str, stream: bool, fault: str) -> str:
    """What a client got, in one word."""
    if status != 200:
        return CALLER if str(status) == fault else FAILED if status == 502 else f"status {status}"
    ended = whole.endswith(b"data: [DONE]\n\n")
    if stream and not ended:
        return BROKEN if b'"error"' in whole else "a silent end"
    if stream and b'"error"' in whole:
        return "an error and an end"
    text = _text(whole, stream)
    if text.strip() == TEXT:
        return KEPT if cache == "stale" else ANSWER
    return CANNED if text == "A colleague will answer." else f"text {text[:40]!r}"


def _text(whole: bytes, stream: bool) -> str:
    if not stream:
        said: str = msgspec.json.decode(whole)["choices"][0]["message"]["content"]
        return said
    pieces = [line[6:] for line in whole.splitlines() if line.startswith(b"data: {")]
    choices = [choice for piece in pieces for choice in msgspec.json.decode(piece)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


class Asked(msgspec.Struct, frozen=True):
    """What the supplier is told: nothing, each request says what it wants."""


if __name__ == "__main__":
    read_setup()
    serve_child(Culprit(), "127.0.0.1")
