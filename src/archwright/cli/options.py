"""Options that several commands share, and how a command opens its file."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archwright.base.units import UnitError, parse

if TYPE_CHECKING:
    from archwright.verbs.project import Project

    _Type = click.ParamType[str]
else:
    _Type = click.ParamType  # not generic at run time in every version

FILE = click.argument("file", type=click.Path(path_type=Path), default=Path("system.yaml"))
OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder for results."
)
AS_OF = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day for which facts are looked up.  [default: today]"
)
PRICES = click.option(
    "--prices", type=click.Path(path_type=Path), help="Agreed prices that win over the published ones."
)
TRACE = click.option(
    "--trace",
    type=click.Path(path_type=Path),
    help="Recorded traffic (CSV or JSON lines, .gz too) that replaces arrivals and tokens.",
)
SEED = click.option(
    "--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Luck; the same seed, the same result."
)


def finite(_ctx: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan` and infinity, which a range lets through."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number that can be used")
    return value


def share(_ctx: click.Context, _option: click.Parameter, value: str | None) -> float:
    """A share such as `5%`, above 0 and below 1; 0.0 where none is given."""
    if value is None:
        return 0.0
    try:
        found = parse(value, "share")
    except UnitError as error:
        raise click.BadParameter(str(error)) from error
    if not 0.0 < found < 1.0:
        raise click.BadParameter(f"{value} is not between 0 % and 100 %")
    return found


LOAD = click.option(
    "--load",
    type=click.FloatRange(0.001, 10_000),
    default=1.0,
    show_default=True,
    callback=finite,
    help="Multiple of the peak hour.",
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    default="never",
    show_default=True,
    help="Findings from this severity on make the exit code 1.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


class OneOf(_Type):
    """One of some names that are asked for only when they are needed, because listing them loads a verb."""

    name = "name"

    def __init__(self, names: Callable[[], Sequence[str]]) -> None:
        self.names = names

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, for the help."""
        return f"[{'|'.join(self.names())}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself, if it is one of them."""
        if value not in self.names():
            self.fail(f"{value!r} is not one of {', '.join(self.names())}", param, ctx)
        return value


def opened(file: Path, as_of: dt.datetime | None = None, prices: Path | None = None) -> Project:
    """The system in `file`, with the facts of a day."""
    from archwright.verbs.project import open_project

    return open_project(file, as_of.date() if as_of is not None else None, prices)
