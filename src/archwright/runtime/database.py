"""What everything that keeps something in PostgreSQL shares: the driver, addresses without passwords, its failures."""

from __future__ import annotations

import contextlib
import importlib
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final

from archwright.base.errors import DependencyMissing, UsageError

SCHEMES: Final = ("postgresql://", "postgres://")
INSTALL: Final = 'pip install "archwright[postgres]"'
CONNECT_S: Final = 3
STATEMENT_MS: Final = 5000  # longer than this no statement may take


def driver(what: str) -> Any:
    """The package that speaks to the database; `what` needs it, as in "a ledger".

    Raises:
        DependencyMissing: it is not installed.
    """
    try:
        return importlib.import_module("psycopg")
    except ImportError as error:
        raise DependencyMissing(f"{what} in PostgreSQL needs psycopg: `{INSTALL}`") from error


def parts(what: str, place: str) -> tuple[str, str]:
    """The address of the database, and the name behind `#` (else `main`).

    Raises:
        UsageError: the address cannot be read or holds a password.
    """
    address, _, name = place.partition("#")
    try:
        split = urllib.parse.urlsplit(address)
        secret = split.password is not None or "password=" in split.query
    except ValueError as error:
        raise UsageError(f"the address of {what} cannot be read: {error}") from error
    if secret:
        raise UsageError(f"the address of {what} holds a password, which others could read: put it in PGPASSWORD")
    return address, name or "main"


@contextlib.contextmanager
def translated(errors: type[Exception], failure: type[OSError]) -> Iterator[None]:
    """The driver's errors as a `failure` of ours. An address is in none of them, and so no password."""
    try:
        yield
    except errors as error:
        raise failure(" ".join(str(error).split()) or type(error).__name__) from None
