"""`archwright schema`."""

from __future__ import annotations

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish


@click.command("schema")
@JSON
def command(as_json: bool) -> None:
    """Print the JSON Schema of the file, for editors."""
    sink = Sink.of(as_json)
    from archwright.verbs.schema import schema as verb

    finish(sink, verb())
