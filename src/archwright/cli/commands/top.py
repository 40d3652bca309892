"""`archwright top`."""

from __future__ import annotations

import json

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish


@click.command("top")
@click.argument("url", default="http://127.0.0.1:8080")
@click.option("--every", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, help="Seconds between.")
@click.option("--once", is_flag=True, help="Look once and end.")
@JSON
def command(url: str, every: float, once: bool, as_json: bool) -> None:
    """Watch the gateway that runs at URL: requests, who waits, its targets, their breakers, what was spent.

    Where the gateway has an admin door, name that; its key is taken from ARCHWRIGHT_ADMIN_KEY. With --json each look is
    one line.
    """
    sink = Sink.of(as_json)
    from archwright.verbs.present import answer_json, answer_text
    from archwright.verbs.top import watched

    for answer in watched(url, every):
        if once:
            finish(sink, answer)
        if sink.json:
            click.echo(json.dumps(answer_json(answer), ensure_ascii=False))
        else:
            click.clear()
            click.echo(answer_text(answer, sink.width, sink.colour))
