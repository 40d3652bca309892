"""What a plan holds of routes that answer from documents: their retrievers, and what those add to each call."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archwright.base.errors import Problem
from archwright.plan import model as m
from archwright.plan.entries import Entries
from archwright.plan.grounding import HEADING_WORDS, PASSAGE_TOKENS, REFUSAL, frame_words
from archwright.plan.passages import Index, digest
from archwright.spec.judge import routes_of
from archwright.spec.model import System
from archwright.spec.settings.gateway import CacheSettings, RouteSpec
from archwright.spec.settings.retrieval import RetrieverSettings

NO_FLOW_S = 2.0  # seconds that an embedder is waited for where its flow says nothing


def retrievers_of(system: System) -> tuple[str, ...]:
    """The retrievers that routes answer from, each once, in the order of the routes."""
    return tuple(dict.fromkeys(str(route.retriever) for _, route in routes_of(system).values() if route.retriever))


def embedders_of(system: System) -> frozenset[str]:
    """The models that make vectors: for these retrievers and for caches, or for calls that all write nothing."""
    settings = (system.components[name].settings_as(RetrieverSettings) for name in retrievers_of(system))
    caches = (item.settings_as(CacheSettings) for item in system.with_trait("cache").values())
    named = [item.embedder for item in settings if item] + [item.semantic.embedder for item in caches if item]
    reached = answering(system)
    wordless = {target for target, routes in reached.items() if _write_nothing(system, routes)}
    return frozenset(str(name) for name in named if name) - frozenset(reached) | wordless


def answering(system: System) -> dict[str, set[str]]:
    """The models that routes answer with, and by which routes."""
    found: dict[str, set[str]] = {}
    for name, (_, route) in routes_of(system).items():
        for target in route.targets:
            found.setdefault(str(target), set()).add(name)
    return found


def _write_nothing(system: System, routes: set[str]) -> bool:
    """Whether each of some routes is called, and no call is answered with tokens."""
    steps = [step for journey in system.workload.journeys.values() for step in journey.steps]
    calls = [(str(step.route), step.tokens) for step in steps if step.route is not None and step.tokens is not None]
    written = {route for route, tokens in calls if tokens.output.median.value > 0}
    return routes <= {route for route, _ in calls} - written


def answering_from_documents(work: Entries, plan: m.Plan, indexes: Mapping[str, Index]) -> m.Plan:
    """The plan with its retrievers, and with what they add to routes and steps. An index that lacks is a problem."""
    specs = {name: route for name, (_, route) in routes_of(work.system).items()}
    targets = {target.name: place for place, target in enumerate(plan.targets)}
    places: dict[str, int] = {}
    retrievers: list[m.Retriever] = []
    for name in retrievers_of(work.system):
        index = indexes.get(name)
        if index is None:
            where = work.system.components[name].where
            work.problems.append(Problem("no-index", f"the documents of `{name}` were not read", where))
            continue
        places[name] = len(retrievers)
        retrievers.append(_retriever(work, plan.gateway.name, name, index, targets))
    routes = tuple(_route(work, route, specs[route.name], places) for route in plan.routes)
    stations = {station.name: place for place, station in enumerate(plan.stations)}
    added = {
        place: (stations[retrievers[route.retriever].name], route.passages)
        for place, route in enumerate(routes)
        if route.retriever >= 0
    }
    journeys = tuple(
        replace(journey, steps=tuple(_step(step, added) for step in journey.steps)) for journey in plan.journeys
    )
    return replace(plan, routes=routes, journeys=journeys, retrievers=tuple(retrievers))


def _retriever(work: Entries, gateway: str, name: str, index: Index, targets: Mapping[str, int]) -> m.Retriever:
    settings = work.system.components[name].settings_as(RetrieverSettings) or RetrieverSettings()
    key = f"components.{name}"
    embedder = str(settings.embedder or "")
    flow = work.system.flow(gateway, embedder) if embedder else None
    found = digest(index)
    note = f"{len(index.passages)} passages of `{settings.documents}`, index {found[:8]}"
    work.book.leaf(
        f"{key}.passage_words",
        index.mean_words,
        "number",
        label="mean words of a passage",
        origin="measured",
        note=note,
    )
    note = "definition: file name and number before each passage"
    work.book.leaf(
        f"{key}.heading_words", HEADING_WORDS, "count", label="words above a passage", origin="fact", note=note
    )
    return m.Retriever(
        name=name,
        index=found,
        passages=len(index.passages),
        top=work.whole(f"{key}.top", settings.top, "passages given to the model"),
        support=work.note(f"{key}.support", settings.support, "least support for an answer"),
        embedder=targets[embedder] if embedder else -1,
        fusion=work.note(f"{key}.fusion", settings.fusion, "weight of vectors beside words"),
        timeout_s=flow.timeout.value if flow and flow.timeout else NO_FLOW_S,
        tokens_per_word=work.note(f"{key}.tokens_per_word", settings.tokens_per_word, "tokens of a word"),
    )


def _route(work: Entries, route: m.Route, spec: RouteSpec, places: Mapping[str, int]) -> m.Route:
    if not spec.retriever or spec.retriever not in places:
        return route
    refusal = " ".join(spec.refusal.split()) or REFUSAL
    note = "definition: what the gateway writes around the passages"
    work.book.leaf(
        f"routes.{route.name}.frame", frame_words(refusal), "count", label="instruction", origin="fact", note=note
    )
    passages = _tokens(work, spec.retriever, route.name)
    return replace(route, retriever=places[spec.retriever], refusal=refusal, passages=passages)


def _tokens(work: Entries, retriever: str, route: str) -> int:
    """The tokens that a call of a route gets from its passages: a figure, and rounded the number that is used."""
    key = f"components.{retriever}"
    figure = work.book.derive(
        f"routes.{route}.passages", PASSAGE_TOKENS, "number", "tokens that passages add to a call",
        top=f"{key}.top", words=f"{key}.passage_words", heading=f"{key}.heading_words",
        tokens_per_word=f"{key}.tokens_per_word", frame=f"routes.{route}.frame",
    )  # fmt: skip
    return round(figure.value)


def _step(step: m.Step, added: Mapping[int, tuple[int, int]]) -> m.Step:
    if step.route not in added:
        return step
    search, passages = added[step.route]
    return replace(step, search=search, passages=passages)
