"""`archwright rehearse`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, LOAD, OUT, PRICES, SEED, TRACE, finite, opened
from archwright.cli.show import Sink, finish


@click.command("rehearse")
@FILE
@OUT
@click.option(
    "--scenario", default="", help="A scenario of the file.  [default: the last one with an outage, else the first]"
)
@SEED
@LOAD
@click.option(
    "--scale",
    type=click.FloatRange(1, 1000),
    callback=finite,
    help="How many times as fast time runs.  [default: as fast as is safe]",
)
@click.option(
    "--visits",
    type=click.IntRange(1, 1_000_000),
    help="Shorten the scenario to about so many journeys.  [default: all of it]",
)
@TRACE
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    out: Path,
    scenario: str,
    seed: int,
    load: float,
    scale: float | None,
    visits: int | None,
    trace: Path | None,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Run the real gateway against emulated providers and replay the workload over HTTP. No keys, no network."""
    sink = Sink.of(as_json)
    from archwright.verbs.rehearsal import Wish, rehearse_project

    wish = Wish(scenario, seed, load, scale, visits, trace)
    finish(sink, rehearse_project(opened(file, as_of, prices), out, wish, sink.progress))
