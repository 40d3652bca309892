"""How well documents are found, and when a route refuses: `make bench NAME=retrieval`.

SciFact's test questions against its 5,183 abstracts: nDCG@10 and recall@10 by words alone and joined with the emulated
vectors, which know no meaning. Refusals at several bounds of support: of SciFact's own questions, which the abstracts
answer, and of CISI's, which belong to another field. The last line is one JSON object.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from archwright.plan.passages import Index, Passage
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.retrieval.search import Hit, Searcher
from archwright.runtime.retrieval.vectors import Vectors
from archwright.spec.settings.retrieval import RetrieverSettings

DATA = Path(os.environ.get("RETRIEVAL_DATA") or Path(__file__).resolve().parents[2] / "shared/data/retrieval")
SUPPORTS = (0.10, 0.15, 0.20, 0.25, 0.30)
TOP = 10
Wanted = Mapping[str, Mapping[str, int]]


def main() -> int:
    """Print both tables and the numbers; 2 where the data is not there."""
    if not (DATA / "scifact_corpus.jsonl.gz").is_file():
        print(f"there is no {DATA}/scifact_corpus.jsonl.gz; name the folder with RETRIEVAL_DATA", file=sys.stderr)
        return 2
    index, questions, wanted = scifact(DATA)
    begun = time.perf_counter()
    searcher = Searcher(index, RetrieverSettings().fusion.value)
    built = time.perf_counter() - begun
    found: dict[str, float] = {"passages": len(index.passages), "questions": len(wanted), "build_s": round(built, 2)}
    found |= ranked("words", searcher, lambda text: searcher.search(text, None, TOP), questions, wanted)
    found |= refusals(searcher, list(questions.values()), cisi(DATA))
    searcher.vectors = Vectors(vector(text) for text in searcher.texts())
    for fusion in (0.3, 0.5):
        searcher.fusion = fusion
        name = f"joined_{fusion:g}"
        found |= ranked(name, searcher, lambda text: searcher.search(text, vector(text), TOP), questions, wanted)
    print(json.dumps(found))
    return 0


def ranked(
    name: str, searcher: Searcher, search: Callable[[str], Sequence[Hit]], questions: Mapping[str, str], wanted: Wanted
) -> dict[str, float]:
    """nDCG@10, recall@10 and the mean time of a search."""
    begun = time.perf_counter()
    runs = {key: [searcher.passages[hit.row].file for hit in search(text)] for key, text in questions.items()}
    each = (time.perf_counter() - begun) / len(runs)
    gain, recall = quality(runs, wanted)
    print(f"{name:<12} nDCG@10 {gain:.4f}  recall@10 {recall:.4f}  {each * 1000:.1f} ms a question")
    return {f"{name}_ndcg": round(gain, 4), f"{name}_recall": round(recall, 4), f"{name}_ms": round(each * 1000, 2)}


def refusals(searcher: Searcher, own: Sequence[str], others: Sequence[str]) -> dict[str, float]:
    """The shares that are refused at each bound."""
    top = RetrieverSettings().top.whole
    mine, foreign = (
        [max((hit.support for hit in searcher.search(text, None, top)), default=0.0) for text in texts]
        for texts in (own, others)
    )
    found: dict[str, float] = {}
    for bound in SUPPORTS:
        shares = [sum(support < bound for support in supports) / len(supports) for supports in (mine, foreign)]
        refused = f"{shares[0]:.1%} of SciFact's {len(mine)}, {shares[1]:.1%} of CISI's {len(foreign)}"
        print(f"support {bound:.2f}: refused {refused}")
        found |= {f"refused_own_{bound:g}": round(shares[0], 4), f"refused_foreign_{bound:g}": round(shares[1], 4)}
    return found


def quality(runs: Mapping[str, Sequence[str]], wanted: Wanted) -> tuple[float, float]:
    """nDCG@10 with linear gains, and recall@10, each the mean over the questions."""
    gains = recalls = 0.0
    for key, relevant in wanted.items():
        got = runs[key][:TOP]
        ideal = sum(
            gain / math.log2(place + 2) for place, gain in enumerate(sorted(relevant.values(), reverse=True)[:TOP])
        )
        gains += sum(relevant.get(name, 0) / math.log2(place + 2) for place, name in enumerate(got)) / ideal
        recalls += sum(name in relevant for name in got) / len(relevant)
    return gains / len(wanted), recalls / len(wanted)


def scifact(folder: Path, most: int | None = None) -> tuple[Index, dict[str, str], Wanted]:
    """The abstracts as an index of one passage each, the test questions, and what is relevant to them.

    `most` keeps that many questions; all abstracts stay.
    """
    with gzip.open(folder / "scifact_corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    wanted: dict[str, dict[str, int]] = {}
    for line in (folder / "scifact_qrels_test.tsv").read_text("utf-8").splitlines()[1:]:
        question, document, gain = line.split("\t")
        wanted.setdefault(question, {})[document] = int(gain)
    wanted = dict(list(wanted.items())[:most])
    rows = map(json.loads, (folder / "scifact_queries.jsonl").read_text("utf-8").splitlines())
    questions = {str(row["_id"]): str(row["text"]) for row in rows if str(row["_id"]) in wanted}
    passages = tuple(Passage(item["_id"], item["_id"], item["title"], 1, 1, item["text"]) for item in documents)
    return Index("scifact", 1000, 0, passages), questions, wanted


def cisi(folder: Path) -> list[str]:
    """CISI's questions."""
    found: list[str] = []
    part = ""
    for line in (folder / "CISI.QRY").read_text("utf-8").splitlines():
        if line.startswith("."):
            part = line[1:2]
            found += [""] if part == "I" else []
        elif part == "W":
            found[-1] += f"{line}\n"
    return [text.strip() for text in found if text.strip()]


if __name__ == "__main__":
    sys.exit(main())
