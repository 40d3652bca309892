"""`archwright cache`."""

from __future__ import annotations

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish

URL = click.argument("url", default="http://127.0.0.1:9090")


@click.group("cache")
def command() -> None:
    """Look after answers by meaning, at the admin door of a gateway that runs.

    Its key is taken from ARCHWRIGHT_ADMIN_KEY.
    """


@command.command("report")
@URL
@JSON
def report(url: str, as_json: bool) -> None:
    """Say how often meaning was enough, what that saved less audits, how often it was wrong, and where."""
    sink = Sink.of(as_json)
    from archwright.verbs.cache import cache_report

    finish(sink, cache_report(url))


@command.command("evict")
@URL
@click.option("--entry", help="One answer, as `x-archwright-entry` names it.")
@click.option("--tenant", help="All answers of a tenant.")
@click.option("--scope", help="All answers of a scope, such as an old version of the documents.")
@click.option("--document", help="All answers that rest on a document, by its name in `x-archwright-sources`.")
@click.option("--route", help="Of this route only; alone: all of its answers.")
@JSON
def evict(url: str, as_json: bool, **named: str | None) -> None:
    """Forget answers, for questions in the same words too."""
    sink = Sink.of(as_json)
    from archwright.verbs.cache import cache_evict

    finish(sink, cache_evict(url, {name: value for name, value in named.items() if value is not None}))


@command.command("feedback")
@click.argument("entry")
@URL
@click.option("--right", is_flag=True, help="It was right.  [default: it was wrong]")
@JSON
def feedback(entry: str, url: str, right: bool, as_json: bool) -> None:
    """Say that the answer ENTRY, as `x-archwright-entry` names it, was wrong for a question; it is forgotten."""
    sink = Sink.of(as_json)
    from archwright.verbs.cache import cache_feedback

    finish(sink, cache_feedback(url, entry, right))
