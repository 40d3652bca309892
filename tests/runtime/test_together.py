"""What several workers say of their caches is told as one: counts add up, and shares are those of the sums."""

from __future__ import annotations

from typing import Any

import pytest

from archwright.learn.bounds import wilson
from archwright.runtime.gateway.meaning.together import together


def told(served: int, audits: int, wrong: int, **changes: Any) -> dict[str, Any]:
    learned = {
        "lookups": 10 * served, "served": served, "audits": audits, "audits_wrong": wrong, "vetoed": 1,
        "labels": audits, "threshold": 0.9, "alarm": wrong > 1, "wrong_of_hits": wilson(wrong, audits)._asdict(),
        "wrong_of_all": {},
        "curve": [{"score": 0.9, "hits": 0.2, "precision": 1.0}, {"score": 0.5, "hits": 1.0, "precision": 0.5}],
        "worst": [{"entry": "a", "wrong": 1.0, "right": 2.0, "text": ""}],
    }  # fmt: skip
    return {
        "mode": "on", "wrong": 0.02, "of": "hits", "compare": "exact", "shared": False, "entries": 3,
        "lookups": {"served": served, "missed": 9 * served}, "saved_pico_dollars": 7, "audits_pico_dollars": 1,
        "left_out": 0, "learned": {**learned, **changes},
    }  # fmt: skip


def test_counts_add_up_and_shares_are_those_of_the_sums() -> None:
    found = together([{"kept": told(100, 10, 1)}, {"kept": told(300, 30, 2)}])["kept"]
    assert (found["entries"], found["saved_pico_dollars"], found["lookups"]) == (6, 14, {"served": 400, "missed": 3600})
    learned = found["learned"]
    assert learned["wrong_of_hits"] == pytest.approx(wilson(3, 40)._asdict())
    assert learned["wrong_of_all"]["value"] == pytest.approx(3 / 40 * 400 / 4000)
    assert (learned["alarm"], learned["vetoed"]) == (True, 2)
    assert learned["worst"] == [{"entry": "a", "wrong": 2.0, "right": 4.0, "text": ""}]
    assert found["each"] == [{"entries": 3, "lookups": 1000}, {"entries": 3, "lookups": 3000}]


def test_what_hits_stand_for_is_not_counted_anew() -> None:
    """Who looked where errors were likely found more of them than there are among all hits, and said so."""
    looked = told(990, 10, 5, wrong_of_hits=wilson(0.1, 10)._asdict())
    both = together([{"kept": looked}, {"kept": told(990, 10, 0)}])["kept"]["learned"]
    assert both["wrong_of_hits"] == pytest.approx(wilson(0.1, 20)._asdict())
    assert together([{"kept": looked}, {"kept": told(0, 0, 0)}])["kept"]["learned"]["wrong_of_hits"] == pytest.approx(
        wilson(0.1, 10)._asdict()
    )


def test_curves_are_joined_by_score_and_weighed_by_labels() -> None:
    other = [{"score": 0.7, "hits": 0.6, "precision": 0.75}]
    curve = together([{"kept": told(1, 10, 0)}, {"kept": told(1, 30, 0, curve=other)}])["kept"]["learned"]["curve"]
    assert [(point["score"], point["hits"], point["precision"]) for point in curve] == [
        (0.9, pytest.approx(0.05), 1.0),
        (0.7, pytest.approx(0.5), pytest.approx((10 * 0.2 + 30 * 0.45) / 20)),
        (0.5, pytest.approx(0.7), pytest.approx((10 * 0.5 + 30 * 0.45) / 28)),
    ]


def test_a_worker_that_lacks_something_is_told_by_the_others() -> None:
    off = {"mode": "off", "why": "no embedder"}
    assert together([{"kept": off}, {"kept": told(5, 1, 0)}])["kept"]["entries"] == 3
    assert together([{"kept": off}, {"kept": off}])["kept"] == off
    empty = together([{"kept": told(0, 0, 0, curve=[], labels=0)}] * 2)["kept"]["learned"]
    assert (empty["curve"], empty["wrong_of_hits"]["of"], empty["wrong_of_all"]["value"]) == ([], 0.0, 0.0)
