"""A rehearsal of a file: which scenario, how much of it, what is kept of it for `measure`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from archwright.base.errors import ArchwrightError, InputError, Location, Problem, UsageError
from archwright.base.money import pico, show_money
from archwright.base.units import show_duration
from archwright.plan.faults import struck
from archwright.plan.model import Change, Plan, Scenario, plan_hash
from archwright.plan.trace import Trace
from archwright.plan.workload import expected_visits, shortened
from archwright.report.document import Cell, Document, Section, Table, Text, Tiles
from archwright.report.figures import Book
from archwright.runtime.embedder import Source
from archwright.runtime.embedders import open_embedder
from archwright.verbs.answer import Answer
from archwright.verbs.documents import write_indexes
from archwright.verbs.project import Project
from archwright.verbs.rehearse import Rehearsal, rehearse
from archwright.verbs.stress import known_scenario

MANIFEST = "rehearsal.json"
LOCK = ".rehearsal.lock"


class Wish(NamedTuple):
    """What to rehearse. An empty `scenario` means the last one with an outage, else the first.

    `visits`: a scenario with more journeys is shortened, its changes with it, until it has about so many.
    """

    scenario: str = ""
    seed: int = 1
    load: float = 1.0
    scale: float | None = None
    visits: int | None = None
    trace: Path | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What was rehearsed, so that the same can be simulated. `bill` is the suppliers' account in pico-dollars."""

    plan: str
    scenario: Scenario
    seed: int
    load: float
    visits: int
    trace: str
    scale: float
    ledger: str
    journeys: str
    bill: int


def rehearse_project(project: Project, out: Path, wish: Wish, progress: Callable[[str], None]) -> Answer:
    """Rehearse an opened system; ledgers and manifest are written into `out`.

    Raises:
        InputError: the file or the trace cannot be read.
        UsageError: there is no such scenario, nothing to rehearse, or another rehearsal uses `out`.
        ProviderUnavailable: a process did not start or ended before its time.
    """
    design = project.compiled.plan
    trace = project.trace(wish.trace)
    scenario = chosen(design, wish, trace)
    # Scenarios are questions to a plan, not a part of its configuration: the hash stays.
    plan = replace(design, scenarios=(scenario,))
    with alone(out):
        # A rehearsal that is broken off must not be measured as the one before it.
        (out / MANIFEST).unlink(missing_ok=True)
        write_indexes(project.documents.indexes, out)
        done = rehearse(
            plan,
            scenario.name,
            seed=wish.seed,
            load=wish.load,
            scale=wish.scale,
            out=out,
            trace=trace,
            progress=progress,
        )
    manifest = Manifest(
        plan=plan_hash(design),
        scenario=scenario,
        seed=wish.seed,
        load=wish.load,
        visits=done.visits,
        trace=str(wish.trace.resolve()) if wish.trace else "",
        scale=done.scale.value,
        ledger=done.ledger.name,
        journeys=done.journeys.name,
        bill=pico(done.bill + done.bill_cut),
    )
    file = out / MANIFEST
    file.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    document, book = _document(plan, done, scenario, trace)
    return Answer("rehearse", (document,), book, written=(done.ledger, done.journeys, file), plan=manifest.plan)


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep a folder to one rehearsal at a time.

    Raises:
        UsageError: another one writes into it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"another rehearsal writes into {out}; wait for it, or give another --out") from error
        yield
    (out / LOCK).unlink(missing_ok=True)


def recall(out: Path) -> Manifest:
    """The manifest of the last rehearsal in a folder.

    Raises:
        UsageError: there is none.
        InputError: it cannot be read.
    """
    file = out / MANIFEST
    if not file.is_file():
        raise UsageError(
            f"there is no rehearsal in {out}; run `archwright rehearse FILE --out {out}` first, or name a --ledger"
        )
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        problem = Problem("bad-manifest", f"not a manifest: {error}", Location(str(file)), "rehearse again")
        raise InputError([problem]) from error


def chosen(plan: Plan, wish: Wish, trace: Trace | None) -> Scenario:
    """The scenario that a wish asks for, shortened to about as many visits as it allows.

    Raises:
        UsageError: there is no such scenario, or none at all.
    """
    if not plan.scenarios or not plan.journeys:
        raise UsageError("there is nothing to rehearse: the file needs a journey with steps and a scenario")
    if wish.scenario:
        known_scenario(plan, wish.scenario)
        scenario = plan.scenario(wish.scenario)
    else:
        models = {target.name for target in plan.targets}
        outages = [s for s in plan.scenarios if any(c.what == "down" and c.component in models for c in s.changes)]
        scenario = outages[-1] if outages else plan.scenarios[0]
    expected = expected_visits(plan, scenario, wish.load, trace)
    if wish.visits is not None and expected > wish.visits:
        scenario = shortened(scenario, wish.visits / expected)
    return struck(plan, scenario, wish.seed)


def _by_meaning(plan: Plan) -> tuple[Text, ...]:
    """What the vectors of questions were worth, where something is answered by meaning."""
    found = [cache.semantic for cache in plan.caches if cache.semantic is not None]
    if not found:
        return ()
    if any(item.embedder >= 0 for item in found):
        return (Text("Vectors of questions were emulated: they see wordings, and little of what they mean."),)
    if why := lacking(found[0].model_dir):
        return (Text(f"Nothing was answered by meaning, only what is the same: {why}", "bad"),)
    return (Text("Vectors of questions were made on this machine."),)


def lacking(folder: str) -> str:
    """Why the local model of a folder, or the installed one, makes no vectors; empty where it does."""
    try:
        embedder = open_embedder("minilm", Source(folder=folder))
    except ArchwrightError as error:
        return str(error)
    asyncio.run(embedder.close())
    return ""


def _document(plan: Plan, done: Rehearsal, scenario: Scenario, trace: Trace | None) -> tuple[Document, Book]:
    book = Book()
    note = f"rehearsal of {scenario.name}, seed {done.seed}"
    leaves = (
        ("visits", done.visits, "count", "journeys replayed"),
        ("calls", done.calls, "count", "requests over HTTP"),
        ("real_s", done.real_s, "duration", "real time"),
        ("scale", done.scale.value, "ratio", "how many times as fast time ran"),
        ("late_p99", done.late_p99_s, "duration", "lateness of the client's own clock, p99, real time"),
        ("overhead_p50", done.overhead_p50_s, "duration", "the gateway's own time for a request, p50, real time"),
        ("overhead_p99", done.overhead_p99_s, "duration", "the gateway's own time for a request, p99, real time"),
    )
    for name, value, dimension, label in leaves:
        book.leaf(f"rehearsal.{name}", value, dimension, label=label, origin="measured", note=note)
    tiles = tuple(
        (label, book[f"rehearsal.{name}"].shown, book[f"rehearsal.{name}"].label, f"rehearsal.{name}")
        for label, name in (
            ("Journeys", "visits"),
            ("Requests", "calls"),
            ("Real time", "real_s"),
            ("Time scale", "scale"),
        )
    )
    changes = tuple(
        (change.what, change.component or "–", *_moments(book, number, change))
        for number, change in enumerate(scenario.changes, 1)
    )
    source = f"arrivals and tokens from {Path(trace.name).name}" if trace else "the file's own workload"
    what = Text(
        f"{scenario.summary or scenario.name}: {show_duration(scenario.lasts_s)} of the design's time, {source}."
    )
    whole, broken = show_money(pico(done.bill)), show_money(pico(done.bill_cut))
    bill = Text(f"The emulated suppliers' own bill: {whole} for answers, {broken} for broken ones.")
    scale = Text(
        f"Time ran {done.scale.value:.3g} times as fast: {done.scale.reason}. Timers and sockets make a call seem "
        f"{show_duration(done.scale.error_s)} longer in the design's time."
    )
    own = Text(
        f"The gateway's own time for a request: {book['rehearsal.overhead_p50'].shown} (p50), "
        f"{book['rehearsal.overhead_p99'].shown} (p99), in real time."
    )
    table = Table(
        ("Change", "Component", "At", "Lasts"), changes, "what happened to the emulated providers", frozenset({2, 3})
    )
    blocks = (Tiles(tiles), what, *((table,) if changes else ()), scale, own, bill, *_by_meaning(plan))
    section = Section(
        "rehearsal-run", "What was rehearsed", blocks,
        "The real gateway on loopback, emulated providers behind it, the workload replayed over HTTP.",
    )  # fmt: skip
    return Document("Rehearsal", (section,), "the gateway as it runs, without keys or network"), book


def _moments(book: Book, number: int, change: Change) -> tuple[Cell, Cell]:
    """When a change begins and how long it lasts, in the design's time, as the scenario was shortened."""
    note = "the scenario of the file, shortened to the journeys that were replayed"
    cells = []
    for name, seconds in (("at", change.at_s), ("lasts", change.lasts_s)):
        key = f"rehearsal.change{number}.{name}"
        cells.append(Cell(book.leaf(key, seconds, "duration", label=name, origin="set", note=note).shown, figure=key))
    return cells[0], cells[1]
