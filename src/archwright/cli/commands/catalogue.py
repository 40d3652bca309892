"""`archwright catalogue`."""

from __future__ import annotations

import datetime as dt

import click

from archwright.cli.options import AS_OF, FAIL_ON, JSON
from archwright.cli.show import Sink, finish


@click.command("catalogue")
@click.argument("name", metavar="[FAMILY | ID]", default="")
@FAIL_ON
@AS_OF
@JSON
def command(name: str, fail_on: str, as_of: dt.datetime | None, as_json: bool) -> None:
    """What do technologies cost, constrain and permit: vector stores, caches, streams, serving engines, and more?"""
    sink = Sink.of(as_json)
    from archwright.verbs.catalogue import show_catalogue

    finish(sink, show_catalogue(name, as_of.date() if as_of is not None else None), fail_on)
