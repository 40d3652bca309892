"""`archwright price`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FAIL_ON, FILE, JSON, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("price")
@FILE
@click.option(
    "--set", "given", multiple=True, metavar="PATH=VALUE",
    help="A value of the file, changed for this question, such as components.cache.ttl=1h; may be repeated.",
)  # fmt: skip
@click.option("--ledger", help="A ledger, a file or a database: what was spent, held against the budget.")
@FAIL_ON
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path, given: tuple[str, ...], ledger: str | None, fail_on: str, seed: int, as_of: dt.datetime | None,
    prices: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """What does it cost: each step, request, journey, month and year, how far may it differ, and what moves it?"""
    sink = Sink.of(as_json)
    from archwright.verbs.price import price_project as verb

    finish(sink, verb(opened(file, as_of, prices), seed, ledger, given), fail_on)
