"""`archwright stress`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, LOAD, PRICES, SEED, TRACE, opened
from archwright.cli.show import Sink, finish


@click.command("stress")
@FILE
@click.option("--scenario", "scenarios", multiple=True, help="A scenario of the file; may be repeated.  [default: all]")
@SEED
@LOAD
@TRACE
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    scenarios: tuple[str, ...],
    seed: int,
    load: float,
    trace: Path | None,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Simulate load and faults; say what breaks first, at which load and why."""
    sink = Sink.of(as_json)
    from archwright.verbs.stress import stress_project as verb

    finish(sink, verb(opened(file, as_of, prices), scenarios, seed, load, trace))
