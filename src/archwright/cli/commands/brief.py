"""`archwright brief`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("brief")
@FILE
@OUT
@SEED
@AS_OF
@PRICES
@JSON
def command(file: Path, out: Path, seed: int, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """One page for the people who pay, and one for each decision: cost, risk, outcome, what is asked of them."""
    sink = Sink.of(as_json)
    from archwright.verbs.brief import brief_project as verb

    finish(sink, verb(opened(file, as_of, prices), out, seed))
