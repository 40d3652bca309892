"""`archwright bench gateway`: how much the gateway of a file carries on this machine, and what that means for it."""

from __future__ import annotations

import asyncio
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict

import msgspec

from archwright.plan.expect import mean_runs
from archwright.plan.model import Plan, Step, plan_hash
from archwright.report.document import Cell, Document, Section, Table, Text, Tiles
from archwright.report.figures import Book
from archwright.runtime.serving import fast_loop
from archwright.runtime.trials.lifted import lifted
from archwright.runtime.trials.steps import FULL, Carried, Try, carried
from archwright.verbs.answer import Answer
from archwright.verbs.bench import staged
from archwright.verbs.project import Project

LETTERS = 4  # of a token, in a text that is only there to be long
FILLER = "Answer in short and plain words. "
MIX = 64  # requests after which the mix of routes begins anew
SLOT = b"000000000000"  # where the number of a request stands, so that no two are equal
ALONE = "asked one after the other, in turns with calls straight to the supplier"


def bench_gateway(project: Project, seconds: float, progress: Callable[[str], None] = lambda _: None) -> Answer:
    """Load the gateway of an opened system in steps.

    Args:
        project: the system.
        seconds: how long to measure, about.
        progress: told what is going on.

    Raises:
        InputError: the system cannot be compiled, or its documents cannot be read.
        UsageError: it has no route.
        ProviderUnavailable: a process did not start.
    """
    design = project.compiled.plan
    with staged(project) as stage, asyncio.Runner(loop_factory=fast_loop) as runner:
        bodies = bodies_of(design, stage.questions)
        asked = functools.partial(numbered, bodies)
        wish = Try(stage.folder, lifted(design), asked, seconds, stage.indexes)
        found = runner.run(carried(wish, progress))
    book = _book(found, calls_per_s(design))
    document = Document("Gateway under load", _sections(found, book, design), "as it runs on this machine")
    data = {
        "per_s": found.best.per_s,
        "per_s_of_one_core": 1.0 / found.best.cpu_s if found.best.cpu_s > 0.0 else None,
        "added_p50_s": found.added_s(0.5),
        "added_p99_s": found.added_s(0.99),
        "cpu_s": _known(found.best.cpu_s),
        "memory_mb": _known(found.memory_mb),
        "bends_at_clients": found.bends,
        "busiest_hour_calls_per_s": calls_per_s(design),
        "steps": [{name: _known(value) for name, value in asdict(step).items()} for step in found.steps],
    }
    return Answer("bench-gateway", (document,), book, data=data, plan=plan_hash(design))


def _known(value: float) -> float | None:
    """A number for JSON; what the system does not tell is null."""
    return value if math.isfinite(value) else None


# --------------------------------------------------------------------------------------------------- what is asked


def bodies_of(plan: Plan, questions: Mapping[str, str]) -> list[bytes]:
    """Requests in the mix of the file's busiest hour, every second one a stream; without journeys two of each route."""
    called = _calls(plan)
    if not called:
        return [
            _body(route.name, questions[route.name], 0, stream) for route in plan.routes for stream in (False, True)
        ]
    total = sum(rate for rate, _ in called)
    bodies: list[bytes] = []
    done = 0.0
    for rate, step in called:
        done += rate
        name = plan.routes[step.route].name
        tokens = int(step.system_tokens + step.tokens_in.median)
        for _ in range(max(1, round(MIX * done / total) - len(bodies))):
            bodies.append(_body(name, questions[name], tokens, len(bodies) % 2 == 1))
    return bodies


def numbered(bodies: list[bytes], number: int) -> bytes:
    """The request with a number: no two are equal, so that none has another's kept answer."""
    return bodies[number % len(bodies)].replace(SLOT, b"%012d" % number, 1)


def _body(route: str, question: str, tokens: int, stream: bool) -> bytes:
    filler = FILLER * (max(0, tokens * LETTERS - len(question)) // len(FILLER))
    messages = [{"role": "user", "content": f"{question} {SLOT.decode()}"}]
    if filler:
        messages.insert(0, {"role": "system", "content": filler})
    return msgspec.json.encode({"model": route, "messages": messages, "max_tokens": 64, "stream": stream})


def calls_per_s(plan: Plan) -> float:
    """Model calls a second that the file's busiest hour offers, before caches."""
    return sum(rate for rate, _ in _calls(plan))


def _calls(plan: Plan) -> list[tuple[float, Step]]:
    """The steps that call a model, each with its calls a second in the busiest hour."""
    return [
        (journey.rate * journey.peak * step.probability * mean_runs(step.repeat_mean, step.repeat_most), step)
        for journey in plan.journeys
        for step in journey.steps
        if step.route >= 0
    ]


# -------------------------------------------------------------------------------------------------- what is shown


def _book(found: Carried, offered: float) -> Book:
    book = Book()
    best = found.best
    leaves = (
        ("per_s", best.per_s, "rate", "most answers in a second, of all steps"),
        ("added_p50", found.added_s(0.5), "duration", f"time that the gateway adds, p50, {ALONE}"),
        ("added_p99", found.added_s(0.99), "duration", f"time that the gateway adds, p99, {ALONE}"),
    )
    for name, value, dimension, label in leaves:
        book.leaf(f"bench.{name}", value, dimension, label=label, origin="measured", note="on this machine")
    if best.cpu_s > 0.0:
        label = "processor time of the gateway for a request, in the step with the most answers"
        book.leaf("bench.cpu", best.cpu_s, "duration", label=label, origin="measured", note="on this machine")
        book.leaf("bench.one", 1.0, "count", label="one core", origin="set")
        book.derive("bench.core_per_s", "one / cpu", "rate", "what one core carries", one="bench.one", cpu="bench.cpu")
    if offered > 0.0:
        label = "model calls a second in the file's busiest hour, before caches"
        book.leaf("bench.offered", offered, "rate", label=label, origin="set", note="the file's journeys")
    return book


def _sections(found: Carried, book: Book, plan: Plan) -> tuple[Section, ...]:
    names = (
        ("Requests", "per_s"),
        ("Of one core", "core_per_s"),
        ("Added, p50", "added_p50"),
        ("Added, p99", "added_p99"),
        ("Processor", "cpu"),
    )
    tiles = tuple(
        (title, figure.shown, figure.label, figure.key)
        for title, name in names
        for figure in ((book.get(f"bench.{name}")),)
        if figure is not None
    )
    rows = tuple(
        (
            str(step.clients),
            f"{step.requests:,}",
            Cell(f"{step.per_s:,.0f}", "good" if step is found.best else "plain"),
            f"{step.p50_s * 1000:.2f} ms",
            f"{step.p99_s * 1000:.2f} ms",
            f"{step.cpu_s * 1e6:.0f} µs" if math.isfinite(step.cpu_s) else "–",
            f"{step.busy:.0%}" if math.isfinite(step.busy) else "–",
            Cell(f"{step.refused:,}", "bad" if step.refused else "plain"),
        )
        for step in found.steps
    )
    headings = ("Clients", "Requests", "Answers/s", "p50", "p99", "Processor", "Busy", "Refused")
    table = Table(headings, rows, "each client asks again as soon as it is answered", frozenset(range(8)))
    return (
        Section("bench-load", "Steps of load", (Tiles(tiles), table)),
        Section("bench-means", "What it means", tuple(Text(words) for words in meaning(found, book, plan))),
    )


def meaning(found: Carried, book: Book, plan: Plan) -> list[str]:
    """What the figures say of the file and of the machine."""
    best = found.best
    words = []
    if found.bends:
        words.append(
            f"It bends at {found.bends} at once: more clients get hardly more answers in a second and wait longer."
        )
    else:
        words.append(f"Up to {found.steps[-1].clients} at once it did not bend.")
    if math.isfinite(best.busy) and best.busy < FULL:
        words.append(
            f"The gateway had {best.busy:.0%} of a processor then. Client, supplier and whatever else runs here took "
            "the rest, so the limit is this machine's; what one core carries is worked out from the processor time."
        )
    offered, core = book.get("bench.offered"), book.get("bench.core_per_s")
    if offered is not None and core is not None:
        words.append(
            f"The busiest hour of the file offers {offered.shown} before caches: {offered.value / core.value:.2%} of "
            "what one core carries."
        )
    quickest = min(target.first_token_s for target in plan.targets)
    if quickest > 0.0:
        words.append(
            f"The quickest model begins to answer after {quickest:.2g} s: the gateway adds "
            f"{found.added_s(0.5) / quickest:.2%} to that."
        )
    words.append(
        "Every second request is a stream, no answer is kept from an earlier one, and the supplier answers at once. "
        "Caps and keys are on, rates of clients are not."
    )
    refused = sum(step.refused for step in found.steps)
    if refused:
        words.append(f"{refused:,} requests were refused: more at once than the file's `concurrency` and queue let in.")
    return words
