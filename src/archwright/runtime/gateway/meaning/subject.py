"""What a request is about: the words whose meaning counts, and the namespace in which another's answer may serve.

A namespace is everything else that an answer depends on: tenant, route, wire, instructions, earlier turns, parameters,
documents, and what the caller says of its rights. Two requests of different namespaces never meet.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

import msgspec

from archwright.runtime.gateway.ask import Ask

LONGEST: Final = 8000  # characters of a question; longer ones are asked
LONGEST_SCOPE: Final = 200  # characters of a scope by which it is known for erasure; all of it counts for who gets what
ASIDE: Final = frozenset(("messages", "stream", "stream_options", "user", "metadata"))
TOOLS: Final = ("tools", "functions", "mcp_servers")
INSTRUCTIONS: Final = frozenset(("system", "developer"))
_WORDLESS = re.compile(r"(?:\s+[^\w\s]+)+\s*$")
_SPACE = re.compile(r"\s+")


class Subject(NamedTuple):
    """The question as it is compared, its namespace as a number from 0 to below 2**63, and what the caller scoped."""

    text: str
    space: int
    scope: str


class _Part(msgspec.Struct):
    type: str = ""
    text: str = ""


class _Message(msgspec.Struct):
    role: str = ""
    content: str | list[_Part] | None = None


_raw = msgspec.json.Decoder(list[msgspec.Raw])
_message = msgspec.json.Decoder(_Message)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def subject(ask: Ask, salt: tuple[str, ...], scope: bytes, conversations: bool) -> Subject | None:
    """What a request is about; None where it is not to be answered by meaning.

    That is: it may call tools, wants several answers, asks with more than text, or belongs to a conversation where
    `conversations` are not included. `salt` is what the namespace holds besides the request.
    """
    parts = ask.parts
    if ask.answers != 1 or any(bytes(parts[name]) not in (b"null", b"[]") for name in TOOLS if name in parts):
        return None
    try:
        messages = _raw.decode(parts["messages"])
        read = [_message.decode(message) for message in messages]
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    said = [message.role for message in read if message.role not in INSTRUCTIONS]
    if not said or read[-1].role != "user" or (len(said) > 1 and not conversations):
        return None
    text = _text(read[-1])
    if not text or len(text) > LONGEST:
        return None
    digest = hashlib.blake2b(b"\0".join((ask.wire.name.encode(), *(word.encode() for word in salt), scope)))
    for name, part in sorted(parts.items()):
        if name not in ASIDE:
            digest.update(b"\0%b\0%b" % (name.encode(), part))
    for name, value in ask.carried.items():
        digest.update(f"\0{name}\0{value}".encode())
    for message in messages[:-1]:
        digest.update(b"\0%b" % bytes(message))
    digest.update(_beside(messages[-1]))
    space = int.from_bytes(digest.digest()[:8]) >> 1
    return Subject(text, space, scope.decode("latin-1")[:LONGEST_SCOPE])


def _beside(message: msgspec.Raw) -> bytes:
    """What a message says besides its words, such as who says it."""
    fields = sorted(_fields.decode(message).items())
    return b"".join(b"\0\0%b\0%b" % (name.encode(), part) for name, part in fields if name not in ("role", "content"))


def named(scope: str) -> tuple[str, ...]:
    """What a scope that somebody names may be called here, as clients send letters as UTF-8 or as Latin-1.

    Of a very long one its beginning; then others that begin so are named, too.
    """
    forms = (scope.encode(code, "replace").decode("latin-1") for code in ("utf-8", "latin-1"))
    return tuple(dict.fromkeys(form[:LONGEST_SCOPE] for form in forms))


def _text(message: _Message) -> str:
    """The words of a question, evenly spaced, without signs that stand alone at its end; empty with other parts."""
    content = message.content
    if not isinstance(content, str):
        if any(part.type != "text" for part in content or ()):
            return ""
        content = "\n".join(part.text for part in content or ())
    return evened(content)


def evened(text: str) -> str:
    """A question as it is compared: evenly spaced, without signs that stand alone at its end."""
    return _SPACE.sub(" ", _WORDLESS.sub("", text)).strip()
