"""Models as ONNX has them, written without its package: protocol buffers, as far as a graph needs them.

Field numbers are those of `onnx.proto` (ONNX IR version 9, Apache-2.0). Weights stay in the file where they are: a
tensor says at which byte of it its numbers begin.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

FLOAT, INT64 = 1, 7  # types of numbers
IR: Final = 9
OPSET: Final = 20  # the first with Gelu
_VARINT, _BYTES, _FIXED32 = 0, 2, 5
_FLOAT_VALUE, _INT_VALUE, _INTS_VALUE = 1, 2, 7  # types of attributes
Value = float | int | tuple[int, ...]


class Stored(NamedTuple):
    """Where a tensor's numbers are in the file of weights: its shape, the first byte and how many."""

    shape: tuple[int, ...]
    offset: int
    length: int


@dataclass
class Graph:
    """A graph that is being written.

    Attributes:
        weights: name of the file with the weights, and where each tensor is in it.
    """

    weights: tuple[str, Mapping[str, Stored]]
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def weight(self, name: str) -> str:
        """A tensor of the file, by its name there.

        Raises:
            KeyError: there is none of this name.
        """
        if name not in self.taken:
            file, stored = self.weights[0], self.weights[1][name]
            said = {"location": file, "offset": str(stored.offset), "length": str(stored.length)}
            entries = [_text(13, _text(1, key) + _text(2, value)) for key, value in said.items()]
            self._tensor(name, FLOAT, stored.shape, b"".join(entries) + _number(14, 1))
        return name

    def whole(self, numbers: Sequence[int]) -> str:
        """A list of whole numbers."""
        name = "n" + "_".join(map(str, numbers))
        if name not in self.taken:
            self._tensor(name, INT64, (len(numbers),), _text(9, struct.pack(f"<{len(numbers)}q", *numbers)))
        return name

    def real(self, number: float) -> str:
        """A number."""
        name = f"f{number!r}"
        if name not in self.taken:
            self._tensor(name, FLOAT, (), _text(9, struct.pack("<f", number)))
        return name

    def _tensor(self, name: str, kind: int, shape: Iterable[int], rest: bytes) -> None:
        self.taken.add(name)
        dimensions = b"".join(_number(1, size) for size in shape)
        self.tensors.append(dimensions + _number(2, kind) + _text(8, name) + rest)

    def do(self, operator: str, *inputs: str, **attributes: Value) -> str:
        """A step of the calculation; the name of what comes out of it."""
        out = f"v{len(self.nodes)}"
        parts = [_text(1, name) for name in inputs] + [_text(2, out), _text(4, operator)]
        self.nodes.append(b"".join(parts + [_text(5, _attribute(key, value)) for key, value in attributes.items()]))
        return out

    def written(self, inputs: Mapping[str, Sequence[str]], out: str, shape: Sequence[str | int]) -> bytes:
        """The model: its inputs (whole numbers, with the names of their dimensions) and what comes out, `out`."""
        shown = [_text(11, _declared(name, INT64, dimensions)) for name, dimensions in inputs.items()]
        graph = [_text(1, node) for node in self.nodes] + [_text(2, "graph")]
        graph += [_text(5, tensor) for tensor in self.tensors] + shown + [_text(12, _declared(out, FLOAT, shape))]
        return _number(1, IR) + _text(7, b"".join(graph)) + _text(8, _text(1, "") + _number(2, OPSET))


def _declared(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = (_text(2, size) if isinstance(size, str) else _number(1, size) for size in shape)
    dimensions = b"".join(_text(1, size) for size in sizes)
    return _text(1, name) + _text(2, _text(1, _number(1, kind) + _text(2, dimensions)))


def _attribute(name: str, value: Value) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _key(2, _FIXED32) + struct.pack("<f", value) + _number(20, _FLOAT_VALUE)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT_VALUE)
    return _text(1, name) + b"".join(_number(8, part) for part in value) + _number(20, _INTS_VALUE)


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _text(number: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _key(number, _BYTES) + _varint(len(data)) + data


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number as its two's complement of 64 bits."""
    value &= 2**64 - 1
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
