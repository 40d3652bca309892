"""The stage for routes that answer from documents: find passages, write them in, or refuse where none supports it."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Final

from archwright.plan.grounding import QUESTION, instruction
from archwright.plan.model import Route
from archwright.plan.passages import best_sentence
from archwright.runtime.gateway.answers import Answer, canned, error
from archwright.runtime.gateway.ask import Ask
from archwright.runtime.gateway.embedding import embed
from archwright.runtime.gateway.exchange import Exchange, Given
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.library import Library
from archwright.runtime.retrieval.search import readings
from archwright.runtime.wire import BadAsk

WORDS: Final = "words"
VECTORS: Final = "vectors"
REFUSED: Final = "refused"
LONGEST_QUOTE: Final = 300  # characters


def ground(house: House, x: Exchange) -> Awaitable[Answer | None] | None:
    """Passages for the question, before the models are asked; the route's refusal where the documents hold nothing."""
    library = house.library_of(x)
    return _ground(house, x, library, x.ask, x.route) if library is not None and x.ask and x.route else None


async def _ground(house: House, x: Exchange, library: Library, ask: Ask, route: Route) -> Answer | None:
    try:
        turns = ask.turns()
    except BadAsk as fault:
        return error(x, 400, "invalid_request", f"not a chat request: {fault}")
    if not turns:
        return error(x, 400, "invalid_request", "this route answers questions from documents: send a user message")
    for text in readings(turns):
        vector = await _vector(house, x, library, text)
        hits = await library.search(text, vector)
        support = max((hit.support for hit in hits), default=0.0)
        if hits and support >= library.retriever.support:
            break
    else:
        x.given = Given(REFUSED, support)
        return canned(x, route.refusal, int(time.time()))
    passages = tuple(library.passages[hit.row] for hit in hits)
    quotes = tuple(best_sentence(passage.text, text)[:LONGEST_QUOTE] for passage in passages)
    x.given = Given(VECTORS if vector else WORDS, support, passages, quotes)
    ask.ground(instruction(passages, library.digest, route.refusal), QUESTION)
    return None


async def _vector(house: House, x: Exchange, library: Library, text: str) -> list[float] | None:
    """The question's vector; None where the retriever has no embedder or that one fails: then words alone decide."""
    retriever = library.retriever
    if retriever.embedder < 0 or library.wants_vectors:
        return None
    found = await embed(house, x, retriever.embedder, [text], retriever.timeout_s)
    fits = bool(found) and len(found[0]) == library.vector_size
    return found[0] if fits else None
