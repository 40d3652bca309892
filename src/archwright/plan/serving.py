"""From accelerator, model and precision to what a replica's steps take: a roofline, entered number by number."""

from __future__ import annotations

from typing import Final, NamedTuple

from archwright.facts.accelerators import Accelerator
from archwright.facts.models import BYTES, Shape
from archwright.facts.serving import BAND, LARGE, SERVING, WIDE_BAND
from archwright.policy.batching import Law
from archwright.report.figures import Book, Formula

WEIGHTS: Final = Formula("parameters * bytes")
KEPT: Final = Formula("max(0, accelerators * (memory * share - reserved) - weights) / kv_bytes")
READING: Final = Formula("busy * (parameters - experts) * bytes / (accelerators * bandwidth * reached)")
EXPERTS: Final = Formula("busy * experts * bytes / (accelerators * bandwidth * reached)")
TOUCHED: Final = Formula("used / max(1, count)")
CONTEXT: Final = Formula("busy * kv_bytes / (min(accelerators, kv_heads) * bandwidth * reached)")
COMPUTE: Final = Formula("busy * 2 * active / (accelerators * flops * computed)")
FIXED: Final = Formula("overhead * layers * layer")
SEQUENCE: Final = Formula("overhead * sequence")
EXCHANGE: Final = Formula("busy * 8 * layers * hidden * (accelerators - 1) / accelerators / link")  # two sums a layer
MOST_SEQUENCES, BATCHED_TOKENS, MOST_WAITING = 256, 8192, 1000
USABLE: Final = 0.9


class Deployment(NamedTuple):
    """What runs on what: a model's shape, its precision, and how many accelerators work on it together.

    Memory and arithmetic take `busy` times, what is added to each step `overhead` times what the facts say; `share`
    of the memory may be used.
    """

    shape: Shape
    accelerator: Accelerator
    precision: str
    together: int
    busy: float = 1.0
    overhead: float = 1.0
    share: float = USABLE


class Steps(NamedTuple):
    """What a step takes, by its parts (seconds; see `policy.batching.Law`), and the tokens that a KV cache holds."""

    fixed_s: float
    weights_s: float
    experts_s: float
    touched: float
    kv_s: float
    compute_s: float
    sequence_s: float
    token_s: float
    kv_tokens: int


def steps_of(book: Book, key: str, on: Deployment) -> Steps:
    """Enter what a step takes and what follows it from, under keys that begin with `key`."""
    _facts(book, key, on)

    def derive(name: str, rule: Formula, dimension: str, label: str) -> float:
        inputs = {item: f"{key}.{item}" for item in rule.names}
        return float(book.derive(f"{key}.{name}", rule, dimension, label, **inputs).value)

    derive("weights", WEIGHTS, "number", "bytes of weights")
    kept = derive("kv_tokens", KEPT, "number", "tokens of context in the KV cache")
    return Steps(
        fixed_s=derive("fixed", FIXED, "duration", "each step"),
        weights_s=derive("reading", READING, "duration", "reading the weights that all tokens need"),
        experts_s=derive("reading_experts", EXPERTS, "duration", "reading all experts"),
        touched=derive("touched", TOUCHED, "share", "of the experts that one token needs"),
        kv_s=derive("context", CONTEXT, "duration", "reading one token of context"),
        compute_s=derive("compute", COMPUTE, "duration", "the arithmetic of one token"),
        sequence_s=derive("each_sequence", SEQUENCE, "duration", "each sequence in a step"),
        token_s=derive("exchange", EXCHANGE, "duration", "exchange between accelerators for one token")
        if on.together > 1
        else 0.0,
        kv_tokens=int(kept),
    )


def _facts(book: Book, key: str, on: Deployment) -> None:
    shape, hardware = on.shape, on.accelerator.hardware
    model = f"{shape.title}: {shape.source}, {shape.checked_on}"
    machine = f"{on.accelerator.title}: {hardware.source}, {hardware.checked_on}"
    engine = f"{SERVING.source}, {SERVING.checked_on}"
    for name, value, label, note in (
        ("parameters", shape.parameters, "parameters", model),
        ("active", shape.active, "parameters that one token needs", model),
        ("experts", shape.expert_parameters, "parameters of all experts", model),
        ("count", float(shape.experts), "experts", model),
        ("used", float(shape.used), "experts that one token needs", model),
        ("layers", float(shape.layers), "layers", model),
        ("hidden", float(shape.hidden), "width", model),
        ("kv_heads", float(shape.kv_heads), "heads that keep keys and values", model),
        ("kv_bytes", shape.kv_bytes, "bytes of a token of context, kept in 16 bits", model),
        ("memory", hardware.memory, "bytes of memory", machine),
        ("bandwidth", hardware.bandwidth, "bytes a second", machine),
        ("flops", hardware.speed(on.precision), f"operations a second, {on.precision}", machine),
        ("link", hardware.link, "bytes a second to a neighbour", machine),
        ("bytes", BYTES[on.precision], "bytes of a weight", f"{on.precision}: definition"),
        ("reached", SERVING.bandwidth, "of the bandwidth", engine),
        ("computed", SERVING.arithmetic, "of the arithmetic", engine),
        ("reserved", SERVING.reserved, "bytes for neither weights nor cache", "three measured vLLM runs"),
    ):
        book.leaf(f"{key}.{name}", value, "number", label=label, origin="fact", note=note)
    book.leaf(f"{key}.layer", SERVING.layer_s, "duration", label="each layer", origin="fact", note=engine)
    book.leaf(f"{key}.sequence", SERVING.sequence_s, "duration", label="each sequence", origin="fact", note=engine)
    for name, value, label in (
        ("accelerators", float(on.together), "accelerators in a replica"),
        ("busy", on.busy, "times as long as the facts say: memory and arithmetic"),
        ("overhead", on.overhead, "times as long as the facts say: what is added to each step"),
        ("share", on.share, "of the memory may be used"),
    ):
        book.leaf(f"{key}.{name}", value, "number", label=label, origin="set", note="in the file, or as usual")


def law_of(on: Deployment) -> Law:
    """The law of a replica as the facts say, with the usual limits of vLLM."""
    return Law(*steps_of(Book(), "pool", on), MOST_SEQUENCES, BATCHED_TOKENS, MOST_WAITING)


def band_of(shape: Shape | None) -> tuple[float, float]:
    """Between which multiples of the formula the throughput of most measured deployments lies."""
    return BAND if shape is not None and shape.dense and shape.parameters >= LARGE else WIDE_BAND
