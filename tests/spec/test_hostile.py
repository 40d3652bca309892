"""Input that is broken, hostile or merely enormous is refused in words, before it costs anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import InputError, Problem
from archwright.spec import source
from archwright.spec.bind import MAX_PROBLEMS
from archwright.spec.load import load, loads


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        loads(text)
    return caught.value.problems


def refused_file(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load(path)
    return caught.value.problems


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "file-empty", 0, 0),
        ("# only\n# comments\n", "file-empty", 0, 0),
        ("system: a\x00b\n", "not-text", 1, 10),
        ("system: x\nowner: a\ud800b\n", "not-text", 2, 9),
        ("system: x\nowner: a\u2028b\n", "not-text", 2, 9),
        ("system: x\nowner: a\x85b\n", "not-text", 2, 9),
        ("[" * 100_000, "too-deep", 1, 42),
        ("{a: " * 100_000, "too-deep", 1, 162),
        ("- " * 100_000, "too-deep", 1, 83),
        ("? " * 50_000, "too-deep", 1, 83),
        (BOMB, "file-too-large", 6, 8),
        ("a: &a [*a]\n", "yaml-syntax", 1, 8),
        ("system: x\n---\nsystem: y\n", "several-documents", 2, 1),
        ("system: x\ncomponents:\n\ta: 1\n", "yaml-syntax", 3, 1),
        ("system: !!python/object/apply:os.system [ls]\n", "yaml-tag", 1, 9),
        ("system: a: b\n", "yaml-syntax", 1, 10),
        ("system: @home\n", "yaml-syntax", 1, 9),
        ("? [a]\n: b\n", "yaml-syntax", 1, 3),
        ('"' * 100_000, "yaml-syntax", 1, 3),
        ("%YAML 9.9\n---\na: b\n", "yaml-syntax", 1, 1),
        ("5\n", "expected-mapping", 1, 1),
        ("[1, 2]\n", "expected-mapping", 1, 1),
        ("x" * (source.MAX_BYTES + 1), "file-too-large", 0, 0),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_text_is_refused_with_its_place(text: str, code: str, line: int, column: int) -> None:
    (problem,) = refused(text)
    assert (problem.code, problem.where.line, problem.where.column) == (code, line, column)
    assert problem.mend


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("system: x\ncomponents:\n\ta: 1\n", "indent with spaces, not with tabs"),
        ("system: @home\n", "put quotes around a text that begins with one of % @ `"),
        ("summary: a: b\n", "put quotes around a text that holds `: `, or check the indentation"),
    ],
)
def test_a_slip_in_the_yaml_is_mended(text: str, mend: str) -> None:
    assert refused(text)[0].mend == mend


def test_values_that_are_no_numbers() -> None:
    """None of them overflows, hangs or is taken for a number."""
    values = [
        "1e999",
        "1e99999999",
        "inf",
        "nan",
        "-1",
        "9" * 5000,
        "٣",
        "'1,5 s'",
        "1" + "a" * 5000 + "1",
        "''",
        "[]",
        "",
    ]
    lines = "".join(f"  c{number}: {{kind: service, latency: {value}}}\n" for number, value in enumerate(values))
    problems = refused(f"system: x\ncomponents:\n{lines}")
    assert [problem.where.line for problem in problems] == list(range(3, 3 + len(values)))
    assert {problem.code for problem in problems} <= {"bad-quantity", "expected-number"}


def test_keys_that_are_no_words_are_unknown() -> None:
    problems = refused("system: x\n1: a\n~: b\n'': c\ncomponents: {}\n")
    assert [(problem.code, problem.where.line) for problem in problems] == [("unknown-key", n) for n in (2, 3, 4)]


def test_a_merge_key_is_explained() -> None:
    problems = refused("system: x\ncomponents:\n  a: {kind: service, <<: {title: T}}\n")
    assert [(p.code, p.mend) for p in problems] == [
        ("unknown-key", "merge keys are not read; repeat what they would bring")
    ]


def test_no_character_of_an_input_moves_the_cursor() -> None:
    problems = refused('system: x\ncomponents: {}\n"\\e[31m\\nred": 1\n')
    assert problems[0].message == "`\\x1b[31m\\nred` is not known here"


def test_nobody_reads_a_thousand_problems() -> None:
    problems = refused("".join(f"key{number}: 1\n" for number in range(1000)))
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "too-many"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (problem,) = refused_file(path)
    assert problem.code == "file-too-large"
    assert "52.4 MB" in problem.message


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file-empty"),
        (b" \n\t\n", "file-empty"),
        (bytes(range(256)) * 16, "not-text"),
        (b"\xff\xfe" + "system: x".encode("utf-16-le"), "not-text"),
        (b"system: x\n\x00", "not-text"),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, raw: bytes, code: str) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes(raw)
    assert [problem.code for problem in refused_file(path)] == [code]


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refused_file(tmp_path)[0].code == "file-missing"
    assert refused_file(tmp_path / "nowhere.yaml")[0].code == "file-missing"
    assert refused_file(Path("a\x00b"))[0].code == "file-missing"


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes("\ufeffsystem: x\r\ncomponents:\r\n  a: {kind: service}\r\n".encode())
    assert load(path).system.components["a"].where.line == 3
