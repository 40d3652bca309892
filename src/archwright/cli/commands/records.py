"""`archwright records`."""

from __future__ import annotations

from pathlib import Path

import click

from archwright.cli.options import FAIL_ON, JSON
from archwright.cli.show import Sink, finish


@click.command("records")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--import", "draft", is_flag=True, help="Print a draft of `decisions:` for a system's file.")
@click.option("--write", is_flag=True, help="Write FOLDER/index.md; one that somebody else wrote is left alone.")
@FAIL_ON
@JSON
def command(folder: Path, draft: bool, write: bool, fail_on: str, as_json: bool) -> None:
    """List the decision records (MADR, Nygard) of a folder, or draft a file's `decisions:` from them."""
    sink = Sink.of(as_json)
    from archwright.verbs.register import import_records, index_records

    finish(sink, import_records(folder) if draft else index_records(folder, write), fail_on)
