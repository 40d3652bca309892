"""`archwright replay` of past requests: what a cache that answers by meaning would have done with them, and saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from archwright.analysis.price import price
from archwright.analysis.recall.report import curve_of, foreseen_document, pasted
from archwright.base.errors import InputError, Location, Problem
from archwright.learn.recall import Recall
from archwright.learn.replay import Log, Outcome, replay
from archwright.learn.spaces import Spaces
from archwright.plan.model import Cache, Plan, Route, Semantic, plan_hash
from archwright.policy.chance import SEMANTIC, uniform
from archwright.report.figures import Book
from archwright.runtime.embedder import Source, Vector
from archwright.runtime.embedders import open_embedder
from archwright.spec.setting import settings
from archwright.verbs.answer import Answer
from archwright.verbs.past import Past, read_past
from archwright.verbs.progress import Progress
from archwright.verbs.project import Project

PROMISES: Final = (0.005, 0.01, 0.02, 0.03, 0.05)
TOGETHER: Final = 64
LUCKS: Final = 3


def replay_past(project: Project, log: str, given: Sequence[str], say: Callable[[str], None], seed: int = 1) -> Answer:
    """Replay past requests through the cache of the file, with values changed.

    Raises:
        InputError: the log cannot be read, no route has a cache, or a value cannot be.
        DependencyMissing: vectors are to be made here, and what makes them is not installed.
    """
    changed = _turned_on(project.changed(settings(given)) if given else project, log)
    plan = changed.compiled.plan
    route, cache, semantic = _cache(plan)
    past = read_past(log, semantic.answer_id, route.name)
    progress = Progress(say)
    vectors = _vectors(past, semantic, progress)
    asked = _read(past, vectors, cache.ttl_s)
    found = []
    for wrong in sorted({*PROMISES, semantic.wrong}):
        progress.tell(f"a promise of {wrong * 100:g} %")
        found.append(_middle(asked, replace(semantic, wrong=wrong), seed))
    chosen = next(item for item in found if item.wrong_at_most == semantic.wrong)
    book = Book()
    facts = (
        ("log", log), ("route", route.name), ("configuration", plan_hash(plan)),
        ("seeds", f"{seed} to {seed + LUCKS - 1}"), ("as of", plan.as_of),
    )  # fmt: skip
    document = foreseen_document(book, found, chosen, _saved(changed, plan, cache, chosen), facts)
    data = {
        "requests": len(past),
        "promises": [_plain(item) for item in found],
        "asked": _plain(chosen),
        "curve": [{"wrong": wrong, "saved": saved} for wrong, saved in curve_of(found)],
        "yaml": pasted(found, len(past)),
    }
    return Answer("replay", (document,), book, data=data, plan=plan_hash(plan))


def _read(past: Sequence[Past], vectors: Sequence[Vector], ttl_s: float) -> Log:
    """The log as a cache meets it: namespaces stand apart, and an exact cache keeps a request by all that it says."""
    spaces = _numbered([item.space for item in past])
    texts = [item.text for item in past]
    answers = _numbered([item.answer for item in past])
    keys = [(space, item.key) for space, item in zip(spaces, past, strict=True)]
    return Log(texts, Spaces(vectors, spaces), answers, keys, [item.at for item in past], ttl_s)


def _middle(asked: Log, semantic: Semantic, seed: int) -> Outcome:
    """The run that saves neither most nor least, of some with other luck: which hits are audited is a matter of it."""
    runs = [
        replay(asked, Recall(semantic.wrong, semantic.of, semantic.audits), _luck(other))
        for other in range(seed, seed + LUCKS)
    ]
    return sorted(runs, key=lambda item: item.net)[LUCKS // 2]


def _luck(seed: int) -> Callable[[int], float]:
    return lambda row: uniform(seed, row, 0, SEMANTIC)


def _turned_on(project: Project, log: str) -> Project:
    """The project with a cache that answers by meaning, as the file would have it: the first one, where all are off."""
    plan = project.compiled.plan
    kept = [plan.caches[route.cache] for route in plan.routes if route.cache >= 0]
    if not kept:
        mend = "give a route a `cache`, and that one a `semantic` part"
        raise InputError([Problem("cannot-replay", "no route of the file has a cache", Location(log), mend)])
    if any(cache.semantic is not None for cache in kept):
        return project
    return project.changed(settings([f"components.{kept[0].name}.semantic.mode=on"]))


def _cache(plan: Plan) -> tuple[Route, Cache, Semantic]:
    """The first route that answers by meaning."""
    kept = ((route, plan.caches[route.cache]) for route in plan.routes if route.cache >= 0)
    return next((route, cache, cache.semantic) for route, cache in kept if cache.semantic is not None)


def _vectors(past: Sequence[Past], semantic: Semantic, progress: Progress) -> list[Vector]:
    """Those that the log holds, if it holds all; else made by the model on this machine."""
    own = [item.vector for item in past]
    if all(own):
        size = len(own[0])
        if any(len(vector) != size for vector in own):
            raise InputError([Problem("bad-log", "vectors of the log differ in length", mend="use one embedder")])
        return list(own)
    texts = list(dict.fromkeys(item.text for item in past))
    made = dict(zip(texts, asyncio.run(_made(texts, semantic, progress)), strict=True))
    return [made[item.text] for item in past]


async def _made(texts: Sequence[str], semantic: Semantic, progress: Progress) -> list[Vector]:
    embedder = open_embedder("minilm", Source(folder=semantic.model_dir))
    found: list[Vector] = []
    try:
        for begin in range(0, len(texts), TOGETHER):
            progress.tell(f"vectors of {begin:,} of {len(texts):,} questions")
            found += await embedder.embed(texts[begin : begin + TOGETHER])
    finally:
        await embedder.close()
    return found


def _numbered(names: Sequence[str]) -> list[int]:
    """The same names as numbers, in the order in which they come."""
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) for name in names]


def _saved(project: Project, plan: Plan, cache: Cache, found: Outcome) -> float | None:
    """What the promise saves a month (pico-dollars) at the file's prices, of what an exact cache leaves to be paid."""
    part = replace(cache.semantic or Semantic("on", found.wrong_at_most), mode="on", saved=0.0)
    caches = tuple(replace(item, semantic=part) if item.name == cache.name else item for item in plan.caches)
    journeys = tuple(
        replace(journey, steps=tuple(replace(step, seen=0.0) for step in journey.steps)) for journey in plan.journeys
    )
    book = price(replace(plan, caches=caches, journeys=journeys), project.compiled.book).book
    kept = [route.cache >= 0 and plan.caches[route.cache].name == cache.name for route in plan.routes]
    keys = [
        f"price.{journey.name}.{step.name}.month"
        for journey in plan.journeys
        for step in journey.steps
        if step.route >= 0 and kept[step.route]
    ]
    paid = [book[key].value for key in keys if key in book]
    return sum(paid) * found.net if paid else None


def _plain(item: Outcome) -> dict[str, object]:
    return {
        "wrong_at_most": item.wrong_at_most, "of": item.of, "requests": item.requests, "plain": item.plain,
        "exact": item.exact, "served": item.served, "audits": item.audits, "wrong": item.wrong, "calls": item.calls,
        "net": item.net, "wrong_of_hits": item.wrong_of_hits._asdict(),
        "wrong_of_all": item.wrong_of_all._asdict(),
    }  # fmt: skip
