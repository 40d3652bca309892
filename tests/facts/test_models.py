"""Shapes of models: each has its source, and its numbers hang together."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest

from archwright.facts.models import BYTES, Shape, names, shape


@pytest.mark.parametrize("name", names())
def test_a_shape_hangs_together(name: str) -> None:
    found = shape(name)
    assert found is not None
    assert found.title
    assert found.source
    dt.date.fromisoformat(found.checked_on)
    assert 0 < found.active <= found.parameters
    assert found.dense == (found.active == found.parameters)
    # Attention and feed-forward of each layer take at least as much as keys and values alone.
    assert found.parameters > 2 * found.layers * found.hidden * found.kv_heads * found.head_size
    if not found.dense:
        assert found.used < found.experts
        # What a token needs is everything but the experts, and its own share of those.
        shared = found.parameters - found.expert_parameters
        assert found.active == pytest.approx(shared + found.expert_parameters * found.used / found.experts, rel=0.15)


def test_a_model_is_known_by_other_names() -> None:
    assert shape("Llama-3.1-8B-Instruct") == shape("llama-3.1-8b")
    assert shape("oracle-9") is None


def test_a_token_of_context_takes_what_the_model_card_says() -> None:
    found = shape("llama-3.1-8b")
    assert found is not None
    assert found.kv_bytes == 128 * 1024
    assert found.parameters * BYTES["bf16"] == pytest.approx(16.06e9, rel=1e-3)


class Sizes(NamedTuple):
    """What a configuration says besides the shape: vocabulary, query heads, width of a feed-forward or an expert."""

    vocabulary: int
    heads: int
    between: int
    normed: bool = False
    biased: bool = False


QWEN = 151_936
CONFIGURED = {
    "llama-2-70b": Sizes(32_000, 64, 28_672),
    "llama-3.1-405b": Sizes(128_256, 128, 53_248),
    "mistral-small-24b": Sizes(131_072, 32, 32_768),
    "mixtral-8x7b": Sizes(32_000, 32, 14_336),
    "qwen3-8b": Sizes(QWEN, 32, 12_288, normed=True),
    "qwen3-14b": Sizes(QWEN, 40, 17_408, normed=True),
    "qwen3-32b": Sizes(QWEN, 64, 25_600, normed=True),
    "qwen3-30b-a3b": Sizes(QWEN, 32, 768, normed=True),
    "qwen3-235b-a22b": Sizes(QWEN, 64, 1_536, normed=True),
    "gpt-oss-20b": Sizes(201_088, 64, 2_880, biased=True),
    "gpt-oss-120b": Sizes(201_088, 64, 2_880, biased=True),
}


def counted(found: Shape, sizes: Sizes) -> tuple[float, float, float]:
    """All parameters, those a token uses, and those of the experts, added up from the matrices of each layer.

    Queries, keys, values and their output; gate, up and down of the feed-forward or of each expert; the router; norms.
    Biases of all of them, and a sink for each head, where the model has biases. Embeddings count twice: none is tied.
    """
    hidden, queries, values = found.hidden, sizes.heads * found.head_size, found.kv_heads * found.head_size
    attention = 2 * hidden * queries + 2 * hidden * values + 2 * hidden
    attention += 2 * found.head_size if sizes.normed else 0
    attention += queries + 2 * values + hidden + sizes.heads if sizes.biased else 0
    expert = 3 * hidden * sizes.between + (2 * sizes.between + hidden if sizes.biased else 0)
    router = found.experts * (hidden + sizes.biased)
    embeddings = 2 * sizes.vocabulary * hidden
    every = embeddings + found.layers * (attention + router + expert * max(1, found.experts)) + hidden
    active = embeddings + found.layers * (attention + router + expert * max(1, found.used)) + hidden
    # The card of gpt-oss leaves the embedding of the input out of what a token uses: it is looked up, not multiplied.
    active -= sizes.vocabulary * hidden if sizes.biased else 0
    return every, active, found.layers * expert * found.experts


@pytest.mark.parametrize("name", sorted(CONFIGURED))
def test_parameters_are_what_the_configuration_adds_up_to(name: str) -> None:
    found = shape(name)
    assert found is not None
    every, active, experts = counted(found, CONFIGURED[name])
    assert found.parameters == pytest.approx(every, rel=1e-3)
    assert found.expert_parameters == pytest.approx(experts, rel=1e-3)
    assert found.active == pytest.approx(every if found.dense else active, rel=2e-3)


def test_no_parameters_are_from_memory() -> None:
    assert [name for name in names() if "from memory" in getattr(shape(name), "source", "")] == []
