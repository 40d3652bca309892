"""What a replay and a running cache say of themselves: tiles that know what they do not know, and a curve to paste."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from archwright.analysis.recall.report import curve_of, foreseen_document, pasted, told_document
from archwright.learn.recall import Recall
from archwright.learn.replay import Outcome
from archwright.report.document import Chart, Section, Tiles
from archwright.report.figures import Book
from archwright.spec.given import given as number


def outcome(wrong: float = 0.02, served: int = 20, audits: int = 3) -> Outcome:
    """Forty requests, ten of them repeated word for word."""
    return Outcome(wrong, "hits", 40, 10, 8, served, audits, 0, Recall(wrong).report())


def test_the_curve_rises_and_can_be_pasted() -> None:
    found = [outcome(0.01), outcome(0.02, served=5)]
    points = curve_of(found)
    assert points[0][1] == points[1][1] > 0.0
    line = pasted(found, 40)
    assert line.startswith("curve: [{wrong: 1 %, saved: {value: ")
    assert number(line.split("value: ")[1].split(",")[0], "share", "measured", "").value == pytest.approx(
        points[0][1], abs=1e-3
    )


def sections(found: Sequence[Section]) -> dict[str, Section]:
    return {section.name: section for section in found}


def test_a_replay_says_what_is_saved_and_every_number_can_be_asked() -> None:
    book = Book()
    found = outcome()
    document = foreseen_document(book, [found], found, 5e12, (("log", "x"),))
    (tiles,) = sections(document.sections)["glance"].blocks
    assert isinstance(tiles, Tiles)
    assert [item[3] for item in tiles.items] == [
        "recall.2pct.net", "recall.2pct.wrong", "recall.2pct.audits", "recall.saved",
    ]  # fmt: skip
    assert book["recall.2pct.net"].value == found.net


def test_what_answered_nothing_says_that_it_does_not_know() -> None:
    found = outcome(served=0, audits=0)
    glance = sections(foreseen_document(Book(), [found], found, None, ()).sections)["glance"]
    tiles = glance.blocks[0]
    assert isinstance(tiles, Tiles)
    assert tiles.items[1][1] == "unknown"
    assert "too little" in str(glance.blocks[1])


SHARE = {"low": 0.0, "value": 0.01, "high": 0.03, "of": 100}
LEARNED = {
    "wrong_of_hits": SHARE, "wrong_of_all": {**SHARE, "of": 0}, "alarm": True,
    "curve": [{"score": 0.9, "hits": 0.1, "precision": 1.0}, {"score": 0.5, "hits": 0.4, "precision": 0.97}],
    "worst": [{"entry": "00ff", "wrong": 2.0, "right": 1.0, "text": "Where?"}],
}  # fmt: skip
TOLD = {
    "mode": "shadow", "wrong": 0.02, "of": "hits", "lookups": {"served": 0, "shadow": 4, "missed": 6},
    "saved_pico_dollars": 3 * 10**12, "audits_pico_dollars": 10**12, "learned": LEARNED,
}  # fmt: skip


def test_what_a_gateway_told_is_a_document() -> None:
    document = told_document({"answer": TOLD}, "http://here")
    by_name = sections(document.sections)
    tiles = by_name["answer-glance"].blocks[0]
    assert isinstance(tiles, Tiles)
    assert tiles.items[0][:2] == ("It would have answered", "40 %")
    assert tiles.items[1][0] == "It would have saved"
    assert tiles.items[1][1].startswith("$3"), "audits would be asked without the cache, too"
    assert "$1" in tiles.items[1][2]
    assert tiles.items[3][1] == "unknown"
    assert isinstance(by_name["answer-curve"].blocks[0], Chart)


def test_a_gateway_that_was_asked_nothing_yet_is_a_document_too() -> None:
    nothing = {**LEARNED, "curve": [], "worst": [], "alarm": False, "wrong_of_hits": {**SHARE, "of": 0}}
    told = {**TOLD, "lookups": {"served": 0, "shadow": 0}, "learned": nothing}
    assert len(told_document({"answer": told}, "http://here").sections) == 3
