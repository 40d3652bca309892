"""`archwright govern`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, OUT, opened
from archwright.cli.show import Sink, finish


@click.command("govern")
@FILE
@click.option("--industry", default="", help="Whose checklist.  [default: the file's]")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="never", show_default=True,
    help="Findings from this severity on make the exit code 1.",
)  # fmt: skip
@OUT
@AS_OF
@JSON
def command(file: Path, industry: str, fail_on: str, out: Path, as_of: dt.datetime | None, as_json: bool) -> None:
    """Which risk tier, which obligations from when, and what speaks to each control. No legal advice."""
    sink = Sink.of(as_json)
    from archwright.verbs.govern import govern_project as verb

    finish(sink, verb(opened(file, as_of), industry, out), fail_on)
