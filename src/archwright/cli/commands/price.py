"""`archwright price`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("price")
@FILE
@AS_OF
@PRICES
@JSON
def command(file: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """What does it cost: each step, request, journey and month, by component and token kind?"""
    sink = Sink.of(as_json)
    from archwright.verbs.price import price_project as verb

    finish(sink, verb(opened(file, as_of, prices)))
