"""`archwright run`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, SEED, TRACE, opened
from archwright.cli.show import Sink, finish


@click.command("run")
@FILE
@OUT
@SEED
@TRACE
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path, out: Path, seed: int, trace: Path | None, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """The whole loop: check, draw, price, govern, stress, rehearse, measure; all in one page under --out."""
    sink = Sink.of(as_json)
    from archwright.verbs.run import run_project as verb

    finish(sink, verb(opened(file, as_of, prices), out, seed, trace, sink.progress))
