"""The emulated supplier's HTTP face: answers under `/<target>/v1` in each wire, its bill, the start of a scenario."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

import msgspec

from archwright.plan.faults import Faults, Weather, faults_of
from archwright.plan.grounding import FENCE, fence_of, read
from archwright.plan.model import Plan, Target
from archwright.plan.price import NO_KINDS, Kinds, stored
from archwright.plan.rules import pace, target_limits
from archwright.plan.workload import cached_prefix
from archwright.policy import chance, provider
from archwright.policy.group import TOO_LONG
from archwright.policy.provider import Limits, Meter, Timing
from archwright.runtime.agents.words import emulated
from archwright.runtime.emulator.anthropic import Anthropic
from archwright.runtime.emulator.bill import Charged, Line, line, statement
from archwright.runtime.emulator.extract import extract, spoken
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.emulator.meaning import by_meaning
from archwright.runtime.emulator.openai import OpenAI
from archwright.runtime.emulator.pens import Lost, Paced, Pen, until
from archwright.runtime.emulator.replicas import Replicas, Seat
from archwright.runtime.emulator.tongue import Asked, Head, Tally, Tongue
from archwright.runtime.emulator.writing import chunks, text
from archwright.runtime.http1.asgi import Gone
from archwright.runtime.serving import Header, Receive, Scope, Send, answer, body_of, lifespan

DEFAULT_TOKENS = 64
MOST_BYTES = 32 * 1024 * 1024
NO_TIME = Timing(0.0, 0.0)  # a pen knows when; the chunks are the same
TICK_S = 0.001  # chunks that are due within this time go out together
JSON: list[Header] = [(b"content-type", b"application/json")]
PLAIN = OpenAI()
TONGUES: dict[str, Tongue] = {tongue.path: tongue for tongue in (PLAIN, Anthropic())}
STREAM: list[Header] = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class _Texts(msgspec.Struct):
    input: str | list[str]
    model: str = ""


class _Start(msgspec.Struct):
    scenario: str
    seed: int
    after_s: float = 0.0


@dataclass(slots=True)
class _Call:
    """One call: who is asked, its luck's number and attempt, its tokens; `words` are said where the prompt decides."""

    shop: _Shop
    tongue: Tongue
    asked: Asked
    request: int
    attempt: int
    prompt: int
    tokens: int
    began: float
    words: tuple[str, ...] = ()
    written: int = 0
    prefix: int = 0
    opened: bool = False
    moved: bool = False  # asked for in the batch lane, and answered in the usual one

    @property
    def batch(self) -> bool:
        """Whether it is asked for in the target's batch lane, by that lane's name, and answered there."""
        return self.asked.tier != "" and self.asked.tier == self.shop.target.batch_tier and not self.moved

    @property
    def cached(self) -> int:
        """Input tokens at the cached price: the target's share, or what the run before had too."""
        return max(self.shop.cached(self.prompt), self.prefix)

    @property
    def tally(self) -> Tally:
        return Tally(self.prompt, self.cached, self.written, self.kinds)

    @property
    def kinds(self) -> Kinds:
        shares = (self.shop.target.prompt_writes, self.shop.target.prompt_keeps)
        return stored(self.prompt, self.cached, *shares) or NO_KINDS

    @property
    def head(self) -> Head:
        tier = self.asked.tier if self.batch or not self.asked.tier else "default"
        return Head(f"{self.request}-{self.attempt}", self.asked.model, int(time.time()), tier)


@dataclass(slots=True)
class _Shop:
    """One target: its limits, its weather and its line of the bill."""

    target: Target
    scale: float
    meter: Meter
    line: Line
    faults: Faults = field(default_factory=lambda: Faults(()))
    replicas: Replicas | None = None

    def limits(self, weather: Weather) -> Limits:
        """The limits in a weather; a lost share of replicas is no limit of the supplier."""
        return target_limits(self.target, weather.limit if self.replicas is None else 1.0, self.scale)

    def down(self, weather: Weather) -> bool:
        """Whether nobody is there to answer."""
        return weather.down or (self.replicas is not None and not self.replicas.there)

    def cached(self, prompt: int) -> int:
        return int(prompt * self.target.prompt_cache)


class Emulator:
    """The application.

    Args:
        plan: in the time in which it runs, so compressed where `scale` is not 1.
        scale: the compression that the plan went through.
        moved: share of the calls for the batch lane that are answered, and charged, in the usual one.
        calls: every call that was charged is entered here, where something is given.
    """

    def __init__(self, plan: Plan, scale: float, moved: float = 0.0, calls: list[Charged] | None = None) -> None:
        now = time.monotonic()
        self.plan = plan
        self.seed = 0
        self.moved = moved
        self.calls = calls
        self.zero = now
        self.rehearsing = False
        self.meaning = any(cache.semantic is not None for cache in plan.caches)
        self.shops = {
            target.name: _Shop(
                target,
                scale,
                provider.idle(target_limits(target, 1.0, scale), now),
                line(target.price, target.batch_price),
                replicas=Replicas(target.pool) if target.pool else None,
            )
            for target in plan.targets
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, _nothing, _nothing)
            return
        name, _, path = scope["path"].strip("/").partition("/")
        tongue = TONGUES.get(path)
        if (name, path) == ("_emulator", "bill"):
            lines = {name: shop.line for name, shop in self.shops.items()}
            await answer(send, 200, JSON, msgspec.json.encode(statement(lines)))
        elif (name, path) == ("_emulator", "start"):
            await self._start(receive, send)
        elif path == "v1/embeddings" and name in self.shops:
            await self._embed(self.shops[name], receive, send)
        elif tongue is not None and name in self.shops:
            await self._complete(self.shops[name], tongue, scope, receive, send)
        else:
            await _refuse(tongue or PLAIN, send, 404, f"there is nothing at {scope['path'][:100]}")

    async def _start(self, receive: Receive, send: Send) -> None:
        """The scenario's time begins, `after_s` from now; luck follows its seed."""
        start = msgspec.json.decode(await body_of(receive, MOST_BYTES) or b"", type=_Start)
        scenario = self.plan.scenario(start.scenario)
        self.seed = start.seed
        self.rehearsing = True
        self.zero = time.monotonic() + start.after_s
        for name, shop in self.shops.items():
            shop.faults = faults_of(scenario, name)
            if shop.replicas is not None:
                shop.replicas.start(faults_of(scenario, name), self.zero)
        await answer(send, 200, JSON, b"{}")

    async def _complete(self, shop: _Shop, tongue: Tongue, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        body = await body_of(receive, MOST_BYTES)
        if body is None:
            await _refuse(tongue, send, 413, "the body is too long")
            return
        try:
            asked = tongue.read(body)
        except (msgspec.DecodeError, RecursionError) as error:
            await _refuse(tongue, send, 400, str(error))
            return
        call = _call(shop, tongue, asked, dict(scope["headers"]), began)
        call.moved = chance.uniform(self.seed, call.request, call.attempt, chance.CHUNK) < self.moved
        self._ground(call)
        if self.rehearsing:
            call.prefix = cached_prefix(self.plan, call.request, call.prompt)
        weather = shop.faults.at(began - self.zero)
        entry = provider.enter(shop.limits(weather), shop.meter, began, float(call.prompt + call.tokens))
        shop.meter = entry.meter
        if entry.retry_after > 0.0:
            shop.line.refused += 1
            await _refuse(tongue, send, 429, "slow down", entry.retry_after)
            return
        try:
            await self._work(call, weather, receive, send)
        finally:
            shop.meter = provider.leave(shop.meter)

    async def _work(self, call: _Call, weather: Weather, receive: Receive, send: Send) -> None:
        """Fail or answer."""
        law = pace(call.shop.target)
        pooled = call.shop.replicas is not None
        slow = weather.slow * (call.shop.target.batch_slower if call.batch and not pooled else 1.0)
        first = chance.uniform(self.seed, call.request, call.attempt, chance.FIRST_TOKEN)
        working = (1.0 - call.shop.target.error_rate) * (1.0 - weather.errors)
        down = call.shop.down(weather)
        if down or chance.uniform(self.seed, call.request, call.attempt, chance.ERROR) < 1.0 - working:
            call.shop.line.failed += 1
            await until(call.began + provider.failure_s(law, slow, first))
            status = 503 if down else 500
            await _refuse(call.tongue, send, status, "the model is not available")
            return
        luck = chance.uniform(self.seed, call.request, call.attempt, chance.PACE)
        timing = provider.timing(law, float(call.prompt), float(call.tokens), slow, first, luck)
        pen = await _pen(call, timing, send)
        if pen is not None:
            await self._answer(call, pen, receive, send)

    async def _answer(self, call: _Call, pen: Pen, receive: Receive, send: Send) -> None:
        """Answer; a caller that goes away pays for what was written until then.

        Of a stream that is what went out on a connection that was still there, of a whole answer what the pace says.
        """
        writing = asyncio.ensure_future(self._write(call, pen, send))
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not writing.done():
            writing.cancel()
            if not call.asked.stream:
                call.written = pen.written()
            pen.leave()
            self._charge(call, "cut")
            return
        try:
            writing.result()
        except Gone:
            pen.leave()
            self._charge(call, "cut")
            return
        except Lost:
            call.written = max(call.written, pen.written())
            self._charge(call, "cut")
            await _break(call, send)
            return
        self._charge(call, "finished")

    def _charge(self, call: _Call, kind: str) -> None:
        """What was written is paid for, also before an answer broke off."""
        if kind == "cut" and not call.written:
            return
        dollars = call.shop.line.charge(kind, call.batch, call.prompt, call.cached, call.written, call.kinds)
        if self.calls is not None:
            self.calls.append(Charged(call.request, call.attempt, call.shop.target.name, kind, str(dollars)))

    async def _write(self, call: _Call, pen: Pen, send: Send) -> None:
        if call.asked.stream:
            await self._stream(call, pen, send)
            return
        await pen.until(call.tokens)
        call.written = call.tokens
        said = self._words(call, 0, call.tokens)
        await answer(send, 200, JSON, call.tongue.whole(call.head, said, call.tally))

    async def _stream(self, call: _Call, pen: Pen, send: Send) -> None:
        tongue, head = call.tongue, call.head
        pending: list[bytes] = []
        end = 0
        for chunk in chunks(NO_TIME, call.tokens, self.seed, call.request, call.attempt):
            if pending and pen.due(chunk.end) - time.monotonic() > TICK_S:
                await _flush(send, pending)
                call.written = end
            await pen.until(chunk.end)
            if not call.opened:
                await send({"type": "http.response.start", "status": 200, "headers": STREAM})
                pending.append(tongue.opening(head, call.tally))
                call.opened = True
            pending.append(tongue.words(head, self._words(call, chunk.begin, chunk.end)))
            end = chunk.end
        pending.append(tongue.closing(head, call.tally._replace(written=end), call.asked.usage))
        await send({"type": "http.response.body", "body": b"".join(pending)})
        call.written = end

    def _words(self, call: _Call, begin: int, end: int) -> str:
        return spoken(call.words, begin, end) if call.words else text(self.seed, call.request, begin, end)

    def _ground(self, call: _Call) -> None:
        """Answer from the passages of a prompt that holds some, with their numbers, as long as was asked for.

        Outside of a rehearsal an answer ends with its statement, as a real one does. An agent's prompt says more.
        """
        turns = call.asked.turns
        grounds = next((read(said) for _, said in reversed(turns) if FENCE in said), None)
        if grounds is None:
            call.words = call.words or (by_meaning(turns, call.tokens) if self.meaning else ())
            return
        factors = {fence_of(item.index): item.tokens_per_word for item in self.plan.retrievers}
        words = len(grounds.fenced.split())
        call.prompt += round(words * factors.get(grounds.fence, 1.0)) - words
        if call.words:
            return
        if not grounds.question:
            grounds = grounds._replace(question=next((said for role, said in reversed(turns) if role == "user"), ""))
        call.words = extract(grounds, call.tokens if self.rehearsing else 0)
        call.tokens = max(1, min(call.tokens, len(call.words)))

    async def _embed(self, shop: _Shop, receive: Receive, send: Send) -> None:
        """Vectors of texts, with no time of their own; one word is one token."""
        body = await body_of(receive, MOST_BYTES)
        try:
            asked = msgspec.json.decode(body or b"", type=_Texts)
        except (msgspec.DecodeError, RecursionError) as error:
            await _refuse(PLAIN, send, 400, str(error))
            return
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        tokens = sum(len(item.split()) for item in texts)
        shop.line.charge("finished", False, tokens, shop.cached(tokens), 0)
        data = [{"object": "embedding", "index": at, "embedding": vector(item)} for at, item in enumerate(texts)]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        whole = {"object": "list", "data": data, "model": asked.model, "usage": usage}
        await answer(send, 200, JSON, msgspec.json.encode(whole))


def _call(shop: _Shop, tongue: Tongue, asked: Asked, headers: dict[bytes, bytes], began: float) -> _Call:
    attempt = headers.get(b"x-archwright-attempt", b"1")
    said = emulated(asked.turns)
    words = tuple(said.split()) if said else ()
    return _Call(
        shop=shop,
        tongue=tongue,
        asked=asked,
        request=request_number(headers.get(b"x-request-id", b"")),
        attempt=int(attempt) if attempt.isdigit() else 1,
        prompt=asked.words,
        tokens=len(words) or (DEFAULT_TOKENS if asked.most is None else max(1, asked.most)),
        began=began,
        words=words,
    )


def request_number(identity: bytes) -> int:
    """The workload's number of a request, or for any other name a number made of it."""
    if identity.isdigit() and len(identity) <= 18:
        return int(identity)
    return int.from_bytes(hashlib.blake2b(identity, digest_size=7).digest())


async def _pen(call: _Call, timing: Timing, send: Send) -> Pen | None:
    """Who writes the answer; None where no replica takes the call, which has been said."""
    replicas = call.shop.replicas
    if replicas is None:
        return Paced(timing, call.tokens, call.began)
    seat = replicas.join(call.prompt, call.cached, call.tokens)
    if isinstance(seat, Seat):
        return seat
    if seat == TOO_LONG:
        await _refuse(call.tongue, send, 400, "the request is longer than the context that fits")
        return None
    call.shop.line.refused += 1
    await _refuse(call.tongue, send, 429, "all replicas are full", 1.0 / call.shop.scale)
    return None


async def _break(call: _Call, send: Send) -> None:
    """An answer breaks off: an error before it has begun, a lost connection after.

    Raises:
        Lost: it has begun.
    """
    if call.opened:
        raise Lost
    call.shop.line.failed += 1
    await _refuse(call.tongue, send, 503, "the replica is gone")


async def _flush(send: Send, pending: list[bytes]) -> None:
    await send({"type": "http.response.body", "body": b"".join(pending), "more_body": True})
    pending.clear()


async def _refuse(tongue: Tongue, send: Send, status: int, message: str, retry_after: float = 0.0) -> None:
    headers = [*JSON, (b"retry-after", f"{retry_after:.4f}".encode())] if retry_after else JSON
    await answer(send, status, headers, tongue.refusal(status, message))


async def _nothing() -> None:
    """An emulator holds nothing that must be opened or closed."""
