"""A request's way through the gateway: the stages, in order. Each may answer; the first that does ends the way.

A stage that has to wait for somebody gives back what is to be waited for.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from archwright.base.text import nearest
from archwright.plan.cost import call_cost
from archwright.policy import machine
from archwright.policy.chance import ROUTE, STICKY, uniform
from archwright.policy.lanes import BATCH, LANES, REALTIME
from archwright.policy.machine import Call, Reply
from archwright.policy.route import CALLER
from archwright.runtime.gateway import beside, shadow
from archwright.runtime.gateway.answers import JSON, Answer, Streamed, again, canned, error
from archwright.runtime.gateway.ask import MOST_BYTES, SCOPE, Ask
from archwright.runtime.gateway.attempt import Waiting, attempt, told
from archwright.runtime.gateway.citations import cited_end, cited_whole, note
from archwright.runtime.gateway.exchange import Exchange, Stored
from archwright.runtime.gateway.ground import ground
from archwright.runtime.gateway.house import House
from archwright.runtime.http1.incoming import PATIENCE
from archwright.runtime.wire import BadAsk

Found = Answer | Streamed | None
Stage = Callable[[House, Exchange], Found | Awaitable[Found]]

BODY_S: Final = 30.0  # a client may take so long to send its body
LOCAL: Final = frozenset((b"localhost", b"127.0.0.1", b"[::1]"))
_MEDIA = re.compile(rb"image|audio|file|video")  # where none of these stands there is neither picture nor sound
_LABEL = re.compile(rb"[^\x21-\x7e]+")
_PORT = re.compile(rb":\d*$")
_TRACE = re.compile(rb"^[0-9a-f]{2}-([0-9a-f]{32})-")


def is_local(headers: dict[bytes, bytes]) -> bool:
    """Whether who asks means this machine, and not a name of which a web page says that it is."""
    return _PORT.sub(b"", headers.get(b"host", b"localhost")).lower() in LOCAL


def authenticate(house: House, x: Exchange) -> Answer | None:
    """Who asks? With keys: who sends one. Without: this machine only, and no web page that it shows."""
    if not house.keys.needed:
        return (
            None
            if is_local(x.headers)
            else error(x, 403, "not_local", "this gateway has no keys and serves this machine only")
        )
    scheme, _, key = x.headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        key = x.headers.get(b"x-api-key", b"")
    tenant = house.keys.tenant(key.strip(), time.time()) if key.strip() else None
    if tenant is None:
        return error(
            x, 401, "invalid_api_key", "no valid key: send `Authorization: Bearer <key>` or `x-api-key: <key>`"
        )
    x.tenant, x.tenant_index, x.client = tenant.name, tenant.index, tenant.key
    return None


def read(house: House, x: Exchange) -> Answer | Awaitable[Answer | None] | None:
    """The body, within bounds, as a request of the client's wire."""
    kind = x.headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        return error(x, 415, "unsupported_media_type", "send the request as application/json")
    body = x.request.ready(MOST_BYTES)
    return _understood(x, body) if body else _waited(house, x)


async def _waited(house: House, x: Exchange) -> Answer | None:
    """The body that is still on its way."""
    length = x.headers.get(b"content-length", b"0")
    body = None
    if not length.isdigit() or int(length) <= MOST_BYTES * PATIENCE:
        try:
            with house.deadlines.within(BODY_S):
                body = await x.request.body(MOST_BYTES)
        except TimeoutError:
            return error(x, 408, "request_timeout", f"the body did not come within {BODY_S:.0f} s")
    if body is None:
        return error(x, 413, "request_too_large", f"a request may have at most {MOST_BYTES:,} bytes")
    return _understood(x, body)


def _understood(x: Exchange, body: bytes) -> Answer | None:
    try:
        x.ask = Ask(body, x.wire, x.headers)
    except BadAsk as fault:
        return error(x, 400, "invalid_request", f"not a chat request: {fault}", param=fault.field)
    return None


def delegate(house: House, x: Exchange) -> Awaitable[Answer] | None:
    """An agent answers, where one is asked for: it comes back through this way for every model that it needs."""
    crew = house.crew
    if crew is None or x.ask is None or not x.wire.talks or x.ask.model not in crew.models:
        return None
    return crew.answer(x)


def identify(house: House, x: Exchange) -> Answer | None:
    """Which route, and to which journey, step and session the request belongs."""
    if x.ask is None:
        return None
    index = house.routes.get(x.ask.model)
    if index is None:
        return unknown(house, x, x.ask.model)
    x.route_index, x.route = index, house.plan.routes[index]
    x.journey = _label(x.headers.get(b"x-archwright-journey", b"")) or x.route.journey
    x.step = _label(x.headers.get(b"x-archwright-step", b""))
    x.session = _label(x.headers.get(b"x-archwright-session", b""))
    if b"traceparent" in x.headers:
        trace = _TRACE.match(x.headers[b"traceparent"])
        x.trace = trace[1].decode() if trace else ""
    return None


def line_up(house: House, x: Exchange) -> Answer | None:
    """Which lane: that of its journey, or batch where the client says so."""
    said = _label(x.headers.get(b"x-archwright-lane", b""))
    if said and said not in LANES:
        known = f"`x-archwright-lane` is {' or '.join(LANES)}"
        return error(x, 400, "unknown_lane", f"there is no lane `{said}`; {known}", param="x-archwright-lane")
    place = house.journeys.get(x.journey, -1)
    batch = place >= 0 and house.plan.journeys[place].batch
    if batch and said == LANES[REALTIME]:
        message = f"journey `{x.journey}` is batch work and has no place in the lane of real time"
        return error(x, 400, "lane_not_open", message, param="x-archwright-lane")
    x.lane = BATCH if batch or said == LANES[BATCH] else REALTIME
    return None


def unknown(house: House, x: Exchange, model: str) -> Answer:
    """There is no such route; which one may be meant."""
    hint = nearest(model[:100], house.routes)
    known = f"did you mean `{hint}`?" if hint else f"known: {', '.join(house.routes)}"
    return error(x, 404, "model_not_found", f"there is no route `{model[:100]}`; {known}", param="model")


def translate(house: House, x: Exchange) -> Answer | None:
    """The request in every wire that the route's targets speak, so that each of them can take over from another."""
    if x.ask is None:
        return None
    if not x.wire.talks and x.route is not None and (x.route.retriever >= 0 or x.route.degraded):
        message = f"route `{x.route.name}` answers in words and makes no vectors"
        return error(x, 400, "not_vectors", message, param="model")
    for wire in (house.wires if x.wire.talks else house.vector_wires)[x.route_index]:
        if wire is not x.wire:
            try:
                x.ask.into(wire)
            except BadAsk as fault:
                message = (
                    f"a target of this route speaks the wire of `{wire.name}`, and this cannot be put into it: {fault}"
                )
                return error(x, 400, "not_translatable", message, param=fault.field)
    return None


def estimate(house: House, x: Exchange) -> Answer | None:
    """The exact cache key, and what to reserve: the dearest target of the route, as many tokens as are allowed."""
    if x.ask is None or x.route is None:
        return None
    if house.journal.refusing:
        return error(x, 503, "ledger_unavailable", "what this would cost cannot be written down", retry_after=1.0)
    library = house.library_of(x)
    if x.route.cache >= 0:
        scope = x.headers.get(SCOPE, b"").decode("latin-1")
        x.key = x.ask.key(x.tenant, x.route.name, f"{library.digest if library else ''}{scope}")
    tokens_in = x.ask.tokens_in + (library.most_tokens if library else 0)
    usual, media = house.dearest[x.lane if x.wire.talks else REALTIME][x.route_index]
    dearest = media if media is not usual and _MEDIA.search(x.ask.body) else usual
    x.reserved = max(call_cost(tokens_in, 0, x.ask.tokens_out, price) for price in dearest)
    return None


def recall(house: House, x: Exchange) -> Awaitable[None] | None:
    """Where nothing is kept for the very same request: an answer to another one that means the same."""
    meaning = house.meanings.get(x.route.name) if x.route is not None else None
    if meaning is None or not x.key or house.brain.fresh(meaning.cache, x.key):
        return None
    return meaning.look(house, x)


def admit(house: House, x: Exchange) -> Found | Awaitable[Found]:
    """Ask the machine for a place: it lets the request go on, or says what to reply."""
    _ask(house, x)
    if not x.inbox or not isinstance(x.inbox[0], Reply):
        x.task, x.request.left = house.deadlines.task(), x.left
        if x.request.lost:
            x.left()
    return _taken(house, x, x.inbox.popleft()) if x.inbox else _ordered(house, x)


def _ask(house: House, x: Exchange) -> None:
    """Tell the machine of a request; its luck counts only where chance chooses the target."""
    added = x.route.passages if x.route is not None else 0
    tokens = (x.ask.tokens_in + added, x.ask.tokens_out) if x.ask is not None else (0, 0)
    luck = _luck(house, x) if house.draws[x.route_index] else 0.0
    house.brain.arrive(x, tokens, house.journeys.get(x.journey, -1), luck)


def _luck(house: House, x: Exchange) -> float:
    """The luck of a request, or that of its session or its tenant where a route keeps those together."""
    sticky = x.route.sticky if x.route is not None else "request"
    word = x.session if sticky == "session" else x.tenant if sticky == "tenant" else ""
    if not word:
        return uniform(house.seed, x.luck, 0, ROUTE)
    digest = hashlib.blake2b(f"{sticky}\0{word}".encode(), digest_size=7).digest()
    return uniform(house.seed, int.from_bytes(digest), 0, STICKY)


async def decide(house: House, x: Exchange) -> Answer | Streamed | None:
    """Call the target that the machine names and tell it how that ended, until it says what to reply."""
    if x.copy is not None:
        shadow.start(house, x, x.copy)
    if x.given is not None and x.order is not None:
        x.order = house.brain.in_time(x.order)
    if x.route is not None and x.route.hedge_s > 0.0:
        return await _beside(house, x)
    while x.order is not None:
        told(house, x, await attempt(house, x, x.order))
        found = _taken(house, x, x.inbox.popleft()) if x.inbox else await _ordered(house, x)
        if found is not None:
            return found
    return None


async def _beside(house: House, x: Exchange) -> Answer | Streamed | None:
    """The same where a second call may run beside the first."""
    found: Answer | Streamed | None = None
    left: BaseException | None = None
    try:
        while found is None and x.order is not None:
            beside.start(house, x, x.order)
            house.brain.called(x)
            found = await _ordered(house, x)
    except BaseException as error:  # noqa: BLE001 - it is raised below
        left = error
    await beside.end(x)  # not in a handler: compiled code must not wait in one
    if left is not None:
        raise left
    return found


WAY: tuple[Stage, ...] = (
    authenticate,
    read,
    delegate,
    identify,
    line_up,
    translate,
    estimate,
    recall,
    admit,
    ground,
    decide,
)
EXACT: Final = tuple(stage for stage in WAY if stage is not recall)  # where nothing is answered by meaning


async def walk(house: House, x: Exchange) -> Answer | Streamed:
    """The answer of the first stage that has one."""
    for stage in WAY if house.meanings else EXACT:
        found = stage(house, x)
        if found is not None and not isinstance(found, (Answer, Streamed)):
            found = await found
        if found is not None:
            return found
    return error(x, 500, "no_answer", "no stage answered")


async def _ordered(house: House, x: Exchange) -> Answer | Streamed | None:
    """Wait for the machine's next order."""
    with Waiting(x):
        order = await x.next()
    return _taken(house, x, order)


def _taken(house: House, x: Exchange, order: Call | Reply) -> Answer | Streamed | None:
    """An order of the machine: a call is kept for later, a reply is the answer."""
    if isinstance(order, Call):
        x.order = order
        return None
    x.order, x.reply, x.attempts = None, order, order.attempts
    return _REPLIES[order.how](house, x)


def _label(value: bytes) -> str:
    """A header as a word of the ledger: printable and short."""
    return _LABEL.sub(b" ", value[:100]).decode("ascii").strip() if value else ""


# ------------------------------------------------------------------------------------ what the machine's replies mean


def _answered(house: House, x: Exchange) -> Answer | Streamed:
    if x.last is not None and x.given is not None:
        note(x, house.lines[x.last.call.target].wire, x.last.body, x.last.events)
    if x.begun:
        return Streamed(cited_end(x, x.ending))
    return Answer(200, cited_whole(x, x.last.shown if x.last else b""))


def _cached(house: House, x: Exchange) -> Answer | Streamed:
    stored = x.stored or Stored()
    wire = house.line(x, stored.target).wire
    try:
        answer = again(x, stored, wire, int(time.time()))
    # A stream passes as it is; as a whole, or in another wire, it may be nothing, and of any shape.
    except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
        return error(x, 502, "upstream_failed", "the answer that is kept cannot be given in this form")
    x.given = stored.given
    note(x, wire, stored.whole, stored.events)
    cite = cited_end if x.ask is not None and x.ask.stream else cited_whole
    return Answer(answer.status, cite(x, answer.body), answer.headers)


def _degraded(house: House, x: Exchange) -> Answer | Streamed:
    return canned(x, x.route.degraded if x.route else "", int(time.time()))


def _failed(house: House, x: Exchange) -> Answer | Streamed:
    if x.begun:
        return Streamed(x.wire.error_event("stream_cut", "the answer broke off and cannot be continued"))
    last = x.last
    if last is not None and last.outcome == CALLER:
        wire = house.line(x, last.call.target).wire
        if wire is x.wire:
            return Answer(last.status, last.body, (JSON,))
        message, code = wire.complaint(last.body)
        return error(x, last.status, code, message)
    tries = f"{x.attempts} attempt{'s' if x.attempts != 1 else ''}"
    return error(x, 502, "upstream_failed", f"no target of this route answered ({tries})")


def _shed(house: House, x: Exchange) -> Answer | Streamed:
    wait = x.reply.retry_after if x.reply else 0.0
    return error(x, 503, "overloaded", "the gateway is full; come back later", retry_after=wait)


def _over_budget(house: House, x: Exchange) -> Answer | Streamed:
    return error(x, 402, "budget_exceeded", "the spend cap of this period is reached")


def _over_rate(house: House, x: Exchange) -> Answer | Streamed:
    wait = x.reply.retry_after if x.reply else 0.0
    return error(x, 429, "rate_limit_exceeded", "too many requests for this key", retry_after=wait)


_REPLIES: Final[dict[int, Callable[[House, Exchange], Answer | Streamed]]] = {
    machine.ANSWERED: _answered,
    machine.CACHED: _cached,
    machine.DEGRADED: _degraded,
    machine.STALE: _cached,
    machine.FAILED: _failed,
    machine.SHED: _shed,
    machine.OVER_BUDGET: _over_budget,
    machine.OVER_RATE: _over_rate,
}
