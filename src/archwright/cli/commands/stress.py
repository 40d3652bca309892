"""`archwright stress`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archwright.cli.options import AS_OF, FILE, JSON, LOAD, PRICES, SEED, TRACE, opened, share
from archwright.cli.show import Sink, finish
from archwright.verbs.engines import ENGINES, choose

KEEP = Path("out/points")
SET = click.option(
    "--set", "given", multiple=True, metavar="PATH=VALUE",
    help="A value of the file, changed for this question, such as components.cache.ttl=1h; may be repeated.",
)  # fmt: skip


@click.command("stress")
@FILE
@click.option("--scenario", "scenarios", multiple=True, help="A scenario of the file; may be repeated.  [default: all]")
@SET
@click.option(
    "--sweep", "swept", multiple=True, metavar="PATH=VALUES",
    help="Compare values: `50..400/50` or `1h,2h,6h`. Two of them make a grid.",
)  # fmt: skip
@click.option(
    "--search", "searched", multiple=True, metavar="PATH=VALUES",
    help="Values to choose from; the cheapest combination that keeps every objective is looked for.",
)  # fmt: skip
@click.option("--failures", is_flag=True, help="Fail each component in turn.")
@SEED
@click.option(
    "--seeds",
    type=click.IntRange(1, 100),
    help="Seeds at most; 1 says nothing of how sure the answer is.  [default: 30; 9 with --sweep and --search]",
)
@click.option(
    "--within", metavar="SHARE", callback=share,
    help="Add seeds until the 95 % interval of each objective is this narrow, such as 5%.  [default: until every "
    "objective is settled or within 5%, and no longer than 100,000 journeys]",
)  # fmt: skip
@LOAD
@TRACE
@click.option(
    "--engine", type=click.Choice(ENGINES),
    help="Which engine simulates: both say the same of a scenario, the fast one sooner; the plain one looks for the "
    "load that breaks in shorter trials.  [default: fast where it is compiled]",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(0, 1024), default=0, help="Processes.  [default: one for each core]")
@click.option("--cluster", default="", metavar="ADDRESS", help="A Ray cluster to work on, or `local`.")
@click.option(
    "--keep", type=click.Path(path_type=Path), default=KEEP, show_default=True,
    help="Folder of finished points, so that what was interrupted goes on.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Folder for a page and its pictures.  [default: none]")
@AS_OF
@PRICES
@JSON
def command(  # noqa: PLR0913
    file: Path, scenarios: tuple[str, ...], given: tuple[str, ...], swept: tuple[str, ...], searched: tuple[str, ...],
    failures: bool, seed: int, seeds: int | None, within: float, load: float, trace: Path | None, engine: str | None,
    workers: int, cluster: str, keep: Path, out: Path | None, as_of: dt.datetime | None, prices: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Simulate load and faults; say what breaks first, at which load and why.

    With --set, --sweep and --search: what if the file said something else?
    """
    sink = Sink.of(as_json)
    if engine:
        choose(engine)
    from archwright.verbs.stress import Many, Question, ask

    question = Question(scenarios, given, swept, searched, seed, seeds, within, load, trace, failures, out)
    finish(sink, ask(opened(file, as_of, prices), question, Many(keep, workers, cluster), sink.teller()))
