"""`archwright price`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("price")
@FILE
@click.option("--ledger", help="A ledger, a file or a database: what was spent, held against the budget.")
@SEED
@AS_OF
@PRICES
@JSON
def command(
    file: Path, ledger: str | None, seed: int, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """What does it cost: each step, request, journey, month and year, how far may it differ, and what moves it?"""
    sink = Sink.of(as_json)
    from archwright.verbs.price import price_project as verb

    finish(sink, verb(opened(file, as_of, prices), seed, ledger))
