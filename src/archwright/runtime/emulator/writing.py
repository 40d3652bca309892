"""What an emulated model writes: words by luck, and the chunks in which they come. One word is one token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archwright.policy.chance import CHUNK, fold, uniform
from archwright.policy.provider import Timing

LONGEST = 12  # tokens in the largest chunk
SPEECH = """
your order left our store on day two and the box is now with the van team we can send it back or pay
you in full if you ask by this week just use the form in your area then wait for one short note from us
we see no fault so far but will look into this again and tell you what we find thank you for your time
"""
WORDS = tuple(SPEECH.split())
CHUNKS = 4096  # room for the chunks of one call in the number of a draw


class Chunk(NamedTuple):
    """Words `begin` to `end` of an answer; the last is written `due_s` seconds after the start of the call."""

    begin: int
    end: int
    due_s: float


def text(seed: int, request: int, begin: int, end: int) -> str:
    """Words `begin` to `end` of the answer to a request; every word but the first has its space in front."""
    first = fold(seed, request, 0, CHUNK)
    words = " ".join(WORDS[(first + 7 * index) % len(WORDS)] for index in range(begin, end))
    return words if begin == 0 else " " + words


def chunks(timing: Timing, tokens: int, seed: int, request: int, attempt: int) -> Iterator[Chunk]:
    """The chunks of an answer: the first token alone, then one to twelve at a time, each sent when it is written."""
    begin, number = 0, 0
    each = (timing.last_s - timing.first_s) / (tokens - 1) if tokens > 1 else 0.0
    while begin < tokens:
        size = 1 if begin == 0 else 1 + int(LONGEST * uniform(seed, request, attempt * CHUNKS + number, CHUNK))
        end = min(tokens, begin + size)
        yield Chunk(begin, end, timing.first_s + each * (end - 1))
        begin, number = end, number + 1
