"""`archwright status`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, JSON
from archwright.cli.show import Sink, finish


@click.command("status")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=Path())
@AS_OF
@JSON
def command(path: Path, as_of: dt.datetime | None, as_json: bool) -> None:
    """The five deliverables: what a system has, lacks and needs next. PATH with several systems: their index."""
    sink = Sink.of(as_json)
    from archwright.verbs.status import status_path as verb

    finish(sink, verb(path, as_of.date() if as_of is not None else None))
