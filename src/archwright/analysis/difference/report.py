"""Two designs side by side: what changed in the file, and what that does to money, latency and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archwright.analysis.difference.structure import Change, changes
from archwright.base.text import plural
from archwright.base.units import show
from archwright.report.document import Block, Cell, Document, Finding, Findings, Section, Table, Text, Tone
from archwright.report.figures import Book, Figure
from archwright.spec.model import System

MONEY, JOURNEYS, RUNS = "Money a month", "Each journey", "Simulated"  # sections of what is measured
LEADS = {RUNS: "Both sides meet the same luck; a few per cent of latency may be luck all the same."}
LESS_IS_BETTER = frozenset({"money", "duration"})


@dataclass(frozen=True)
class Side:
    """One of the two designs.

    `book` holds its figures, under the same keys on both sides; `measures` names those that are compared, by section.
    `words` are facts in words that are compared as they are, such as a risk tier. `findings` are the open ones.
    """

    name: str
    system: System
    book: Book = field(default_factory=Book)
    measures: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What two designs differ in. `book` holds each figure of both sides under `diff.`, with its change."""

    before: Side
    after: Side
    changes: tuple[Change, ...]
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    rows: Mapping[str, tuple[tuple[str, str], ...]]
    book: Book
    words: tuple[tuple[str, str, str], ...]

    @property
    def any(self) -> bool:
        """Whether they differ at all."""
        moved = any(f"{key}.change" in self.book for rows in self.rows.values() for _, key in rows)
        return bool(self.changes or self.gained or self.lost or self.words or moved)


def difference(before: Side, after: Side) -> Difference:
    """Compare two designs."""
    book = Book()
    rows: dict[str, tuple[tuple[str, str], ...]] = {}
    for section in dict.fromkeys([*after.measures, *before.measures]):
        named = dict([*before.measures.get(section, ()), *after.measures.get(section, ())])
        entered = [(label, _compare(book, before, after, key)) for key, label in named.items()]
        rows[section] = tuple((label, key) for label, key in entered if key)
    gained, lost = _moved(before.findings, after.findings)
    words = tuple(
        (name, before.words.get(name, "–"), after.words.get(name, "–"))
        for name in dict.fromkeys([*before.words, *after.words])
        if before.words.get(name) != after.words.get(name)
    )
    return Difference(before, after, changes(before.system, after.system), gained, lost, rows, book, words)


def _compare(book: Book, before: Side, after: Side, key: str) -> str:
    """Enter both values of a figure and what it changed by; the key under which they stand, or nothing."""
    base = f"diff.{key}"
    ends: dict[str, Figure] = {}
    for end, side in (("before", before), ("after", after)):
        figure = side.book.get(key)
        if figure is not None:
            note = f"`{key}` of {side.name}"
            ends[end] = book.leaf(f"{base}.{end}", figure.value, figure.dimension, label=figure.label, note=note)
    if len(ends) == 2 and ends["before"].value != ends["after"].value:
        book.derive(f"{base}.change", "after - before", ends["after"].dimension, "change", **ends)
        if ends["before"].value:
            book.derive(f"{base}.share", "after / before - 1", "share", "change, relative", **ends)
    return base if ends else ""


def _moved(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Findings of one side only, told by rule, subject and words, as often as they are too many."""

    def missing(here: Sequence[Finding], there: Sequence[Finding]) -> tuple[Finding, ...]:
        left = [(item.code, item.subject, item.message) for item in there]
        found = []
        for item in here:
            kernel = (item.code, item.subject, item.message)
            if kernel in left:
                left.remove(kernel)
            else:
                found.append(item)
        return tuple(found)

    return missing(after, before), missing(before, after)


# ------------------------------------------------------------------------------------------------ the document


def difference_document(
    found: Difference, notes: Sequence[str] = (), facts: Sequence[tuple[str, str]] = ()
) -> Document:
    """The differences as a document; one line where there are none."""
    subtitle = f"from {found.before.name} to {found.after.name}"
    said: tuple[Block, ...] = tuple(Text(note, "muted") for note in notes)
    if not found.any:
        section = Section("diff-none", "No difference", (*said,))
        return Document("Difference", (section,), subtitle, tuple(facts))
    sections = [_structure(found, said)]
    sections += [_measures(found, name) for name in found.rows if found.rows[name]]
    if found.gained or found.lost:
        sections.append(_findings(found))
    return Document("Difference", tuple(sections), subtitle, tuple(facts))


_TONES: dict[str, Tone] = {"added": "good", "removed": "bad", "changed": "plain"}


def _structure(found: Difference, notes: tuple[Block, ...]) -> Section:
    rows = [
        (Cell(item.what, _TONES[item.what]), item.section, item.name or "–", item.key or "–",
         item.before or "–", item.after or "–")
        for item in found.changes
    ]  # fmt: skip
    rows += [(Cell("changed"), "derived", "–", name, old, new) for name, old, new in found.words]
    table = Table(("", "Section", "Name", "Key", "Before", "After"), tuple(rows))
    counts = [(sum(item.what == what for item in found.changes), what) for what in ("added", "removed", "changed")]
    told = ", ".join(f"{count} {what}" for count, what in counts if count) or "the files say the same"
    blocks: tuple[Block, ...] = (table, *notes) if rows else notes
    return Section("diff-structure", "In the file", blocks, f"{told[0].upper()}{told[1:]}.")


def _measures(found: Difference, name: str) -> Section:
    book = found.book
    rows: list[tuple[str | Cell, ...]] = []
    for label, key in found.rows[name]:
        ends = [_shown(book, f"{key}.{end}") for end in ("before", "after")]
        change = book.get(f"{key}.change")
        if change is None:
            same = f"{key}.before" in book and f"{key}.after" in book
            rows.append((label, *ends, Cell("the same" if same else "–", "muted"), Cell("", "muted")))
            continue
        worse = (change.value > 0) == (change.dimension in LESS_IS_BETTER)
        tone: Tone = "bad" if worse else "good"
        sign = "+" if change.value > 0 else "−"
        size = Cell(f"{sign}{show(abs(change.value), change.dimension)}", tone, change.key)
        rows.append((label, *ends, size, _relative(book, f"{key}.share", tone)))
    table = Table(("", "Before", "After", "Change", ""), tuple(rows), numeric=frozenset({1, 2, 3, 4}))
    lead = LEADS.get(name, "")
    return Section(f"diff-{name.split()[0].lower()}", name, (table,), lead)


def _shown(book: Book, key: str) -> Cell:
    return Cell(book[key].shown, figure=key) if key in book else Cell("–", "muted")


def _relative(book: Book, key: str, tone: Tone) -> Cell:
    if key not in book:
        return Cell("", "muted")
    return Cell(f"{book[key].value * 100:+.1f} %".replace("-", "−"), tone, key)


def _findings(found: Difference) -> Section:
    blocks: list[Block] = []
    if found.gained:
        blocks += [Text(f"{plural(len(found.gained), 'finding')} more:", "bad"), Findings(found.gained)]
    if found.lost:
        rows = tuple((item.code, item.severity, item.message) for item in found.lost)
        table = Table(("Rule", "Severity", "Finding"), rows)
        blocks += [Text(f"{plural(len(found.lost), 'finding')} less:", "good"), table]
    return Section("diff-findings", "Findings", tuple(blocks))
