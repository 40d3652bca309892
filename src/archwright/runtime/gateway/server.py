"""A gateway made from its setup: the plan decoded, the files opened, the parts wired."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.journal import Journal
from archwright.ledger.rows import Run
from archwright.ledger.rows import decode as rows
from archwright.plan.model import decode, plan_hash
from archwright.plan.rules import compress, rules
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.brain import Brain
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.setup import Setup

LONGEST_ROW: Final = 1024 * 1024


@contextlib.contextmanager
def gateway(setup: Setup) -> Iterator[Gateway]:
    """The application that a setup describes; its files are closed at the end.

    Raises:
        InputError: the plan cannot be read.
        OSError: a file cannot be written.
    """
    plan = decode(setup.plan, "setup")
    with contextlib.ExitStack() as files:
        ledger = files.enter_context(open_ledger(Path(setup.ledger), setup.mode == "rehearse"))
        record = files.enter_context(Path(setup.record).open("wb")) if setup.record else None
        journal = Journal(ledger)
        journal.add(
            Run(
                plan=plan_hash(plan),
                system=plan.system,
                facts=plan.facts,
                mode=setup.mode,
                started=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
                scale=setup.scale,
                scenario=setup.scenario,
                seed=setup.seed,
            )
        )
        journal.flush()
        brain = Brain(rules(compress(plan, setup.scale)), record)
        yield Gateway(House(plan, setup.upstreams, setup.keys, brain, journal, setup.seed))


def open_ledger(file: Path, anew: bool) -> BinaryIO:
    """The ledger, made anew or continued. A last row that a crash tore off is cut away, so that rows stay whole.

    Raises:
        InputError: the file is there and is no ledger, so nothing is written to it.
        OSError: it cannot be written.
    """
    if anew or not file.exists():
        return file.open("wb")
    with file.open("rb") as there:
        first = there.readline(LONGEST_ROW)
    if first and not isinstance(next(rows([first], str(file)), None), Run):
        problem = Problem("not-a-ledger", "this is no ledger", Location(str(file)), "name another --ledger")
        raise InputError([problem])
    sink = file.open("r+b")
    end = sink.seek(0, 2)
    begin = max(0, end - LONGEST_ROW)
    sink.seek(begin)
    sink.truncate(begin + sink.read().rfind(b"\n") + 1)
    sink.seek(0, 2)
    return sink
