"""A file that answers from documents says what is needed for it, and nothing that makes no sense."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.load import loads

FILE = """\
system: Desk
components:
  door:
    kind: gateway
    routes:
      ask: {targets: [brain], retriever: RETRIEVER, refusal: no}
      plain: {targets: [brain]REFUSAL}
  brain: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 10 ms}}
  other: {kind: service}
  find:
    kind: retriever
    documents: FOLDER
    chunk: {words: 100, overlap: OVERLAP}
    embedder: EMBEDDER
flows:
  - {from: door, to: brain, timeout: 5 s}
  - {from: door, to: find, timeout: 5 s}
"""
GOOD = {"RETRIEVER": "find", "REFUSAL": "", "FOLDER": "docs", "OVERLAP": "20", "EMBEDDER": "brain"}


def file(**changes: str) -> str:
    text = FILE
    for name, value in {**GOOD, **changes}.items():
        text = text.replace(name, value)
    return text


def test_a_sound_file_is_read() -> None:
    assert loads(file()).components["find"].kind == "retriever"


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"RETRIEVER": "other"}, (6, 42), "not-a-retriever"),
        ({"REFUSAL": ", refusal: never"}, (7, 42), "no-retriever"),
        ({"FOLDER": '""'}, (6, 42), "no-documents"),
        ({"FOLDER": "../docs"}, (12, 16), "path-outside"),
        ({"FOLDER": "/etc"}, (12, 16), "path-outside"),
        ({"OVERLAP": "60"}, (13, 25), "out-of-range"),
        ({"EMBEDDER": "other"}, (14, 15), "not-a-model"),
    ],
)
def test_nonsense_is_told_with_its_place(changes: dict[str, str], place: tuple[int, int], code: str) -> None:
    with pytest.raises(InputError) as told:
        loads(file(**changes))
    assert (code, place) in {(item.code, (item.where.line, item.where.column)) for item in told.value.problems}


@pytest.mark.parametrize(("target", "what"), [("find", "but no flow leads there"), ("brain", "vectors of questions")])
def test_the_gateway_is_led_to_what_it_asks(target: str, what: str) -> None:
    text = file(EMBEDDER="brain").replace(f"  - {{from: door, to: {target}, timeout: 5 s}}\n", "")
    with pytest.raises(InputError, match=what):
        loads(text)
