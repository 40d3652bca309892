"""A gateway made from its setup: the plan decoded, the files opened, the parts wired."""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import importlib
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from archwright.base.errors import ArchwrightError, DependencyMissing, InputError, Location, Problem
from archwright.ledger.balance import Account, account
from archwright.ledger.rows import Gap, Row, Run
from archwright.ledger.rows import decode as rows
from archwright.plan.model import Plan, decode, plan_hash
from archwright.plan.rules import compress, rules
from archwright.policy import log
from archwright.policy.rules import Rules
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.brain import Brain
from archwright.runtime.gateway.circle import Member
from archwright.runtime.gateway.crew import Crew
from archwright.runtime.gateway.forgetting import Plain
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.keys import Watched
from archwright.runtime.gateway.leases import Lease
from archwright.runtime.gateway.library import open_libraries
from archwright.runtime.gateway.listeners import Listener
from archwright.runtime.gateway.prompts import Prompts
from archwright.runtime.gateway.setup import Setup
from archwright.runtime.gateway.shares import share
from archwright.runtime.gateway.speaking import Speaker
from archwright.runtime.gateway.tracing import Tracer
from archwright.runtime.gateway.writer import Writer
from archwright.runtime.stores import store_for

if sys.platform != "win32":
    import fcntl

LONGEST_ROW: Final = 1024 * 1024
INSTALL: Final = 'pip install "archwright[agents]"'
SEMANTIC: Final = 'pip install "archwright[semantic]"'
_CREW: Final = "archwright.runtime.agents.crew"
_MEANINGS: Final = "archwright.runtime.gateway.meaning.opening"
_log = logging.getLogger(__name__)
# Read by LangGraph as it is loaded: only plain data comes back from the file of conversations, and what customers write
# goes to nobody whom the design does not name.
_BEFORE: Final = {
    "LANGGRAPH_STRICT_MSGPACK": "true",
    **dict.fromkeys(
        ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"), "false"
    ),
}


@contextlib.contextmanager
def gateway(setup: Setup, lease: Lease | None = None, member: Member | None = None) -> Iterator[Gateway]:
    """The application that a setup describes; its files are closed at the end.

    `lease` is a worker's part in shared limits, and `member` its way to the others.

    Raises:
        InputError: the plan cannot be read, an index is not the plan's, or a file is not ours to write.
        DependencyMissing: what runs its agents is not installed, or this Python cannot search its documents.
        OSError: a file cannot be written.
    """
    plan = decode(setup.plan, "setup")
    decided = rules(share(compress(plan, setup.scale), setup.workers))
    anew = setup.mode == "rehearse"
    with contextlib.ExitStack() as files:
        libraries = open_libraries(plan, setup.indexes)
        for library in libraries:
            files.callback(library.close)
        journal = open_ledger(setup, plan)
        files.callback(journal.close)
        record = None
        if setup.record:
            record = files.enter_context(open_record(Path(setup.record), Path(setup.ledger), decided, anew))
        journal.start(_first(setup, plan, journal.store.missing))
        books = (journal.account, *(left_by_others(setup, plan) if setup.worker == 0 else ()))
        spent = (
            sum(book.spent for book in books),
            *(sum(book.tenants.get(tenant.name, 0) for book in books) for tenant in plan.tenants),
        )
        brain = Brain(decided, record, spent, time.time() - min(book.since for book in books))
        app = Gateway(House(plan, setup.upstreams, setup.keys, brain, journal, setup.seed))
        app.house.libraries = libraries
        if lease is not None:
            lease.attach(brain, compress(plan, setup.scale))
            app.lease = lease
        if plan.gateway.record_prompts:
            app.house.prompts = Prompts(prompts_file(setup.ledger))
            files.callback(app.house.prompts.close)
        app.house.listeners = tuple(listeners(setup, app.house))
        if any(cache.semantic is not None for cache in plan.caches):
            remember(app, setup, plan, member)
        if app.house.desk is None:  # without a cache, too: another plan may bring one
            app.house.desk = app.plain = Plain(lambda: app.house, member)
        watch(app, setup)
        app.counted_apart = setup.counted_apart
        if setup.agents and plan.agents:
            app.house.crew = hire(compress(plan, setup.scale), setup, app)
        yield app


def listeners(setup: Setup, house: House) -> Iterator[Listener]:
    """Who is told of what happens, beside the ledger.

    Raises:
        UsageError: the address of a collector is none.
    """
    if setup.otlp:
        providers = {target.name: target.provider for target in house.plan.targets}
        yield Tracer(setup.otlp, house.plan.gateway.name, house.instance, providers)
    if setup.log:
        yield Speaker()


def remember(app: Gateway, setup: Setup, plan: Plan, member: Member | None) -> None:
    """Have routes answer by meaning. Only here is loaded what learns; where it is not installed, the log says so."""
    try:
        module = importlib.import_module(_MEANINGS)
    except ModuleNotFoundError as error:
        _log.warning("nothing is answered by meaning: %s is missing, `%s`", error.name, SEMANTIC)
        return
    found = module.open_meanings(app, setup, plan, member)
    app.house.meanings, app.house.desk = found.found, found.desk
    app.house.listeners += (found,)


def prompts_file(ledger: str) -> Path:
    """The file beside a ledger in which prompts are kept; in the working folder for one in a database."""
    file = Path("ledger" if "://" in ledger else ledger)
    return file.with_name(f"{file.stem}.prompts.jsonl")


def watch(app: Gateway, setup: Setup) -> None:
    """Read the file of keys where there is one, now and whenever it changes.

    Raises:
        InputError: it cannot be read.
    """
    if setup.key_file:
        watched = Watched(Path(setup.key_file), app.house.keys, setup.keys)
        watched.read()
        app.read_again = watched.read_again


def hire(plan: Plan, setup: Setup, app: Gateway) -> Crew:
    """The agents of a plan, in the time in which it runs. Only here are they loaded: a gateway without is quicker.

    Raises:
        DependencyMissing: what runs them is not installed.
        InputError: the file of conversations is not ours to write.
    """
    os.environ.update(_BEFORE)
    try:
        module = importlib.import_module(_CREW)
    except ModuleNotFoundError as error:
        raise DependencyMissing(f"agents need LangGraph ({error.name} is missing): `{INSTALL}`") from error
    crew: Crew = module.crew(plan, setup, app.house, app)
    return crew


def open_ledger(setup: Setup, plan: Plan) -> Writer:
    """The ledger of a setup, made anew or continued, with what was spent in the period so far.

    Raises:
        InputError: the place holds something else, or another gateway writes to it; nothing is written then.
        UsageError: the place cannot be one.
        DependencyMissing: what reads it is not installed.
        OSError: it cannot be written.
    """
    sync = setup.sync or plan.gateway.ledger_sync
    store = store_for(setup.ledger).open(setup.ledger, sync, setup.mode == "rehearse")
    newest_first = rows(store.backwards(), setup.ledger)
    spent = account(newest_first, plan.gateway.month_s / setup.scale, time.time())
    return Writer(store, spent, sync=sync, lost=plan.gateway.ledger_lost)


def left_by_others(setup: Setup, plan: Plan) -> Iterator[Account]:
    """What a gateway spent in this period in ledgers that none of its workers writes now: with more of them, or fewer.

    It is counted by the first worker, and written into no ledger again.
    """
    if setup.mode != "serve" or "://" in setup.ledger:
        return
    base, now = Path(setup.family or setup.ledger), time.time()
    numbers = range(1, setup.workers + 1) if setup.family else ()
    own = {base.with_name(f"{base.stem}-{number}{base.suffix}") for number in numbers} or {base}
    for file in sorted(base.parent.glob(f"{glob.escape(base.stem)}*{base.suffix}")):
        rest = file.name.removeprefix(base.stem).removesuffix(base.suffix)
        if file in own or (rest and not (rest[0] == "-" and rest[1:].isdecimal())):
            continue
        kind = store_for(str(file))
        try:  # it is read before it is opened, because who opens it makes it a ledger
            first = next(rows(kind.read(str(file))[0], str(file)), None)
            if not (isinstance(first, Run) and first.system == plan.system):
                continue
            store = kind.open(str(file), False, False)
        except (ArchwrightError, OSError, sqlite3.Error):  # another gateway writes to it, or it is no ledger
            continue
        with contextlib.closing(store):
            found = account(rows(store.backwards(), str(file)), plan.gateway.month_s / setup.scale, now)
            if found.spent:
                _log.warning("%s was counted in: $%.4f were spent there in this period", file, found.spent / 1e12)
                yield found


def begun(setup: Setup, plan: Plan) -> Run:
    """The row that says what runs from now on."""
    return Run(
        plan=plan_hash(plan),
        system=plan.system,
        facts=plan.facts,
        mode=setup.mode,
        started=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        scale=setup.scale,
        scenario=setup.scenario,
        seed=setup.seed,
    )


def _first(setup: Setup, plan: Plan, missing: int) -> Iterator[Row]:
    """The rows with which a run begins."""
    first = begun(setup, plan)
    yield first
    if missing:
        yield Gap(first.started, missing, "rows that the head names were gone when the gateway was started")


def open_record(file: Path, ledger: Path, decided: Rules, anew: bool) -> BinaryIO:
    """The record of the machine that decides by `decided`, always made anew. The ledger is there already.

    Raises:
        InputError: the file holds something else than such a record, or another gateway writes to it; it stays so.
        OSError: it cannot be written.
    """
    if file.exists() and file.samefile(ledger):
        raise _refused("one-file", "this is the ledger already", file, "name another --record")
    with _closed_on_error(_held(file, "record")) as sink:
        first = sink.readline(LONGEST_ROW)
        if first and not anew:
            try:
                log.replay(decided, [first])
            except (log.BadLog, RecursionError) as error:
                problem = "this is no record of a machine"
                raise _refused("not-a-record", problem, file, "name another --record") from error
        sink.truncate(0)
        return sink


def _held(file: Path, name: str) -> BinaryIO:
    """A file open at its begin, whose writes all go to its end, and which no other gateway writes to."""
    if file.exists() and not file.is_file():
        raise _refused("not-a-file", "this is no regular file", file, f"name another --{name}")
    sink = file.open("a+b")
    with _closed_on_error(sink):
        if sys.platform != "win32":
            try:
                fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                problem = f"another gateway writes to this {name}"
                raise _refused("taken", problem, file, f"stop it or name another --{name}") from error
        sink.seek(0)
    return sink


@contextlib.contextmanager
def _closed_on_error(sink: BinaryIO) -> Iterator[BinaryIO]:
    with contextlib.ExitStack() as stack:
        stack.callback(sink.close)
        yield sink
        stack.pop_all()


def _refused(code: str, message: str, file: Path, mend: str) -> InputError:
    return InputError([Problem(code, message, Location(str(file)), mend)])
