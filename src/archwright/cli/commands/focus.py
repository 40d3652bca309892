"""`archwright focus`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("focus")
@FILE
@click.option("--ledger", help="Rows of what ran, from this ledger, a file or a database; else the forecast.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/focus.csv"), show_default=True, help="File to write."
)
@click.option("--focus", "version", type=click.Choice(["1.2", "1.3"]), default="1.2", show_default=True)
@click.option("--parquet", is_flag=True, help="Write Parquet beside it; needs archwright[finops].")
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    ledger: str | None,
    out: Path,
    version: str,
    parquet: bool,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Write cost rows for FinOps tools (FOCUS): one month of the forecast, or what a ledger holds."""
    sink = Sink.of(as_json)
    from archwright.verbs.focus import focus_project as verb

    finish(sink, verb(opened(file, as_of, prices), out, ledger, version, parquet))
