"""`archwright build`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("build")
@FILE
@OUT
@AS_OF
@PRICES
@JSON
def command(file: Path, out: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """Compile the file into the hashed plan that `serve` runs from."""
    sink = Sink.of(as_json)
    from archwright.verbs.build import build_project as verb

    finish(sink, verb(opened(file, as_of, prices), out))
