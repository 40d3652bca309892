"""`archwright capacity`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, opened
from archwright.cli.show import Sink, finish


@click.command("capacity")
@FILE
@AS_OF
@PRICES
@JSON
def command(file: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """What do our own models carry, and how many replicas does the busiest hour take?

    A roofline with its band, for self-hosted models with `batching`. Queues are left to `stress`.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.capacity import capacity_project as verb

    finish(sink, verb(opened(file, as_of, prices)))
