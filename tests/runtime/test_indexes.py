"""Every index keeps the same promises: what is near is found, spaces never mix, and what was taken out is gone."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from archwright.base.errors import DependencyMissing, UsageError
from archwright.runtime.index import Index, IndexFailure
from archwright.runtime.indexes import INDEXES, index_kind, open_index
from archwright.runtime.indexes.memory import MemoryIndex
from tests.runtime.postgres import Server, server

SIZE = 48
NAMES = INDEXES.names()
_number = itertools.count()
Opener = Callable[[], Index]


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as here:
        yield here


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def opener(name: str, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens an index that is empty the first time; a lasting one is the same each time."""
    place = ""
    if index_kind(name).lasting:
        found: Server = request.getfixturevalue("database")
        place = f"{found.place}#{next(_number)}"
    opened: list[Index] = []

    def make() -> Index:
        opened.append(open_index(name, SIZE, place))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


def clouds(rows: int, seed: int = 1, size: int = SIZE) -> NDArray[np.float32]:
    """Vectors as those of questions are: many around few middles."""
    luck = np.random.default_rng(seed)
    middles = luck.normal(size=(max(1, rows // 20), size))
    return np.asarray(middles[luck.integers(0, len(middles), rows)] + 0.5 * luck.normal(size=(rows, size)), np.float32)


def nearest(rows: NDArray[np.float32], asked: NDArray[np.float32], most: int) -> list[int]:
    cosines = (rows @ asked) / np.linalg.norm(rows, axis=1)
    return [int(row) for row in np.argsort(-cosines, kind="stable")[:most]]


def filled(index: Index, rows: NDArray[np.float32], space: int = 1, first: int = 0) -> None:
    for entry, row in enumerate(rows, first):
        index.add(entry, row.tolist(), space)


@pytest.mark.parametrize(("rows", "wanted"), [(300, 1.0), (2600, 0.98)])
def test_the_nearest_are_found(opener: Opener, rows: int, wanted: float) -> None:
    index, stored = opener(), clouds(rows)
    filled(index, stored)
    assert len(index) == rows
    found = 0
    asked = clouds(40, seed=2) * 0.3 + stored[:40]
    for question in asked:
        near = index.search(question.tolist(), 1, 10)
        assert [item.similarity for item in near] == sorted((item.similarity for item in near), reverse=True)
        cosines = stored @ question / (np.linalg.norm(stored, axis=1) * np.linalg.norm(question))
        assert [item.similarity for item in near] == pytest.approx([cosines[item.entry] for item in near], abs=1e-5)
        found += len({item.entry for item in near} & set(nearest(stored, question, 10)))
    assert found / 400 >= wanted


def test_spaces_never_mix(opener: Opener) -> None:
    index, stored = opener(), clouds(90)
    for space in (0, 5, 2**63 - 1):
        filled(index, stored[:30], space, first=space % 1000)
    for space in (0, 5, 2**63 - 1):
        near = index.search(stored[7].tolist(), space, 100)
        assert {item.entry for item in near} <= set(range(space % 1000, space % 1000 + 30))
    assert index.search(stored[7].tolist(), 6, 10) == []


def test_a_large_space_hides_no_small_one(opener: Opener) -> None:
    index, stored = opener(), clouds(2300)
    filled(index, stored, space=1)
    index.add(5000, (-stored[0]).tolist(), 2)  # as far from the question as can be
    near = index.search(stored[0].tolist(), 2, 3)
    assert [(item.entry, round(item.similarity, 4)) for item in near] == [(5000, -1.0)]


def test_what_was_taken_out_is_gone(opener: Opener) -> None:
    index, stored = opener(), clouds(64)
    filled(index, stored)
    for entry in range(0, 64, 2):
        index.remove(entry)
        index.remove(entry)
    index.remove(999)
    assert len(index) == 32
    for question in stored:
        assert all(item.entry % 2 for item in index.search(question.tolist(), 1, 64))
    for entry in range(1, 64, 2):
        index.remove(entry)
    assert (len(index), index.search(stored[0].tolist(), 1, 5)) == (0, [])
    filled(index, stored)
    assert index.search(stored[0].tolist(), 1, 1)[0].entry == 0


def test_an_entry_is_in_one_place(opener: Opener) -> None:
    index, stored = opener(), clouds(3)
    index.add(1, stored[0].tolist(), 1)
    index.add(1, stored[1].tolist(), 1)
    assert len(index) == 1
    assert index.search(stored[1].tolist(), 1, 5)[0].similarity == pytest.approx(1.0, abs=1e-6)
    index.add(1, stored[2].tolist(), 2)
    assert (len(index), index.search(stored[2].tolist(), 1, 5)) == (1, [])
    assert [item.entry for item in index.search(stored[2].tolist(), 2, 5)] == [1]


def test_nothing_is_found_where_nothing_is(opener: Opener) -> None:
    index, stored = opener(), clouds(2)
    assert (len(index), index.search(stored[0].tolist(), 1, 5)) == (0, [])
    filled(index, stored)
    assert index.search(stored[0].tolist(), 1, 0) == []
    assert len(index.search(stored[0].tolist(), 1, 1000)) == 2


@pytest.mark.parametrize(
    "vector",
    [
        [],
        [1.0] * (SIZE - 1),
        [1.0] * (SIZE + 1),
        [0.0] * SIZE,
        [float("nan")] * SIZE,
        [1.0] * (SIZE - 1) + [float("inf")],
        ["a"] * SIZE,
        [[1.0]] * SIZE,
        [1.0, [2.0]] * (SIZE // 2),
    ],
)
def test_what_is_no_vector_is_refused(opener: Opener, vector: list[float]) -> None:
    index = opener()
    index.add(1, [1.0] * SIZE, 1)
    with pytest.raises(ValueError, match="vector"):
        index.add(1, vector, 1)
    with pytest.raises(ValueError, match="vector"):
        index.search(vector, 1, 5)
    assert index.search([1.0] * SIZE, 1, 5)[0].similarity == pytest.approx(1.0, abs=1e-6)  # the first is still there


@pytest.mark.parametrize(("entry", "space"), [(-1, 1), (2**63, 1), (1, -1), (1, 2**63)])
def test_numbers_that_are_too_large_are_refused(opener: Opener, entry: int, space: int) -> None:
    index = opener()
    with pytest.raises(ValueError, match="below"):
        index.add(entry, [1.0] * SIZE, space)
    assert len(index) == 0


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_the_length_of_a_vector_says_nothing(opener: Opener, scale: float) -> None:
    index, stored = opener(), clouds(4)
    index.add(1, (stored[0].astype(float) * scale).tolist(), 1)
    near = index.search((stored[0].astype(float) / scale).tolist(), 1, 1)
    assert near[0].similarity == pytest.approx(1.0, abs=1e-6)


def test_equally_near_ones_stand_in_order(opener: Opener) -> None:
    index = opener()
    for entry in (9, 3, 7, 1):
        index.add(entry, [1.0] * SIZE, 1)
    assert [item.entry for item in index.search([2.0] * SIZE, 1, 4)] == [1, 3, 7, 9]


def test_what_lasts_is_there_again_and_nothing_else(opener: Opener, name: str) -> None:
    stored, first = clouds(40), opener()
    filled(first, stored)
    before = first.search(stored[3].tolist(), 1, 5)
    first.close()
    again = opener()
    assert len(again) == (40 if index_kind(name).lasting else 0)
    if not index_kind(name).lasting:  # it is filled anew, and is then what it was
        filled(again, stored)
    assert again.search(stored[3].tolist(), 1, 5) == before


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.booleans()), max_size=80))
def test_memory_holds_what_a_table_would(moves: list[tuple[int, int, bool]]) -> None:
    index, table = MemoryIndex(8), dict[int, tuple[int, int]]()
    rows = clouds(100, size=8)
    for step, (entry, space, put) in enumerate(moves):
        if put:
            index.add(entry, rows[step].tolist(), space)
            table[entry] = (space, step)
        else:
            index.remove(entry)
            table.pop(entry, None)
    assert len(index) == len(table)
    for space in range(3):
        own = {entry: rows[step] for entry, (where, step) in table.items() if where == space}
        near = index.search(rows[99].tolist(), space, 20)
        assert {item.entry for item in near} == set(own)
        for item in near:
            row = own[item.entry]
            cosine = float(row @ rows[99] / (np.linalg.norm(row) * np.linalg.norm(rows[99])))
            assert item.similarity == pytest.approx(cosine, abs=1e-5)


# -------------------------------------------------------------------------------------------- what is missing


def test_an_unknown_index_is_named() -> None:
    with pytest.raises(UsageError, match="did you mean 'memory'"):
        open_index("memmory", 3)


@pytest.mark.parametrize(
    ("name", "module", "extra"), [("usearch", "usearch.index", "usearch"), ("pgvector", "psycopg", "postgres")]
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for use in (index_kind(name).ready, lambda where: open_index(name, 3, where)):
        with pytest.raises(DependencyMissing, match=rf"archwright\[{extra}\]"):
            use("postgresql://localhost/x")


def test_a_missing_numpy_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delitem(sys.modules, f"archwright.runtime.indexes.{name}", raising=False)
    monkeypatch.delitem(sys.modules, "archwright.runtime.directions", raising=False)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(DependencyMissing, match=r"needs numpy.*archwright\[semantic\]"):
        open_index(name, 3)


def test_a_graph_and_the_local_embedder_get_along() -> None:
    # Some versions of usearch end the process where onnxruntime is loaded after them.
    code = """
from archwright.runtime.indexes import open_index
index = open_index("usearch", 384)
from archwright.runtime.embedders.minilm import Model, folder_of
vector = Model(folder_of("")).vectors(["hello"])[0]
index.add(1, vector, 1)
print(index.search(vector, 1, 1)[0].entry)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr


# --------------------------------------------------------------------------------------------------- pgvector


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("cache.sqlite", "no address of a database"),
        ("postgresql://u:secret@h/d", "PGPASSWORD"),
        ("postgres://h/d?password=secret", "PGPASSWORD"),
    ],
)
def test_a_place_that_is_no_database_is_refused(place: str, message: str) -> None:
    for use in (index_kind("pgvector").ready, lambda where: open_index("pgvector", 3, where)):
        with pytest.raises(UsageError, match=message):
            use(place)


@pytest.mark.parametrize("size", [0, -1, 2001])
def test_vectors_that_pgvector_cannot_index_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="numbers"):
        open_index("pgvector", size, "postgresql://localhost/x")


def test_a_database_that_is_not_there_is_said() -> None:
    with pytest.raises(IndexFailure):
        open_index("pgvector", 3, "postgresql://postgres@127.0.0.1:1/postgres")


def test_several_gateways_share_a_database(database: Server) -> None:
    rows = clouds(4)
    one, two, other = (open_index("pgvector", SIZE, f"{database.place}#{name}") for name in ("a", "a", "b"))
    one.add(1, rows[0].tolist(), 1)
    assert [item.entry for item in two.search(rows[0].tolist(), 1, 5)] == [1]
    assert (other.search(rows[0].tolist(), 1, 5), len(other)) == ([], 0)
    two.remove(1)
    assert one.search(rows[0].tolist(), 1, 5) == []
    for index in (one, two, other):
        index.close()


def test_an_index_whose_database_went_away_is_found_again(database: Server) -> None:
    row = clouds(1)[0].tolist()
    index = open_index("pgvector", SIZE, f"{database.place}#away")
    index.add(1, row, 1)
    database.stop()
    for _ in range(2):
        with pytest.raises(IndexFailure):
            index.search(row, 1, 5)
    database.start()
    assert [item.entry for item in index.search(row, 1, 5)] == [1]
    index.close()


def test_the_table_is_as_the_page_says(database: Server) -> None:
    index = open_index("pgvector", 5, f"{database.place}#schema")
    index.add(1, [1.0] * 5, 1)
    index.close()
    with psycopg.connect(database.place) as base:
        found = base.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = 'archwright_entries'::regclass AND attnum > 0 ORDER BY attnum LIMIT 5"
        ).fetchall()
        graphs = base.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'archwright_entries_near_5'"
        ).fetchall()
    assert found == [
        ("index", "text"), ("entry", "bigint"), ("space", "bigint"), ("size", "integer"), ("vector", "vector"),
    ]  # fmt: skip
    assert "hnsw" in graphs[0][0]
