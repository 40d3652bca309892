"""Stress: simulate the scenarios, find what breaks first, and say it as a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archwright.analysis.stress.answer import answer_section, limit, scenario_words
from archwright.analysis.stress.breaking import Breaking, breaking
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.figures import (
    enter,
    enter_breaking,
    enter_lanes,
    enter_loads,
    objective_key,
)
from archwright.analysis.stress.fleet_table import replicas
from archwright.analysis.stress.objectives import DIMENSIONS, SHARES, Verdict, verdicts
from archwright.analysis.stress.outcome import Bucket, Outcome
from archwright.analysis.stress.points import latency
from archwright.analysis.stress.scaling import scaling_section
from archwright.analysis.stress.waiting import waiting
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.faults import struck
from archwright.plan.model import Change, Objective, Plan, Scenario, plan_hash
from archwright.plan.trace import Trace
from archwright.policy.lanes import BATCH, LANES
from archwright.report.document import Block, Cell, Chart, Document, Section, Series, Table, Text, Tone
from archwright.report.figures import Book

Row = tuple[str | Cell, ...]
BASELINE = Scenario("baseline", "the busiest hour", 1800.0, ())


@dataclass(frozen=True, slots=True)
class StressResult:
    """The outcome of each scenario, in order, and what breaks first (None where nothing is ever asked)."""

    scenarios: tuple[Scenario, ...]
    outcomes: tuple[Outcome, ...]
    breaking: Breaking | None
    seed: int
    load: float


def stress(  # noqa: PLR0913 - all that may be asked of a simulation
    plan: Plan, *, scenarios: Sequence[str] = (), seed: int = 1, load: float = 1.0, trace: Trace | None = None,
    tell: Callable[[str], None] = lambda _words: None, quick: bool = False,
) -> StressResult:  # fmt: skip
    """Simulate scenarios (all of the plan if none are named, the busiest hour if it has none) and the breaking point.

    A `quick` search for the breaking point takes half of the journeys and tells it roughly.

    Raises:
        KeyError: the plan has no scenario of that name.
    """
    chosen = tuple(plan.scenario(name) for name in scenarios) or plan.scenarios or (BASELINE,)
    outcomes = []
    for item in chosen:
        tell(f"scenario {item.name}")
        outcomes.append(simulate(plan, item, seed=seed, load=load, trace=trace))
    edge = breaking(plan, seed, trace, tell, quick) if plan.journeys else None
    return StressResult(chosen, tuple(outcomes), edge, seed, load)


def stress_document(result: StressResult, plan: Plan) -> tuple[Document, Book]:
    """The result as a document, and the book of every number in it."""
    book = Book()
    for outcome in result.outcomes:
        enter(book, plan, outcome)
    if result.breaking is not None:
        enter_breaking(book, result.breaking)
    runs = list(zip(result.scenarios, result.outcomes, strict=True))
    sections = [answer_section(book, plan, runs, result.breaking), _overview(book, plan, result)]
    if result.breaking is not None:
        sections += [_breaking(book, plan, result.breaking), scaling_section(book, plan, result.breaking)]
    for scenario, outcome in zip(result.scenarios, result.outcomes, strict=True):
        sections.append(_scenario(book, plan, scenario, outcome))
    facts = (
        ("configuration", plan_hash(plan)), ("seed", str(result.seed)), ("load", f"{result.load:.3g}x"),
        ("prices", plan.facts), ("as of", plan.as_of),
    )  # fmt: skip
    return Document("Stress", tuple(sections), f"{plan.system} under load and faults, simulated", facts), book


def _cell(book: Book, key: str, tone: Tone = "plain") -> Cell:
    return Cell(book[key].shown, tone, key) if key in book else Cell("–", "muted")


# ----------------------------------------------------------------------------------------- the overview


def _overview(book: Book, plan: Plan, result: StressResult) -> Section:
    journeys: list[Row] = []
    gateway: list[Row] = []
    for outcome in result.outcomes:
        base = f"stress.{outcome.scenario}"
        judged = verdicts(plan, outcome)
        kept = sum(item.kept for item in judged)
        tone: Tone = "good" if kept == len(judged) else "bad"
        said = Cell(f"{kept} of {len(judged)}", tone) if judged else Cell("none", "muted")
        failed: Tone = "bad" if outcome.failed else "plain"
        journeys.append(
            (
                outcome.scenario, _cell(book, f"{base}.arrivals"), _cell(book, f"{base}.answered"),
                _cell(book, f"{base}.degraded"), _cell(book, f"{base}.failed", failed),
                *(_cell(book, f"{base}.{name}") for name in SHARES), said,
            )
        )  # fmt: skip
        names = ("requests", "hits", "fallbacks", "retries", "refused", "openings", "shed", "cost")
        gateway.append((outcome.scenario, *(_cell(book, f"{base}.{name}") for name in names)))
    blocks: list[Block] = [
        Table(
            ("Scenario", "Journeys", "Answered", "Degraded", "Failed", "p50", "p95", "p99", "Objectives kept"),
            tuple(journeys), "journeys; latency of those that did not fail", frozenset(range(1, 8)),
        ),
        Table(
            ("Scenario", "Requests", "From cache", "Fallbacks", "Retries", "429s", "Breaker opened", "Shed",
             "Model cost"),
            tuple(gateway), "at the gateway", frozenset(range(1, 9)),
        ),
    ]  # fmt: skip
    if any(item.measure == "cost" for item in plan.objectives):
        blocks.append(Text(_money_words(plan, result.scenarios), "muted"))
    lead = "Simulated with the gateway's own decisions in virtual time; degraded: a canned answer stood in for a model."
    return Section("stress-overview", "At a glance", tuple(blocks), lead)


def _money_words(plan: Plan, scenarios: Sequence[Scenario]) -> str:
    """What an objective of cost is held against here, and what `price` knows that a simulation does not."""
    parts = ["Objectives of cost: a month at the stated volume, if each journey costs what it did here"]
    cold = [item.name for item in scenarios if item.cold]
    parts += [f"in {', '.join(cold)} from caches that are empty at first"] if plan.caches and cold else []
    parts += [f"and {show(plan.standing, 'money')} of hardware and bought units"] if plan.standing else []
    return f"{', '.join(parts)}. `price` forecasts a month of days and nights, without trouble."


# ------------------------------------------------------------------------------------- what breaks first


def _breaking(book: Book, plan: Plan, found: Breaking) -> Section:
    blocks = [*_trials(book, plan, found), *load_charts(plan, found)]
    warm = ", with caches as warm as that load keeps them" if plan.caches else ""
    lead = f"The same workload, up to {found.tried:.3g} times its busiest hour, each time from an idle system{warm}."
    return Section("stress-breaking", "What breaks first", tuple(blocks), lead)


def _trials(book: Book, plan: Plan, found: Breaking) -> list[Block]:
    """The loads on both sides of each edge, so that the chain can be checked."""
    edges = [edge for edge in (found.degrading, found.edge) if edge is not None]
    pairs = [trial for edge in edges for trial in (edge.sure, edge.held, edge.broke)]
    trials = {trial.scenario: trial for trial in pairs if trial is not None}
    names = ("arrivals", "answered", "degraded", "failed", "p95", "refused", "shed")
    rows: list[Row] = []
    for outcome in sorted(trials.values(), key=lambda trial: trial.load):
        enter(book, plan, outcome)
        times = f"{outcome.runs} times " if outcome.runs > 1 else ""
        load = f"{outcome.load:.3g}x for {times}{show(outcome.lasts_s, 'duration')}"
        rows.append((load, *(_cell(book, f"stress.{outcome.scenario}.{name}") for name in names)))
    headings = ("Load", "Journeys", "Answered", "Degraded", "Failed", "p95", "429s", "Shed")
    return [Table(headings, tuple(rows), "just before and just after", frozenset(range(1, 8)))] if rows else []


def load_charts(plan: Plan, found: Breaking) -> tuple[Chart, Chart]:
    """Answers and latency over the load, with the load at which an objective breaks."""
    trials = sorted(found.trials, key=lambda trial: trial.load)
    until = trials[-1].load

    def line(name: str, share: float) -> Series:
        values = ((trial.load, latency(trial, share)) for trial in trials)
        return Series(name, tuple((load, value) for load, value in values if value is not None))

    bands = []
    if found.edge is not None and found.verdict is not None:
        bands.append((found.edge.load, until, f"{found.verdict.objective.name} breaks"))
    if found.degrading is not None:
        bands.append((found.degrading.load, until, "canned answers"))
    marks = tuple(
        (item.limit, f"{item.name}: {item.measure} {limit(item)}") for item in plan.objectives if item.measure == "p95"
    )
    across = ("times the busiest hour", "ratio")
    lines = (line("p50", 0.5), line("p95", 0.95))
    full = tuple((trial.load, trial.answered / trial.arrivals) for trial in trials if trial.arrivals)
    bad = tuple((trial.load, trial.failed / trial.arrivals) for trial in trials if trial.arrivals)
    shares = (Series("in full", full, "good"), Series("failed", bad, "bad"))
    return (
        Chart("Answers and load", *across, "share of the journeys", "share", shares, tuple(bands)),
        Chart("Latency and load", *across, "latency", "duration", lines, tuple(bands), marks),
    )


def _promised(book: Book, objective: Objective) -> Cell:
    key, dimension = f"stress.limit.{objective.name}", DIMENSIONS[objective.measure]
    book.leaf(key, objective.limit, dimension, label="promised", origin="set", note="objectives of the file")
    return Cell(limit(objective), figure=key)


# ------------------------------------------------------------------------------------------ a scenario


def _scenario(book: Book, plan: Plan, scenario: Scenario, outcome: Outcome) -> Section:
    blocks: list[Block] = []
    judged = verdicts(plan, outcome)
    if judged:
        blocks.append(_objectives(book, outcome, judged))
    blocks += [Text(words, tone) for words, tone in scenario_words(plan, scenario, outcome)]
    blocks += _charts(plan, scenario, outcome)
    blocks.append(_loads(book, plan, outcome))
    waited = waiting(book, outcome)
    blocks += [waited] if waited is not None else []
    blocks += replicas(book, outcome)
    blocks += _lanes(book, plan, outcome)
    lead = scenario.summary or plural(outcome.arrivals, "journey")
    return Section(f"stress-{scenario.name}", f"Scenario {scenario.name}", tuple(blocks), lead)


def _objectives(book: Book, outcome: Outcome, judged: Sequence[Verdict]) -> Table:
    rows = []
    for verdict in judged:
        tone: Tone = "good" if verdict.kept else "bad"
        key = objective_key(outcome.scenario, verdict.objective.name)
        rows.append(
            (
                verdict.objective.name, verdict.objective.journey or "all", verdict.objective.measure,
                _promised(book, verdict.objective), _cell(book, key, tone),
                Cell("kept" if verdict.kept else "broken", tone),
            )
        )  # fmt: skip
    headings = ("Objective", "Journey", "Measure", "Promised", "Simulated", "")
    return Table(headings, tuple(rows), numeric=frozenset({3, 4}))


def _charts(plan: Plan, scenario: Scenario, outcome: Outcome) -> list[Block]:
    bands = tuple(
        (change.at_s, min(scenario.lasts_s, change.at_s + change.lasts_s), _band(change))
        for change in struck(plan, scenario, outcome.seed).changes
    )
    each = f"in each {show(outcome.width_s, 'duration')}"

    def line(name: str, values: Sequence[float | None], tone: Tone = "plain") -> Series:
        middle = outcome.width_s / 2
        points = ((bucket.begin + middle, value) for bucket, value in zip(outcome.buckets, values, strict=True))
        return Series(name, tuple((x, y) for x, y in points if y is not None), tone)

    def counts(name: str, read: str, tone: Tone = "plain") -> Series:
        return line(name, [getattr(bucket, read) / outcome.runs for bucket in outcome.buckets], tone)

    def times(share: float) -> list[float | None]:
        return [Bucket.latency(bucket, share) for bucket in outcome.buckets]

    marks = tuple(
        (item.limit, f"{item.name}: {item.measure} {limit(item)}") for item in plan.objectives if item.measure in SHARES
    )
    latencies = Chart(
        "Latency of journeys", "time", "duration", "latency", "duration",
        (line("p50", times(0.5)), line("p95", times(0.95))), bands, marks,
    )  # fmt: skip
    journeys = Chart(
        "Journeys", "time", "duration", f"journeys {each}", "count",
        (
            counts("arrived", "arrivals", "muted"), counts("answered", "answered", "good"),
            counts("degraded", "degraded"), counts("failed", "failed", "bad"),
        ), bands,
    )  # fmt: skip
    calls = Chart(
        "Calls by target", "time", "duration", f"calls {each}", "count",
        tuple(
            line(target.name, [bucket.calls[index] / outcome.runs for bucket in outcome.buckets])
            for index, target in enumerate(plan.targets)
        ), bands,
    )  # fmt: skip
    return [latencies, journeys, *([calls] if plan.targets else [])]


def _band(change: Change) -> str:
    match change.what:
        case "load":
            of = f" of {change.journey}" if change.journey else ""
            return f"load{of} {'up to ' if change.ramp else ''}{change.factor:.3g}x"
        case "errors":
            return f"{change.component}: {show(change.share, 'share')} errors"
        case "down":
            return f"{change.component} down"
        case _:
            return f"{change.component} {change.what} {change.factor:.3g}x"


def _loads(book: Book, plan: Plan, outcome: Outcome) -> Table:
    rows: tuple[Row, ...] = tuple(
        (
            load.component,
            load.what,
            *(_cell(book, key) for key in (load.used, load.limit, load.utilisation, load.deepest)),
        )
        for load in enter_loads(book, plan, outcome)
    )
    headings = ("Component", "What", "Used", "Limit", "In use", "Longest queue")
    caption = "how full everything got: fullest minute of a supplier's limit, mean of places and servers"
    return Table(headings, rows, caption, frozenset({2, 3, 4, 5}))


def _lanes(book: Book, plan: Plan, outcome: Outcome) -> list[Block]:
    """Batch beside real time, where there is batch work."""
    names = ("arrivals", "failed", "cost", "held", "waiting", "longest")
    rows: list[Row] = []
    for lane, key in enter_lanes(book, plan, outcome).items():
        whose = ", ".join(journey.name for journey in plan.journeys if journey.batch == (lane == LANES[BATCH]))
        rows.append((lane, whose or "none", *(_cell(book, f"{key}.{name}") for name in names)))
    headings = ("Lane", "Journeys", "Came", "Failed", "Model cost", "Places, mean", "Waiting, mean", "Longest queue")
    caption = "lanes of the gateway: real time goes first, and batch never has all places"
    return [Table(headings, tuple(rows), caption, frozenset(range(2, 8)))] if rows else []
