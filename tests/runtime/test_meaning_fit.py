"""A semantic cache's model is fitted anew where no look-up waits for it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from archwright.learn import recall
from archwright.learn.recall import Recall
from archwright.runtime.gateway.meaning import opening
from tests.runtime.test_meaning import PARCEL, REFUND, Sure, plan, semantic, shop


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


def test_the_model_is_fitted_anew_beside_the_loop_and_after_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[str] = []

    def refit(self: Recall) -> None:
        fitted.append(threading.current_thread().name)
        Recall.refit(self)

    monkeypatch.setattr(recall, "EVERY", 2)
    monkeypatch.setattr(Sure, "refit", refit)
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL)
        assert fitted == []
        desk.ask(REFUND)
        assert [name.partition("_")[0] for name in fitted] == ["meaning"]
