"""Search by words holds the quality that was measured, and the default support refuses as it was measured."""

from __future__ import annotations

from pathlib import Path

from archwright.runtime.retrieval.search import Searcher
from archwright.spec.settings.retrieval import RetrieverSettings
from benchmarks.retrieval import cisi, quality, scifact

# Measured on the first 100 test questions: nDCG@10 0.732, recall@10 0.847. Another SQLite may cut words anew.
QUESTIONS = 100
FLOOR_NDCG = 0.71
FLOOR_RECALL = 0.82
MOST_REFUSED_OWN = 0.08
LEAST_REFUSED_FOREIGN = 0.65


def test_words_find_scientific_claims_and_refuse_questions_of_another_field(shared: Path) -> None:
    folder = shared / "data/retrieval"
    index, questions, wanted = scifact(folder, QUESTIONS)
    defaults = RetrieverSettings()
    searcher = Searcher(index, defaults.fusion.value)
    found = {key: searcher.search(text, None, 10) for key, text in questions.items()}
    runs = {key: [index.passages[hit.row].file for hit in hits] for key, hits in found.items()}
    gain, recall = quality(runs, wanted)
    assert gain > FLOOR_NDCG
    assert recall > FLOOR_RECALL
    bound = defaults.support.value
    own = [max((hit.support for hit in hits), default=0.0) for hits in found.values()]
    foreign = [max((hit.support for hit in searcher.search(text, None, 10)), default=0.0) for text in cisi(folder)]
    assert sum(support < bound for support in own) / len(own) < MOST_REFUSED_OWN
    assert sum(support < bound for support in foreign) / len(foreign) > LEAST_REFUSED_FOREIGN
