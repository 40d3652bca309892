"""What the semantic caches of all workers of a gateway did, as one: each learns by itself, and their counts add up.

What is known of an entry is added up by its key, which is the same everywhere. What each foresees of its own hits
counts by how many hits those were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from archwright.learn.bounds import Share, joined

Told = Mapping[str, Any]
COUNTS = ("entries", "saved_pico_dollars", "audits_pico_dollars", "left_out")
LEARNED = ("lookups", "served", "audits", "audits_wrong", "vetoed", "labels")
WORST = 20


def together(said: Sequence[Mapping[str, Told]]) -> dict[str, Any]:
    """What all workers say of their routes, as one. A route that is off with one of them is told by the others."""
    routes = dict.fromkeys(name for one in said for name in one)
    return {name: _route([one[name] for one in said if name in one]) for name in routes}


def _route(said: Sequence[Told]) -> Told:
    at_work = [one for one in said if one["mode"] != "off"]
    if not at_work:
        return said[0]
    return {
        **at_work[0],
        **{name: sum(one[name] for one in at_work) for name in COUNTS},
        "lookups": {name: sum(one["lookups"][name] for one in at_work) for name in at_work[0]["lookups"]},
        "learned": _learned([one["learned"] for one in at_work]),
        "each": [{"entries": one["entries"], "lookups": sum(one["lookups"].values())} for one in at_work],
    }


def _learned(said: Sequence[Told]) -> Told:
    sums = {name: sum(one[name] for one in said) for name in LEARNED}
    of_hits = joined((one["served"] + one["audits"], Share(**one["wrong_of_hits"])) for one in said)
    hits = sums["served"] / sums["lookups"] if sums["lookups"] else 0.0
    of_all = of_hits._replace(low=of_hits.low * hits, value=of_hits.value * hits, high=of_hits.high * hits)
    return {
        **sums,
        "threshold": max(one["threshold"] for one in said),
        "alarm": any(one["alarm"] for one in said),
        "wrong_of_hits": of_hits._asdict(),
        "wrong_of_all": of_all._asdict(),
        "curve": _curve(said),
        "worst": _worst(item for one in said for item in one["worst"]),
    }


def _curve(said: Sequence[Told]) -> list[dict[str, float]]:
    """Hits and precision of all, if each answered from the same score on; a worker counts by its labels."""
    weighed = [(one["labels"], one["curve"]) for one in said if one["labels"] and one["curve"]]
    total = sum(labels for labels, _ in weighed)
    found = []
    for score in sorted({point["score"] for _, curve in weighed for point in curve}, reverse=True):
        reached = [(labels, _at(curve, score)) for labels, curve in weighed]
        hits = sum(labels * point["hits"] for labels, point in reached)
        good = sum(labels * point["hits"] * point["precision"] for labels, point in reached)
        found.append({"score": score, "hits": hits / total, "precision": good / hits})
    return found


def _at(curve: Sequence[Mapping[str, float]], score: float) -> Mapping[str, float]:
    """The last point of a curve whose score is not below `score`; no hits where there is none."""
    above = [point for point in curve if point["score"] >= score]
    return above[-1] if above else {"hits": 0.0, "precision": 1.0}


def _worst(items: Any) -> list[dict[str, Any]]:
    """Entries that were wrong, most often first; one that several workers have is told once."""
    found: dict[str, dict[str, Any]] = {}
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for item in items:
        for name in ("wrong", "right"):
            sums[item["entry"], name] += item[name]
        found[item["entry"]] = {**item, "text": item["text"] or found.get(item["entry"], item)["text"]}
    added = [{**item, **{name: sums[key, name] for name in ("wrong", "right")}} for key, item in found.items()]
    return sorted(added, key=lambda item: (-item["wrong"], item["right"], item["entry"]))[:WORST]
