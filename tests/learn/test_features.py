"""What the model sees of a look-up: bad neighbours, and questions further away than is usual."""

from __future__ import annotations

from archwright.learn import wording
from archwright.learn.features import NAMES, PRIOR, Answer, Entry, Record, candidate

OLD, NEW = 1, 2


def seen(entries: dict[int, Entry]) -> dict[str, float]:
    """The features by name; all entries are equally near."""
    groups = {group: Answer() for group in (OLD, NEW)}
    for kept in entries.values():
        groups[kept.group].members += 1
    found = candidate(wording.read("where is it"), [(key, 0.9) for key in entries], entries, groups)
    return dict(zip(NAMES, found.features, strict=True))


def entry(group: int, good: float = 0.0, bad: float = 0.0, nearest: float = -1.0) -> Entry:
    return Entry(group, wording.read("where was it"), Record(), Record(good, bad), nearest)


def test_every_feature_has_a_name_and_a_prior() -> None:
    assert len(NAMES) == len(PRIOR) == len(seen({1: entry(OLD)}))


def test_a_neighbour_that_was_a_bad_one_speaks_against_its_answer() -> None:
    assert seen({1: entry(OLD, 0, 9)})["kin"] < seen({1: entry(OLD)})["kin"] < seen({1: entry(OLD, 9, 0)})["kin"]


def test_a_question_further_away_than_is_usual_is_seen_to_be() -> None:
    assert seen({1: entry(OLD, nearest=0.95)})["dense"] < 0.0 < seen({1: entry(OLD, nearest=0.7)})["dense"]
    assert seen({1: entry(OLD)})["dense"] == 0.0
