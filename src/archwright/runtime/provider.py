"""What a provider is: how a request is put on the wire for one way of speaking to models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """One way of speaking to a supplier that answers in the OpenAI wire format.

    Attributes:
        name: its name on the shelf.
        url: the address for chat completions, from the base address and the target's name.
        headers: headers from the key (may be empty), the request's id and the attempt's number.
        needs_key: whether a call without a key is senseless.
    """

    name: str
    url: Callable[[str, str], str]
    headers: Callable[[str, str, int], Mapping[str, str]]
    needs_key: bool
