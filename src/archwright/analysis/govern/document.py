"""What `govern` says, as a document: tier and why, obligations, controls by function, checklist, what next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archwright.analysis.govern.assess import COLUMNS, COUNTED, FUNCTIONS, SUPPORTED, Assessment
from archwright.analysis.govern.duties import (
    ATTESTED,
    COMING,
    DONE,
    EVIDENCE,
    NOT_APPLICABLE,
    PART,
    RANGE,
    STALE,
    UNASSESSED,
    UNSETTLED,
    VIOLATED,
    Duty,
    Ruled,
)
from archwright.analysis.govern.reason import Reason, said
from archwright.analysis.govern.steps import steps
from archwright.analysis.govern.tier import MINIMAL, Tiering
from archwright.base.errors import Location
from archwright.base.text import plural
from archwright.facts.frameworks import Pack
from archwright.report.document import Bars, Block, Cell, Document, Finding, Findings, Section, Table, Text, Tiles, Tone
from archwright.report.figures import Book

_TONES: dict[str, Tone] = {
    VIOLATED: "bad", STALE: "bad", EVIDENCE: "good", ATTESTED: "good", NOT_APPLICABLE: "muted", UNASSESSED: "muted",
}  # fmt: skip
_HOLDS = {True: "yes", False: "no", None: "not settled"}
_JOINTS = ("all of", "one of")
NO_ADVICE = "This is no legal advice. It says what the file supports, and where somebody has to decide."
_LIMITS = (
    "Purpose, use and effect are declared by the file; they can be contradicted here, not proven.",
    "A rule that finds nothing is supporting evidence. That a control exists does not say that it works.",
    "What happens outside the file, in the organisation and at suppliers, can only be attested.",
)


def govern_document(
    found: Assessment, hits: Sequence[Finding], ruled: Sequence[Ruled]
) -> tuple[Document, Document, Book]:
    """The report, the list of all controls one by one, and the figures of both."""
    book = Book()
    sections = (
        _tier(found, book),
        Section("govern-findings", "Findings", (Findings(tuple(hits)),)),
        _obligations(found),
        _controls(found, ruled, book),
        _checklist(found),
        _next(found),
        _catalogues(found),
    )
    system = found.system.system
    facts = (("as of", found.as_of.isoformat()), *((pack.title, pack.version) for pack in found.packs.all))
    report = Document("Govern", sections, f"{system}: risk tier, obligations, controls, checklist", facts)
    rows = tuple(_control_row(duty) for duty in found.controls)
    table = Table(("Control", "What it asks", "Status", "On what"), rows)
    details = Section("govern-each", "Controls one by one", (table,), found.packs.framework.title)
    return report, Document("Controls", (details,), f"{system}: every control and what speaks to it"), book


# ---------------------------------------------------------------------------------------------------- the tier


def _tier(found: Assessment, book: Book) -> Section:
    law = found.packs.law
    ahead = [duty for duty in found.obligations if duty.applies.holds]
    counted = {
        "in force": [duty for duty in ahead if duty.now],
        "in force and not done": [duty for duty in ahead if duty.now and duty.pressing],
        "still to come": [duty for duty in ahead if duty.timing.kind in (COMING, RANGE)],
        "that may apply": [duty for duty in found.obligations if duty.status == UNSETTLED],
    }
    tiles = [
        (f"Obligations {name}", *_counted(book, f"govern.obligations.{name}", duties))
        for name, duties in counted.items()
    ]
    if found.tier is None:
        words = f"The catalogue of {law.title} does not speak of {found.as_of}, so the tier is not assessed."
        return Section("govern-tier", "Risk tier", (Text(words, "bad"),), NO_ADVICE)
    open_ = "settled by the file" if found.tier.width == 0 else f"{plural(found.tier.width, 'step')} not settled"
    top = (f"Risk tier under the {law.title}", found.tier.shown, open_, "")
    blocks: list[Block] = [Tiles((top, *tiles)), _reasons(found.tier)]
    if found.narrowing:
        rows = tuple(
            (f"`{item.fact}` is {item.answer}", _interval(item.lowest, item.highest), _place(item.where))
            for item in found.narrowing
        )
        blocks.append(Table(("If", "the tier becomes", "Where"), rows, "What would settle it"))
    blocks += [Text(words) for words in _scope(found)]
    return Section("govern-tier", "Risk tier", tuple(blocks), NO_ADVICE)


def _interval(lowest: str, highest: str) -> str:
    return lowest if lowest == highest else f"{lowest} to {highest}"


def _counted(book: Book, key: str, duties: Sequence[Duty]) -> tuple[str, str, str]:
    """Value, note and figure of a number of duties; the figure names them."""
    names = ", ".join(duty.pack.shown(duty.control.id) for duty in duties)
    figure = book.leaf(key.replace(" ", "-"), len(duties), "count", label="obligations", origin="counted", note=names)
    return figure.shown, names if len(names) < 40 else "", figure.key


def _reasons(tier: Tiering) -> Table:
    rows: list[tuple[str | Cell, ...]] = []
    for name, reason in tier.conclusions.items():
        because = said(reason) if reason.holds is False else reason.text
        rows.append((Cell(name), _HOLDS[reason.holds], because, ""))
        if reason.holds:
            rows += [("", "", f"{'– ' * depth}{part.told}", _place(part.where)) for depth, part in _branch(reason, 1)]
        elif reason.holds is None:
            rows += [("", "", f"– {words}", "") for words in _waiting(reason)]
    if tier.lowest == MINIMAL:
        rows.append((Cell(MINIMAL), _HOLDS[True if tier.width == 0 else None], "nothing above holds for certain", ""))
    return Table(("Tier", "In it?", "Because", "Where"), tuple(rows), "Why")


def _waiting(reason: Reason) -> Iterator[str]:
    """The provisions that nobody can settle yet, by the facts that they wait for."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for part in reason.parts:
        if part.holds is None:
            groups.setdefault(part.unknown(), []).append(part.text.partition(":")[0])
    for facts, provisions in groups.items():
        verb = "waits" if len(provisions) == 1 else "wait"
        yield f"{', '.join(provisions)}: {verb} for {', '.join(f'`{name}`' for name in facts)}"


def _place(where: Location) -> str:
    """The file's own name and the line."""
    name = where.file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{where.line}" if where.line else name


def _branch(reason: Reason, depth: int) -> Iterator[tuple[int, Reason]]:
    """The reasons that make it what it is, with their depth."""
    for part in reason.parts:
        if part.holds is reason.holds:
            if part.text in _JOINTS:
                yield from _branch(part, depth)
            else:
                yield depth, part
                yield from _branch(part, depth + 1)


def _scope(found: Assessment) -> Iterator[str]:
    law = found.packs.law
    markets = found.facts["markets"]
    if not markets.words:
        yield f"The file names no market. The tier is that of the {law.title}, should its output be used there."
    elif law.market and not markets.has(law.market):
        yield f"The file excludes the market of the {law.title}; the tier says what would hold if that changed."
    if found.tier and found.tier.later:
        days = sorted({day for day, _ in found.tier.later})
        for day in days:
            titles = "; ".join(reason.text for when, reason in found.tier.later if when == day)
            yield f"From {day} on, in {(day - found.as_of).days} days, also prohibited: {titles}."


# --------------------------------------------------------------------------------------- obligations and controls


def _obligations(found: Assessment) -> Section:
    shown = [duty for duty in found.obligations if duty.applies.holds is not False]
    rows = tuple(
        (duty.pack.shown(duty.control.id), duty.control.title, ", ".join(duty.control.who),
         duty.timing.shown, _status(duty), duty.because)
        for duty in shown
    )  # fmt: skip
    blocks: list[Block] = []
    if rows:
        blocks.append(Table(("Obligation", "What it asks", "Binds", "From", "Status", "Because"), rows))
    blocks.append(Text(_left_out(found.obligations)))
    return Section("govern-obligations", f"Obligations of the {found.packs.law.title}", tuple(blocks), _roles(found))


def _roles(found: Assessment) -> str:
    words = sorted(found.facts["roles"].words - {"given"})
    return f"For {' and '.join(words)}, as of {found.as_of}." if words else f"As of {found.as_of}; no role is declared."


def _left_out(duties: Sequence[Duty]) -> str:
    """How many do not apply, by reason."""
    reasons = Counter(duty.because for duty in duties if duty.status == NOT_APPLICABLE)
    total = sum(reasons.values())
    if not total:
        return "All that the catalogue knows may apply."
    told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
    return f"{plural(total, 'control does', 'controls do')} not apply: {told}."


def _status(duty: Duty) -> Cell:
    return Cell(duty.status, _TONES.get(duty.status, "plain"))


def _controls(found: Assessment, ruled: Sequence[Ruled], book: Book) -> Section:
    rows: list[tuple[str | Cell, ...]] = []
    for function in FUNCTIONS:
        row: list[str | Cell] = [function]
        for status in COLUMNS:
            key = f"govern.controls.{function.lower()}.{status.replace(' ', '-')}"
            names = ", ".join(
                duty.control.id for duty in found.controls
                if duty.control.id.startswith(f"{function} ") and COUNTED[duty.status] == status
            )  # fmt: skip
            figure = book.leaf(key, found.counts(function)[status], "count", label=status, origin="counted", note=names)
            row.append(Cell(figure.shown, _tone(status, figure.value), figure.key))
        rows.append(tuple(row))
    bars = []
    for status in COLUMNS:
        name = status.replace(" ", "-")
        parts = [book[f"govern.controls.{function.lower()}.{name}"] for function in FUNCTIONS]
        total = book.total(f"govern.controls.all.{name}", parts, "count", status)
        bars.append((status, total.value, total.key))
    heads = ("Function", *COLUMNS)
    table = Table(heads, tuple(rows), numeric=frozenset(range(1, len(heads))))
    chart = Bars("All controls by status", "count", tuple(sorted(bars, key=lambda bar: -bar[1])))
    lead = "Counts by status; they are not added up to a score. Each control is listed on the page."
    blocks = (table, chart, Text(_coverage(found, ruled)))
    return Section("govern-controls", f"Controls of the {found.packs.framework.title}", blocks, lead)


def _tone(status: str, value: float) -> Tone:
    if not value:
        return "muted"
    return "bad" if status in (VIOLATED, STALE) else ("good" if status in (ATTESTED, SUPPORTED) else "plain")


def _coverage(found: Assessment, ruled: Sequence[Ruled]) -> str:
    total, seen = len(found.controls), found.derivable(ruled)
    return (
        f"Rules or facts of the file speak to {seen} of the {total} controls, never to all that a control asks. "
        f"Nothing here looks at the other {total - seen}; they can only be attested."
    )


def _control_row(duty: Duty) -> tuple[str | Cell, ...]:
    status = COUNTED[duty.status]
    because = duty.because if status != UNASSESSED or duty.status == UNASSESSED else f"next: {duty.control.next}"
    return duty.control.id, duty.control.title, Cell(status, _TONES.get(duty.status, "plain")), because


# ------------------------------------------------------------------------------------------ checklist and the rest


def _checklist(found: Assessment) -> Section:
    rows = tuple(
        (_box(duty), duty.name, duty.control.title, _status(duty), next_step(duty))
        for duty in found.checklist
        if duty.applies.holds is not False
    )
    blocks: list[Block] = [Table(("", "Item", "What it asks", "Status", "Next step"), rows)] if rows else []
    blocks.append(Text(_left_out(found.checklist)))
    names = ", ".join(pack.title for pack in found.packs.checklist)
    return Section("govern-checklist", f"Checklist for {found.packs.industry}", tuple(blocks), f"From {names}.")


def _box(duty: Duty) -> str:
    return "[x]" if duty.status in DONE else "[ ]"


def next_step(duty: Duty) -> str:
    """What to do about it; nothing where it is done."""
    if duty.status in DONE:
        return ""
    if duty.status == UNSETTLED:
        return f"settle {', '.join(f'`{name}`' for name in duty.applies.unknown())}"
    if duty.status == PART:
        return "attest the rest, with its evidence"
    if duty.status == STALE:
        return f"renew: {duty.because}"
    return duty.because if duty.status == UNASSESSED else duty.control.next


def _next(found: Assessment) -> Section:
    rows = tuple((step.what, step.why, _place(step.where)) for step in steps(found))
    blocks: tuple[Block, ...] = (Table(("Step", "What it changes", "Where"), rows),) if rows else ()
    lead = "The facts and the evidence that would change most, the weightiest first."
    return Section("govern-next", "What next", blocks or (Text("Nothing is left open."),), lead)


def _catalogues(found: Assessment) -> Section:
    rows = tuple(_catalogue(pack, found) for pack in found.packs.all)
    heads = ("Catalogue", "Speaks of", "Checked", "Licence")
    sources = Table(("Catalogue", "Read in"), tuple((pack.title, pack.source) for pack in found.packs.all))
    unsettled = [Text(f"{pack.title}: {words}") for pack in found.packs.all for words in pack.unsettled]
    limits = [Text(words) for words in _LIMITS]
    title = "What this rests on, and what it cannot say"
    return Section("govern-catalogues", title, (Table(heads, rows), sources, *unsettled, *limits))


def _catalogue(pack: Pack, found: Assessment) -> tuple[str | Cell, ...]:
    age = (found.as_of - pack.checked_on).days
    checked = f"{pack.checked_on}" if age < 0 else f"{pack.checked_on}, {plural(age, 'day')} before"
    span = Cell(f"{pack.valid_from} to {pack.valid_to}", "plain" if pack.is_valid(found.as_of) else "bad")
    return pack.title, span, checked, pack.licence


def checklist_text(found: Assessment) -> str:
    """The checklist as Markdown, to be ticked by hand."""
    name = " ".join(found.system.system.split())
    lines = [f"# {name}: checklist for {found.packs.industry}", "", f"As of {found.as_of}. {NO_ADVICE}"]
    for pack in found.packs.checklist:
        mine = [duty for duty in found.checklist if duty.pack.prefix == pack.prefix]
        shown = [duty for duty in mine if duty.applies.holds is not False]
        lines += ["", f"## {pack.title}", "", f"{pack.version}, checked on {pack.checked_on}.", ""]
        lines += [_item(duty) for duty in shown] or ["Nothing applies."]
        if len(shown) < len(mine):
            lines += ["", _left_out(mine)]
    return "\n".join(lines) + "\n"


def _item(duty: Duty) -> str:
    asks = f": {duty.control.does}" if duty.control.does else ""
    rest = next_step(duty) or duty.because
    label = "Next" if duty.status not in DONE else "Evidence"
    name = f"**{duty.pack.shown(duty.control.id)} {duty.control.title}**"
    return f"- {_box(duty)} {name}{asks} ({duty.timing.shown}; {duty.status}). {label}: {rest}."
