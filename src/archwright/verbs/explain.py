"""`archwright explain`: why a number is what it is. A look-up in the derivations that the verbs kept."""

from __future__ import annotations

from pathlib import Path

from archwright.base.errors import UsageError
from archwright.report.figures import WHOLE, Book
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.capacity import capacity_project
from archwright.verbs.price import price_project
from archwright.verbs.project import Project

# Where `archwright decide` and `archwright stress` keep their own, below the folder of results.
BELOW = ("decisions", "stress")
CAPACITY = "capacity"  # what the keys of `archwright capacity` begin with


def explain_project(project: Project, key: str = "", out: Path | None = None) -> Answer:
    """Explain the figure `key`, or list the keys that begin with it.

    Figures of the forecast and of capacities are made anew; those of simulations and runs are looked up in the folder
    `out`, where `archwright run` keeps them, and `stress --out` and `decide` theirs; of those with one key the newest
    holds.

    Raises:
        UsageError: there is no such figure.
        InputError: the file cannot be read.
    """
    answer = price_project(project) if key.split(".")[0] != CAPACITY else capacity_project(project)
    book = Book(answer.book)
    folders = sorted((out, *(out / name for name in BELOW)), key=figures.kept_at, reverse=True) if out else []
    found = [(folder, kept) for folder in folders if (kept := figures.recall(folder)) is not None]
    notes = []
    for folder, kept in found:
        if kept.plan != answer.plan:
            others = f"figures of another plan ({kept.plan}, now {answer.plan})"
            notes.append(f"{folder} holds {others}; run again to ask for them")
            continue
        for figure in kept.figures:
            if figure.key not in book:
                book.add(figure)
    if key in book:
        text = book.explain(key, WHOLE)
    else:
        begins = [f"{name} = {figure.shown}" for name, figure in book.items() if name.startswith(key)]
        if not begins:
            hint = "" if found else "; figures of stress, rehearse and measure need `archwright run`, or `stress --out`"
            try:
                book.explain(key)
            except UsageError as error:
                raise UsageError(f"{error}{hint}") from error
        text = "\n".join(begins)
    return Answer("explain", book=book, data={"text": text, "notes": notes}, plan=answer.plan)
