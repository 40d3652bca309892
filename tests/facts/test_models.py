"""Shapes of models: each has its source, and its numbers hang together."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.facts.models import BYTES, names, shape


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


def test_parameters_that_were_counted_from_a_configuration() -> None:
    """Embeddings twice, and of each layer attention, feed-forward and norms, as the configurations have their sizes."""

    def counted(layers: int, hidden: int, heads: int, between: int) -> int:
        attention = 2 * hidden * heads * 128 + 2 * hidden * 8 * 128
        layer = attention + 3 * hidden * between + 2 * hidden + 2 * 128
        return 2 * 151_936 * hidden + layers * layer + hidden

    for name, sizes in {"qwen3-14b": (40, 5120, 40, 17408), "qwen3-8b": (36, 4096, 32, 12288)}.items():
        found = shape(name)
        assert found is not None
        assert (found.layers, found.hidden, found.kv_heads, found.head_size) == (*sizes[:2], 8, 128)
        assert found.parameters == pytest.approx(counted(*sizes), rel=1e-3)
