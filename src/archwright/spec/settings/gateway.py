"""What a gateway and its caches add to a component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from archwright.spec.given import Given, Word
from archwright.spec.settings.semantic import SemanticSpec
from archwright.spec.shapes import Record, choice, flag, many, named, number, numbers, one, reference, references, text

CHOICES = ("order", "cost", "latency", "load", "weight", "errors", "region")
STICKY = ("request", "session", "tenant")


@dataclass(frozen=True, kw_only=True)
class WaySpec(Record):
    """Requests of one sort and the models that they go to. Every condition that is stated must hold."""

    input_over: Given | None = number("count", "requests with more input tokens than this", default=None)
    input_under: Given | None = number("count", "requests with fewer input tokens than this", default=None)
    tenant: Word | None = reference("tenants", "requests of this tenant", default=None)
    journey: Word | None = reference("journeys", "requests of this journey", default=None)
    targets: tuple[Word, ...] = references("components", "models, some of those of the route")


@dataclass(frozen=True, kw_only=True)
class Graded(Record):
    """How good one target's answers are on a route, and by what that is known."""

    SHORT: ClassVar[str] = "score"
    score: Given = number(
        "share", "share of answers that are good enough; only one that is measured or has a source is believed",
        maximum=1, estimate=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ShadowSpec(Record):
    """A model that gets copies of requests beside the one that answers. It is paid; no client sees its answers."""

    SHORT: ClassVar[str] = "target"
    target: Word = reference("components", "a model that is none of the route's targets")
    share: Given = number(
        "share", "of the requests that are sent to a model", default="100 %", maximum=1, positive=True
    )
    places: Given = number("count", "copies under way at once; others are not made", default=16, minimum=1)


@dataclass(frozen=True, kw_only=True)
class RouteSpec(Record):
    """A name that clients ask for, and the models that answer to it, in the order of preference."""

    SHORT: ClassVar[str] = "targets"
    targets: tuple[Word, ...] = references("components", "models, the first one preferred, the others its fallbacks")
    deadline: Given = number("duration", "all attempts together must end by then", default="60 s", positive=True)
    choose: str = choice(
        CHOICES,
        "which target comes first: the first of the list, the cheapest for the request, the quickest as measured, "
        "the one with the fewest tokens under way, one by weight, the first that fails no more often than is usual for "
        "it, or the nearest to the gateway's region",
        default="order",
    )
    weights: tuple[Given, ...] = numbers("share", "for `choose: weight`: the share of each target, in their order")
    sticky: str = choice(
        STICKY,
        "for `choose: weight`: what stays with the target that was drawn for it; for a request without a session or a "
        "tenant it is drawn anew",
        default="request",
    )
    rules: tuple[WaySpec, ...] = many(WaySpec, "sorts of requests that go to some of the targets only; the first wins")
    slow: Given | None = number(
        "duration",
        "a target whose measured time to the first token is above it comes last while another's is not",
        default=None,
        positive=True,
    )
    cache: Word | None = reference("components", "exact cache that answers repeated requests", default=None)
    stale: Given | None = number(
        "duration",
        "when no target answers, or every one is slow: a kept answer that is at most so much too old",
        default=None,
        positive=True,
    )
    hedge: Given | None = number(
        "duration",
        "when nothing has come by then, the next target is called beside, and the slower one is called off",
        default=None,
        positive=True,
    )
    max_cost: Given | None = number(
        "money", "no further attempt is made that would make a request cost more", default=None, positive=True
    )
    relief: Given | None = number(
        "share", "when so much of the gateway's places is taken, the cheapest target comes first",
        default=None, positive=True, maximum=1,
    )  # fmt: skip
    smaller: Word | None = reference(
        "components", "a model that is asked when no target answers and no kept answer may be given", default=None
    )
    shadow: ShadowSpec | None = one(
        ShadowSpec, "a model that gets copies of requests; nobody waits for it", default=None
    )
    degraded: Word = text("canned answer when every target fails; without it the request fails", default="")
    journey: Word | None = reference("journeys", "what unmarked requests are attributed to", default=None)
    retriever: Word | None = reference("components", "finds the passages that it answers from", default=None)
    refusal: Word = text("what it says where no passage supports an answer", default="")
    quality: Mapping[str, Graded] = named(
        Graded, "how good the answers of each target are here; a search never chooses what it does not know of"
    )


@dataclass(frozen=True, kw_only=True)
class BatchPlaces(Record):
    """The lane of batch journeys: real time goes before it and always keeps the places that it does not have."""

    places: Given = number("share", "of all places, at most", default="50 %", maximum=1)
    queue: Given = number("count", "requests that may wait", default=10_000, maximum=1_000_000)
    wait: Given = number("duration", "longest wait for a place", default="1 h", positive=True)


@dataclass(frozen=True, kw_only=True)
class LedgerSpec(Record):
    """How the ledger is written: what a crash may take, what happens without it, whether prompts are kept beside."""

    SHORT: ClassVar[str] = "writes"
    writes: str = choice(
        ("soon", "sync"),
        "`soon`: a killed gateway loses rows of the last 250 ms at most; `sync`: none, each answer waits for its rows",
        default="soon",
    )
    lost: str = choice(
        ("serve", "refuse"),
        "while the ledger cannot be written: `serve` and count what finds no place in memory, or `refuse` requests",
        default="serve",
    )
    record: str = choice(
        ("nothing", "prompts"),
        "`prompts`: what is asked and answered is kept in a file beside the ledger, where every data class allows it",
        default="nothing",
    )


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(Record):
    """Routes, and what the gateway lets in."""

    routes: Mapping[str, RouteSpec] = named(RouteSpec, "names that clients ask for", section="routes", required=True)
    concurrency: Given = number("count", "requests in flight at once", default=256, minimum=1, maximum=100_000)
    queue: Given = number("count", "requests that may wait for a place", default=256, maximum=1_000_000)
    queue_timeout: Given = number("duration", "longest wait for a place", default="5 s", positive=True)
    memory: Given = number(
        "duration", "half-life of what is measured of a target's latency", default="30 s", positive=True
    )
    batch: BatchPlaces = one(BatchPlaces, "what batch journeys may use", default=BatchPlaces())
    floor: Given | None = number(
        "count", "while targets are slower than usual the places shrink, at most down to it", default=None, minimum=1
    )
    fair: bool = flag("of those who wait, a tenant whose requests under way have fewer tokens goes first")
    shed_early: bool = flag("who would wait longer than the queue's timeout is told at once when to come back")
    budget: Given | None = number(
        "money-rate", "spend cap; requests beyond it are refused", default=None, positive=True
    )
    ledger: LedgerSpec = one(LedgerSpec, "how the ledger is written", default=LedgerSpec())


@dataclass(frozen=True, kw_only=True)
class CacheSettings(Record):
    """A cache: the same request gets the same answer until it is too old; with `semantic` also what means the same."""

    ttl: Given = number("duration", "an answer is reused for so long", default="1 h", positive=True)
    entries: Given = number(
        "count", "answers kept; what is too old goes first, then what saves least (hits times price, of late)",
        default=10_000, minimum=1, maximum=10_000_000,
    )  # fmt: skip
    semantic: SemanticSpec = one(SemanticSpec, "answers what means the same, too", default=SemanticSpec())
