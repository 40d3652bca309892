"""`archwright explain`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("explain")
@FILE
@click.argument("key", default="")
@OUT
@AS_OF
@PRICES
@JSON
def command(file: Path, key: str, out: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """Why is a number what it is? KEY is a figure such as price.month, or the beginning of several."""
    sink = Sink.of(as_json)
    from archwright.verbs.explain import explain_project as verb

    finish(sink, verb(opened(file, as_of, prices), key, out))
