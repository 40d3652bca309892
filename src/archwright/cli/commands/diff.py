"""`archwright diff`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, JSON, PRICES, SEED, opened
from archwright.cli.show import Sink, finish


@click.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--exit-code", is_flag=True, help="End with 1 if there is a difference.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True,
    help="Markdown is for a comment on a pull request.",
)  # fmt: skip
@click.option("--no-simulation", is_flag=True, help="Leave latency and availability out.")
@SEED
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    before: Path, after: Path, exit_code: bool, form: str, no_simulation: bool, seed: int,
    as_of: dt.datetime | None, prices: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """What changed between two designs: the file, money, latency, availability, findings.

    BEFORE and AFTER are files, or folders with a system.yaml in them.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.diff import diff_projects as verb

    answer = verb(
        opened(before, as_of, prices), opened(after, as_of, prices),
        seed=seed, simulated=not no_simulation, as_markdown=form == "markdown",
    )  # fmt: skip
    finish(sink, answer, failed=exit_code and bool(answer.data["different"]))
