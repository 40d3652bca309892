"""A drill as a document: what customers got, what it took, what the file promised beside what was seen, transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archwright.base.money import show_money
from archwright.base.numbers import percentile
from archwright.base.text import plural, slug
from archwright.base.units import show_duration
from archwright.ledger.talks import GOT, NOTHING, Talk
from archwright.measure.promised import Verdict
from archwright.report.document import Cell, Document, Finding, Findings, Section, Table, Text, Tone
from archwright.report.figures import Book

WELL: Final = "(nothing)"  # no component can be called so
SHOWN: Final = 3  # transcripts
_LONGEST: Final = 200  # characters of a transcript's words
_TONES: Final[dict[bool, Tone]] = {True: "good", False: "bad"}


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of a drill: what failed (WELL where nothing did), the talks, and what the ledger says that they took."""

    name: str
    talks: tuple[Talk, ...]
    calls: int
    cost: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the document says beside the results: how components failed, the seed, and how fast time ran."""

    how: str
    seed: int
    scale: float
    error_s: float


def document(
    passes: Sequence[Pass], verdicts: Sequence[Verdict], found: Sequence[Finding], told: Told
) -> tuple[Document, Book]:
    """The drill as a document, and its figures. The first pass is the one in which nothing failed."""
    book = Book()
    for item in passes:
        _figures(book, item, told)
    count = len(passes[0].talks)
    lead = f"{plural(count, 'conversation')}, the same in every row; what stands left was made to fail ({told.how})."
    time = (
        f"Real gateway, emulated models and tools. Time ran {told.scale:.3g} times as fast: what gateway, SQLite and "
        f"sockets take in a step reads as about {show_duration(told.error_s)}, in every row alike."
    )
    sections = [
        Section("drill-got", "What customers got", (_got(passes, book), _took(passes, book), Text(time)), lead),
        Section(
            "drill-promised", "What the file says, and what was seen", (_promised(verdicts), Findings(tuple(found)))
        ),
        Section("drill-talks", "What it looked like", tuple(_transcripts(passes, verdicts))),
    ]
    subtitle = "the same conversations, everything well and something failing"
    return Document("Drill", tuple(sections), subtitle, facts=(("seed", str(told.seed)),)), book


def _figures(book: Book, item: Pass, told: Told) -> None:
    note = f"drill, {item.name} failing ({told.how}), seed {told.seed}" if item.name != WELL else f"seed {told.seed}"
    times = sorted(talk.total_s for talk in item.talks if talk.got != NOTHING) or [0.0]
    leaves: list[tuple[str, float, str, str]] = [
        (slug(got), sum(talk.got == got for talk in item.talks), "count", f"conversations {got}") for got in GOT
    ]
    leaves += [
        ("calls", item.calls, "count", "model calls"),
        ("cost", item.cost, "money", "what the model calls cost"),
        ("p50", percentile(times, 0.5), "duration", "time to the answer, median"),
        ("p95", percentile(times, 0.95), "duration", "time to the answer, 95th percentile"),
    ]
    for name, value, dimension, label in leaves:
        book.leaf(_key(item, name), value, dimension, label=label, origin="measured", note=note)


def _got(passes: Sequence[Pass], book: Book) -> Table:
    rows = [
        _row(item, [_cell(book, _key(item, slug(got)), "bad" if got == NOTHING else "plain") for got in GOT])
        for item in passes
    ]
    return Table(
        ("Failing", *GOT), tuple(rows), "conversations by what the customer got", frozenset(range(1, len(GOT) + 1))
    )


def _took(passes: Sequence[Pass], book: Book) -> Table:
    rows = tuple(
        _row(item, [_cell(book, _key(item, name)) for name in ("calls", "cost", "p50", "p95")]) for item in passes
    )
    headings = ("Failing", "model calls", "cost", "p50", "p95")
    return Table(headings, rows, "what it took", frozenset(range(1, len(headings))))


def _row(item: Pass, cells: Sequence[Cell]) -> tuple[str | Cell, ...]:
    return (item.name, *cells)


def _promised(verdicts: Sequence[Verdict]) -> Table:
    rows = []
    for item in verdicts:
        seen = ", ".join(f"{count} of {item.reached} {words}" for words, count in item.seen) or "not needed by any"
        seen += f"; {item.others} others came out differently" if item.others else ""
        word = "as declared" if item.well else ("not shown" if not item.reached else "not as declared")
        tone: Tone = "muted" if not item.reached else _TONES[item.well]
        rows.append((item.promise.component, item.promise.declared, seen, Cell(word, tone)))
    return Table(("When it fails", "Declared", "Seen", ""), tuple(rows))


def _transcripts(passes: Sequence[Pass], verdicts: Sequence[Verdict]) -> list[Text | Table]:
    """Talks that came out differently, of as many components as there is room for; else those that did not."""
    chosen: list[tuple[str, Talk]] = []
    well = passes[0].talks
    differing = [
        sorted(
            (after for before, after in zip(well, item.talks, strict=True) if _differs(before, after)),
            key=lambda after: well[after.number - 1].got == after.got,  # what the customer noticed comes first
        )
        for item in passes[1:]
    ]
    for place in range(SHOWN):
        for item, talks in zip(passes[1:], differing, strict=True):
            if place < len(talks) and len(chosen) < SHOWN:
                chosen.append((item.name, talks[place]))
    if not chosen:
        chosen = [(item.name, talk) for item in passes[1:] for talk in item.talks][:SHOWN]
    return [_transcript(name, talk) for name, talk in chosen]


def _transcript(name: str, talk: Talk) -> Table:
    missing = f"; without {', '.join(talk.missing)}" if talk.missing else ""
    rows = (
        ("the customer", talk.question),
        ("who worked", (", ".join(talk.worked) or "nobody") + missing),
        (f"got, {talk.got}", _short(talk.text)),
    )
    return Table((f"{name} failing", f"conversation {talk.number}"), rows)


def _differs(before: Talk, after: Talk) -> bool:
    return (before.got, before.worked) != (after.got, after.worked)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"


def _cell(book: Book, key: str, tone: Tone = "plain") -> Cell:
    figure = book[key]
    shown = show_money(round(figure.value)) if figure.dimension == "money" else figure.shown
    return Cell(shown, tone if figure.value else "plain", key)


def _key(item: Pass, name: str) -> str:
    return f"drill.well.{name}" if item.name == WELL else f"drill.fail.{slug(item.name)}.{name}"
