"""The `archwright` command: one function a verb, each loaded only when it is called."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archwright import __version__
from archwright.base.errors import INTERRUPTED, ArchwrightError, UsageError
from archwright.cli.show import Sink, fail, finish

if TYPE_CHECKING:
    from archwright.verbs.project import Project

EXIT_CODES = """
\b
Exit codes:
  0  fine
  1  findings at or above --fail-on
  2  bad input or usage
  3  a dependency, a process or a provider is unavailable
130  interrupted
"""

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


def _finite(_ctx: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number that can be used")
    return value


LOAD = click.option(
    "--load",
    type=click.FloatRange(0.001, 10_000),
    default=1.0,
    show_default=True,
    callback=_finite,
    help="Multiple of the peak hour.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def _opened(file: Path, as_of: dt.datetime | None = None, prices: Path | None = None) -> Project:
    from archwright.verbs.project import open_project

    return open_project(file, as_of.date() if as_of is not None else None, prices)


class _Commands(click.Group):
    """Errors that we raise on purpose become text on stderr and an exit code; nothing else is swallowed."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
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
        return list(self.commands)  # in the order of the work, not of the alphabet


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
    ctx.ensure_object(Sink)


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("system.yaml"))
@click.option("--name", default="", help="Name of the system.  [default: the folder's]")
@JSON
def init(path: Path, name: str, as_json: bool) -> None:
    """Write a small system that passes, to begin with."""
    sink = Sink.of(as_json)
    from archwright.verbs.init import init as verb

    finish(sink, verb(path, name))


@main.command()
@FILE
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True,
    help="Findings from this severity on make the exit code 1.",
)  # fmt: skip
@AS_OF
@JSON
def check(file: Path, fail_on: str, as_of: dt.datetime | None, as_json: bool) -> None:
    """Is the design sound? Every problem of the file, then every finding of the rules."""
    sink = Sink.of(as_json)
    from archwright.verbs.check import check_project as verb

    finish(sink, verb(_opened(file, as_of)), fail_on)


@main.command()
@FILE
@OUT
@click.option(
    "--format", "formats", type=click.Choice(["svg", "mermaid"]), multiple=True, help="What to write.  [default: both]"
)
@JSON
def draw(file: Path, out: Path, formats: tuple[str, ...], as_json: bool) -> None:
    """Draw the system: architecture.svg and architecture.mmd."""
    sink = Sink.of(as_json)
    from archwright.verbs.draw import draw_project as verb

    finish(sink, verb(_opened(file), out, formats or ("svg", "mermaid")))


@main.command()
@FILE
@AS_OF
@PRICES
@JSON
def price(file: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """What does it cost: each step, request, journey and month, by component and token kind?"""
    sink = Sink.of(as_json)
    from archwright.verbs.price import price_project as verb

    finish(sink, verb(_opened(file, as_of, prices)))


@main.command()
@FILE
@click.option("--scenario", "scenarios", multiple=True, help="A scenario of the file; may be repeated.  [default: all]")
@SEED
@LOAD
@TRACE
@AS_OF
@PRICES
@JSON
def stress(  # noqa: PLR0913
    file: Path,
    scenarios: tuple[str, ...],
    seed: int,
    load: float,
    trace: Path | None,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Simulate load and faults; say what breaks first, at which load and why."""
    sink = Sink.of(as_json)
    from archwright.verbs.stress import stress_project as verb

    finish(sink, verb(_opened(file, as_of, prices), scenarios, seed, load, trace))


@main.command()
@FILE
@OUT
@AS_OF
@PRICES
@JSON
def build(file: Path, out: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """Compile the file into the hashed plan that `serve` runs from."""
    sink = Sink.of(as_json)
    from archwright.verbs.build import build_project as verb

    finish(sink, verb(_opened(file, as_of, prices), out))


@main.command()
@click.argument("plan", type=click.Path(path_type=Path), default=Path("out/plan.json"))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; other than loopback only with keys."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    default=Path("ledger.jsonl"),
    show_default=True,
    help="Rows are appended to it.",
)
@click.option("--record", type=click.Path(path_type=Path), help="Also write every decision with its event and time.")
@JSON
def serve(plan: Path, host: str, port: int, ledger: Path, record: Path | None, as_json: bool) -> None:
    """Serve a built PLAN: an OpenAI-compatible gateway for real providers.

    Suppliers' keys come from the environment (OPENAI_API_KEY, MISTRAL_API_KEY and so on), clients' keys from
    ARCHWRIGHT_KEYS as tenant:key,tenant:key. Without clients' keys it serves this machine only. Spend caps count from
    the start of the process.
    """
    Sink.of(as_json)
    from archwright.verbs.serve import serve as verb

    verb(plan, host, port, ledger, record, say=lambda line: click.echo(json.dumps({"say": line}) if as_json else line))


@main.command()
@FILE
@OUT
@click.option(
    "--scenario", default="", help="A scenario of the file.  [default: the last one with an outage, else the first]"
)
@SEED
@LOAD
@click.option(
    "--scale",
    type=click.FloatRange(1, 1000),
    callback=_finite,
    help="How many times as fast time runs.  [default: as fast as is safe]",
)
@click.option(
    "--visits",
    type=click.IntRange(1, 1_000_000),
    help="Shorten the scenario to about so many journeys.  [default: all of it]",
)
@TRACE
@AS_OF
@PRICES
@JSON
def rehearse(  # noqa: PLR0913
    file: Path,
    out: Path,
    scenario: str,
    seed: int,
    load: float,
    scale: float | None,
    visits: int | None,
    trace: Path | None,
    as_of: dt.datetime | None,
    prices: Path | None,
    as_json: bool,
) -> None:
    """Run the real gateway against emulated providers and replay the workload over HTTP. No keys, no network."""
    sink = Sink.of(as_json)
    from archwright.verbs.rehearsal import Wish, rehearse_project

    wish = Wish(scenario, seed, load, scale, visits, trace)
    finish(sink, rehearse_project(_opened(file, as_of, prices), out, wish, sink.progress))


@main.command()
@FILE
@OUT
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="A ledger to measure.  [default: that of the last rehearsal in --out]",
)
@AS_OF
@PRICES
@JSON
def measure(
    file: Path, out: Path, ledger: Path | None, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """Hold what ran against what was designed: predicted, rehearsed, difference."""
    sink = Sink.of(as_json)
    from archwright.verbs.measure import measure_ledger, measure_project

    project = _opened(file, as_of, prices)
    finish(sink, measure_ledger(project, ledger) if ledger is not None else measure_project(project, out))


@main.command()
@FILE
@click.argument("key", default="")
@OUT
@AS_OF
@PRICES
@JSON
def explain(file: Path, key: str, out: Path, as_of: dt.datetime | None, prices: Path | None, as_json: bool) -> None:
    """Why is a number what it is? KEY is a figure such as price.month, or the beginning of several."""
    sink = Sink.of(as_json)
    from archwright.verbs.explain import explain_project as verb

    finish(sink, verb(_opened(file, as_of, prices), key, out))


@main.command()
@FILE
@OUT
@SEED
@TRACE
@AS_OF
@PRICES
@JSON
def run(  # noqa: PLR0913
    file: Path, out: Path, seed: int, trace: Path | None, as_of: dt.datetime | None, prices: Path | None, as_json: bool
) -> None:
    """The whole loop: check, draw, price, stress, rehearse, measure; all in one page under --out."""
    sink = Sink.of(as_json)
    from archwright.verbs.run import run_project as verb

    finish(sink, verb(_opened(file, as_of, prices), out, seed, trace, sink.progress))


@main.command()
@JSON
def schema(as_json: bool) -> None:
    """Print the JSON Schema of the file, for editors."""
    sink = Sink.of(as_json)
    from archwright.verbs.schema import schema as verb

    finish(sink, verb())
