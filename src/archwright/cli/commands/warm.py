"""`archwright warm`."""

from __future__ import annotations

from typing import Literal

import click

from archwright.base.errors import DependencyMissing
from archwright.cli.show import Sink
from archwright.verbs.engines import warm
from archwright.verbs.native import warm_gateway


@click.command("warm")
@click.argument("what", type=click.Choice(["all", "engine", "gateway"]), default="all")
def command(what: Literal["all", "engine", "gateway"]) -> None:
    """Compile WHAT runs quicker compiled ahead: the fast engine of `stress`, the gateway of `serve`, or both.

    Without it, the engine is compiled at its first use, and the gateway runs as plain Python.
    """
    sink = Sink.of(as_json=False)
    lacking: list[str] = []
    for name, make, does in (("engine", warm, "fast engine"), ("gateway", warm_gateway, "gateway")):
        if what in ("all", name):
            try:
                click.echo(f"the {does} is compiled in {make(sink.progress)}")
            except DependencyMissing as error:
                lacking.append(str(error))
    if lacking:
        raise DependencyMissing("; ".join(lacking))
