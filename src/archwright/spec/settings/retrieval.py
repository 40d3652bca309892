"""What a retriever adds to a component: its documents, how they are cut, and what counts as support for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.given import Given, Word
from archwright.spec.settings.agents import AskedSettings
from archwright.spec.shapes import Record, number, one, reference, text


@dataclass(frozen=True, kw_only=True)
class Chunking(Record):
    """How documents are cut into passages. A heading always begins a new one."""

    words: Given = number("count", "words in a passage at most", default=160, minimum=20, maximum=2000)
    overlap: Given = number("count", "words that a passage repeats from the one before it", default=30, maximum=1000)


@dataclass(frozen=True, kw_only=True)
class RetrieverSettings(AskedSettings):
    """A component that finds passages; with `documents` the gateway finds them itself."""

    documents: Word = text("folder of Markdown and text files, a path beside this file", default="")
    chunk: Chunking = one(Chunking, "how they are cut", default=Chunking())
    top: Given = number("count", "passages given to the model", default=4, minimum=1, maximum=50)
    support: Given = number(
        "share", "least support of the best passage; below it the route refuses to answer", default=0.2, maximum=1
    )
    embedder: Word | None = reference("components", "model that makes vectors; words alone if left out", default=None)
    fusion: Given = number("share", "weight of vectors beside words", default=0.5, maximum=1)
    tokens_per_word: Given = number(
        "number", "tokens of a word of these documents", default=1.3, minimum=0.1, maximum=20, estimate=True
    )
