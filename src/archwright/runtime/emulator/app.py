"""The emulated supplier's HTTP face: chat completions under `/<target>/v1`, its bill, and the start of a scenario."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from archwright.plan.faults import Faults, Weather, faults_of
from archwright.plan.grounding import FENCE, fence_of, read
from archwright.plan.model import Plan, Target
from archwright.plan.rules import pace, target_limits
from archwright.policy import chance, provider
from archwright.policy.provider import Meter, Timing
from archwright.runtime.emulator.bill import Line, line, statement
from archwright.runtime.emulator.extract import extract, spoken
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.emulator.writing import chunks, text
from archwright.runtime.serving import Header, Receive, Scope, Send, answer, body_of, lifespan

DEFAULT_TOKENS = 64
MOST_BYTES = 32 * 1024 * 1024
TICK_S = 0.001  # chunks that are due within this time go out together
JSON: list[Header] = [(b"content-type", b"application/json")]
STREAM: list[Header] = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None


class _Question(msgspec.Struct):
    messages: list[_Message]
    model: str
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None


class _Texts(msgspec.Struct):
    input: str | list[str]
    model: str = ""


class _Start(msgspec.Struct):
    scenario: str
    seed: int
    after_s: float = 0.0


@dataclass(slots=True)
class _Call:
    """One call: who is asked, its luck's number and attempt, and its tokens."""

    shop: _Shop
    question: _Question
    request: int
    attempt: int
    prompt: int
    tokens: int
    began: float
    said: tuple[str, ...] = ()
    written: int = 0

    @property
    def usage(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.written,
            "total_tokens": self.prompt + self.written,
            "prompt_tokens_details": {"cached_tokens": self.shop.cached(self.prompt)},
        }


@dataclass(slots=True)
class _Shop:
    """One target: its limits, its weather and its line of the bill."""

    target: Target
    scale: float
    meter: Meter
    line: Line
    faults: Faults = field(default_factory=lambda: Faults(()))

    def cached(self, prompt: int) -> int:
        return int(prompt * self.target.prompt_cache)


class Emulator:
    """The application.

    Args:
        plan: in the time in which it runs, so compressed where `scale` is not 1.
        scale: the compression that the plan went through.
    """

    def __init__(self, plan: Plan, scale: float) -> None:
        now = time.monotonic()
        self.plan = plan
        self.seed = 0
        self.zero = now
        self.rehearsing = False
        self.shops = {
            target.name: _Shop(target, scale, provider.idle(target_limits(target, 1.0, scale), now), line(target.price))
            for target in plan.targets
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, _nothing, _nothing)
            return
        path = scope["path"].strip("/").split("/")
        if path == ["_emulator", "bill"]:
            lines = {name: shop.line for name, shop in self.shops.items()}
            await answer(send, 200, JSON, msgspec.json.encode(statement(lines)))
        elif path == ["_emulator", "start"]:
            await self._start(receive, send)
        elif path[1:] == ["v1", "embeddings"] and path[0] in self.shops:
            await self._embed(self.shops[path[0]], receive, send)
        elif path[1:] == ["v1", "chat", "completions"] and path[0] in self.shops:
            await self._complete(self.shops[path[0]], scope, receive, send)
        else:
            await _refuse(send, 404, "invalid_request_error", f"there is nothing at {scope['path'][:100]}")

    async def _start(self, receive: Receive, send: Send) -> None:
        """The scenario's time begins, `after_s` from now; luck follows its seed."""
        start = msgspec.json.decode(await body_of(receive, MOST_BYTES) or b"", type=_Start)
        scenario = self.plan.scenario(start.scenario)
        self.seed = start.seed
        self.rehearsing = True
        self.zero = time.monotonic() + start.after_s
        for name, shop in self.shops.items():
            shop.faults = faults_of(scenario, name)
        await answer(send, 200, JSON, b"{}")

    async def _complete(self, shop: _Shop, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        body = await body_of(receive, MOST_BYTES)
        if body is None:
            await _refuse(send, 413, "invalid_request_error", "the body is too long")
            return
        try:
            question = msgspec.json.decode(body, type=_Question)
        except (msgspec.DecodeError, RecursionError) as error:
            await _refuse(send, 400, "invalid_request_error", str(error))
            return
        call = _call(shop, question, dict(scope["headers"]), began)
        self._ground(call)
        weather = shop.faults.at(began - self.zero)
        limit = target_limits(shop.target, weather.limit, shop.scale)
        entry = provider.enter(limit, shop.meter, began, float(call.prompt + call.tokens))
        shop.meter = entry.meter
        if entry.retry_after > 0.0:
            shop.line.refused += 1
            await _refuse(send, 429, "rate_limit_exceeded", "slow down", entry.retry_after)
            return
        try:
            await self._work(call, weather, receive, send)
        finally:
            shop.meter = provider.leave(shop.meter)

    async def _work(self, call: _Call, weather: Weather, receive: Receive, send: Send) -> None:
        """Fail or answer; a caller that goes away pays for what was written."""
        law = pace(call.shop.target)
        first = chance.uniform(self.seed, call.request, call.attempt, chance.FIRST_TOKEN)
        working = (1.0 - call.shop.target.error_rate) * (1.0 - weather.errors)
        if weather.down or chance.uniform(self.seed, call.request, call.attempt, chance.ERROR) < 1.0 - working:
            call.shop.line.failed += 1
            await _until(call.began + provider.failure_s(law, weather.slow, first))
            status = 503 if weather.down else 500
            await _refuse(send, status, "server_error", "the model is not available")
            return
        luck = chance.uniform(self.seed, call.request, call.attempt, chance.PACE)
        timing = provider.timing(law, float(call.prompt), float(call.tokens), weather.slow, first, luck)
        writing = asyncio.ensure_future(self._write(call, timing, send))
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not writing.done():
            writing.cancel()
            if not call.question.stream:
                call.written = provider.written(timing, call.tokens, time.monotonic() - call.began)
            if call.written:
                call.shop.line.charge("cut", call.prompt, call.shop.cached(call.prompt), call.written)
            return
        writing.result()
        call.shop.line.charge("finished", call.prompt, call.shop.cached(call.prompt), call.written)

    async def _write(self, call: _Call, timing: Timing, send: Send) -> None:
        if call.question.stream:
            await self._stream(call, timing, send)
            return
        await _until(call.began + timing.last_s)
        call.written = call.tokens
        message = {"role": "assistant", "content": self._words(call, 0, call.tokens)}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        whole = {**_head(call, "chat.completion"), "choices": [choice], "usage": call.usage}
        await answer(send, 200, JSON, msgspec.json.encode(whole))

    async def _stream(self, call: _Call, timing: Timing, send: Send) -> None:
        head = _head(call, "chat.completion.chunk")
        pending: list[bytes] = []
        opened = False
        for chunk in chunks(timing, call.tokens, self.seed, call.request, call.attempt):
            due = call.began + chunk.due_s
            if pending and due - time.monotonic() > TICK_S:
                await _flush(send, pending)
            await _until(due)
            if not opened:
                await send({"type": "http.response.start", "status": 200, "headers": STREAM})
                pending.append(_event(head, {"role": "assistant", "content": ""}))
                opened = True
            pending.append(_event(head, {"content": self._words(call, chunk.begin, chunk.end)}))
            call.written = chunk.end
        pending.append(_event(head, {}, "stop"))
        if (call.question.stream_options or {}).get("include_usage"):
            pending.append(b"data: " + msgspec.json.encode({**head, "choices": [], "usage": call.usage}) + b"\n\n")
        pending.append(b"data: [DONE]\n\n")
        await send({"type": "http.response.body", "body": b"".join(pending)})

    def _words(self, call: _Call, begin: int, end: int) -> str:
        return spoken(call.said, begin, end) if call.said else text(self.seed, call.request, begin, end)

    def _ground(self, call: _Call) -> None:
        """Answer from the passages of a prompt that holds some, with their numbers, as long as was asked for.

        Outside of a rehearsal an answer ends with its statement, as a real one does.
        """
        texts = map(_text, reversed(call.question.messages))
        grounds = next((read(text) for text in texts if FENCE in text), None)
        if grounds is None:
            return
        factors = {fence_of(item.index): item.tokens_per_word for item in self.plan.retrievers}
        words = len(grounds.fenced.split())
        call.prompt += round(words * factors.get(grounds.fence, 1.0)) - words
        call.said = extract(grounds, call.tokens if self.rehearsing else 0)
        call.tokens = max(1, min(call.tokens, len(call.said)))

    async def _embed(self, shop: _Shop, receive: Receive, send: Send) -> None:
        """Vectors of texts, with no time of their own; one word is one token."""
        body = await body_of(receive, MOST_BYTES)
        try:
            asked = msgspec.json.decode(body or b"", type=_Texts)
        except (msgspec.DecodeError, RecursionError) as error:
            await _refuse(send, 400, "invalid_request_error", str(error))
            return
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        tokens = sum(len(item.split()) for item in texts)
        shop.line.charge("finished", tokens, shop.cached(tokens), 0)
        data = [{"object": "embedding", "index": at, "embedding": vector(item)} for at, item in enumerate(texts)]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        await answer(
            send, 200, JSON, msgspec.json.encode({"object": "list", "data": data, "model": asked.model, "usage": usage})
        )


def _call(shop: _Shop, question: _Question, headers: dict[bytes, bytes], began: float) -> _Call:
    asked = question.max_completion_tokens or question.max_tokens
    attempt = headers.get(b"x-archwright-attempt", b"1")
    return _Call(
        shop=shop,
        question=question,
        request=request_number(headers.get(b"x-request-id", b"")),
        attempt=int(attempt) if attempt.isdigit() else 1,
        prompt=sum(_words(message) for message in question.messages),
        tokens=max(1, asked) if asked is not None else DEFAULT_TOKENS,
        began=began,
    )


def request_number(identity: bytes) -> int:
    """The workload's number of a request, or for any other name a number made of it."""
    if identity.isdigit() and len(identity) <= 18:
        return int(identity)
    return int.from_bytes(hashlib.blake2b(identity, digest_size=7).digest())


def _words(message: _Message) -> int:
    return len(_text(message).split())


def _text(message: _Message) -> str:
    content = message.content
    return content if isinstance(content, str) else "\n".join(part.text for part in content or ())


def _head(call: _Call, kind: str) -> dict[str, Any]:
    created = int(time.time())
    return {
        "id": f"chatcmpl-{call.request}-{call.attempt}",
        "object": kind,
        "created": created,
        "model": call.question.model,
    }


def _event(head: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + msgspec.json.encode({**head, "choices": [choice]}) + b"\n\n"


async def _flush(send: Send, pending: list[bytes]) -> None:
    await send({"type": "http.response.body", "body": b"".join(pending), "more_body": True})
    pending.clear()


async def _until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        await asyncio.sleep(left)


async def _refuse(send: Send, status: int, code: str, message: str, retry_after: float = 0.0) -> None:
    headers = [*JSON, (b"retry-after", f"{retry_after:.4f}".encode())] if retry_after else JSON
    body = {"error": {"message": message, "type": code, "param": None, "code": code}}
    await answer(send, status, headers, msgspec.json.encode(body))


async def _nothing() -> None:
    """An emulator holds nothing that must be opened or closed."""
