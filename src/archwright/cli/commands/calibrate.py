"""`archwright calibrate`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("calibrate")
@FILE
@click.option(
    "--points", type=click.Path(path_type=Path), required=True,
    help="CSV with concurrency, input_tokens, output_tokens, tpot_ms; five points or more.",
)  # fmt: skip
@click.option("--component", default="", help="Whose points they are, where several models have replicas.")
@AS_OF
@PRICES
@JSON
def command(
    file: Path, points: Path, component: str, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """How far is a measured deployment from the facts, and what is to be written into the file?

    Two factors are fitted to measured times for each output token. FILE is not changed.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.calibrate import calibrate_project as verb

    finish(sink, verb(opened(file, as_of, prices), points, component))
