"""`archwright replay`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("replay")
@click.argument("ledger")
@FILE
@click.option(
    "--set", "given", multiple=True, metavar="PATH=VALUE",
    help="A value of the file that might have helped, such as components.gateway.queue=400; may be repeated.",
)  # fmt: skip
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    ledger: str, file: Path, given: tuple[str, ...], seed: int, as_of: dt.datetime | None, prices: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Replay an outage in a gateway's LEDGER with another value: the requests and the money it would have saved.

    Instead of a ledger, a log of past questions with their answers (JSON lines) says what a cache that answers by
    meaning would have saved, how often it would have been wrong, and its curve for the file.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.replay import replay_project as verb

    finish(sink, verb(opened(file, as_of, prices), ledger, given, sink.teller(), seed))
