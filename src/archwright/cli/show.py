"""How an answer or an error reaches the terminal: text with colour where a person reads it, or one JSON object."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from archwright.base.errors import FINDINGS, OK, ArchwrightError
from archwright.report.document import SEVERITIES as ORDER

if TYPE_CHECKING:
    from archwright.verbs.answer import Answer


@dataclass
class Sink:
    """Where output goes and how it looks."""

    json: bool = False
    colour: bool = False
    width: int = 100

    @staticmethod
    def of(as_json: bool) -> Sink:
        """The sink of the running command. Colour only on a terminal, and never against NO_COLOR."""
        sink = click.get_current_context().ensure_object(Sink)
        sink.json = as_json
        sink.colour = sys.stdout is not None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        sink.width = min(120, shutil.get_terminal_size((100, 30)).columns)
        return sink

    def progress(self, message: str) -> None:
        """Say what is going on, on stderr, so that the result stays clean."""
        click.echo(message, err=True)

    def teller(self) -> Callable[[str], None]:
        """Who is told how far long work is: nobody where a program reads the answer."""
        return (lambda _words: None) if self.json else self.progress


def finish(sink: Sink, answer: Answer, fail_on: str = "never", *, failed: bool = False) -> None:
    """Show an answer and end with its exit code: 1 if it `failed`, or has a finding of severity `fail_on` or above."""
    from archwright.verbs.present import answer_json, answer_text

    for note in answer.data.get("notes", ()):
        sink.progress(note)
    if sink.json:
        click.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        click.echo(answer_text(answer, sink.width, sink.colour))
    found = fail_on != "never" and any(ORDER.index(f.severity) >= ORDER.index(fail_on) for f in answer.findings)
    raise SystemExit(FINDINGS if failed or found else OK)


def fail(error: ArchwrightError, as_json: bool) -> NoReturn:
    """Show an error and end with its exit code."""
    from archwright.verbs.present import error_json, error_text

    if as_json:
        click.echo(json.dumps(error_json(error), ensure_ascii=False, indent=2))
    else:
        click.echo(
            error_text(error, sys.stderr is not None and sys.stderr.isatty() and "NO_COLOR" not in os.environ), err=True
        )
    raise SystemExit(error.exit_code)
