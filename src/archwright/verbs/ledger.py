"""`archwright ledger`: whether a ledger is as it was written, and what its head is."""

from __future__ import annotations

from archwright.base.errors import UsageError
from archwright.base.text import plural
from archwright.ledger.chain import Verdict, parse_head, verify
from archwright.report.document import Document, Section, Text
from archwright.runtime.stores import store_for
from archwright.verbs.answer import Answer


def verify_ledger(place: str, head: str = "") -> Answer:
    """Check the chain of a ledger, up to its head and beyond. `data["intact"]` says whether it holds.

    Args:
        place: as `serve` takes it.
        head: a head that was noted elsewhere, `rows:hash`; empty: the one that is kept beside the ledger.

    Raises:
        InputError: there is no such ledger, or it cannot be read.
        UsageError: `head` is none.
    """
    known = parse_head(head)
    if head and known is None:
        raise UsageError("a head is written `rows:hash`, as `archwright ledger verify` prints it")
    lines, kept = store_for(place).read(place)
    verdict = verify(lines, known or kept)
    section = Section("ledger-verify", "Ledger", (Text(_words(place, verdict, known is not None or kept is not None)),))
    data = {
        "intact": not verdict.broken,
        "rows": verdict.head.rows,
        "head": str(verdict.head),
        "unchained": verdict.unchained,
        "broken_row": verdict.broken,
        "why": verdict.why,
    }
    return Answer("ledger", (Document("Ledger", (section,), place),), data=data)


def _words(place: str, verdict: Verdict, headed: bool) -> str:
    if verdict.broken:
        return f"{place} is broken at row {verdict.broken}: {verdict.why}. The rows before it hold ({verdict.head})."
    older = f" {plural(verdict.unchained, 'row')} of an older program carry no hashes." if verdict.unchained else ""
    end = "" if headed else " No head lies beside it, so rows that were cut off at its end would not be seen."
    return f"{place} is intact: {plural(verdict.head.rows, 'row')}, head {verdict.head}.{older}{end}"
