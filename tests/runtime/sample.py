"""A small plan for tests of the runtime, and real servers for it on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from archwright.ledger.rows import Attempt, Journey, Request, Row, Run, decode
from archwright.plan import model as m
from archwright.runtime.emulator.app import Emulator
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import stand_in
from archwright.runtime.serving import GRACE_S, App, Receive, Scope, Send, Server, Service, listen


def price(tokens_in: int = 400_000, cached: int = 100_000, out: int = 1_600_000) -> m.Price:
    return m.Price(tokens_in, cached, out, "test", "2026-11-21")


def target(name: str, **changes: Any) -> m.Target:
    values: dict[str, Any] = {
        "name": name, "title": name, "provider": "test", "model": f"{name}-1", "version": "1", "region": "eu",
        "endpoint": "", "price": price(), "first_token_s": 0.02, "per_token_s": 0.0005, "prefill_rate": 1e6,
        "spread": 0.0, "request_rate": 0.0, "token_rate": 0.0, "concurrent": 0, "prompt_cache": 0.0,
        "error_rate": 0.0, "breaker_failures": 0, "breaker_open_s": 1.0, "breaker_probes": 1,
    }  # fmt: skip
    return m.Target(**{**values, **changes})


def hop(index: int, **changes: Any) -> m.Hop:
    return m.Hop(**{"target": index, "attempts": 1, "timeout_s": 5.0, "backoff_s": 0.01, "longest_s": 0.1, **changes})


def route(name: str, hops: tuple[m.Hop, ...], **changes: Any) -> m.Route:
    values: dict[str, Any] = {
        "deadline_s": 10.0,
        "cache": -1,
        "degraded": "",
        "retry_ratio": -1.0,
        "journey": "question",
    }
    return m.Route(name=name, hops=hops, **{**values, **changes})


def step(name: str, station: int, route_index: int = -1, **changes: Any) -> m.Step:
    values: dict[str, Any] = {
        "name": name, "station": station, "route": route_index, "system_tokens": 0,
        "tokens_in": m.TokenLaw(40.0, 0.4), "tokens_out": m.TokenLaw(30.0, 0.8), "growth": 5, "probability": 1.0,
        "repeat_mean": 1.0, "repeat_most": 1, "stage": 0, "background": False, "skips": False, "timeout_s": 0.0,
    }  # fmt: skip
    return m.Step(**{**values, **changes})


def plan(**changes: Any) -> m.Plan:
    """Two targets; routes `both` (first, then second), `kept` (with a cache), `kind` (with words of its own)."""
    hops = (hop(0), hop(1))
    values: dict[str, Any] = {
        "system": "Test", "facts": "none", "as_of": "2026-11-21",
        "gateway": m.Gateway("gateway", 50, 50, 1.0, 0, 2_629_800.0),
        "routes": (
            route("both", hops),
            route("kept", hops, cache=0),
            route("kind", (hop(0),), degraded="A colleague will answer."),
        ),
        "targets": (target("first"), target("second", price=price(200_000, 200_000, 600_000))),
        "caches": (m.Cache("answers", 60.0, 3),),
        "stations": (
            m.Station("desk", "Desk", 2, 0.02, 0.3, 0.0, 0),
            m.Station("search", "Search", 0, 0.01, 0.3, 0.0, 0),
        ),
        "journeys": (
            m.Journey(
                "question", True, 2.0, 0.0, 1.0, 1.0, 20, 1.0, 2, "", 1,
                (
                    step("look", 1, stage=0),
                    step("answer", 0, 1, stage=1, repeat_mean=1.5, repeat_most=3),
                    step("check", 0, 0, stage=2, probability=0.5),
                ),
            ),
        ),
        "tenants": (), "objectives": (),
        "scenarios": (
            m.Scenario("calm", "nothing happens", 20.0, ()),
            m.Scenario("down", "the first target fails", 20.0, (m.Change("down", "first", 1.0, 0.0, 5.0, 8.0),)),
        ),
    }  # fmt: skip
    if "routes" in changes:
        values["journeys"] = ()  # they name routes by their place
    return m.Plan(**{**values, **changes})


@dataclass
class Running:
    """A server in a thread of its own. `url` is its base address."""

    url: str
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None]


@contextlib.contextmanager
def running(app: Service | App, grace_s: float = GRACE_S) -> Iterator[Running]:
    """Serve an application on a free port; it has ended, and written everything, when the block is left.

    `grace_s`: seconds for which it then waits for what is under way; none for one that never answers.
    """
    bound = listen("127.0.0.1", 0)
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    def started() -> None:
        loops.append(asyncio.get_running_loop())
        ready.set()

    server = Server(app, started, grace_s=grace_s)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    try:
        yield Running(f"http://127.0.0.1:{bound.getsockname()[1]}", loops[0], server.stop)
    finally:
        server.stop()
        thread.join(20)
        bound.close()
    assert not thread.is_alive(), "the server did not stop"


@dataclass
class Desk:
    """A running gateway, its ledger and its supplier."""

    url: str
    app: Gateway
    ledger: Path
    record: Path
    supplier: str
    loop: asyncio.AbstractEventLoop | None = None

    def rows(self) -> list[Row]:
        with self.ledger.open("rb") as lines:
            return list(decode(lines, str(self.ledger)))

    @property
    def attempts(self) -> list[Attempt]:
        return [row for row in self.rows() if isinstance(row, Attempt)]

    @property
    def requests(self) -> list[Request]:
        return [row for row in self.rows() if isinstance(row, Request)]


@contextlib.contextmanager
def desk(
    folder: Path,
    made: m.Plan,
    *,
    supplier: App | None = None,
    keys: tuple[ClientKey, ...] = (),
    scale: float = 1.0,
    agents: bool = False,
) -> Iterator[Desk]:
    """A gateway before a supplier: the emulated one unless another is given. Read the rows after the block."""
    # When the gateway has ended nobody waits for the supplier's answers any more.
    with running(supplier or Emulator(made, scale), grace_s=0.0) as upstream:
        setup = Setup(
            plan=m.encode(made),
            upstreams=tuple(Upstream(stand_in(target.provider), upstream.url) for target in made.targets),
            ledger=str(folder / "ledger.jsonl"),
            record=str(folder / "machine.jsonl"),
            keys=keys,
            scale=scale,
            agents=str(folder / "conversations.sqlite") if agents else "",
        )
        with gateway(setup) as app, running(app) as server:
            yield Desk(server.url, app, folder / "ledger.jsonl", folder / "machine.jsonl", upstream.url, server.loop)


Answering = Callable[["Case"], Awaitable[None]]


@dataclass
class Case:
    """One call as a scripted supplier sees it."""

    target: str
    body: dict[str, Any]
    headers: dict[str, str]
    receive: Receive
    send: Send

    async def reply(self, status: int, body: object, **headers: str) -> None:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        listed = [
            (b"content-type", b"application/json"),
            *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": listed})
        await self.send({"type": "http.response.body", "body": data})

    async def events(self, *pieces: bytes, end: bool = True) -> None:
        """Begin a stream and write its pieces; without `end` the connection is left open."""
        listed = [(b"content-type", b"text/event-stream")]
        await self.send({"type": "http.response.start", "status": 200, "headers": listed})
        for piece in pieces:
            await self.send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0.01)  # so that each travels by itself
        if end:
            await self.send({"type": "http.response.body", "body": b""})


@dataclass
class Script:
    """A supplier that does as each target's function says, and remembers what it was asked."""

    answers: Mapping[str, Answering]
    seen: list[Case] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        name = scope["path"].split("/")[1]
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        case = Case(name, msgspec.json.decode(body), headers, receive, send)
        self.seen.append(case)
        await self.answers[name](case)


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def usage_chunk(tokens_in: int, tokens_out: int) -> bytes:
    usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    return chunk(choices=[], usage=usage)


def completion(text: str, tokens_in: int = 10, tokens_out: int = 5, cached: int = 0) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    usage = {
        "prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": cached},
    }  # fmt: skip
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


DONE = b"data: [DONE]\n\n"
KINDS = (Run, Attempt, Request, Journey)
