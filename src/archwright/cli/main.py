"""The `archwright` command: one module a verb, each loaded only when it is called."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import click

from archwright import __version__
from archwright.base.errors import INTERRUPTED, ArchwrightError, UsageError
from archwright.cli import commands
from archwright.cli.show import Sink, fail
from archwright.verbs.engines import at_first_need

# The order of the work; a command that is not named here stands at the end.
ORDER = (
    "init", "check", "draw", "price", "prices", "focus", "stress", "capacity", "calibrate", "catalogue", "decide",
    "govern", "brief", "status", "diff", "records", "build", "keys", "serve", "top", "cache", "rehearse", "drill",
    "measure", "replay", "ledger", "explain", "run", "warm", "schema",
)  # fmt: skip

EXIT_CODES = """
\b
Exit codes:
  0  fine
  1  findings at or above --fail-on
  2  bad input or usage
  3  a dependency, a process or a provider is unavailable
130  interrupted
"""


class _Commands(click.Group):
    """Errors that we raise on purpose become text on stderr and an exit code; nothing else is swallowed."""

    def invoke(self, ctx: click.Context) -> object:
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if not as_json:
                raise
            fail(UsageError(error.format_message()), as_json)
        except ArchwrightError as error:
            fail(error, ctx.ensure_object(Sink).json)
        except BrokenPipeError:
            raise SystemExit(0) from None
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            fail(UsageError(f"{what}{error.strerror or error}"), ctx.ensure_object(Sink).json)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise SystemExit(INTERRUPTED) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        found = _names()
        return [*(name for name in ORDER if name in found), *sorted(found - set(ORDER))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _names():
            return None
        loaded = importlib.import_module(f"{commands.__name__}.{cmd_name}").command
        return loaded if isinstance(loaded, click.Command) else None


@cache
def _names() -> frozenset[str]:
    return frozenset(file.stem for folder in commands.__path__ for file in Path(folder).glob("[!_]*.py"))


@click.group(
    cls=_Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="archwright")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Architecture as code for AI systems that also runs.

    One file is checked, drawn, priced and stressed; then it is served or rehearsed; and what ran is measured against
    what was designed. FILE is a system's YAML file, or a folder with a system.yaml in it.
    """
    sink = ctx.ensure_object(Sink)
    at_first_need(sink.progress)
