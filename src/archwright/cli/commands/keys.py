"""`archwright keys`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink, finish

KEYS = click.option(
    "--file", type=click.Path(path_type=Path), default=Path("keys.json"), show_default=True, help="File of the hashes."
)


@click.group("keys")
def command() -> None:
    """Make, list and revoke the keys of clients."""


@command.command("add")
@click.argument("tenant")
@KEYS
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="First day on which it no longer holds.")
@JSON
def add(tenant: str, file: Path, expires: dt.datetime | None, as_json: bool) -> None:
    """Make a key for TENANT and print it, once: the file holds its hash only."""
    sink = Sink.of(as_json)
    from archwright.verbs.keys import add_key

    finish(sink, add_key(file, tenant, expires.date() if expires is not None else None))


@command.command("list")
@KEYS
@JSON
def list_(file: Path, as_json: bool) -> None:
    """List keys with their tenants and states."""
    sink = Sink.of(as_json)
    from archwright.verbs.keys import list_keys

    finish(sink, list_keys(file))


@command.command("revoke")
@click.argument("key")
@KEYS
@JSON
def revoke(key: str, file: Path, as_json: bool) -> None:
    """End KEY, by its name in the list. A running gateway sees it within a second or two."""
    sink = Sink.of(as_json)
    from archwright.verbs.keys import revoke_key

    finish(sink, revoke_key(file, key))
