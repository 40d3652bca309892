"""What a running gateway has: the plan, the machine's driver, the ledger, the counters, the way to its targets."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, Protocol

from archwright.ledger.rows import Attempt, Request
from archwright.plan.cost import call_cost, kinds_told
from archwright.plan.model import Plan, Price, Route, Target, plan_hash
from archwright.plan.rules import billed, draws, price_of
from archwright.policy.lanes import BATCH, LANES, REALTIME
from archwright.policy.machine import HOWS, LEFT
from archwright.policy.route import OUTCOMES
from archwright.runtime.gateway.brain import Brain
from archwright.runtime.gateway.crew import Crew
from archwright.runtime.gateway.estimate import Guesser
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.gateway.library import Library
from archwright.runtime.gateway.listeners import Listener, Told
from archwright.runtime.gateway.metrics import Metrics
from archwright.runtime.gateway.prompts import Prompts
from archwright.runtime.gateway.ring import Keyring
from archwright.runtime.gateway.setup import ClientKey, Upstream
from archwright.runtime.gateway.writer import Writer
from archwright.runtime.http1.client import Client
from archwright.runtime.http1.deadlines import Deadlines
from archwright.runtime.openai.vectors import VECTORS
from archwright.runtime.provider import Provider
from archwright.runtime.providers import PROVIDERS
from archwright.runtime.wire import Wire
from archwright.runtime.wires import PLAIN, WIRES

STANDARD: Final = frozenset(("", "default", "standard", "auto"))  # suppliers' words for the usual tier
REFUSED: Final = "refused"  # beside the machine's HOWS: it was let in, and no document supported an answer


class Recaller(Protocol):
    """The semantic cache of a route. `cache` is the place of its exact one."""

    cache: int

    def look(self, house: House, x: Exchange) -> Awaitable[None]:
        """Look a request up; where a kept answer may serve it, it gets that one's key."""


# What the admin door asks of semantic caches: the house, a method with its path, a body; status and answer.
Desk = Callable[["House", str, bytes], Awaitable[tuple[int, dict[str, object]]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One target and how it is reached."""

    target: Target
    provider: Provider
    wire: Wire
    base: str
    url: str
    key: str = field(repr=False)

    def lane(self, lane: int) -> int:
        """The lane of a call: batch only where the target has one and its supplier can be asked for it."""
        return lane if self.target.batch_price is not None and self.provider.tier else REALTIME

    def price(self, lane: int) -> Price:
        """What a call costs that comes in a lane."""
        return price_of(self.target, self.lane(lane))

    def tier(self, lane: int) -> str | None:
        """The word that asks for a lane, empty for real time; None where there is nothing to choose."""
        if self.lane(BATCH) == REALTIME:
            return None
        return self.target.batch_tier if lane == BATCH else ""

    def lane_told(self, tier: str) -> int:
        """The lane of an answer by what its supplier calls it; -1: a tier that the plan has no price for."""
        if tier == self.target.batch_tier:
            return BATCH
        return REALTIME if tier in STANDARD else -1

    def for_vectors(self) -> Line:
        """The same target where vectors are wanted, which only some can be asked for. There is one lane for them."""
        if self.wire.name != PLAIN:
            return self
        url = self.provider.embeddings(self.base, self.target.name)
        return replace(self, wire=VECTORS, url=url, provider=replace(self.provider, tier=""))

    def headers(self, request: str, attempt: int) -> dict[str, str]:
        """Headers of a call."""
        return {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            **self.provider.headers(self.key, request, attempt),
        }


class House:
    """The parts of a gateway, wired.

    `libraries` are the documents of the plan's retrievers, in their order; `meanings` the semantic caches of routes, by
    their names.
    """

    def __init__(
        self,
        plan: Plan,
        upstreams: tuple[Upstream, ...],
        keys: tuple[ClientKey, ...],
        brain: Brain,
        journal: Writer,
        seed: int,
    ) -> None:
        self.plan = plan
        self.seed = seed
        self.instance = secrets.token_hex(6)
        self.hash = plan_hash(plan)
        self.brain = brain
        self.journal = journal
        self.metrics = Metrics()
        self.numbers = count(1)
        self.lines = tuple(
            Line(
                target,
                provider,
                WIRES.get(provider.wire),
                upstream.base,
                provider.url(upstream.base, target.name),
                upstream.key,
            )
            for target, upstream in zip(plan.targets, upstreams, strict=True)
            for provider in (PROVIDERS.get(upstream.provider),)
        )
        self.vector_lines = tuple(line.for_vectors() for line in self.lines)
        self.doors = {wire.path: wire for wire in (*WIRES, VECTORS)}
        self.plain = WIRES.get(PLAIN)
        self.wires, self.vector_wires = (
            tuple(
                tuple({line.wire.name: line.wire for line in (lines[hop.target] for hop in route.ladder)}.values())
                for route in plan.routes
            )
            for lines in (self.lines, self.vector_lines)
        )
        self.draws = tuple(draws(plan, route) for route in plan.routes)
        self.routes = {route.name: index for index, route in enumerate(plan.routes)}
        self.journeys = {journey.name: index for index, journey in enumerate(plan.journeys)}
        self.dearest = tuple(tuple(self._dearest(route, lane) for route in plan.routes) for lane in (REALTIME, BATCH))
        known = {tenant.name: index for index, tenant in enumerate(plan.tenants)}
        self.keys = Keyring(keys, known)
        self.prompts: Prompts | None = None
        self.guessers = tuple(Guesser(target) for target in plan.targets)
        self.client = Client()
        self.copies: set[asyncio.Task[None]] = set()
        self.deadlines = Deadlines()
        self.crew: Crew | None = None
        self.libraries: tuple[Library, ...] = ()
        self.listeners: tuple[Listener, ...] = ()
        self.meanings: Mapping[str, Recaller] = {}
        self.desk: Desk | None = None

    def _dearest(self, route: Route, lane: int) -> tuple[tuple[Price, ...], tuple[Price, ...]]:
        """What calls of a route may cost at most: for words, and for more than words (where alike the same object)."""
        lines = [self.lines[hop.target] for hop in route.hops]
        prices = [price for line in lines for price in billed(line.target, line.lane(lane))]
        usual = tuple(dict.fromkeys(price.most(False) for price in prices))
        media = tuple(dict.fromkeys(price.most(True) for price in prices))
        return usual, usual if media == usual else media

    def line(self, x: Exchange, target: int) -> Line:
        """How a target is reached with what a client asks."""
        return (self.lines if x.wire.talks else self.vector_lines)[target]

    def library_of(self, x: Exchange) -> Library | None:
        """The documents that the route of a request answers from."""
        return self.libraries[x.route.retriever] if x.route is not None and x.route.retriever >= 0 else None

    def _write(self, row: Told, x: Exchange) -> None:
        """Write a row of a request, and tell it to whoever listens."""
        self.journal.add(row)
        for listener in self.listeners:
            listener.told(row, x)

    def price(self, x: Exchange, item: Try) -> None:
        """Enter what an attempt cost: exact where the supplier told its usage, else estimated from what came."""
        price = self.line(x, item.call.target).price(self._lane(x, item))
        usage = item.usage
        if usage is not None:
            item.cost = call_cost(usage.input, usage.cached, usage.output, price, usage.kinds)
        x.cost += item.cost
        x.estimated = x.estimated or item.estimated

    def attempted(self, x: Exchange, item: Try) -> None:
        """Write the row of an attempt that ended."""
        line, lane = self.line(x, item.call.target), self._lane(x, item)
        target, price = line.target, line.price(lane)
        usage = item.usage
        price = price.at(usage.input) if usage is not None else price
        outcome = OUTCOMES[item.outcome]
        self.metrics.attempts.add((target.name, outcome))
        self.metrics.calls.add((target.name,), item.total_s)
        if usage is not None:
            for kind, tokens in usage.counted():
                self.metrics.tokens.add((target.name, kind), tokens)
            self.metrics.cost.add((target.name,), item.cost)
        self._write(
            # Fields by their places, in the order of the record: by name it takes ten times as long.
            Attempt(
                x.id,
                item.call.attempt,
                self.hash,
                x.route.name if x.route else "",
                target.name,
                target.model,
                item.began,
                item.at,
                outcome,
                item.status,
                item.first_s,
                item.total_s,
                usage.input if usage else 0,
                usage.cached if usage else 0,
                usage.output if usage else 0,
                price.input,
                price.cached_input,
                price.output,
                price.source,
                item.cost,
                item.estimated,
                x.trace,
                LANES[line.lane(lane)],
                item.tier,
                x.copied,
                x.tenant if x.copied else "",
                x.journey if x.copied else "",
                kinds_told(usage.kinds, price) if usage is not None and usage.kinds is not None else (),
            ),
            x,
        )

    def _lane(self, x: Exchange, item: Try) -> int:
        """The lane in which a target answered: as it says, else as asked; real time for the vectors of a search."""
        if not item.call.attempt:
            return REALTIME
        return max(REALTIME, self.line(x, item.call.target).lane_told(item.tier)) if item.tier else x.lane

    def _kept_by(self, x: Exchange) -> Wire | None:
        """The wire of an answer that was kept; None: there is none."""
        return self.lines[x.stored.target].wire if x.stored is not None and x.stored.target >= 0 else None

    def ended(self, x: Exchange, status: int, target: str, cache: str) -> None:
        """Write the row of a request that ended and count it."""
        total = time.monotonic() - x.began
        own = max(0.0, total - x.waited_s)
        how = REFUSED if x.refused else HOWS[x.reply.how if x.reply else LEFT]
        usage = x.last.usage if x.last and target else None
        route = x.route.name if x.route else ""
        self.metrics.requests.add((route, how))
        if self.prompts is not None:
            self.prompts.add(x, self.lines[x.last.call.target].wire if x.last else self._kept_by(x))
        if x.given is not None:
            self.metrics.retrievals.add((route, x.given.mode))
            self.metrics.citations.add((route, "known"), x.known)
            self.metrics.citations.add((route, "unknown"), len(x.cited or ()) - x.known)
        self.metrics.seconds.add((route, how), total)
        self.metrics.own.add((route,), own)
        if x.first_s >= 0:
            self.metrics.first.add((route,), x.first_s)
        self._write(
            Request(
                x.id,
                self.hash,
                x.tenant,
                x.journey,
                x.step,
                x.session,
                route,
                target,
                x.began,
                x.at,
                how,
                status,
                x.reply.hop if x.reply else -1,
                x.attempts,
                x.first_s,
                total,
                x.ask is not None and x.ask.stream,
                cache,
                int(how in ("degraded", "stale")),
                usage.input if usage else 0,
                usage.output if usage else 0,
                x.cost,
                x.estimated,
                own,
                x.trace,
                x.given.mode if x.given else "",
                len(x.given.passages) if x.given else 0,
                x.given.support if x.given else -1.0,
                len(x.cited or ()),
                x.known if x.cited else 0,
                LANES[x.lane],
                x.client,
            ),
            x,
        )


def wall() -> str:
    """The time of day, in UTC to the millisecond."""
    return _moment(time.time_ns() // 1_000_000)


@functools.lru_cache(maxsize=16)
def _moment(millisecond: int) -> str:
    """A millisecond of the day as text; all requests within it share the work."""
    second, rest = divmod(millisecond, 1000)
    return f"{_second(second)}.{rest:03d}+00:00"


@functools.lru_cache(maxsize=4)
def _second(second: int) -> str:
    """A second of the day as text; all requests within it share the work."""
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
