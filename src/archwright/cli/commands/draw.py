"""`archwright draw`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, PRICES, SEED, OneOf, opened
from archwright.cli.show import Sink, finish


def _formats() -> tuple[str, ...]:
    from archwright.verbs.draw import FORMATS

    return tuple(FORMATS)


def _overlays() -> tuple[str, ...]:
    from archwright.verbs.draw import overlay_names

    return overlay_names()


@click.command("draw")
@FILE
@OUT
@click.option(
    "--format", "formats", type=OneOf(_formats), multiple=True,
    help="What to write; may be repeated.  [default: svg, mermaid]",
)  # fmt: skip
@click.option(
    "--overlay", "overlays", type=OneOf(_overlays), multiple=True,
    help="One more picture that answers one question; may be repeated.",
)  # fmt: skip
@click.option(
    "--scenario", default="", help="What `--overlay load` simulates.  [default: the scenario with the highest load]"
)
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path,
    out: Path,
    formats: tuple[str, ...],
    overlays: tuple[str, ...],
    scenario: str,
    seed: int,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Draw the system, and one question at a time on it: where data lives, what costs, what fills, what breaks."""
    sink = Sink.of(as_json)
    from archwright.verbs.draw import USUAL, draw_project

    finish(sink, draw_project(opened(file, as_of, prices), out, formats or USUAL, overlays, scenario, seed))
