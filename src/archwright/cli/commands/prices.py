"""`archwright prices`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FAIL_ON, JSON, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("prices")
@click.argument("file", metavar="[FILE | diff LIST]", nargs=-1, type=click.Path(path_type=Path))
@FAIL_ON
@AS_OF
@PRICES
@JSON
def command(
    file: tuple[Path, ...], fail_on: str, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """Which prices are in use, from where and how old? `diff LIST` holds them against a LiteLLM price list (JSON)."""
    sink = Sink.of(as_json)
    from archwright.verbs.prices import diff_prices, list_prices

    if file and str(file[0]) == "diff":
        if len(file) != 2:
            raise click.UsageError("`archwright prices diff` takes one price list")
        finish(sink, diff_prices(file[1], as_of.date() if as_of is not None else None), fail_on)
    if len(file) > 1:
        raise click.UsageError("give one system, or `diff` and a price list")
    finish(sink, list_prices(opened(file[0] if file else Path("system.yaml"), as_of, prices)), fail_on)
