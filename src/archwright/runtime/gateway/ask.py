"""A request as far as a gateway must understand it; everything else passes through as it came, or is translated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from operator import itemgetter
from typing import Final

import msgspec

from archwright.runtime.gateway.turns import said
from archwright.runtime.provider import Provider
from archwright.runtime.wire import BadAsk, Parts, Wire, place_in

MOST_BYTES: Final = 10 * 1024 * 1024
DEFAULT_TOKENS: Final = 1024  # output tokens reserved where the client names no bound
BYTES_A_TOKEN: Final = 4
RESTS: Final = b"x-archwright-documents"  # names of what an answer rests on, as in a URL, parted by commas
SCOPE: Final = b"x-archwright-scope"  # what an answer depends on besides its request: rights, versions of documents


_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode
_NO_HEADERS: Final[Mapping[bytes, bytes]] = {}
_NOTHING: Final[Mapping[str, str]] = {}
_NAME: Final = itemgetter(0)  # of a field
_HOW: Final = frozenset(("stream", "stream_options"))  # fields that say how an answer comes, not which


class Ask:
    """A decoded request. `stream` and `usage` say whether the client wants a stream, and usage at its end.

    Args:
        body: as it came.
        wire: what the client speaks.
        headers: of the request, names in lower case.

    Raises:
        BadAsk: it is no request of that wire.
    """

    __slots__ = (
        "_body", "_grounds", "_parts", "_translated", "answers", "carried", "model", "most_out", "size", "stream",
        "usage", "wire",
    )  # fmt: skip

    def __init__(self, body: bytes, wire: Wire, headers: Mapping[bytes, bytes] = _NO_HEADERS) -> None:
        try:
            fields = wire.read(body, headers)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadAsk(str(error), place_in(str(error))) from error
        except RecursionError as error:
            raise BadAsk("the JSON is nested too deeply") from error
        self._body = body
        self._parts: dict[str, msgspec.Raw] | None = None
        self._translated: dict[str, Parts] = {}
        self._grounds: tuple[str, str] | None = None
        self.wire = wire
        self.carried = _carried(wire, headers) if wire.carried else _NOTHING
        self.size = len(body)
        self.model = fields.model
        self.stream = fields.stream
        self.usage = fields.usage
        self.answers = min(max(fields.answers, 1), 128)
        self.most_out = DEFAULT_TOKENS if fields.most is None else min(max(fields.most, 0), 10**9)

    @property
    def body(self) -> bytes:
        """The request as it came."""
        return self._body

    @property
    def tokens_in(self) -> int:
        """An estimate of the input tokens, from the size."""
        return self.size // BYTES_A_TOKEN

    @property
    def tokens_out(self) -> int:
        """The output tokens for which money is reserved."""
        return self.most_out * self.answers

    @property
    def parts(self) -> dict[str, msgspec.Raw]:
        """The fields of the object, each with its bytes as they came."""
        if self._parts is None:
            self._parts = _parts.decode(self._body)
        return self._parts

    def turns(self) -> list[str]:
        """What the user said so far, the last thing last; messages without text are left out.

        Raises:
            BadAsk: a message has content that is neither text nor parts.
        """
        return said(self.parts["messages"])

    def ground(self, text: str, lead: str) -> None:
        """Have targets told `text` besides, each in its wire; `lead` stands between it and a question beside it."""
        self._grounds = (text, lead)
        self.size += len((text + lead).encode())

    def key(self, tenant: str, route: str, index: str = "") -> int:
        """The exact cache key, from 1 to below 2**63: equal for equal requests of a tenant, streamed or not.

        Requests of two wires are never equal: the same bytes can mean another thing. `index` is the digest of the
        documents that the answer rests on.
        """
        said: list[bytes | msgspec.Raw] = [f"{tenant}\0{route}\0{self.wire.name}\0{index}".encode()]
        for name, part in sorted(self.parts.items(), key=_NAME):
            if name not in _HOW:
                said.append(name.encode())
                said.append(part)
        for name, value in self.carried.items():
            said.append(f"\0{name}\0{value}".encode())
        digest = hashlib.blake2b(b"\0".join(said), digest_size=8)
        return (int.from_bytes(digest.digest()) >> 1) or 1

    def into(self, wire: Wire) -> Parts:
        """The fields of the request in another wire, but for the model. What is not said of a bound is what we reserve.

        Raises:
            BadAsk: it says something that cannot be translated; the text and `field` name it.
        """
        known = self._translated.get(wire.name)
        if known is None:
            try:
                known = wire.written(self.wire.question(self._body)._replace(most=self.most_out))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise BadAsk(str(error), place_in(str(error))) from error
            except RecursionError as error:
                raise BadAsk("the JSON is nested too deeply") from error
            self._translated[wire.name] = known
        return known

    def addressed(self, model: str, provider: Provider, wire: Wire, tier: str | None = None) -> bytes:
        """The body for a target that speaks `wire`: its model, and what its provider is peculiar about.

        In the client's own wire all other fields are as they came, but for the passages of `ground`. `tier` is the
        lane's word for a target that has lanes (empty: real time); it stands in place of what the client says there.
        """
        plain = wire is self.wire and self._grounds is None and tier is None
        if plain and not provider.renamed and not provider.without:
            swapped = wire.swapped(self._body, self.model, model, self.stream and not self.usage)
            if swapped is not None:
                return swapped
        parts: Parts = self.parts if wire is self.wire else self.into(wire)
        if self._grounds is not None:
            parts = wire.grounded(parts, *self._grounds)
        fields = wire.addressed(dict(parts), model, self.stream)
        if tier is not None:
            fields.pop(provider.tier, None)
            fields |= {provider.tier: tier} if tier else {}
        names = provider.renamed
        return _encode({names.get(name, name): part for name, part in fields.items() if name not in provider.without})


def _carried(wire: Wire, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
    """The headers that a target of the same wire is told."""
    return {name: headers[name.encode()].decode("latin-1") for name in wire.carried if name.encode() in headers}
