"""The keys that families of kinds add to a component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, choice, named, number, one, reference, references, text


@dataclass(frozen=True, kw_only=True)
class Pace(Record):
    """How fast a model answers: the law that the emulated provider follows and the simulator draws from."""

    first_token: Given = number(
        "duration", "median time to the first token of an empty prompt", estimate=True, positive=True
    )
    per_token: Given = number("duration", "median time for each further token", estimate=True, positive=True)
    prefill: Given = number(
        "rate", "input tokens read a second before the first token", default="20000/s", estimate=True, positive=True
    )
    spread: Given = number(
        "number", "sigma of the log-normal spread of both times", default=0.3, maximum=3, estimate=True
    )


@dataclass(frozen=True, kw_only=True)
class TokenLimits(Record):
    """What the supplier lets through; beyond it the answer is 429 with a retry-after."""

    requests: Given | None = number("rate", "requests, such as 600/min", default=None, positive=True)
    tokens: Given | None = number("rate", "input and output tokens, such as 400k/min", default=None, positive=True)
    concurrent: Given | None = number("count", "requests at once", default=None, minimum=1)


@dataclass(frozen=True, kw_only=True)
class TokenPrice(Record):
    """A price that was agreed and wins over the published one."""

    input: Given = number("token-price", "input tokens", estimate=True)
    cached_input: Given | None = number(
        "token-price", "input tokens read from the supplier's prompt cache", default=None, estimate=True
    )
    output: Given = number("token-price", "output tokens", estimate=True)


@dataclass(frozen=True, kw_only=True)
class Supplier(Record):
    """The terms that a supplier gave. Unknown is never read as good."""

    name: Word = text("who runs it")
    training: str = choice(("true", "false", "unknown"), "may the supplier train on our data?", default="unknown")
    retention: Given | None = number("duration", "how long the supplier keeps our data", default=None)
    agreement: str = choice(("true", "false", "unknown"), "is a data processing agreement signed?", default="unknown")


@dataclass(frozen=True, kw_only=True)
class ModelSettings(Record):
    """A language model behind an API."""

    model: Word = text("provider and model as `provider/model`, the name that prices are looked up by")
    version: Word = text("the pinned version, or why there is none", default="")
    pace: Pace = one(Pace, "how fast it answers")
    limits: TokenLimits = one(TokenLimits, "what the supplier lets through", default=TokenLimits())
    prompt_cache: Given = number(
        "share", "share of input tokens billed at the cached price", default="0 %", maximum=1, estimate=True
    )
    error_rate: Given = number("share", "calls that fail without any outage", default="0 %", maximum=1, estimate=True)
    price: TokenPrice | None = one(TokenPrice, "an agreed price that wins over the published one", default=None)
    supplier: Supplier | None = one(Supplier, "the supplier's terms", default=None)
    endpoint: Word = text("base URL of an OpenAI-compatible API; the provider's own by default", default="")


@dataclass(frozen=True, kw_only=True)
class RouteSpec(Record):
    """A name that clients ask for, and the models that answer to it, in the order of preference."""

    SHORT: ClassVar[str] = "targets"
    targets: tuple[Word, ...] = references("components", "models, the first one preferred, the others its fallbacks")
    deadline: Given = number("duration", "all attempts together must end by then", default="60 s", positive=True)
    cache: Word | None = reference("components", "exact cache that answers repeated requests", default=None)
    degraded: Word = text("canned answer when every target fails; without it the request fails", default="")
    journey: Word | None = reference("journeys", "what unmarked requests are attributed to", default=None)


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(Record):
    """Routes, and what the gateway lets in."""

    routes: Mapping[str, RouteSpec] = named(RouteSpec, "names that clients ask for", section="routes", required=True)
    concurrency: Given = number("count", "requests in flight at once", default=256, minimum=1, maximum=100_000)
    queue: Given = number("count", "requests that may wait for a place", default=256, maximum=1_000_000)
    queue_timeout: Given = number("duration", "longest wait for a place", default="5 s", positive=True)
    budget: Given | None = number(
        "money-rate", "spend cap; requests beyond it are refused", default=None, positive=True
    )


@dataclass(frozen=True, kw_only=True)
class CacheSettings(Record):
    """An exact cache: the same request gets the same answer until it is too old."""

    ttl: Given = number("duration", "an answer is reused for so long", default="1 h", positive=True)
    entries: Given = number(
        "count", "answers kept; the least recently used go first", default=10_000, minimum=1, maximum=10_000_000
    )


@dataclass(frozen=True, kw_only=True)
class WorkSettings(Record):
    """A component that takes time and has a limited number of workers for each replica."""

    latency: Given | None = number(
        "duration", "median time of one piece of work", default=None, estimate=True, positive=True
    )
    spread: Given = number(
        "number", "sigma of the log-normal spread of that time", default=0.3, maximum=3, estimate=True
    )
    workers: Given | None = number(
        "count", "pieces of work at once in each replica; unlimited if left out", default=None, minimum=1
    )
    error_rate: Given = number("share", "work that fails without any outage", default="0 %", maximum=1, estimate=True)


@dataclass(frozen=True, kw_only=True)
class AgentSettings(WorkSettings):
    """An agent: its own overhead, and the bounds of its loop."""

    max_steps: Given | None = number("count", "the loop ends after so many model calls", default=None, minimum=1)
    max_cost: Given | None = number("money", "the loop ends when it has spent so much", default=None, positive=True)
    tools: tuple[Word, ...] = references("components", "what it may call")


@dataclass(frozen=True, kw_only=True)
class HumanSettings(WorkSettings):
    """People at work: how many, and what a minute costs."""

    wage: Given | None = number("money", "cost of one hour of one person", default=None, estimate=True)


@dataclass(frozen=True, kw_only=True)
class GpuSettings(ModelSettings):
    """A model on hardware that we pay for."""

    accelerator: Word = text("such as `h100-80gb`", default="")
    accelerators: Given = number("count", "accelerators in each replica", default=1, minimum=1)
    hourly: Given | None = number("money", "cost of one accelerator for one hour", default=None, estimate=True)
