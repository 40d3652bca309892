"""What a semantic cache serves, what it learns from, and that it goes on after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from archwright.learn.features import MOST
from archwright.learn.neighbours import Stream
from archwright.learn.recall import ALL, DOUBTED, EVERY, LEAST, LENT, Near, Recall
from archwright.learn.replay import Log, Outcome, replay

DIMENSIONS = 24
WORDS = (
    "card", "transfer", "refund", "limit", "charge", "rate", "account", "payment", "fee", "branch", "statement", "cash",
)  # fmt: skip


def luck(row: int) -> float:
    return (row * 0.6180339887498949) % 1.0


def drawn(seed: int, many: int, answers: int = 12, spread: float = 1.3) -> Log:
    """Questions around the places of their answers: some are nearer to another one."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(answers, DIMENSIONS))
    which = rng.integers(answers, size=many)
    vectors = places[which] + spread * rng.normal(size=(many, DIMENSIONS))
    texts = [f"about the {WORDS[at]} {chr(97 + row % 26)}{chr(97 + row // 26 % 26)}{chr(97 + row // 676)}"
             for row, at in enumerate(which)]  # fmt: skip
    return Log(texts, Stream(vectors.astype(np.float32)), which.tolist())


@pytest.fixture(scope="module")
def log() -> Log:
    return drawn(1, 3_000)


def test_without_evidence_nothing_is_served(log: Log) -> None:
    short = Log(log.texts[:LEAST], log.stream, log.answers[:LEAST])
    found = replay(short, Recall(wrong=0.02), luck)
    assert (found.served, found.audits, found.report.threshold) == (0, 0, 2.0)


def test_an_entry_that_was_never_added_is_not_there() -> None:
    assert Recall(wrong=0.02).judge("where is my card", [Near(1, 1.0)], luck=0.5).entry == -1


@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize("target", [0.01, 0.03])
def test_calls_are_saved_and_the_promise_is_kept(seed: int, target: float) -> None:
    found = replay(drawn(seed, 3_000), Recall(target), luck)
    assert found.saved > 0.2
    assert found.wrong_of_hits.value <= target
    assert found.served + found.audits + found.report.labels <= found.requests + found.audits


def test_a_looser_promise_saves_more_and_one_of_all_more_than_one_of_hits(log: Log) -> None:
    tight, loose = (replay(log, Recall(wrong), luck) for wrong in (0.005, 0.05))
    assert tight.saved < loose.saved
    assert replay(log, Recall(0.005, ALL), luck).saved > tight.saved


def test_all_hits_are_asked_anyway_where_all_are_audited(log: Log) -> None:
    found = replay(log, Recall(0.03, audits=1.0), luck)
    assert found.served == 0
    assert found.audits > 0
    report = found.report
    assert report.audits == found.audits
    assert report.wrong_of_hits.low <= report.wrong_of_hits.value <= report.wrong_of_hits.high


def test_an_entry_is_served_some_times_and_then_asked_and_the_sooner_the_tighter_the_promise(log: Log) -> None:
    recall, row, entry = served_one(log)
    near, text = log.stream.near(row, MOST), f"{log.texts[row]} again"  # it was served there
    served = []
    for _ in range(3):
        found = recall.judge(text, near, luck=0.999)
        while found.serve:
            served.append(found.entry)
            found = recall.judge(text, near, luck=0.999)
        assert found.audit
        recall.label(found.ticket, same=True)
    assert set(served) == {entry}
    assert len(served) <= 3 * (2 + LENT * recall.wrong)
    assert len(served) >= 2 * (1 + LENT * recall.wrong)


def test_an_answer_that_was_wrong_is_asked_until_it_was_right_often_enough(log: Log) -> None:
    recall, row, _ = served_one(log)
    near, text = log.stream.near(row, MOST), f"{log.texts[row]} again"
    found = recall.judge(text, near, luck=0.0 if recall.audits else 0.999)
    while found.serve:
        found = recall.judge(text, near, luck=0.999)
    recall.label(found.ticket, same=False)
    other = Recall.restore(json.loads(json.dumps(recall.state())))
    for each in (recall, other):
        for _ in range(DOUBTED):
            told = each.judge(text, near, luck=0.999)
            assert not told.serve
            each.label(told.ticket, same=True)
        assert each.judge(text, near, luck=0.999).serve


def test_what_audits_say_of_all_hits_does_not_depend_on_which_hits_they_were() -> None:
    """Those of a doubted answer are asked more often, so that the share of errors among all asked is above that."""
    found = replay(drawn(5, 3_000, spread=1.9), Recall(0.1, audits=0.3), luck)
    report = found.report
    assert report.audits_wrong > 0
    truly = (found.wrong + report.audits_wrong) / (found.served + found.audits)
    assert report.wrong_of_hits.low <= truly <= report.wrong_of_hits.high


def test_a_comparator_that_fails_teaches_nothing(log: Log) -> None:
    recall = Recall(wrong=0.03)
    found = replay(log, recall, luck, lambda row, other: None)
    assert (found.served, found.audits, found.report.labels) == (0, 0, 0)


def test_a_comparator_that_guesses_gets_nothing_served(log: Log) -> None:
    assert replay(log, Recall(0.03), luck, lambda row, other: (row * 31 + other) % 2 == 0).served == 0


def lied_to(log: Log, from_row: int) -> Callable[[int, int], bool]:
    return lambda row, other: log.answers[row] == log.answers[other] and row < from_row


def test_audits_that_are_worse_than_foreseen_are_an_alarm(log: Log) -> None:
    recall = Recall(0.03, audits=0.5)
    honest = replay(log, recall, luck)
    assert not honest.report.alarm
    changed = replay(log, Recall(0.03, audits=0.5), luck, lied_to(log, 1_500))
    assert changed.served < honest.served / 2
    assert changed.report.threshold > honest.report.threshold


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_that_are_no_longer_right_are_asked_and_an_alarm(seed: int) -> None:
    log = drawn(seed, 3_000)
    steady, shaken = Recall(0.02, audits=0.3), Recall(0.02, audits=0.3)
    # From the middle on every other question wants an answer that nobody has had, and looks as it always did.
    drifted = [answer + 100 * (row >= 1_500 and row % 2) for row, answer in enumerate(log.answers)]
    before = replay(log, steady, luck)
    after = replay(Log(log.texts, log.stream, drifted), shaken, luck)
    assert steady.state()["guard"]["alarms"] == 0
    assert shaken.state()["guard"]["alarms"] > 0 or after.served < 0.4 * before.served
    assert after.served < 0.6 * before.served


def test_a_look_up_fits_nothing_and_says_when_it_is_time(log: Log) -> None:
    recall = Recall(0.03)
    replay(Log(log.texts[:1_500], log.stream, log.answers[:1_500]), recall, luck)
    recall.refit()
    learned = recall.state()["model"]
    told = []
    for at in range(EVERY):
        told.append(recall.due)
        recall.judge(log.texts[1_500 + at], log.stream.near(1_500 + at, 10), 0.5)
    told.append(recall.due)
    assert told == [False] * EVERY + [True]
    assert recall.state()["model"] == learned
    recall.label(recall.report().lookups, same=False)
    recall.refit()
    assert recall.state()["model"] != learned


def test_one_that_is_restored_goes_on_as_if_nothing_had_happened(log: Log) -> None:
    half, whole = 1_500, 2_200
    first = Log(log.texts[:half], log.stream, log.answers[:half])
    recall = Recall(0.03)
    replay(first, recall, luck)
    other = Recall.restore(json.loads(json.dumps(recall.state())))
    assert other.state() == recall.state()
    for row in range(half, whole):
        near = log.stream.near(row, 10)
        one, two = (each.judge(log.texts[row], near, luck(row)) for each in (recall, other))
        assert one == two
        assert recall.rivals(one.ticket) == other.rivals(two.ticket)
        for each in (recall, other):
            each.label(one.ticket, log.answers[row] == log.answers[one.entry])
            each.add(row, log.texts[row], log.answers[row], one.ticket)
            if each.due:
                each.refit()
    assert recall.report() == other.report()


@pytest.mark.parametrize("state", [{}, {"version": 99}, {"version": 1, "wrong": "x", "of": "hits", "audits": 0.1}])
def test_a_state_that_is_none_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Recall.restore(state)


@pytest.mark.parametrize(
    ("wrong", "of", "audits"), [(0.0, "hits", 0.1), (1.0, "hits", 0.1), (0.1, "some", 0.1), (0.1, "all", 2.0)]
)
def test_a_promise_that_is_none_is_refused(wrong: float, of: str, audits: float) -> None:
    with pytest.raises(ValueError):
        Recall(wrong, of, audits)


def served_one(log: Log) -> tuple[Recall, int, int]:
    """A cache that has learned, a question that it would serve, and from which entry."""
    recall = Recall(0.03, audits=0.0)
    replay(log, recall, luck)
    for row in range(len(log.texts) - 1, 0, -1):
        found = recall.judge(log.texts[row] + " again", log.stream.near(row, 10), luck=0.9)
        if found.serve:
            return recall, row, found.entry
    raise AssertionError("nothing is served")


def test_an_answer_that_somebody_calls_wrong_is_served_no_more_until_it_is_renewed(log: Log) -> None:
    recall, row, entry = served_one(log)
    alone = [Near(entry, 0.99)]
    before = {item.entry: item.wrong for item in recall.report().worst}.get(entry, 0.0)
    recall.feedback(entry, wrong=True)
    recall.feedback(entry, wrong=False)
    assert recall.judge(log.texts[row], log.stream.near(row, 10), 0.9).entry != entry
    assert not recall.judge(log.texts[row], alone, 0.9).serve
    assert {item.entry: item.wrong for item in recall.report().worst}[entry] > before
    recall.add(entry, log.texts[entry], recall.group(entry) or 0)
    assert not any(item.entry == entry for item in recall.report().worst)


def test_an_entry_that_is_gone_is_not_served_and_its_answer_is_forgotten(log: Log) -> None:
    recall, row, entry = served_one(log)
    recall.drop(entry)
    recall.drop(entry)
    assert recall.judge(log.texts[row], log.stream.near(row, 10), 0.9).entry != entry
    assert recall.group(entry) is None
    lonely = Recall(0.02)
    lonely.add(1, "one", 7)
    lonely.drop(1)
    assert lonely.state()["groups"] == []


def test_a_veto_stands_against_everything(log: Log) -> None:
    recall, _, entry = served_one(log)
    alone = [Near(entry, 0.999)]
    for text in (f"not {log.texts[entry]}", f"never {log.texts[entry]}"):
        found = recall.judge(text, alone, 0.9)
        assert (found.serve, found.audit, found.score) == (False, False, 0.0)


def test_tickets_are_labelled_once_and_unknown_ones_are_ignored() -> None:
    recall = Recall(0.02)
    recall.add(1, "one", 1)
    ticket = recall.judge("one and a half", [Near(1, 0.9)], 0.5).ticket
    for _ in range(2):
        recall.label(ticket, same=True)
    recall.label(10_000, same=True)
    assert recall.report().labels == 1
    assert recall.rivals(10_000) == ()


def test_rivals_have_different_answers_and_the_verdict_s_comes_first() -> None:
    recall = Recall(0.02)
    for entry, group in enumerate((1, 1, 2, 3, 4)):
        recall.add(entry, f"question {'abcde'[entry]}", group)
    found = recall.judge("question", [Near(entry, 0.9 - 0.01 * entry) for entry in range(5)], 0.5)
    assert recall.rivals(found.ticket) == (found.entry, 2, 3)
    assert found.entry == 0


def test_exact_repetitions_are_not_looked_up() -> None:
    log = Log(["Where is it?", "where is  IT?", "something else"], Stream(np.eye(3, dtype=np.float32)), [1, 1, 2])
    found = replay(log, Recall(0.02), luck)
    assert (found.exact, found.report.lookups) == (1, 2)


def test_an_empty_log_is_no_error() -> None:
    found = replay(Log([], Stream(np.zeros((0, 3), np.float32)), []), Recall(0.02), luck)
    assert isinstance(found, Outcome)
    assert (found.saved, found.net, found.wrong_of_all.high) == (0.0, 0.0, 1.0)


def test_the_curve_falls_as_more_is_served(log: Log) -> None:
    curve = replay(log, Recall(0.03), luck).report.curve
    assert [point.hits for point in curve] == sorted(point.hits for point in curve)
    assert curve[0].precision > curve[-1].precision
    assert curve[-1].hits == 1.0
