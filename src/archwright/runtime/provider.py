"""What a provider is: how a request is put on the wire for one way of speaking to models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def embeddings_url(base: str, target: str) -> str:
    """The usual address for embeddings."""
    return f"{base.rstrip('/')}/embeddings"


@dataclass(frozen=True, slots=True)
class Provider:
    """One way of speaking to a supplier.

    Attributes:
        name: its name on the shelf.
        url: the address for answers, from the base address and the target's name.
        headers: headers from the key (may be empty), the request's id and the attempt's number.
        embeddings: the address for embeddings, likewise.
        needs_key: whether a call without a key is senseless.
        without: fields of a request that the supplier refuses.
        renamed: fields that it knows by another name.
        wire: name of the wire that it speaks.
        emulated: whether it is our own stand-in for suppliers of that wire.
        tier: field of a request that asks for a cheaper lane; empty where there is none.
    """

    name: str
    url: Callable[[str, str], str]
    headers: Callable[[str, str, int], Mapping[str, str]]
    needs_key: bool
    without: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    wire: str = "openai"
    emulated: bool = False
    embeddings: Callable[[str, str], str] = embeddings_url
    tier: str = ""


def chat_url(base: str, target: str) -> str:
    """The usual address: the supplier names its models in the body."""
    return f"{base.rstrip('/')}/chat/completions"


def bearer(key: str, request: str, attempt: int) -> dict[str, str]:
    """The usual headers: the key as a bearer's, and our id of the request for the supplier's support."""
    identity = {"X-Client-Request-Id": request}
    return {"Authorization": f"Bearer {key}", **identity} if key else identity
