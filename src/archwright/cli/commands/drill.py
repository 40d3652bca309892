"""`archwright drill`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("drill")
@FILE
@OUT
@click.option("--fail", default="", help="The component that fails.  [default: each that runs, one after the other]")
@click.option(
    "--how", type=click.Choice(["error", "timeout", "slow"]), default="error", show_default=True, help="How it fails."
)
@click.option(
    "--conversations",
    type=click.IntRange(1, 1000),
    default=24,
    show_default=True,
    help="So many conversations with the agents, each time the same.",
)
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    out: Path,
    fail: str,
    how: str,
    conversations: int,
    seed: int,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Fail a component on purpose: what do customers get, and is it what the file says?

    The exit code is 1 when customers met something else than the file declares.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.drill import Wish, drill_project

    wish = Wish(fail, how, conversations, seed)
    finish(sink, drill_project(opened(file, as_of, prices), out, wish, sink.progress), "error")
