"""`archwright ledger`."""

from __future__ import annotations

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish


@click.group("ledger")
def command() -> None:
    """Look after a ledger."""


@command.command("verify")
@click.argument("place", default="ledger.jsonl")
@click.option("--head", default="", help="A head that was noted elsewhere, rows:hash.  [default: the one beside it]")
@JSON
def verify(place: str, head: str, as_json: bool) -> None:
    """Say whether the ledger at PLACE is intact, or which row is the first that is not (exit code 1).

    Every row carries the hash of the row before it. Note the head that is printed somewhere else: with it, rows that
    were cut off at the end are seen even where the head beside the ledger was changed as well.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.ledger import verify_ledger

    answer = verify_ledger(place, head)
    finish(sink, answer, failed=not answer.data["intact"])
