"""A conversation and its answer in no supplier's format: what a translation from one wire into another goes through.

It holds what both sides can say. Whatever a wire has besides is refused by the wire that reads it, by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import msgspec

from archwright.plan.price import Kinds

# Why a model stopped.
END: Final = "end"
LENGTH: Final = "length"
TOOLS: Final = "tools"
STOP: Final = "stop"  # one of the caller's own stop sequences
REFUSED: Final = "refused"


class Usage(NamedTuple):
    """Tokens by kind; `cached` are part of `input`. `kinds` are those with prices of their own, None where none is."""

    input: int
    cached: int
    output: int
    kinds: Kinds | None = None

    def counted(self) -> tuple[tuple[str, int], ...]:
        """Tokens by name, each counted once; the special kinds only where there are any."""
        fresh, kinds = self.input - self.cached, self.kinds
        if kinds is None:
            return (("input", fresh), ("cached", self.cached), ("output", self.output))
        plain = (("input", fresh - kinds.inward), ("cached", self.cached), ("output", self.output - kinds.outward))
        return plain + tuple((name, count) for name, count in zip(Kinds._fields, kinds, strict=True) if count)


class Text(NamedTuple):
    """Words."""

    text: str


class Use(NamedTuple):
    """The model calls a tool. `arguments` is the text of a JSON object."""

    id: str
    name: str
    arguments: str


class Result(NamedTuple):
    """What a tool answered to the call `id`."""

    id: str
    text: str
    failed: bool = False


Role = Literal["system", "user", "assistant"]
Part = Text | Use | Result


class Turn(NamedTuple):
    """What one side said."""

    role: Role
    parts: tuple[Part, ...]


class Tool(NamedTuple):
    """A tool that the model may call; `schema` is the JSON schema of its arguments as it came."""

    name: str
    description: str
    schema: msgspec.Raw
    strict: bool = False


class Question(NamedTuple):
    """A request.

    Attributes:
        turns: what was said so far, instructions among it.
        most: output tokens at most.
        stream: whether the answer shall come as a stream.
        tools: what the model may call.
        choice: `auto`, `any`, `none`, `one` (then `chosen` names it), or empty: not said.
        chosen: the tool that must be called.
        parallel: whether several calls in one answer are wanted.
        stop: words at which the answer ends.
        temperature: as asked for, or None.
        top_p: as asked for, or None.
        user: who asks, in words of the caller's own.
        schema: the JSON schema that the answer must follow, or None.
    """

    turns: tuple[Turn, ...]
    most: int = 0
    stream: bool = False
    tools: tuple[Tool, ...] = ()
    choice: str = ""
    chosen: str = ""
    parallel: bool = True
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    user: str = ""
    schema: msgspec.Raw | None = None


class Said(NamedTuple):
    """A whole answer. `written` are input tokens of `usage` that the supplier put into its cache."""

    id: str
    model: str
    parts: tuple[Text | Use, ...]
    why: str
    stop: str | None = None
    usage: Usage | None = None
    written: int = 0


class Begin(NamedTuple):
    """A stream begins; `usage` is what is known of it by then."""

    id: str
    model: str
    usage: Usage | None = None
    written: int = 0


class Words(NamedTuple):
    """More words."""

    text: str


class UseBegin(NamedTuple):
    """Call number `call` of this answer begins."""

    call: int
    id: str
    name: str


class UseMore(NamedTuple):
    """More of the arguments of call number `call`."""

    call: int
    text: str


class Ending(NamedTuple):
    """The model stopped."""

    why: str
    stop: str | None = None


class Used(NamedTuple):
    """What it took in all."""

    usage: Usage
    written: int = 0


Piece = Begin | Words | UseBegin | UseMore | Ending | Used


def pieces(said: Said) -> Iterator[Piece]:
    """A whole answer as the pieces of a stream."""
    yield Begin(said.id, said.model, said.usage, said.written)
    call = 0
    for part in said.parts:
        if isinstance(part, Text):
            yield Words(part.text)
        else:
            yield UseBegin(call, part.id, part.name)
            yield UseMore(call, part.arguments)
            call += 1
    yield Ending(said.why, said.stop)
    if said.usage is not None:
        yield Used(said.usage, said.written)
