"""`archwright warm`."""

from __future__ import annotations

import click

from archwright.cli.show import Sink
from archwright.verbs.engines import warm


@click.command("warm")
def command() -> None:
    """Compile the fast engine ahead, so that no first run is slow."""
    sink = Sink.of(as_json=False)
    click.echo(f"the fast engine is compiled in {warm(sink.progress)}")
