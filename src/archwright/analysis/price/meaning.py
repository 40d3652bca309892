"""What a cache that answers by meaning saves of a step's calls, and what its vectors and its judge cost."""

from __future__ import annotations

from typing import Final

from archwright.analysis.price.call import METERS, Call
from archwright.analysis.price.lines import Line
from archwright.base.text import slug
from archwright.plan.model import Cache, Journey, Plan, Semantic, Step, Target
from archwright.plan.semantic import TOLD, WORD
from archwright.report.figures import Book, Figure

PARTS: Final = (".recall.month", ".judge.month", ".verdict.month")  # ends of the keys of what looking up costs


def answered(book: Book, plan: Plan, journey: Journey, step: Step, exact: Figure) -> Figure:
    """The share of calls that the cache answers: exactly, and of the rest what its measured curve says."""
    base = f"price.{journey.name}.{slug(step.name)}"
    cache = plan.caches[plan.routes[step.route].cache]
    given = f"components.{cache.name}.semantic"
    names = [name for name in book if name.startswith(f"{given}.") and name.rpartition(".")[2][-1].isdigit()]
    points = range(1, len(names) // 2 + 1)
    inputs = {f"{kind}{n}": f"{given}.{kind}{n}" for n in points for kind in ("wrong", "saved")}
    listed = "".join(f", wrong{n}, saved{n}" for n in points)
    seen = book.derive(
        f"{base}.seen", f"on_curve(wrong{listed})", "share",
        "calls that are saved of those that an exact cache would make, less audits", wrong=f"{given}.wrong", **inputs,
    )  # fmt: skip
    return book.derive(
        f"{base}.hits", "exact + (1 - exact) * seen", "share", "calls answered by the cache", exact=exact, seen=seen
    )


def looked_up(book: Book, plan: Plan, call: Call, lines: list[Line]) -> list[Figure]:
    """What looking up costs in each journey: the vector of each question, and the judge of each fresh answer."""
    route = plan.routes[call.step.route]
    cache = plan.caches[route.cache] if route.cache >= 0 else None
    if cache is None or cache.semantic is None:
        return []
    return [*_vectors(book, plan, call, cache, lines), *_judged(book, plan, call, cache.semantic, lines)]


def _vectors(book: Book, plan: Plan, call: Call, cache: Cache, lines: list[Line]) -> list[Figure]:
    """A vector for each call that no exact answer is kept for; nothing where the local model makes them."""
    place = cache.semantic.embedder if cache.semantic is not None else -1
    if place < 0:
        return []
    exact = f"{call.base}.exact" if f"{call.base}.exact" in book else f"{call.base}.hits"
    key, given = f"{call.base}.recall", call.given
    book.derive(
        f"{key}.number", "calls * (1 - exact)", "number", "questions that are looked up in each journey",
        calls=f"{call.base}.calls", exact=exact,
    )  # fmt: skip
    book.derive(
        f"{key}.each", "mean_log_normal(median, spread)", "number", "tokens of a question",
        median=f"{given}.input.median", spread=f"{given}.input.spread",
    )  # fmt: skip
    return [_line(book, call, lines, key, plan.targets[place], ("input", "embedding"))]


def _judged(book: Book, plan: Plan, call: Call, semantic: Semantic, lines: list[Line]) -> list[Figure]:
    """A judge reads the question and two answers for each fresh one; it is asked of the first target of its route."""
    if semantic.judge < 0 or semantic.compare != "judge":
        return []
    target = plan.targets[plan.routes[semantic.judge].hops[0].target]
    read, said = f"{call.base}.judge", f"{call.base}.verdict"
    for key in (read, said):
        book.derive(f"{key}.number", "billed", "number", "answers that are compared", billed=f"{call.base}.billed")
    book.leaf(
        f"{read}.told",
        TOLD,
        "number",
        label="tokens of the judge's instructions",
        origin="fact",
        note="definition: as sent",
    )
    book.leaf(
        f"{said}.each", WORD, "number", label="tokens of what it says", origin="fact", note="definition: one word"
    )
    book.derive(
        f"{read}.each", "told + mean_log_normal(median, spread) + 2 * answer", "number", "tokens that the judge reads",
        told=f"{read}.told", median=f"{call.given}.input.median", spread=f"{call.given}.input.spread",
        answer=f"{call.base}.tokens_out",
    )  # fmt: skip
    return [
        _line(book, call, lines, read, target, ("input", "input")),
        _line(book, call, lines, said, target, ("output", "output")),
    ]


def _line(book: Book, call: Call, lines: list[Line], key: str, target: Target, kind: tuple[str, str]) -> Figure:
    """A part that is paid by the token: its cost in each journey, and its line of the bill. `kind`: price and meter."""
    price = f"prices.{target.name}.{kind[0]}"
    much = {"number": f"{key}.number", "tokens": f"{key}.each"}
    month = {"volume": f"journeys.{call.journey.name}.volume", "month": "month"}
    cost = book.derive(f"{key}.journey", "number * tokens * price", "money", "in each journey", price=price, **much)
    whole = book.derive(f"{key}.month", "each * volume * month", "money", "a month", each=cost, **month)
    count = book.derive(
        f"{key}.tokens", "number * tokens * volume * month", "count", "tokens, a month", **much, **month
    )
    title, meter = f"{target.title}: {METERS[kind[1]].lower()}", METERS[kind[1]]
    where = (call.journey.name, call.step.name)
    lines.append(Line(whole.key, title, "models", target.name, meter, "Tokens", count.key, price, *where))
    return cost
