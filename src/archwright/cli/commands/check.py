"""`archwright check`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, opened
from archwright.cli.show import Sink, finish


@click.command("check")
@FILE
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True,
    help="Findings from this severity on make the exit code 1.",
)  # fmt: skip
@AS_OF
@JSON
def command(file: Path, fail_on: str, as_of: dt.datetime | None, as_json: bool) -> None:
    """Is the design sound? Every problem of the file, then every finding of the rules."""
    sink = Sink.of(as_json)
    from archwright.verbs.check import check_project as verb

    finish(sink, verb(opened(file, as_of)), fail_on)
