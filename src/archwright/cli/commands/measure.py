"""`archwright measure`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("measure")
@FILE
@OUT
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="A ledger to measure.  [default: that of the last rehearsal in --out]",
)
@AS_OF
@PRICES
@JSON
def command(
    file: Path, out: Path, ledger: Path | None, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """Hold what ran against what was designed: predicted, rehearsed, difference."""
    sink = Sink.of(as_json)
    from archwright.verbs.measure import measure_ledger, measure_project

    project = opened(file, as_of, prices)
    finish(sink, measure_ledger(project, ledger, out) if ledger is not None else measure_project(project, out))
