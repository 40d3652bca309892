"""The gateway as a service: its few addresses, and a request from its first byte to its row in the ledger."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable

import msgspec

from archwright.policy import breaker, machine
from archwright.policy.lanes import LANES
from archwright.policy.route import CUT
from archwright.runtime.gateway import shadow
from archwright.runtime.gateway.answers import Answer, Streamed, error, own_headers
from archwright.runtime.gateway.attempt import conclude
from archwright.runtime.gateway.crew import CONVERSATIONS
from archwright.runtime.gateway.embedding import learn
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.forgetting import Plain
from archwright.runtime.gateway.house import House, wall
from archwright.runtime.gateway.leases import Lease
from archwright.runtime.gateway.metrics import gauge
from archwright.runtime.gateway.way import authenticate, unknown, walk
from archwright.runtime.http1.request import Header, Request

_log = logging.getLogger(__name__)

FLUSH_S = 0.05
WATCH_S = 1.0
START_S = 5.0  # vectors of documents are waited for so long before requests are let in
LEARN_S = 30.0
LEFT_STATUS = 499
_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_JSON: Header = (b"content-type", b"application/json")
_TEXT: Header = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
_MODELS = "/v1/models"
_METRICS = "/metrics"
_HEALTH = ("/healthz", "/readyz")


class Gateway:
    """The application. `house` is what it runs with; `close` is called at the end, after the last flush."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.counted_apart = False
        self.flusher: asyncio.Task[None] | None = None
        self.learner: asyncio.Task[None] | None = None
        self.watcher: asyncio.Task[None] | None = None
        self.lease: Lease | None = None
        self.leaser: asyncio.Task[None] | None = None
        self.plain: Plain | None = None  # the admin door's for answers to the very same request
        self.read_again: Callable[[], None] | None = None  # for what may change while it runs

    async def handle(self, request: Request) -> None:
        """Answer one request."""
        x = self._exchange(request)
        method, path = request.method, request.path
        if request.hosts > 1:
            self._send(x, error(x, 400, "invalid_request", "send one Host header"), "", "none")
        elif path in self.house.doors:
            if method == "POST":
                await self._chat(x)
            else:
                self._not_so(x, b"POST")
        elif self.house.crew is not None and f"{path}/".startswith(f"{CONVERSATIONS}/"):
            people = authenticate(self.house, x) or await self.house.crew.people(x, method, path)
            self._send(x, people, "", "none")
        elif path in self._places or path.startswith(f"{_MODELS}/"):
            self._shown(x, path) if method in ("GET", "HEAD") else self._not_so(x, b"GET, HEAD")
        else:
            doors = ", ".join(f"POST {path}" for path in self.house.doors)
            message = f"there is only {doors}, and GET {', '.join(self._places)} and {_MODELS}/{{id}}"
            self._send(x, error(x, 404, "not_found", message), "", "none")

    @property
    def _places(self) -> tuple[str, ...]:
        """What is shown to whoever may see it."""
        return (*_HEALTH, _MODELS) if self.counted_apart else (*_HEALTH, _MODELS, _METRICS)

    async def start(self) -> None:
        """Begin with what goes on beside the requests."""
        if self.house.crew is not None:
            await self.house.crew.start()
        for listener in self.house.listeners:
            await listener.start()
        if self.plain is not None:
            await self.plain.start()
        self.house.journal.attach()
        self.flusher = asyncio.get_running_loop().create_task(self._flush())
        if self.lease is not None:
            self.leaser = asyncio.get_running_loop().create_task(self.lease.run())
        if self.read_again is not None:
            self.watcher = asyncio.get_running_loop().create_task(self._watch())
        if any(library.wants_vectors for library in self.house.libraries):
            first = asyncio.get_running_loop().create_task(self._learned())
            await asyncio.wait({first}, timeout=START_S)
            self.learner = asyncio.get_running_loop().create_task(self._learn(first))

    async def stop(self) -> None:
        """Close it, and write what is still to be written."""
        for task in (self.flusher, self.learner, self.watcher, self.leaser):
            if task is not None:
                task.cancel()
        if self.house.crew is not None:
            await self.house.crew.stop()
        await shadow.stop(self.house)
        for listener in self.house.listeners:
            await listener.stop()
        if self.plain is not None:
            await self.plain.stop()
        self.house.client.close()
        self.house.brain.flush()

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self.house.client.sweep()
            try:
                self.house.brain.flush()
            except OSError as error:  # a full disk must not end the service, nor pass in silence
                _log.error("the record of the machine cannot be written: %s", error.strerror)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            if self.read_again is not None:  # another plan brings another one
                self.read_again()

    async def _learned(self) -> bool:
        """Fetch the vectors of documents that still lack them; whether all are there now."""
        lacking = [library for library in self.house.libraries if library.wants_vectors]
        for library in lacking:
            if not await learn(self.house, library):
                name = library.retriever.name
                _log.error("no vectors for %s: its embedder did not answer; it is searched by words alone", name)
        return not any(library.wants_vectors for library in lacking)

    async def _learn(self, first: asyncio.Task[bool]) -> None:
        """Try again until the vectors are there; until then words alone are searched, and every answer says so."""
        there = await first
        while not there:
            await asyncio.sleep(LEARN_S)
            there = await self._learned()

    def _exchange(self, request: Request) -> Exchange:
        headers = request.headers
        number = next(self.house.numbers)
        given = headers.get(b"x-request-id", b"")
        identity = given.decode() if given and _ID.fullmatch(given) else f"{self.house.instance}-{number}"
        luck = int(identity) if identity.isdigit() and len(identity) <= 18 else number
        wire = self.house.doors.get(request.path)
        if wire is None:
            # An address below a door, such as another method of the same supplier, is refused in that door's wire.
            wires = [wire for path, wire in self.house.doors.items() if request.path.startswith(path)]
            wire = wires[0] if wires else self.house.plain
        return Exchange(number, identity, luck, headers, request, time.monotonic(), wall(), wire)

    async def _chat(self, x: Exchange) -> None:
        house = self.house  # another one may take over meanwhile
        status, target, cache = LEFT_STATUS, "", "none"
        try:
            answer = await walk(house, x)
            status = answer.status
            target, cache = _origin(house, x)
            if isinstance(answer, Answer) and (x.reply is not None or x.refused) and x.first_s < 0:
                x.first_s = time.monotonic() - x.began
            # Its rows come first: a client that has the whole answer can rely on them.
            _close(house, x, status, target, cache)
            if house.journal.sync and not await house.journal.durable():
                answer = _unwritten(x, answer, house.journal.lost)
            if isinstance(answer, Streamed):
                x.request.end(answer.last)
            else:
                self._send(x, answer, target, cache)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not x.gone or task is None:
                raise
            task.uncancel()
        finally:
            _close(house, x, status, target, cache)

    def _send(self, x: Exchange, answer: Answer, target: str, cache: str) -> None:
        headers = [*answer.headers, *own_headers(x, target, cache)]
        if answer.status in (408, 413):
            headers.append((b"connection", b"close"))
        x.request.answer(answer.status, headers, answer.body)

    def _not_so(self, x: Exchange, allowed: bytes) -> None:
        """The address is there, and wants another method."""
        answer = error(x, 405, "method_not_allowed", f"this address wants {allowed.decode()}")
        self._send(x, Answer(answer.status, answer.body, (*answer.headers, (b"allow", allowed))), "", "none")

    def _shown(self, x: Exchange, path: str) -> None:
        if path in _HEALTH:
            if path == "/readyz" and x.request.closing:
                x.request.answer(503, (_JSON,), b'{"status":"ending"}')
            else:
                x.request.answer(200, (_JSON,), b'{"status":"ok"}')
            return
        refused = authenticate(self.house, x)
        if refused is not None:
            self._send(x, refused, "", "none")
        elif path == _METRICS:
            self._send(x, Answer(200, self.counted(), (_TEXT,)), "", "none")
        elif path == _MODELS:
            self._send(x, self._models(), "", "none")
        else:
            self._send(x, self._model(x, path.removeprefix(f"{_MODELS}/")), "", "none")

    def _models(self) -> Answer:
        models = [_model(name) for name in self._names()]
        return Answer(200, msgspec.json.encode({"object": "list", "data": models}))

    def _model(self, x: Exchange, name: str) -> Answer:
        if name not in self._names():
            return unknown(self.house, x, name)
        return Answer(200, msgspec.json.encode(_model(name)))

    def _names(self) -> list[str]:
        """What clients may ask for: routes, and agents where some are run."""
        return [*self.house.routes, *(self.house.crew.models if self.house.crew is not None else ())]

    def counted(self) -> bytes:
        """All counters, in the format that Prometheus reads."""
        house = self.house
        beside = (line for listener in house.listeners for line in listener.figures())
        return ("\n".join((*house.metrics.lines(), *house.journal.figures(), *beside, *self._gauges())) + "\n").encode()

    def _gauges(self) -> Iterable[str]:
        brain = self.house.brain.machine
        targets = self.house.plan.targets
        held: list[tuple[dict[str, str], float]] = [
            ({"lane": name}, n) for name, n in zip(LANES, brain.held, strict=True)
        ]
        waiting: list[tuple[dict[str, str], float]] = [
            ({"lane": name}, n) for name, n in zip(LANES, brain.waiting, strict=True)
        ]
        yield from gauge("archwright_in_flight", "Requests that hold a place.", held)
        yield from gauge("archwright_waiting", "Requests that wait for a place.", waiting)
        open_ = (
            ({"target": target.name}, float(circuit.phase == breaker.OPEN))
            for target, circuit in zip(targets, brain.circuits, strict=True)
        )
        yield from gauge("archwright_breaker_open", "1 while a target is left alone.", open_)


def _unwritten(x: Exchange, answer: Answer | Streamed, lost: str) -> Answer | Streamed:
    """An answer whose rows could not be stored in time is given to its end only where that is declared."""
    if lost == "serve":
        return answer
    message = "what this cost could not be written down in time"
    if x.begun:
        return Streamed(x.wire.error_event("ledger_unavailable", message))
    return error(x, 503, "ledger_unavailable", message, retry_after=1.0)


def _origin(house: House, x: Exchange) -> tuple[str, str]:
    """Which target the answer is from, and whether a cache gave it."""
    if x.reply is None:
        return "", "none"
    if x.reply.how in (machine.CACHED, machine.STALE):
        hit = "semantic" if x.look is not None and x.look.served else "hit"
        return "", hit if x.reply.how == machine.CACHED else "stale"
    answered = x.last is not None and (x.reply.how == machine.ANSWERED or x.begun)
    target = house.lines[x.last.call.target].target.name if x.last is not None and answered else ""
    return target, "miss" if x.key else "none"


def _close(house: House, x: Exchange, status: int, target: str, cache: str) -> None:
    """Settle and write a request, however it ended, and once."""
    if x.closed:
        return
    x.closed = True
    if x.copy is not None:
        shadow.give_up(house, x, x.copy)
    x.request.left = None
    if x.number in house.brain.exchanges:
        cost = x.owed
        for item in [item for item in x.tries if item.total_s == 0.0]:
            item.outcome = CUT
            conclude(house, x, item)
            cost += item.cost
        house.brain.leave(x, cost)
    elif x.reply is None:
        if not x.served:
            house.metrics.refused.add((str(status),))
        return
    house.ended(x, status, target, cache)


def _model(name: str) -> dict[str, object]:
    """A route as OpenAI's clients know a model."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "archwright"}
