"""`archwright init`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archwright.base.errors import UsageError
from archwright.cli.options import AS_OF, JSON
from archwright.cli.show import Sink, finish

if TYPE_CHECKING:
    from archwright.verbs.init import Question


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=Path("system.yaml"))
@click.option("--name", default="", help="Name of the system.  [default: the folder's]")
@click.option("--yes", is_flag=True, help="Ask nothing: write the small system with guesses, as without a terminal.")
@click.option("--answers", type=click.Path(path_type=Path), help="Answers from a YAML or JSON file instead of asking.")
@click.option("--from", "source", type=click.Path(path_type=Path), help="Draft it from another program's file.")
@click.option("--kind", default="", help="What the --from file is: litellm, openai-usage, ledger.  [default: seen]")
@AS_OF
@JSON
def command(  # noqa: PLR0913
    path: Path,
    name: str,
    yes: bool,
    answers: Path | None,
    source: Path | None,
    kind: str,
    as_of: dt.datetime | None,
    as_json: bool,
) -> None:
    """Write a first system: by answering questions, from what is there (--from), or a small one that passes.

    On a terminal it asks ten questions, each with a default. With --from it drafts the system from a LiteLLM
    config.yaml, from a usage export of an OpenAI organization, or from a ledger of the gateway; every line of the draft
    says where it is from. Nothing is ever overwritten.
    """
    sink = Sink.of(as_json)
    _one_way(yes, answers, source, kind)
    from archwright.verbs import init as verbs

    day = as_of.date() if as_of is not None else None
    if source is not None:
        finish(sink, verbs.init_from(path, source, kind, name, day))
    if answers is not None:
        asked = verbs.init_questions(path, name)
        finish(sink, verbs.init_answered(path, verbs.read_answers(answers, asked, day), day))
    if yes or as_json or not person_is_there():
        finish(sink, verbs.init(path, name))
    given = _asked(verbs.init_questions(path, name), day or verbs.today())
    finish(sink, verbs.init_answered(path, given, day))


def _one_way(yes: bool, answers: Path | None, source: Path | None, kind: str) -> None:
    chosen = [
        option
        for option, given in (("--yes", yes), ("--answers", answers), ("--from", source))
        if given not in (None, False)
    ]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} do not go together; give one of them")
    if kind and source is None:
        raise UsageError("--kind says what a --from file is; give that file too")


def person_is_there() -> bool:
    """Whether somebody can answer questions."""
    return sys.stdin is not None and sys.stdin.isatty()


def _asked(questions: tuple[Question, ...], day: dt.date) -> dict[str, str]:
    """The answers of a person. Nothing has been written when they break it off."""
    count = sum(1 for question in questions if not question.unless[0])
    click.echo(f"{count} questions; Enter takes what stands in brackets. Nothing is written before the last.", err=True)
    answers: dict[str, str] = {}
    number = 0
    try:
        for question in questions:
            if answers.get(question.unless[0]) == question.unless[1] and question.unless[0]:
                answers[question.key] = question.default
                continue
            number += not question.unless[0]
            mark = " " * len(f"{number}/{count}") if question.unless[0] else f"{number}/{count}"
            click.echo(f"\n{mark}  {question.ask}\n      {question.why}; written as {question.writes}", err=True)
            answers |= _answer(question, day)
    except click.Abort:
        click.echo("\nnothing was written", err=True)
        raise KeyboardInterrupt from None
    return answers


def _answer(question: Question, day: dt.date) -> dict[str, str]:
    """An answer that can be used, and where its number is from; asked until there is one."""
    while True:
        words: str = click.prompt("     ", default=question.default, type=str, err=True).strip()
        wrong = question.check(words, day)
        if not wrong:
            break
        click.echo(f"      {wrong}", err=True)
    if not question.number or words == question.default:
        return {question.key: words}
    source: str = click.prompt("      where is it from?", default="guess", type=str, err=True)
    return {question.key: words, question.source: source.strip()}
