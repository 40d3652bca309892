"""`archwright check`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON
from archwright.cli.show import Sink, finish


@click.command("check")
@FILE
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True,
    help="Findings from this severity on make the exit code 1.",
)  # fmt: skip
@click.option(
    "--sarif", type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the findings, or the problems of the file, as SARIF 2.1.0 for code scanning.",
)  # fmt: skip
@click.option("--docs", default="", help="Address of your copy of docs/reference/rules.md, for links in --sarif.")
@AS_OF
@JSON
def command(file: Path, fail_on: str, sarif: Path | None, docs: str, as_of: dt.datetime | None, as_json: bool) -> None:
    """Is the design sound? Every problem of the file, then every finding of the rules.

    Findings that the file accepts (`accepted:`) are listed and fail nothing until their last day.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.check import check_file as verb

    day = as_of.date() if as_of is not None else None
    finish(sink, verb(file, day, fail_on=fail_on, scan=sarif, docs=docs), fail_on)
