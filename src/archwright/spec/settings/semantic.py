"""What a cache adds that also answers what means the same: its promise, what judges it, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, choice, many, number, reference, text

MODES = ("off", "shadow", "on")
COMPARATORS = ("exact", "answer-id", "embedding", "judge")


@dataclass(frozen=True, kw_only=True)
class CurvePoint(Record):
    """One point of what a cache can do, as `archwright replay` measures it on a log."""

    wrong: Given = number("share", "largest share of wrong answers that was asked for", maximum=0.5)
    saved: Given = number(
        "share", "calls that an exact cache would still make and this one does not, less audits", maximum=1,
        estimate=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SemanticSpec(Record):
    """Answers what means the same as something answered before, while so few of its answers are wrong as is stated."""

    SHORT: ClassVar[str] = "mode"
    mode: str = choice(
        MODES,
        "`shadow` measures what it would have answered and saved and answers nothing; `on` answers",
        default="off",
    )
    wrong: Given = number(
        "share", "largest share of wrong answers that it may give", default="2 %", maximum=0.5, positive=True
    )
    of: str = choice(
        ("hits", "all"), "of what that share is: of the answers that the cache gives, or of all answers", default="hits"
    )
    audits: Given = number(
        "share",
        "hits that are asked anyway by chance, to learn whether they would have been right. So are, whatever the "
        "chance, those that have a new or a surprising answer near them, those of an answer that was wrong lately, and "
        "every fifth of one kept question at a promise of 1 %",
        default="3 %",
        minimum=0.01,
        maximum=1,
    )
    embedder: Word | None = reference(
        "components", "embedding model that says what a question means; the local MiniLM if left out", default=None
    )
    model_dir: Word = text("folder of the local MiniLM; if left out, the installed package", default="")
    index: str = choice(
        ("memory", "usearch", "pgvector"),
        "where its neighbours are looked for. `pgvector` keeps questions and answers, in words, in a database (`serve "
        "--answers`, else the ledger's), for all processes with the same plan; every class of data on the gateway's "
        "flows must allow it (`prompts: recorded`). How sure each process must be it learns by itself",
        default="memory",
    )
    compare: str = choice(
        COMPARATORS,
        "how a fresh answer is compared with a kept one: the same text, the same id (`answer_id` in its text, or its "
        "`answer_header`), nearly the same meaning, or by asking the route `judge`",
        default="exact",
    )
    answer_id: Word = text("for `answer-id`: a regular expression; what it finds in an answer is its id", default="")
    answer_header: Word = text(
        "for `answer-id`: a header of the model's answer whose value is its id; without it `answer_id` is looked for",
        default="",
    )
    judge: Word | None = reference(
        "routes", "for `judge`: the route that says whether two answers are the same", default=None
    )
    alike: Given = number("share", "for `embedding`: answers so similar are the same", default="95 %", maximum=1)
    context: str = choice(
        ("refuse", "include"),
        "in a conversation: ask the model, or answer only where all turns before the question are the same",
        default="refuse",
    )
    wait: Given = number(
        "duration", "longest wait for the embedder; then it is a miss", default="250 ms", positive=True
    )
    each_client: Given = number(
        "count", "new answers that one client may add in an hour", default=1000, minimum=1, maximum=1_000_000
    )
    confirmed: Given = number(
        "count", "times that an answer was found right before other clients than its first get it", default=1,
        minimum=0, maximum=100,
    )  # fmt: skip
    keep: str = choice(
        ("memory", "file"),
        "`file` keeps questions and answers, in words, in a file beside the ledger that only its owner reads, and goes "
        "on with them after a restart with the same plan; every class of data on the gateway's flows must allow it "
        "(`prompts: recorded`). `memory` begins anew",
        default="memory",
    )
    curve: tuple[CurvePoint, ...] = many(
        CurvePoint, "what was measured on a log: the calls saved at each share of wrong answers"
    )
