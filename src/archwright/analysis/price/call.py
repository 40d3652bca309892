"""What one model call of a step costs at one target, kind by kind: each kind of tokens is a line of the bill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from archwright.analysis.price.lines import Line
from archwright.base.text import slug
from archwright.plan.batch import LESS
from archwright.plan.cost import CALL_COST
from archwright.plan.model import Journey, Step, Target
from archwright.plan.prices import tier_prefix
from archwright.report.figures import Book, Figure

KINDS: Final = ("input", "cached", "output")
METERS: Final = {
    "input": "Input Tokens",
    "cached": "Cached Input Tokens",
    "output": "Output Tokens",
    "written": "Cache Write Tokens",
    "image": "Image Tokens",
    "audio": "Audio Input Tokens",
    "reasoning": "Reasoning Tokens",
    "speech": "Audio Output Tokens",
    "long": "Long Context Surcharge",
    "long2": "Longer Context Surcharge",
    "long3": "Longest Context Surcharge",
    "request": "Requests",
    "embedding": "Embedding Tokens",
}
SURCHARGE: Final = (
    "(tokens - read) * (long_input - price_in) + read * (long_cached - price_cached)"
    " + share * tokens_out * (long_output - price_out)"
)
# Where a share of the input is written to the prompt cache, at a price that is another one in a dearer tier.
WRITTEN: Final = (
    SURCHARGE.replace("tokens - read", "tokens * (1 - written) - read", 1)
    .replace(" + share", " + tokens * written * (long_written - price_written) + share")
)  # fmt: skip
LEAST: Final = 1e-9  # a share of calls below this is no line


class Call(NamedTuple):
    """Where a step's call at a target stands in the book: keys of the step, of the target's part and of its numbers."""

    journey: Journey
    step: Step
    target: Target
    base: str
    own: str

    @property
    def given(self) -> str:
        """The beginning of the keys that the file stated of the step."""
        return f"journeys.{self.journey.name}.{slug(self.step.name)}"

    @property
    def lane(self) -> str:
        """The part of the keys of prices that names the batch lane, empty in real time."""
        return "batch." if self.journey.batch and self.target.batch_price is not None else ""


class _Cost(NamedTuple):
    """What one call costs, and of what: keys of plain tokens and their prices, other parts with theirs."""

    whole: Figure
    tokens: dict[str, str]
    prices: dict[str, str]
    parts: dict[str, Figure]
    each: dict[str, tuple[str, str]]  # kind: (key of its tokens in a call, key of its price)


def cost_of_call(book: Book, call: Call) -> tuple[Figure, list[Line]]:
    """The cost of one call in the mean, and the lines of the bill; `own` is where their keys begin."""
    found = _cost(book, call)
    lines = [_kind(book, call, kind, found.tokens, found.prices) for kind in KINDS]
    lines += [_extra(book, call, kind, part, found.each.get(kind)) for kind, part in found.parts.items()]
    return found.whole, lines


def in_real_time(book: Book, call: Call) -> Figure:
    """What a call in the batch lane would cost in real time."""
    return _cost(book, call._replace(journey=replace(call.journey, batch=False), own=f"{call.own}.realtime")).whole


def _cost(book: Book, call: Call) -> _Cost:
    own, target = call.own, call.target
    tokens, special = _tokens(book, call)
    named = {"price_in": "input", "price_cached": "cached_input", "price_out": "output"}
    prices = {name: _price(book, call, kind) for name, kind in named.items()}
    parts: dict[str, Figure] = {}
    each: dict[str, tuple[str, str]] = {}
    for kind, (count, price) in special.items():
        parts[kind] = book.derive(
            f"{own}.{kind}", "tokens * price", "money", f"{kind} in one call", tokens=count, price=price
        )
        each[kind] = (count, price)
    for number, surcharge in enumerate(_long(book, call, prices, tokens), 1):
        parts["long" if number == 1 else f"long{number}"] = surcharge
    request = f"prices.{target.name}.request"
    if request in book:
        parts["request"] = book[request]
    plain = f"{own}.call.plain" if parts else f"{own}.call"
    cost = book.derive(plain, CALL_COST, "money", f"one call of {target.title}", **tokens, **prices)
    if parts:
        cost = book.total(f"{own}.call", [cost, *parts.values()], "money", f"one call of {target.title}")
    return _Cost(cost, tokens, prices, parts, each)


def paid(book: Book, call: Call) -> str:
    """The key of the calls of a journey that are paid by the token: those that bought units do not carry."""
    covers = f"components.{call.target.name}.covers"
    if covers not in book:
        return f"{call.own}.billed"
    return book.derive(
        f"{call.own}.paid", "billed * (1 - covers)", "number", "calls that the bought units do not carry",
        billed=f"{call.own}.billed", covers=covers,
    ).key  # fmt: skip


def _price(book: Book, call: Call, kind: str) -> str:
    """The key of the price of a kind of tokens in the call's lane."""
    name = call.target.name
    if not call.lane:
        return f"prices.{name}.{kind}"
    key = f"prices.{name}.batch.{kind}"
    if key not in book:
        book.derive(
            key, LESS, "token-price", f"{kind.replace('_', ' ')} tokens, batch lane",
            price=f"prices.{name}.{kind}", discount=f"components.{name}.batch.discount",
        )  # fmt: skip
    return key


def _tokens(book: Book, call: Call) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Tokens of a call at the usual prices by their names in the formula; others by kind, each with its price."""
    own, base, given, name = call.own, call.base, call.given, call.target.name
    special: dict[str, tuple[str, str]] = {}

    def take(kind: str, formula: str, label: str, **inputs: str) -> str:
        found = book.derive(f"{own}.tokens_{kind}", formula, "number", label, **inputs).key
        special[kind] = (found, _price(book, call, kind))
        return found

    into = f"{base}.tokens_in"
    less: list[str] = []
    if f"{given}.images" in book and f"prices.{name}.image" in book:
        inputs = {"images": f"{given}.images", "each": f"{given}.image_tokens"}
        less.append(take("image", "images * each", "tokens of pictures", **inputs))
    if f"{given}.audio" in book and f"prices.{name}.audio" in book:
        less.append(take("audio", "audio", "tokens of sound", audio=f"{given}.audio"))
    into = _less(book, f"{own}.tokens_text", into, less, "input tokens besides pictures and sound")
    formula, share = "tokens_in * share", {"share": f"components.{name}.prompt_cache"}
    if call.step.prefix:
        formula = "prefix_cached(tokens_in, share, growth, mean, most)"
        share |= {"growth": f"{given}.growth", "mean": f"{given}.repeats.mean", "most": f"{given}.repeats.most"}
    cached = book.derive(
        f"{own}.tokens_cached", formula, "number", "of them at the cached price", tokens_in=into, **share
    ).key
    writes = f"components.{name}.prompt_cache_writes"
    if writes in book:
        written = take("written", "tokens_in * share", "written to the prompt cache", tokens_in=into, share=writes)
        into = _less(book, f"{own}.tokens_plain", into, [written], "input tokens that are not written")
    out = f"{base}.tokens_out"
    aside = [
        take(kind, "tokens * share", f"{kind} in the output", tokens=out, share=f"{given}.{kind}")
        for kind in ("reasoning", "speech")
        if f"{given}.{kind}" in book and f"prices.{name}.{kind}" in book
    ]
    out = _less(book, f"{own}.tokens_said", out, aside, "output tokens besides")
    return {"tokens_in": into, "tokens_cached": cached, "tokens_out": out}, special


def _less(book: Book, key: str, whole: str, parts: list[str], label: str) -> str:
    if not parts:
        return whole
    names = {f"part{number}": part for number, part in enumerate(parts, 1)}
    return book.derive(key, f"whole - {' - '.join(names)}", "number", label, whole=whole, **names).key


def _long(book: Book, call: Call, prices: dict[str, str], usual_tokens: dict[str, str]) -> Iterator[Figure]:
    """What calls with long inputs cost more, in the mean over all calls: tier by tier, each over the one below it.

    What has a price of its own (pictures, sound, thought) keeps it in a dearer tier, as on the bill of a call.
    """
    name, own, base, given = call.target.name, call.own, call.base, call.given
    if f"prices.{name}.long_over" not in book:
        return
    law = {"median": f"{given}.input.median", "spread": f"{given}.input.spread"}
    loop: dict[str, str] = {}
    formula = "tokens_in - mean_log_normal(median, spread)"
    if book[f"{given}.growth"].value > 0:
        loop = {"growth": f"{given}.growth", "mean": f"{given}.repeats.mean", "most": f"{given}.repeats.most"}
        formula += " - growth * runs_before(mean, most)"
    fixed = book.derive(
        f"{own}.long.fixed", formula, "number", "input tokens that are not drawn", tokens_in=f"{base}.tokens_in",
        **law, **loop,
    )  # fmt: skip
    args = "over, fixed, growth, mean, most, median, spread" if loop else "over, fixed, median, spread"
    lower, number = prices | _written_price(book, call, ""), 1
    while f"prices.{name}.{tier_prefix(number)}over" in book:
        prefix = tier_prefix(number)
        key, over = f"{own}.{prefix[:-1]}", f"prices.{name}.{prefix}over"
        above: dict[str, str | Figure] = {"over": over, "fixed": fixed, **law, **loop}
        share = book.derive(
            f"{key}.share",
            f"{'runs' if loop else 'share'}_above({args})",
            "share",
            "calls with a longer input",
            **above,
        )
        if share.value < LEAST:
            return
        tokens = book.derive(
            f"{key}.tokens", f"{'run_' if loop else ''}tokens_above({args})", "number",
            "input tokens of these, over all calls", **above,
        )  # fmt: skip
        tokens = _text_above(book, own, key, share, tokens)
        read = _read(book, call, key, above, tokens)
        usual = {"price_in": "input", "price_cached": "cached_input", "price_out": "output"}
        dear = {short: _price(book, call, f"{prefix}{kind}") for short, kind in usual.items()}
        dear |= _written_price(book, call, prefix)
        names = {"price_in": "long_input", "price_cached": "long_cached", "price_out": "long_output"}
        names["price_written"] = "long_written"
        written = {"written": f"components.{name}.prompt_cache_writes"} if "price_written" in dear else {}
        yield book.derive(
            key, WRITTEN if written else SURCHARGE, "money", "surcharge of long inputs in one call", tokens=tokens,
            share=share, read=read, tokens_out=usual_tokens["tokens_out"], **lower, **written,
            **{names[short]: found for short, found in dear.items()},
        )  # fmt: skip
        lower, number = dear, number + 1


def _text_above(book: Book, own: str, key: str, share: Figure, tokens: Figure) -> Figure:
    """The input tokens of long calls without pictures and sound that have prices of their own."""
    aside = [f"{own}.tokens_{kind}" for kind in ("image", "audio") if f"{own}.tokens_{kind}" in book]
    if not aside:
        return tokens
    names = {f"part{number}": part for number, part in enumerate(aside, 1)}
    return book.derive(
        f"{key}.text", f"tokens - share * ({' + '.join(names)})", "number", "of these, besides pictures and sound",
        tokens=tokens, share=share, **names,
    )  # fmt: skip


def _read(book: Book, call: Call, key: str, above: dict[str, str | Figure], tokens: Figure) -> Figure:
    """How many of the input tokens of long calls are at the cached price."""
    cached = f"components.{call.target.name}.prompt_cache"
    label = "of them at the cached price"
    if call.step.prefix and "growth" in above:
        args = "over, fixed, growth, mean, most, median, spread, cached"
        return book.derive(f"{key}.read", f"prefix_cached_above({args})", "number", label, cached=cached, **above)
    return book.derive(f"{key}.read", "tokens * cached", "number", label, tokens=tokens, cached=cached)


def _written_price(book: Book, call: Call, prefix: str) -> dict[str, str]:
    """The key of the price of what is written to the prompt cache in a tier; that of the tier below if it has none."""
    name = call.target.name
    if f"components.{name}.prompt_cache_writes" not in book or f"prices.{name}.written" not in book:
        return {}
    (kind,) = (key.split(".")[-1] for _, key in book[f"prices.{name}.written"].inputs)
    return {"price_written": _price(book, call, f"{prefix}{kind}" if f"prices.{name}.{prefix}{kind}" in book else kind)}


_COUNTED: Final = {"input": "tokens_in - tokens_cached", "cached": "tokens_cached", "output": "tokens_out"}
_PRICED: Final = {"input": "price_in", "cached": "price_cached", "output": "price_out"}


def _kind(book: Book, call: Call, kind: str, tokens: dict[str, str], prices: dict[str, str]) -> Line:
    own, price = call.own, _PRICED[kind]
    formula = _COUNTED[kind] if kind != "input" else f"({_COUNTED[kind]})"
    inputs = {name: key for name, key in tokens.items() if name in formula}
    month = {"billed": paid(book, call), "volume": f"journeys.{call.journey.name}.volume", "month": "month"}
    cost = book.derive(
        f"{own}.{kind}.month", f"({formula} * {price}) * billed * volume * month", "money", f"{kind} tokens, a month",
        **inputs, **{price: prices[price]}, **month,
    )  # fmt: skip
    count = book.derive(
        f"{own}.{kind}.tokens", f"{formula} * billed * volume * month", "count", f"{kind} tokens, a month",
        **inputs, **month,
    )  # fmt: skip
    return _line(call, kind, cost.key, count.key, prices[price])


def _extra(book: Book, call: Call, kind: str, part: Figure, counted: tuple[str, str] | None) -> Line:
    month = {"billed": paid(book, call), "volume": f"journeys.{call.journey.name}.volume", "month": "month"}
    cost = book.derive(
        f"{call.own}.{kind}.month", "each * billed * volume * month", "money", f"{kind}, a month", each=part, **month
    )
    if counted is None and kind != "request":  # a surcharge: its tokens have been counted
        return _line(call, kind, cost.key, "", "")
    inputs = {"tokens": counted[0]} if counted else {}
    count = book.derive(
        f"{call.own}.{kind}.tokens", f"{'tokens * ' if counted else ''}billed * volume * month", "count",
        f"{kind}, a month", **inputs, **month,
    )  # fmt: skip
    return _line(call, kind, cost.key, count.key, counted[1] if counted else part.key)


def _meter(kind: str) -> str:
    return METERS.get(kind, METERS["long3"])


def _line(call: Call, kind: str, cost: str, count: str, price: str) -> Line:
    title = f"{call.target.title}: {_meter(kind).lower()}{' (batch)' if call.lane else ''}"
    unit = "Requests" if kind == "request" else "Tokens" if count else ""
    where = (call.journey.name, call.step.name)
    return Line(cost, title, "models", call.target.name, _meter(kind), unit, count, price, *where)
