"""Past requests through a cache that answers by meaning: every request is counted once, and what is said adds up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.recall.foresee import Asked, Foreseen, foresee, repeated
from archwright.analysis.recall.report import curve_of, foreseen_document, pasted, told_document
from archwright.learn.recall import Near, Recall, Verdict
from archwright.learn.spaces import Spaces
from archwright.report.document import Chart, Section, Tiles
from archwright.report.figures import Book
from archwright.spec.given import given as number

AXES = {0: (1.0, 0.0, 0.0), 1: (0.0, 1.0, 0.0), 2: (0.0, 0.0, 1.0)}
REQUESTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=60)


class Bold(Recall):
    """Serves whatever is near, and asks for some of it anyway."""

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        found = super().judge(text, near, luck)
        good = bool(near) and near[0].similarity > 0.9
        return Verdict(near[0].entry if near else -1, 1.0, good and luck >= 0.1, good and luck < 0.1, found.ticket)


def asked(rows: Sequence[tuple[int, int, int]]) -> list[Asked]:
    return [
        Asked(f"{answer} in words {words}", answer, space, float(at)) for at, (answer, words, space) in enumerate(rows)
    ]


def past(items: Sequence[Asked]) -> Spaces:
    return Spaces([AXES[item.answer] for item in items], [item.space for item in items])


def ran(rows: Sequence[tuple[int, int, int]], ttl_s: float = 1e9, luck: float = 0.5, wrong: float = 0.02) -> Foreseen:
    items = asked(rows)
    return foresee(items, past(items), Bold(wrong), lambda _row: luck, ttl_s)


@given(REQUESTS, st.sampled_from((1e9, 5.0)), st.sampled_from((0.05, 0.5)))
def test_every_request_is_answered_once(rows: list[tuple[int, int, int]], ttl_s: float, luck: float) -> None:
    found = ran(rows, ttl_s, luck)
    assert found.requests == len(rows)
    assert 0 <= found.calls <= found.requests
    assert found.exact <= found.plain
    assert found.audits <= found.calls
    assert 0.0 <= found.net <= 1.0
    assert found.wrong == 0
    if luck < 0.1:  # all is audited
        assert found.served == 0
        assert found.calls == found.requests - found.plain


def test_one_answer_in_one_namespace_is_asked_once() -> None:
    found = ran([(0, 0, 0), (0, 1, 0), (0, 2, 0), (0, 0, 0), (0, 1, 1)])
    assert (found.calls, found.served, found.exact, found.plain) == (2, 2, 1, 1)
    assert found.net == pytest.approx(1 - 2 / 4)


def test_answers_that_are_too_old_serve_nobody() -> None:
    assert ran([(0, 0, 0), (0, 1, 0), (0, 0, 0)], ttl_s=0.5).calls == 3


def test_a_wrong_answer_is_counted_by_both_definitions() -> None:
    items = [Asked("a", 0, 0, 0.0), Asked("b", 1, 0, 1.0)]
    found = foresee(items, Spaces([AXES[0], AXES[0]], [0, 0]), Bold(0.02), lambda _row: 0.5, 1e9)
    assert (found.wrong, found.wrong_of_hits.value, found.wrong_of_all.value) == (1, 1.0, 0.5)


@given(REQUESTS)
def test_an_exact_cache_answers_what_was_asked_before(rows: list[tuple[int, int, int]]) -> None:
    items = asked(rows)
    seen: set[tuple[str, int]] = set()
    hits = 0
    for item in items:
        hits += (item.text, item.space) in seen
        seen.add((item.text, item.space))
    assert repeated(items, 1e9) == hits


def test_the_curve_rises_and_can_be_pasted() -> None:
    rows = [(at % 3, at % 5, 0) for at in range(40)]
    found = [ran(rows, wrong=0.01), ran(rows, wrong=0.02, luck=0.05)]
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
    found = ran([(at % 3, at % 5, 0) for at in range(40)])
    document = foreseen_document(book, [found], found, 5e12, (("log", "x"),))
    (tiles,) = sections(document.sections)["glance"].blocks
    assert isinstance(tiles, Tiles)
    assert [item[3] for item in tiles.items] == [
        "recall.2pct.net", "recall.2pct.wrong", "recall.2pct.audits", "recall.saved",
    ]  # fmt: skip
    assert book["recall.2pct.net"].value == found.net


def test_what_answered_nothing_says_that_it_does_not_know() -> None:
    found = ran([(0, 0, 0)])
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
    assert tiles.items[1][1].startswith("$2")
    assert tiles.items[3][1] == "unknown"
    assert isinstance(by_name["answer-curve"].blocks[0], Chart)


def test_a_gateway_that_was_asked_nothing_yet_is_a_document_too() -> None:
    nothing = {**LEARNED, "curve": [], "worst": [], "alarm": False, "wrong_of_hits": {**SHARE, "of": 0}}
    told = {**TOLD, "lookups": {"served": 0, "shadow": 0}, "learned": nothing}
    assert len(told_document({"answer": told}, "http://here").sections) == 3
