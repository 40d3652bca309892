"""The model as a graph: BERT with six layers, then the mean over the pieces of the text.

Devlin et al. 2018, as the encoder of all-MiniLM-L6-v2 has it. The graph is a few kilobytes that are written at each
start; the weights are read from their own file.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Final

from archwright.runtime.minilm.onnx import Graph, Stored

WIDTH: Final = 384
HEADS: Final = 12
LAYERS: Final = 6
EPSILON: Final = 1e-12
FAR: Final = -10_000.0  # added to what must not be looked at: its share becomes 0
MOST_HEADER: Final = 1 << 20


def model(weights: Path) -> bytes:
    """The model whose weights are in a file of safetensors: `ids` and `mask` in, `meaning` out.

    Raises:
        ValueError: the file is of another form, or a weight is missing.
        OSError: it cannot be read.
    """
    graph = Graph((weights.name, stored(weights)))
    try:
        meaning = _mean(graph, _layers(graph, _embedded(graph)))
    except KeyError as error:
        raise ValueError(f"there is no weight {error} in {weights.name}") from error
    inputs = {"ids": ("texts", "pieces"), "mask": ("texts", "pieces")}
    return graph.written(inputs, meaning, ("texts", WIDTH))


def stored(file: Path) -> dict[str, Stored]:
    """Where each tensor is in a file of safetensors.

    Raises:
        ValueError: the file is of another form.
        OSError: it cannot be read.
    """
    with file.open("rb") as source:
        lead = source.read(8)
        length = struct.unpack("<Q", lead)[0] if len(lead) == 8 else MOST_HEADER + 1
        header = source.read(length) if length <= MOST_HEADER else b""
    try:
        found = {
            name: Stored(tuple(entry["shape"]), 8 + length + entry["data_offsets"][0], _length(entry["data_offsets"]))
            for name, entry in json.loads(header).items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{file.name} is no file of safetensors") from error
    return found


def _length(offsets: list[int]) -> int:
    begin, end = offsets
    return end - begin


def _embedded(g: Graph) -> str:
    """The sum of each piece's vector, its place's and that of the only sort of text there is here."""
    pieces = g.do("Gather", g.weight("embeddings.word_embeddings.weight"), "ids")
    count = g.do("Shape", "ids", start=1, end=2)
    places = g.do("Slice", g.weight("embeddings.position_embeddings.weight"), g.whole([0]), count, g.whole([0]))
    sort = g.do("Slice", g.weight("embeddings.token_type_embeddings.weight"), *(g.whole([at]) for at in (0, 1, 0)))
    return _norm(g, g.do("Add", g.do("Add", pieces, places), sort), "embeddings.LayerNorm")


def _layers(g: Graph, x: str) -> str:
    """Attention, then two linear steps; after each the sum with what went in, made even."""
    absent = g.do("Sub", g.real(1.0), g.do("Cast", "mask", to=1))
    unseen = g.do("Mul", g.do("Unsqueeze", absent, g.whole([1, 2])), g.real(FAR))
    for layer in range(LAYERS):
        own = f"encoder.layer.{layer}"
        seen = _linear(g, _attention(g, x, f"{own}.attention.self", unseen), f"{own}.attention.output.dense")
        x = _norm(g, g.do("Add", seen, x), f"{own}.attention.output.LayerNorm")
        wide = g.do("Gelu", _linear(g, x, f"{own}.intermediate.dense"))
        x = _norm(g, g.do("Add", _linear(g, wide, f"{own}.output.dense"), x), f"{own}.output.LayerNorm")
    return x


def _attention(g: Graph, x: str, own: str, unseen: str) -> str:
    apart = g.whole([0, 0, HEADS, WIDTH // HEADS])
    query, key, value = (
        g.do("Transpose", g.do("Reshape", _linear(g, x, f"{own}.{name}"), apart), perm=order)
        for name, order in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3)))
    )
    scores = g.do("Mul", g.do("MatMul", query, key), g.real(1.0 / math.sqrt(WIDTH // HEADS)))
    shares = g.do("Softmax", g.do("Add", scores, unseen), axis=-1)
    seen = g.do("Transpose", g.do("MatMul", shares, value), perm=(0, 2, 1, 3))
    return g.do("Reshape", seen, g.whole([0, 0, WIDTH]))


def _linear(g: Graph, x: str, own: str) -> str:
    turned = g.do("Transpose", g.weight(f"{own}.weight"), perm=(1, 0))  # done once, as the model is loaded
    return g.do("Add", g.do("MatMul", x, turned), g.weight(f"{own}.bias"))


def _norm(g: Graph, x: str, own: str) -> str:
    return g.do("LayerNormalization", x, g.weight(f"{own}.weight"), g.weight(f"{own}.bias"), axis=-1, epsilon=EPSILON)


def _mean(g: Graph, x: str) -> str:
    """The mean over the pieces that are there."""
    there = g.do("Unsqueeze", g.do("Cast", "mask", to=1), g.whole([2]))
    total = g.do("ReduceSum", g.do("Mul", x, there), g.whole([1]), keepdims=0)
    return g.do("Div", total, g.do("ReduceSum", there, g.whole([1]), keepdims=0))
