"""`archwright init`."""

from __future__ import annotations

from pathlib import Path

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=Path("system.yaml"))
@click.option("--name", default="", help="Name of the system.  [default: the folder's]")
@JSON
def command(path: Path, name: str, as_json: bool) -> None:
    """Write a small system that passes, to begin with."""
    sink = Sink.of(as_json)
    from archwright.verbs.init import init as verb

    finish(sink, verb(path, name))
