"""Decisions as a document: what is asked of every option, the matrix, the scores, and what would change the answer."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.analysis.decide.breakeven import BreakEven
from archwright.analysis.decide.candidate import Candidate, Check
from archwright.analysis.decide.matrix import Matrix, MatrixCell
from archwright.analysis.decide.result import Result, reasons
from archwright.analysis.decide.switching import switching
from archwright.analysis.decide.technologies import technologies
from archwright.analysis.decide.terms import terms
from archwright.analysis.decide.years import turn_rows, volumes, years
from archwright.base.text import plural
from archwright.report.document import Block, Cell, Document, Section, Table, Text, Tiles, Tone
from archwright.report.figures import Book
from archwright.spec.decisions import JUDGED
from archwright.spec.predicate import Predicate

Row = tuple[str | Cell, ...]
_MET: dict[bool | None, tuple[str, Tone]] = {True: ("met", "good"), False: ("broken", "bad"), None: ("unknown", "bad")}
_HOLDS: dict[bool | None, tuple[str, Tone]] = {
    True: ("holds", "good"), False: ("broken", "bad"), None: ("unknown", "muted")
}  # fmt: skip
EVEN_HEADINGS = (
    "Pays", "From, journeys a month", "p10 to p90", "In use there", "More replicas there", "With those, from"
)  # fmt: skip
SCORED = (
    "A computed cell is linear between the worst (0) and the best (1), a judged one between 1 (0) and 5 (1); "
    "what is unknown scores 0. The score is the sum of the cells times their weights."
)


def decide_document(results: Sequence[Result], book: Book, facts: tuple[tuple[str, str], ...] = ()) -> Document:
    """All decisions as one document."""
    sections = [section for result in results for section in sections_of(result, book)]
    if not sections:
        words = Text("The file records no decision. Add a section `decisions:`.", "muted")
        sections = [Section("decide-none", "Decisions", (words,))]
    return Document("Decisions", tuple(sections), "options compared, and what must stay true", facts)


def sections_of(result: Result, book: Book) -> list[Section]:
    """One decision: its answer first, then what it rests on."""
    found = [_answer(result, book), *_demands(result), *_matrix(result, book), *years(result, book)]
    name, decision = result.matrix.name, result.matrix.decision
    found += _evens(result, book) + terms(result.matrix) + technologies(name, decision, book)
    found += switching(name, result.switches, decision, book)
    return [*found, *_turning(result, book), *_assumptions(result)]


def cell(book: Book, key: str, tone: Tone = "plain") -> Cell:
    """A figure as a cell of a table."""
    return Cell(book[key].shown, tone, key) if key else Cell("–", "muted")


def verdict(result: Result) -> str:
    """Who is ahead, in one sentence."""
    found, order = result.matrix, result.ranking
    if not found.decision.criteria:
        return "No criteria are stated, so nothing is compared."
    if not order.order:
        return "No option may be chosen: each breaks a requirement, or nobody knows whether it meets one."
    if order.tied:
        titles = " and ".join(found.candidate(name).title for name in order.tied)
        return f"A tie: {titles} score the same, so the matrix does not decide."
    alone = " It is the only one that may be chosen." if len(order.order) == 1 else ""
    return f"{found.candidate(order.winner).title} scores highest of those that may be chosen.{alone}"


def _answer(result: Result, book: Book) -> Section:
    found, order = result.matrix, result.ranking
    decision = found.decision
    tiles: list[tuple[str, str, str, str]] = []
    if order.winner:
        key = found.scores[order.winner]
        tiles.append(("Ahead", found.candidate(order.winner).title, f"score {book[key].shown}", key))
    if result.margin:
        second = found.candidate(order.order[1]).title
        tiles.append(("By", book[result.margin].shown, f"before {second}", result.margin))
    tiles += [_even_tile(result, even, book) for even in result.break_evens]
    blocks: list[Block] = [Text(" ".join(decision.question.split()))]
    blocks += [Tiles(tuple(tiles))] if tiles else []
    blocks.append(Text(verdict(result), "good" if order.winner else "bad"))
    if decision.chosen:
        chosen = f"Chosen: {found.candidate(decision.chosen).title}, because {' '.join(decision.because.split())}"
        blocks.append(Text(chosen.rstrip(".") + "."))
    if result.against:
        blocks.append(Text(f"{result.against}.", "bad"))
    for name, better in result.sure.dominated.items():
        said = f"{found.candidate(name).title} is no better than {found.candidate(better).title} by any criterion."
        blocks.append(Text(said, "bad"))
    for item in found.candidates:
        tone: Tone = "bad" if item.standing != "open" else "plain"
        blocks += [Text(f"{item.title}: {words}.", tone) for words in said_of(item)]
    lead = f"{decision.status}, {decision.date}"
    return Section(f"decide-{found.name}", str(decision.title), tuple(blocks), lead)


def _even_tile(result: Result, even: BreakEven, book: Book) -> tuple[str, str, str, str]:
    """The volume from which it pays, with the replicas that it needs there."""
    title = result.matrix.candidate(even.high).title
    key = even.grown if even.more else even.at
    if not key:
        return "Break-even", "none", f"{title}: {even.words}", even.at
    return "Break-even", book[key].shown, f"journeys a month, from which {title} pays", key


def said_of(item: Candidate) -> list[str]:
    """What has to be said of an option: why it may not be chosen, and what else was seen."""
    return [*([f"{item.standing}: {reasons(item)}"] if item.standing != "open" else []), *item.remarks]


def demand_rows(result: Result) -> list[Row]:
    """Hard requirements by option."""
    candidates = result.matrix.candidates
    labels = list(dict.fromkeys(check.label for item in candidates for check in item.checks))
    rows: list[Row] = []
    for label in labels:
        found = [next((check for check in item.checks if check.label == label), None) for item in candidates]
        rows.append((label, *(_check(item, check) for item, check in zip(candidates, found, strict=True))))
    return rows


def _check(item: Candidate, check: Check | None) -> Cell:
    if check is None:
        asked = "–" if item.basis == "computed" else "unknown" if item.built else "not built"
        return Cell(asked, "muted")
    word, tone = _MET[check.met]
    return Cell(f"{word}, {check.shown}" if check.shown else word, tone, check.figure)


def _demands(result: Result) -> list[Section]:
    found = result.matrix
    words = [str(demand) for demand in found.decision.requirements if not isinstance(demand, Predicate)]
    blocks: list[Block] = [Text(f"In words: {'; '.join(words)}.")] if words else []
    rows = demand_rows(result)
    if rows:
        headings = ("Requirement", *(item.title for item in found.candidates))
        blocks.append(Table(headings, tuple(rows)))
    if not blocks:
        return []
    lead = "An option that breaks one is ruled out, whatever its score; one of which it is not known is not proven."
    return [Section(f"decide-{found.name}-requirements", "What is asked of every option", tuple(blocks), lead)]


def measure_of(result: Result, criterion: str) -> str:
    """What a criterion is computed from."""
    item = result.matrix.decision.criteria[criterion]
    return f"{item.measure} of {item.journey}" if item.journey else str(item.measure)


def matrix_rows(result: Result, book: Book) -> list[Row]:
    """One line a criterion: weight, what it is, and each option's value and score."""
    found = result.matrix
    rows: list[Row] = []
    for name, criterion in found.decision.criteria.items():
        cells = [_value(found.cells[item.name, name], book) for item in found.candidates]
        rows.append((str(criterion.title or name), measure_of(result, name), cell(book, found.weight(name)), *cells))
    total = (cell(book, found.scores[item.name]) for item in found.candidates)
    rows.append(("Score", "", "", *total))
    standing = (Cell(item.standing, "plain" if item.standing == "open" else "bad") for item in found.candidates)
    rows.append(("Standing", "", "", *standing))
    return rows


def _value(item: MatrixCell, book: Book) -> Cell:
    score = book[item.score]
    if item.source == "unknown":
        return Cell("unknown: 0", "bad", item.score)
    shown = f"{book[item.value].shown} of 5" if item.source == "judged" else book[item.value].shown
    return Cell(f"{shown}: {score.value:.2f}", figure=item.score, heat=score.value)


def _matrix(result: Result, book: Book) -> list[Section]:
    found = result.matrix
    if not found.decision.criteria:
        return []
    headings = ("Criterion", "Measure", "Weight", *(item.title for item in found.candidates))
    numeric = frozenset(range(2, len(headings)))
    blocks: list[Block] = [Table(headings, tuple(matrix_rows(result, book)), "value: score from 0 to 1", numeric)]
    bounds: list[Row] = [
        (str(criterion.title or name), cell(book, found.bounds[name].worst), cell(book, found.bounds[name].best),
         found.bounds[name].words)
        for name, criterion in found.decision.criteria.items()
        if found.bounds[name].best
    ]  # fmt: skip
    if bounds:
        headings = ("Criterion", "Scores 0", "Scores 1", "Whose bounds")
        blocks.append(
            Table(
                headings,
                tuple(bounds),
                "where a computed cell scores 0 and 1; linear between the two",
                frozenset({1, 2}),
            )
        )
    judged = judged_rows(result)
    if judged:
        blocks.append(Table(("Option", "Criterion", "Judged by, when, why"), tuple(judged)))
    return [Section(f"decide-{found.name}-matrix", "The matrix", tuple(blocks), SCORED)]


def judged_rows(result: Result) -> list[Row]:
    """Who judged which cell and why, and which cells nobody judged."""
    found = result.matrix
    rows: list[Row] = []
    for (option, criterion), item in found.cells.items():
        title = str(found.decision.criteria[criterion].title or criterion)
        if item.source == "judged":
            rows.append((found.candidate(option).title, title, item.words))
        elif item.source == "unknown":
            missing = _missing(found.candidate(option), result, criterion)
            rows.append((found.candidate(option).title, title, Cell(missing, "bad")))
    return rows


def _missing(item: Candidate, result: Result, criterion: str) -> str:
    if result.matrix.decision.criteria[criterion].measure == JUDGED:
        return "nobody judged it; add a score"
    if item.basis == "stated":
        return "nothing of it is computed; add a score"
    return item.why or "nothing was simulated that it could be computed from"


def even_rows(result: Result, book: Book) -> list[Row]:
    """One line a pair of options whose fixed costs differ; what is to be said of a pair stands in `even_words`."""
    found = result.matrix
    rows: list[Row] = []
    for even in result.break_evens:
        more = Cell(f"{book[even.more].shown} of {even.fleet}", figure=even.more) if even.more else cell(book, "")
        use = f"{even.at}.use"
        never = Cell("never", "muted") if even.more and not even.grown else cell(book, even.grown)
        rows.append(
            (_pair(found, even), cell(book, even.at), _between(result, even, book),
             cell(book, use if use in book else ""), more, never)
        )  # fmt: skip
    return rows


def even_words(result: Result) -> list[Text]:
    """What the numbers of a break-even leave open, a sentence a pair."""
    return [Text(f"{_pair(result.matrix, even)}: {even.words}.") for even in result.break_evens if even.words]


def _pair(found: Matrix, even: BreakEven) -> str:
    return f"{found.candidate(even.high).title} instead of {found.candidate(even.low).title}"


def _between(result: Result, even: BreakEven, book: Book) -> Cell:
    """The band of a break-even, and how often there is none."""
    if even.at not in result.sure.even_bands:
        return Cell("–", "muted")
    low, high, never = result.sure.even_bands[even.at]
    if not low:
        return Cell("never", "muted", never)
    rare = f", never in {book[never].shown}" if book[never].value > 0 else ""
    return Cell(f"{book[low].shown} to {book[high].shown}{rare}", figure=high)


def _evens(result: Result, book: Book) -> list[Section]:
    found = result.matrix
    rows = even_rows(result, book)
    if not rows:
        return []
    costs: list[Row] = [
        (item.title, cell(book, f"{found.base}.option.{item.name}.fixed"), cell(book, item.each),
         cell(book, item.volume))
        for item in found.candidates
        if item.each
    ]  # fmt: skip
    blocks: tuple[Block, ...] = (
        *volumes(result, book),
        Table(("Option", "The same at any volume", "Each journey", "Journeys a month"), tuple(costs),
              numeric=frozenset({1, 2, 3})),
        Table(EVEN_HEADINGS, tuple(rows), numeric=frozenset(range(1, 6))),
        *even_words(result),
    )  # fmt: skip
    lead = "Costs at another volume: all journeys in proportion, the share from caches as it is."
    return [Section(f"decide-{found.name}-break-even", "Break-even", blocks, lead)]


def flip_rows(result: Result, book: Book) -> list[Row]:
    """One line a criterion: its weight, where the winner changes, and to whom."""
    found = result.matrix
    rows: list[Row] = []
    for flip in result.flips:
        title = str(found.decision.criteria[flip.criterion].title or flip.criterion)
        if not flip.at:
            rows.append((title, cell(book, flip.weight), Cell("none does", "muted"), ""))
            continue
        more = book[flip.at].value > book[flip.weight].value
        at = Cell(f"{'above' if more else 'below'} {book[flip.at].shown}", figure=flip.at)
        rows.append((title, cell(book, flip.weight), at, f"{found.candidate(flip.winner).title} is ahead"))
    return rows


def _turning(result: Result, book: Book) -> list[Section]:
    found = result.matrix
    blocks: list[Block] = []
    rows = flip_rows(result, book)
    if rows and len(result.ranking.order) > 1:
        caption = "the smallest change of one weight that changes the winner, the others kept in proportion"
        blocks.append(Table(("Criterion", "Weight", "Flips", "Then"), tuple(rows), caption, frozenset({1, 2})))
    turning = turn_rows(result, book)
    if turning:
        caption = "the value of one number at which another option is ahead, the others as they are"
        blocks.append(Table(("Number", "Now", "Turns at", "Then"), tuple(turning), caption, frozenset({1, 2})))
    if result.deciding:
        guesses: tuple[Row, ...] = tuple(
            (
                what,
                Cell(leaf.label or leaf.key, figure=leaf.key),
                leaf.written or leaf.shown,
                Cell(f"{change.value * 100:+.1f} %", figure=change.key),
            )
            for what, leaf, change in result.deciding
        )
        caption = f"{plural(len(guesses), 'guess', 'guesses')} that decide it"
        blocks.append(Table(("Moves", "Guess", "Value", "10 % more moves it by"), guesses, caption, frozenset({3})))
    if not blocks:
        return []
    lead = "Simulated times are not followed back to guesses; money is."
    return [Section(f"decide-{found.name}-turning", "What would change the answer", tuple(blocks), lead)]


def assumption_rows(result: Result) -> list[Row]:
    """Each assumption, what the settled option foresees today, and whether it holds."""
    if not result.settled:
        return [(str(demand), Cell("–", "muted"), Cell("unknown", "muted")) for demand in
                result.matrix.decision.assumptions]  # fmt: skip
    rows: list[Row] = []
    for check in result.matrix.candidate(result.settled).assumed:
        word, tone = _HOLDS[check.met]
        rows.append((check.label, Cell(check.shown or "–", figure=check.figure), Cell(word, tone)))
    return rows


def _assumptions(result: Result) -> list[Section]:
    found = result.matrix
    rows = assumption_rows(result)
    if not rows:
        return []
    title = found.candidate(result.settled).title if result.settled else "no option"
    table = Table(("Assumed", "Foreseen today", ""), tuple(rows), numeric=frozenset({1}))
    lead = f"Foreseen for {title}. `archwright measure` tests them on what ran."
    return [Section(f"decide-{found.name}-assumptions", "What must stay true", (table,), lead)]
