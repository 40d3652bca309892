"""What a language model adds to a component: pace, limits, price, terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archwright.spec.charges import Provisioned
from archwright.spec.day import Day
from archwright.spec.given import Given, Word, given
from archwright.spec.settings.work import Scale
from archwright.spec.shapes import DEAREST, Record, choice, day, many, number, one, text


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
    provisioned: Given | None = number(
        "rate", "tokens that are paid for in advance: while they are used up, calls go to the next target",
        default=None, positive=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LongContext(Record):
    """Prices of a call whose input is longer than a limit; they hold for all of its tokens."""

    over: Given = number("count", "input tokens beyond which they hold", minimum=1)
    input: Given = number("token-price", "input tokens", estimate=True)
    cached_input: Given | None = number("token-price", "cached input tokens", default=None, estimate=True)
    output: Given = number("token-price", "output tokens", estimate=True)
    cache_write_5m: Given | None = number(
        "token-price", "input tokens written to the prompt cache for five minutes", default=None, estimate=True
    )
    cache_write_1h: Given | None = number(
        "token-price", "input tokens written to the prompt cache for an hour", default=None, estimate=True
    )


@dataclass(frozen=True, kw_only=True)
class TokenPrice(Record):
    """A price that was agreed and wins over the published one."""

    input: Given = number("token-price", "input tokens", estimate=True)
    cached_input: Given | None = number(
        "token-price", "input tokens read from the supplier's prompt cache", default=None, estimate=True
    )
    output: Given = number("token-price", "output tokens", estimate=True)
    cache_write_5m: Given | None = number(
        "token-price", "input tokens written to the prompt cache for five minutes", default=None, estimate=True
    )
    cache_write_1h: Given | None = number(
        "token-price", "input tokens written to the prompt cache for an hour", default=None, estimate=True
    )
    reasoning: Given | None = number(
        "token-price", "output tokens that are thought; as other output if left out", default=None, estimate=True
    )
    image: Given | None = number(
        "token-price", "input tokens of pictures; as other input if left out", default=None, estimate=True
    )
    audio: Given | None = number("token-price", "input tokens of sound", default=None, estimate=True)
    speech: Given | None = number("token-price", "output tokens of sound", default=None, estimate=True)
    request: Given | None = number(
        "money", "each call, besides its tokens", default=None, maximum=DEAREST, estimate=True
    )
    long: LongContext | None = one(LongContext, "dearer prices of long inputs", default=None)
    longer: tuple[LongContext, ...] = many(LongContext, "prices of inputs that are longer still, tier by tier")


@dataclass(frozen=True, kw_only=True)
class BatchLane(Record):
    """A supplier's cheaper, slower lane for work that nobody waits for."""

    SHORT: ClassVar[str] = "discount"
    discount: Given = number("share", "off the price of every token", maximum=1, estimate=True)
    slower: Given = number("ratio", "times as slow", default="3x", minimum=1, maximum=1000, estimate=True)
    tier: Word = text("the `service_tier` that asks for it", default="flex")


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
    prompt_cache_writes: Given = number(
        "share", "share of input tokens written to the prompt cache, where writing has a price of its own",
        default="0 %", maximum=1, estimate=True,
    )  # fmt: skip
    prompt_cache_keeps: str = choice(("5m", "1h"), "how long what is written is kept", default="5m")
    service_tier: str = choice(
        ("standard", "flex", "priority"), "the tier in which real-time calls are bought, at its published price",
        default="standard",
    )  # fmt: skip
    provisioned: Provisioned | None = one(Provisioned, "throughput bought by the unit", default=None)
    error_rate: Given = number("share", "calls that fail without any outage", default="0 %", maximum=1, estimate=True)
    price: TokenPrice | None = one(TokenPrice, "an agreed price that wins over the published one", default=None)
    batch: BatchLane | None = one(BatchLane, "the supplier's cheaper lane, for batch journeys", default=None)
    retires: Day | None = day("the day on which its supplier takes it away", default=None)
    endpoint: Word = text("base URL of the API; the provider's own by default", default="")


@dataclass(frozen=True, kw_only=True)
class Weights(Record):
    """Which file of weights runs, and by whose leave."""

    source: Word = text("where they were taken from", default="")
    digest: Word = text("hash of the files, such as `sha256:…`", default="")
    format: Word = text("such as `safetensors`", default="")
    licence: Word = text("licence or terms of use", default="")


PRECISIONS = ("bf16", "fp8", "int8", "fp4", "int4")
ROUTERS = ("round-robin", "least-tokens")


@dataclass(frozen=True, kw_only=True)
class StepTimes(Record):
    """What a step of a replica takes, measured; it replaces what follows from hardware and shape."""

    fixed: Given = number("duration", "each step, whatever is in it", estimate=True)
    weights: Given = number("duration", "reading all weights once", estimate=True)
    context: Given = number("duration", "reading 1,000 tokens of the KV cache", estimate=True)
    compute: Given = number("duration", "the arithmetic of 1,000 tokens", estimate=True)
    sequence: Given = number("duration", "each sequence in a step", default="0 s", estimate=True)


@dataclass(frozen=True, kw_only=True)
class Batching(Record):
    """Continuous batching: each replica is simulated step by step, so that its speed follows from its load."""

    SHORT: ClassVar[str] = "precision"
    precision: str = choice(PRECISIONS, "of the weights")
    max_seqs: Given = number("count", "sequences at work in each replica", default=256, minimum=1, maximum=100_000)
    max_batched_tokens: Given = number(
        "count", "tokens in one step of a replica", default=8192, minimum=1, maximum=10_000_000
    )
    waiting: Given = number(
        "count", "calls that may wait in front of each replica", default=1000, minimum=1, maximum=100_000
    )
    router: str = choice(
        ROUTERS, "which replica gets a call: one after the other, or the one that owes the fewest tokens",
        default="least-tokens",
    )  # fmt: skip
    memory: Given = number("share", "of the accelerators' memory that may be used", default="90 %", maximum=1)
    kv_tokens: Given | None = number(
        "count", "tokens of context that a replica's KV cache holds; follows from memory and weights by default",
        default=None, minimum=1,
    )  # fmt: skip
    busy: Given | None = number(
        "ratio", "memory and arithmetic take so many times as long as the facts say; see `archwright calibrate`",
        default=None, minimum=0.01, maximum=100, estimate=True,
    )  # fmt: skip
    overhead: Given | None = number(
        "ratio", "what is added to each step is so many times as long as the facts say; see `archwright calibrate`",
        default=None, maximum=100, estimate=True,
    )  # fmt: skip
    step: StepTimes | None = one(StepTimes, "what a step takes, measured", default=None)


_UNKNOWN = given("0 s", "duration", "chosen", "default")
UNSTATED = Pace(first_token=_UNKNOWN, per_token=_UNKNOWN)  # the pace of a model of which the file states none


@dataclass(frozen=True, kw_only=True)
class GpuSettings(ModelSettings):
    """A model on hardware that we pay for."""

    weights: Weights | None = one(Weights, "which weights run", default=None)
    accelerator: Word = text("such as `h100-80gb`", default="")
    accelerators: Given = number("count", "accelerators in each replica", default=1, minimum=1)
    pace: Pace = one(Pace, "how fast it answers at any load; not needed with `batching`, which wins", default=UNSTATED)
    batching: Batching | None = one(
        Batching, "its replicas are simulated step by step, from `accelerator` and `model`", default=None
    )
    scale: Scale | None = one(
        Scale,
        "how the number of its replicas follows the load, with `batching`: their use is the share of `max_seqs` that "
        "calls take, or of the KV cache if that is more, waiting calls counted", default=None,
    )  # fmt: skip
    hourly: Given | None = number(
        "money", "cost of one accelerator for one hour", default=None, maximum=DEAREST, estimate=True
    )
    bought: str = choice(
        ("on-demand", "spot", "reserved"), "how the hours of accelerators are bought", default="on-demand"
    )
    discount: Given | None = number(
        "share", "off the on-demand price, for what is reserved, or spot where no offer is known", default=None,
        maximum=1, estimate=True,
    )  # fmt: skip
