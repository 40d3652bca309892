"""`archwright bench`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, finite, opened
from archwright.cli.show import Sink, finish


@click.group("bench")
def command() -> None:
    """Try the gateway of a design on this machine: how much it carries, what it does when suppliers fail."""


@command.command("gateway")
@FILE
@click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    default=20.0,
    show_default=True,
    callback=finite,
    help="How long to measure, about.",
)
@AS_OF
@PRICES
@JSON
def gateway(file: Path, seconds: float, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """How many requests a second, at what cost in time and processor, in steps of load until it bends.

    The real gateway with the routes, caches and objectives of FILE, before a supplier on loopback that answers at once:
    what is measured is the gateway. Caps are set so high that they are watched and never reached.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.bench_gateway import bench_gateway

    finish(sink, bench_gateway(opened(file, as_of, prices), seconds, sink.teller()))


@command.command("faults")
@FILE
@AS_OF
@PRICES
@JSON
def faults(file: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """What clients get, in how many calls and for how much, when the supplier fails in twelve ways.

    Every route of FILE, whole answers and streams, on loopback and without keys. Time runs faster where timeouts allow.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.bench_faults import bench_faults

    finish(sink, bench_faults(opened(file, as_of, prices), sink.teller()))
