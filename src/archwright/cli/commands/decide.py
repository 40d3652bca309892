"""`archwright decide`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FAIL_ON, FILE, JSON, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("decide")
@FILE
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/decisions"),
    show_default=True,
    help="Folder for the records, such as docs/decisions.",
)
@FAIL_ON
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    names: tuple[str, ...],
    out: Path,
    fail_on: str,
    seed: int,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Compare the options of a decision: matrix, break-even, what would flip it; write its record (MADR)."""
    sink = Sink.of(as_json)
    from archwright.verbs.decide import decide_project as verb

    finish(sink, verb(opened(file, as_of, prices), out, names, seed), fail_on)
