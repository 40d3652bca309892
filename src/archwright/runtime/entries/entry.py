"""One entry of a semantic cache as it is kept: a question, whose it is, its answer, and what that saved."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

VECTOR_BYTES: Final = 4


class Entry(msgspec.Struct, frozen=True):
    """An entry. Times are seconds of the wall clock since 1970.

    Attributes:
        cache: the name of the cache that it belongs to.
        key: of the exact cache, and its number: from 0 to below 2**63. One cache has it once.
        space: its namespace.
        group: the identity of its answer.
        vector: of its question, as `embedder` made it.
        embedder: the name of the model. What another one made is not comparable.
        text: the question's words; "": they may not be kept, or are not.
        digest: of the words, in hexadecimal: what stays where they may not be kept.
        answer: as it is given again; empty: it may not be kept, and the entry answers nothing after a restart.
        tenant, client, scope: whose it is.
        documents: what the answer rests on, by name: the version of each.
        kept_at: when the answer was given.
        until: when it becomes too old.
        used_at: when it was last given, or kept.
        hits: how often it answered.
        cost: what a hit saves, in pico-dollars.
        confirmed: how often another client's answer was the same.
    """

    cache: str
    key: int
    space: int
    group: int
    vector: array[float]
    embedder: str
    digest: str
    kept_at: float
    until: float
    text: str = ""
    answer: bytes = b""
    tenant: str = ""
    client: str = ""
    scope: str = ""
    documents: Mapping[str, str] = {}
    used_at: float = 0.0
    hits: int = 0
    cost: int = 0
    confirmed: int = 0

    @property
    def size(self) -> int:
        """The bytes that it takes, roughly."""
        return len(self.vector) * VECTOR_BYTES + len(self.text.encode("utf-8", "replace")) + len(self.answer)

    @property
    def whole(self) -> bool:
        """Whether it can answer after a restart: its words are needed to judge by, and its answer to give."""
        return bool(self.text and self.answer)

    def veiled(self) -> Entry:
        """The same entry as it is kept where neither words nor answers may be."""
        return msgspec.structs.replace(self, text="", answer=b"")


class Choice(NamedTuple):
    """Which entries are meant: those of which everything holds that is said here.

    `document` alone means all that rest on it; with `version`, those that rest on another version of it.
    """

    cache: str | None = None
    tenant: str | None = None
    client: str | None = None
    key: int | None = None
    document: str | None = None
    version: str | None = None


def digest(text: str) -> str:
    """The digest of a question's words: BLAKE2b of 16 bytes, in hexadecimal."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
