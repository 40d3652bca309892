"""What a semantic cache serves, and what it learns from."""

from __future__ import annotations

from archwright.learn.recall import Near, Recall


def test_without_evidence_nothing_is_served() -> None:
    recall = Recall(wrong=0.02)
    recall.add(1, "where is my card", 7)
    found = recall.judge("where is my card?", [Near(1, 0.999)], luck=0.5)
    assert (found.entry, found.serve, found.audit) == (1, False, False)


def test_an_entry_that_was_never_added_is_not_there() -> None:
    assert Recall(wrong=0.02).judge("where is my card", [Near(1, 1.0)], luck=0.5).entry == -1
