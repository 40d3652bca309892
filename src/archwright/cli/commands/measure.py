"""`archwright measure`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FAIL_ON, FILE, JSON, OUT, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("measure")
@FILE
@OUT
@click.option(
    "--ledger",
    help="A ledger to measure, a file or a database.  [default: that of the last rehearsal in --out]",
)
@FAIL_ON
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    out: Path,
    ledger: str | None,
    fail_on: str,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Hold what ran against what was designed; say which decisions it reopens."""
    sink = Sink.of(as_json)
    from archwright.verbs.measure import measure_ledger, measure_project

    project = opened(file, as_of, prices)
    answer = measure_ledger(project, ledger, out) if ledger is not None else measure_project(project, out)
    finish(sink, answer, fail_on)
