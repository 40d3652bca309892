"""`archwright draw`."""

from __future__ import annotations

from pathlib import Path

import click

from archwright.cli.options import FILE, JSON, OUT, opened
from archwright.cli.show import Sink, finish


@click.command("draw")
@FILE
@OUT
@click.option(
    "--format", "formats", type=click.Choice(["svg", "mermaid"]), multiple=True, help="What to write.  [default: both]"
)
@JSON
def command(file: Path, out: Path, formats: tuple[str, ...], as_json: bool) -> None:
    """Draw the system: architecture.svg and architecture.mmd."""
    sink = Sink.of(as_json)
    from archwright.verbs.draw import draw_project as verb

    finish(sink, verb(opened(file), out, formats or ("svg", "mermaid")))
