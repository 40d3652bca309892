"""`archwright init`: write a first system: the small one that passes, one from answers, or one from what is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archwright.base.errors import InputError, Location, Problem, UsageError
from archwright.base.text import nearest
from archwright.spec.load import loads
from archwright.spec.source import Mapping as Keys
from archwright.spec.source import Scalar, parse, read_text
from archwright.spec.starter import starter
from archwright.verbs.answer import Answer
from archwright.verbs.schema import schema

if TYPE_CHECKING:
    from archwright.analysis.adopt.evidence import Evidence
    from archwright.analysis.adopt.interview import Question as Question
    from archwright.report.document import Document
    from archwright.report.figures import Book

SCHEMA: Final = "system.schema.json"  # what the starter tells editors to complete from
MOST_BYTES: Final = 256 * 1024 * 1024  # of a file that a draft is made from
DECIDING: Final = 12  # guesses that the questions are chosen from


def file_for(path: Path) -> Path:
    """Where the system is written: `path`, or `system.yaml` in it.

    Raises:
        UsageError: something is there already; nothing is ever overwritten.
    """
    file = path / "system.yaml" if path.is_dir() or not path.suffix else path
    if file.exists():
        raise UsageError(f"{file} is there already; give another path, or edit it and run `archwright check {file}`")
    return file


def init(path: Path, name: str = "") -> Answer:
    """Write the small system that passes to `path` (a folder stands for `system.yaml` in it).

    Raises:
        UsageError: something is there already; nothing is ever overwritten.
    """
    file = file_for(path)
    return Answer("init", written=_write(file, starter(name or file.resolve().parent.name)))


def init_questions(path: Path, name: str = "") -> tuple[Question, ...]:
    """The questions to ask a person before anything is written.

    Raises:
        UsageError: something is there already.
    """
    from archwright.analysis.adopt.interview import questions

    return questions(name or file_for(path).resolve().parent.name or "My system")


def init_answered(path: Path, answers: Mapping[str, str], as_of: dt.date | None = None) -> Answer:
    """Write the system that these answers describe; all of them have been checked.

    Raises:
        UsageError: something is there already.
    """
    from archwright.analysis.adopt.interview import evidence

    return _drafted(file_for(path), evidence(answers, as_of or today()), answers["name"], as_of or today())


def read_answers(file: Path, asked: tuple[Question, ...], as_of: dt.date | None = None) -> dict[str, str]:
    """Answers from a YAML or JSON file with the keys of the questions; the defaults for those that it leaves out.

    Raises:
        InputError: unknown keys and answers that cannot be used, all at once with their places.
    """
    tree = parse(read_text(file), str(file))
    if not isinstance(tree, Keys):
        raise InputError(
            [Problem("expected-mapping", "answers are keys and words", tree.where, "write `volume: 2k/day`")]
        )
    known = {key: item for item in asked for key in ((item.key, item.source) if item.number else (item.key,))}
    problems: list[Problem] = [
        Problem("duplicate-key", f"`{key.text}` stands twice", key.where, "remove one") for key in tree.repeated
    ]
    answers = {item.key: item.default for item in asked}
    for key, (mark, value) in tree.items.items():
        if key not in known:
            hint = nearest(key, known)
            mend = f"did you mean `{hint}`?" if hint else f"known keys: {', '.join(known)}"
            problems.append(Problem("unknown-key", f"`{key}` is no question", mark.where, mend))
            continue
        words = value.text.strip() if isinstance(value, Scalar) else ""
        wrong = known[key].check(words, as_of or today()) if key == known[key].key else ""
        if wrong or not isinstance(value, Scalar):
            message, _, mend = (wrong or "this is no single value").partition("; ")
            problems.append(Problem("bad-answer", f"`{key}`: {message}", value.where, mend))
        answers[key] = words
    if problems:
        raise InputError(problems)
    return answers


def init_from(path: Path, source: Path, kind: str = "", name: str = "", as_of: dt.date | None = None) -> Answer:
    """Write a draft that follows from a file of another program, or from a ledger of ours.

    Raises:
        UsageError: something is there already, or there is no such kind.
        InputError: the file cannot be read, or is not what it is said to be.
    """
    from archwright.analysis.adopt.reader import Source
    from archwright.analysis.adopt.readers import reader_for

    file = file_for(path)
    given = Source(str(source), _bytes(source))
    found = reader_for(given, kind).read(given)
    return _drafted(file, found, name or file.resolve().parent.name, as_of or today())


def today() -> dt.date:
    """The day, in UTC."""
    return dt.datetime.now(dt.UTC).date()


def _drafted(file: Path, found: Evidence, name: str, as_of: dt.date) -> Answer:
    """Draft, price the draft, ask what its price rests on, and write it with the questions on top."""
    from archwright.analysis.adopt.draft import draft
    from archwright.analysis.adopt.questions import questions

    book = _priced(draft(found, name, as_of), file, as_of)
    asked = questions(found, book.deciding("price.month", DECIDING))
    text = draft(found, name, as_of, asked)
    final = _priced(text, file, as_of)
    written = _write(file, text)
    closing = [f"The draft costs {final['price.month'].shown} a month: `archwright price {file}` says why."]
    return Answer(
        "init",
        (_document(found, asked),),
        final,
        found.findings,
        written,
        {"questions": list(asked), "closing": closing},
    )


def _priced(text: str, file: Path, as_of: dt.date) -> Book:
    from archwright.analysis.price import price
    from archwright.plan.compile import compile_plan

    compiled = compile_plan(loads(text, str(file)), as_of)
    return price(compiled.plan, compiled.book).book


def _document(found: Evidence, asked: tuple[str, ...]) -> Document:
    from archwright.report.document import Document, Findings, Section, Table, Text

    counts = (
        ("models", len(found.targets)),
        ("routes", len(found.routes)),
        ("journeys", len(found.journeys)),
    )
    table = Table(
        ("In the draft", "Number"), tuple((what, str(count)) for what, count in counts), numeric=frozenset({1})
    )
    sections = [Section("init-found", "What was found", (table,), f"From {found.origin}.")]
    if found.findings:
        lead = "None of them is in the draft."
        sections.append(Section("init-keys", "Act on these at once", (Findings(found.findings),), lead))
    if found.lost:
        sections.append(Section("init-lost", "Not in the draft", tuple(Text(item) for item in found.lost)))
    if asked:
        numbered = tuple(Text(f"{number}. {question}") for number, question in enumerate(asked, 1))
        lead = "These answers would move the result most; they stand on top of the file too."
        sections.append(Section("init-questions", "To be answered next", numbered, lead))
    return Document("First draft", tuple(sections))


def _bytes(path: Path) -> bytes:
    def refused(message: str, mend: str) -> InputError:
        return InputError([Problem("bad-evidence", message, Location(str(path)), mend)])

    if not path.is_file():
        raise refused("this is no regular file" if path.exists() else "there is no such file", "check the path")
    if path.stat().st_size > MOST_BYTES:
        raise refused(f"it is larger than {MOST_BYTES // 2**20} MB", "cut out the last month")
    try:
        return path.read_bytes()
    except OSError as error:
        raise refused(f"it cannot be read: {error.strerror}", "check its permissions") from error


def _write(file: Path, text: str) -> tuple[Path, ...]:
    """Write the file, and the schema that editors complete it from, if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as sink:
        sink.write(text)
    beside = file.parent / SCHEMA
    if beside.exists():
        return (file,)
    beside.write_text(schema().data["text"] + "\n", encoding="utf-8")
    return (file, beside)
