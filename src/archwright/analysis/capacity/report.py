"""What the replicas of a design carry, as a document: their limits, the busiest hour, replicas for it, with a band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archwright.base.text import plural, slug
from archwright.base.units import show
from archwright.plan.choice import first_choices, parts_at
from archwright.plan.expect import mean_runs
from archwright.plan.model import Plan, Target
from archwright.plan.pool import Pool
from archwright.plan.steady import Request, Steady, first_token_s, fits, replicas_for, steady, widest
from archwright.report.document import Block, Cell, Document, Section, Table, Text, Tiles, Tone
from archwright.report.figures import Book, Figure

PERCENTILES: Final = ("p50", "p95", "p99")
BATCHES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
USUAL: Final = Request(1000.0, 250.0)  # looked at where no journey calls a model first
HOW: Final = "policy.batching.step_s of the parts under components.{name}.pool, so many requests at work"
NOTHING: Final = "No model of this system has replicas that are simulated. Add `batching: fp8` to a self-hosted model."
SPARE: Final = "it is asked only where others do not answer; how often that is, `stress` says"
CAVEAT: Final = (
    "The time to the first token is that of a request that finds its replica idle, from arithmetic alone. Measured "
    "ones are two to three times as long even at low load, and a queue makes them longer without bound: ask `stress`."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the busiest hour asks of a target: requests a second, the mean request, and the pace that objectives leave.

    `slowest_s` is for each output token, `because` names the objective; 0.0 and empty where none says anything.
    """

    requests: float
    request: Request
    slowest_s: float
    because: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """The replicas of one target: what they are asked, what one of them does then, how many it takes.

    `least` and `most` are replicas at the upper and at the lower end of the band. `verdict` is about those that the
    file states. A `spare` one is asked where others fail.
    """

    target: Target
    pool: Pool
    asked: Asked
    at_best: Steady
    least: int
    most: int
    spare: bool = False

    @property
    def verdict(self) -> tuple[str, Tone]:
        """Whether the stated replicas carry the busiest hour, and how that is to be shown."""
        if not self.asked.requests:
            return SPARE if self.spare else "nothing is asked of it", "muted"
        if self.pool.replicas >= self.most:
            return "carries the busiest hour", "good"
        return ("not certain", "plain") if self.pool.replicas >= self.least else ("cannot carry it", "bad")


def capacities(plan: Plan, book: Book) -> tuple[Capacity, ...]:
    """Every target with replicas. `book` is that of the plan's price, and gets `capacity.` figures."""
    return tuple(
        _capacity(plan, book, index, target, target.pool)
        for index, target in enumerate(plan.targets)
        if target.pool is not None
    )


def _capacity(plan: Plan, book: Book, index: int, target: Target, pool: Pool) -> Capacity:
    asked = _asked(plan, book, index, target, pool)
    law, request = pool.law, asked.request
    best = widest(law, request, asked.slowest_s) if asked.slowest_s else steady(law, request, fits(law, request))
    least, most = (replicas_for(asked.requests, best.requests, share) for share in (pool.most, pool.least))
    spare = any(hop.target == index for route in plan.routes for hop in route.ladder)
    return Capacity(target, pool, asked, best, least, most, spare)


# --------------------------------------------------------------------------------------------- what is asked


def _asked(plan: Plan, book: Book, index: int, target: Target, pool: Pool) -> Asked:
    """The busiest hour's requests whose first choice is this target, copies for it too, and their mean tokens.

    Nobody waits for a copy, so no promise of latency sets its pace.
    """
    key = f"capacity.{target.name}"
    rates: list[Figure] = []
    prompts: list[Figure] = []
    answers: list[Figure] = []
    paces: list[tuple[float, str]] = []
    for journey in plan.journeys:
        for step in journey.steps:
            shares = first_choices(plan, journey, step) if step.route >= 0 else {}
            base, given = f"{journey.name}.{slug(step.name)}", f"journeys.{journey.name}"
            for part in parts_at(plan, journey, step, index):
                own = f"price.{base}{part}"
                rate = book.derive(
                    f"{key}.{base}{part}.rate", "billed * volume * peak", "rate", "requests in the busiest hour",
                    billed=f"{own}.billed", volume=f"{given}.volume", peak=f"{given}.peak",
                )  # fmt: skip
                rates.append(rate)
                for what, sums in (("tokens_in", prompts), ("tokens_out", answers)):
                    sums.append(
                        book.derive(
                            f"{key}.{base}{part}.{what}", "rate * tokens", "number", f"{what} a second",
                            rate=rate, tokens=f"price.{base}.{what}",
                        )
                    )  # fmt: skip
            if index not in shares:
                continue
            in_a_row = step.probability * mean_runs(step.repeat_mean, step.repeat_most)
            paces += _paces(plan, journey.name, max(1.0, in_a_row), book[f"price.{base}.tokens_out"].value)
    spilt = f"components.{target.name}.provisioned" if _spills(plan, index) else ""
    total = book.total(f"{key}.{'meant' if spilt else 'requests'}", rates, "rate", "requests in the busiest hour")
    request = USUAL
    if total.value > 0:
        means = [
            book.derive(f"{key}.{name}", "tokens / requests", "number", f"tokens of a request's {name}, mean",
                        tokens=book.total(f"{key}.{name}s", sums, "number", f"tokens of {name}s a second"),
                        requests=total).value
            for name, sums in (("prompt", prompts), ("answer", answers))
        ]  # fmt: skip
        request = Request(means[0], means[1], means[0] * target.prompt_cache)
    if spilt:
        total = book.derive(
            f"{key}.requests", "min(requests, provisioned / (prompt + answer))" if total.value else "requests", "rate",
            "requests in the busiest hour, but for what goes to the next target", requests=total,
            **({"provisioned": spilt, "prompt": f"{key}.prompt", "answer": f"{key}.answer"} if total.value else {}),
        )  # fmt: skip
    first = first_token_s(pool.law, request)
    slowest, because = min(((pace - first / request.answer, why) for pace, why in paces), default=(0.0, ""))
    return Asked(total.value, request, max(slowest, 1e-9) if because else 0.0, because)


def _spills(plan: Plan, index: int) -> bool:
    """Whether what is beyond a target's provisioned rate goes elsewhere, on all its routes."""
    routes = [[hop.target for hop in route.hops] for route in plan.routes]
    return plan.targets[index].provisioned_rate > 0 and all(
        any(not plan.targets[other].provisioned_rate for other in hops) for hops in routes if index in hops
    )


def _paces(plan: Plan, journey: str, in_a_row: float, answer: float) -> Iterator[tuple[float, str]]:
    """Seconds for each output token that a promise of latency leaves a call, if all its time were the model's."""
    for objective in plan.objectives:
        if objective.measure in PERCENTILES and objective.journey in ("", journey) and answer > 0:
            yield objective.limit / in_a_row / answer, objective.name


# ---------------------------------------------------------------------------------------------- the document


def capacity_document(plan: Plan, book: Book) -> tuple[Document, tuple[Capacity, ...]]:
    """The capacity of every target with replicas as a document; its numbers are entered in `book`."""
    found = capacities(plan, book)
    sections = [_section(book, item) for item in found]
    if not found:
        sections = [Section("capacity", "Replicas", (Text(NOTHING, "muted"),))]
    facts = (("prices", plan.facts), ("as of", plan.as_of))
    return Document("Capacity", tuple(sections), f"{plan.system}: what its own models carry", facts), found


def _section(book: Book, item: Capacity) -> Section:
    name, pool, asked = item.target.name, item.pool, item.asked
    key = f"capacity.{name}"
    note = HOW.format(name=name)

    def leaf(what: str, value: float, dimension: str, label: str, origin: str = "computed") -> Cell:
        figure = book.leaf(f"{key}.{what}", value, dimension, label=label, origin=origin, note=note)
        return Cell(figure.shown, "plain", figure.key)

    said, tone = item.verdict
    each = leaf("each", item.at_best.requests, "rate", f"requests, one replica with {item.at_best.batch:.0f} at work")
    book.leaf(f"{key}.band.least", pool.least, "ratio", label="lower end of the band", origin="fact", note=BAND)
    book.leaf(f"{key}.band.most", pool.most, "ratio", label="upper end of the band", origin="fact", note=BAND)
    blocks: list[Block] = []
    if asked.requests:
        for end, band in (("most", "least"), ("least", "most")):
            book.derive(
                f"{key}.needed.{end}", "requests / (each * band)", "number", "replicas, before they are whole",
                requests=f"{key}.requests", each=f"{key}.each", band=f"{key}.band.{band}",
            )  # fmt: skip
        needed = f"{item.least}" if item.least == item.most else f"{item.least} to {item.most}"
        blocks.append(
            Tiles((
                ("Replicas for the busiest hour", needed, f"the file has {pool.replicas}", f"{key}.needed.most"),
                ("One replica", each.text, f"at most, {item.at_best.batch:.0f} at work", each.figure),
                ("Asked for", book[f"{key}.requests"].shown, "in the busiest hour", f"{key}.requests"),
            ))
        )  # fmt: skip
    blocks.append(Text(f"{pool.serves}: {said}.", tone))
    blocks += [_limits(item, leaf("alone", first_token_s(pool.law, asked.request), "duration", "to the first token"))]
    blocks += [_batches(book, item, note), Text(CAVEAT, "muted"), *_from(book, name)]
    mean = f"{asked.request.prompt:,.0f} tokens in, {asked.request.answer:,.0f} out"
    lead = f"A mean request has {mean}. Throughput is within {pool.least:g}x to {pool.most:g}x of what stands here."
    return Section(f"capacity-{name}", item.target.title, tuple(blocks), lead)


def _from(book: Book, name: str) -> Iterator[Text]:
    """Whose the shape of the model and the numbers of the hardware are, and when they were looked at."""
    keys = (f"components.{name}.pool.{part}" for part in ("parameters", "memory"))
    said = [book[key].note for key in keys if key in book and book[key].origin == "fact"]
    if said:
        yield Text(f"From {'; '.join(said)}.", "muted")


BAND: Final = "measured throughput over this formula: docs/validation/capacity.md"


def _limits(item: Capacity, alone: Cell) -> Table:
    pool, asked = item.pool, item.asked
    room = int(fits(pool.law, asked.request))
    narrow = "the KV cache" if room < pool.sequences else "`max_seqs`"
    rows: list[tuple[str | Cell, ...]] = [
        ("KV cache of a replica", f"{pool.kv_tokens:,} tokens"),
        ("Requests at work in a replica", f"{room:,}, limited by {narrow}"),
        ("First token, alone on a replica", alone),
    ]
    if asked.because:
        rows.append(("Each output token, as objectives leave it", f"{_ms(asked.slowest_s)}, {asked.because}"))
    if pool.hourly:
        rows.append(("Hardware of all replicas", f"{show(pool.hourly * pool.replicas, 'money')} an hour"))
    return Table(("What", "How much"), tuple(rows))


def _batches(book: Book, item: Capacity, note: str) -> Table:
    law, asked, pool = item.pool.law, item.asked, item.pool
    most = fits(law, asked.request)
    sizes = sorted({float(size) for size in BATCHES if size < most} | {float(int(most)), item.at_best.batch})
    rows: list[tuple[str | Cell, ...]] = []
    for size in sizes:
        state = steady(law, asked.request, size)
        key = f"capacity.{item.target.name}.batch.{size:.0f}"
        book.leaf(f"{key}.each", state.per_token_s, "duration", label="each output token", origin="computed", note=note)
        book.leaf(f"{key}.tokens", state.tokens, "rate", label="output tokens", origin="computed", note=note)
        cell = Cell(f"{state.tokens:,.0f}", "plain", f"{key}.tokens")
        late = asked.slowest_s and state.per_token_s > asked.slowest_s
        pace = Cell(_ms(state.per_token_s), "bad" if late else "plain", f"{key}.each")
        band = f"{state.tokens * pool.least:,.0f} to {state.tokens * pool.most:,.0f}"
        rows.append((f"{size:.0f}", pace, cell, band, f"{state.requests:.2f}"))
    headings = ("At work", "Each output token", "Tokens/s", "Band", "Requests/s")
    caption = f"one replica in a steady state; {plural(pool.replicas, 'replica')} in the file"
    return Table(headings, tuple(rows), caption, frozenset(range(5)))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def capacity_data(found: Sequence[Capacity]) -> list[dict[str, object]]:
    """What `--json` adds: each target with its needs and its limits. Times in seconds, rates a second."""
    return [
        {
            "name": item.target.name,
            "serves": item.pool.serves,
            "replicas": item.pool.replicas,
            "needed": {"least": item.least, "most": item.most},
            "verdict": item.verdict[0],
            "band": {"least": item.pool.least, "most": item.pool.most},
            "kv_tokens": item.pool.kv_tokens,
            "requests_per_s": item.asked.requests,
            "prompt_tokens": item.asked.request.prompt,
            "answer_tokens": item.asked.request.answer,
            "at_best": item.at_best._asdict(),
        }
        for item in found
    ]
