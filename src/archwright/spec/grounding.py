"""What a file says about answers from documents has to make sense as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.model import System
from archwright.spec.paths import leads_outside
from archwright.spec.settings.gateway import GatewaySettings, RouteSpec
from archwright.spec.settings.retrieval import RetrieverSettings


def grounds(system: System) -> Iterator[Problem]:
    """Routes whose retriever is none, has no documents or is not led to, and retrievers that cannot work."""
    led = {(flow.source, flow.target) for flow in system.flows}
    for gateway, component in system.with_trait("gateway").items():
        settings = component.settings_as(GatewaySettings)
        for name, route in (settings.routes if settings else {}).items():
            yield from _route(system, f"route `{name}`", route, led_to={end for begin, end in led if begin == gateway})
    for component in system.components.values():
        retriever = component.settings_as(RetrieverSettings)
        if retriever is not None:
            yield from _cut(retriever)
            yield from _embedder(system, retriever)


def _route(system: System, title: str, route: RouteSpec, led_to: set[str]) -> Iterator[Problem]:
    if route.retriever is None:
        if route.refusal:
            message = f"{title} has a `refusal` and no retriever that could find nothing"
            yield Problem("no-retriever", message, route.refusal.where, "add `retriever`, or write `degraded`")
        return
    settings = system.components[route.retriever].settings_as(RetrieverSettings)
    where = route.retriever.where
    if settings is None:
        message, mend = f"`{route.retriever}` is no retriever", "name a component of kind retriever"
        yield Problem("not-a-retriever", message, where, mend)
        return
    if not settings.documents:
        message = f"{title} answers from `{route.retriever}`, which has no documents"
        yield Problem("no-documents", message, where, "add `documents: folder` to it")
    if route.retriever not in led_to:
        message = f"{title} asks `{route.retriever}`, but no flow leads there"
        yield Problem("no-flow", message, where, f"add a flow from the gateway to `{route.retriever}`")
    embedder = settings.embedder
    if embedder is not None and embedder not in led_to:
        message = f"{title} asks `{embedder}` for vectors of questions, but no flow leads there"
        mend = f"add a flow from the gateway to `{embedder}` with its timeout"
        yield Problem("no-flow", message, embedder.where, mend)


def _cut(retriever: RetrieverSettings) -> Iterator[Problem]:
    if leads_outside(retriever.documents):
        message = f"`{retriever.documents}` lies outside the project"
        yield Problem("path-outside", message, retriever.documents.where, "put the folder beside this file")
    chunk = retriever.chunk
    if chunk.overlap.value * 2 > chunk.words.value:
        message = f"passages of {chunk.words} words repeat {chunk.overlap} of them"
        yield Problem("out-of-range", message, chunk.place("overlap"), "repeat at most half")


def _embedder(system: System, retriever: RetrieverSettings) -> Iterator[Problem]:
    embedder = retriever.embedder
    if embedder is not None and not system.components[embedder].has("token-model"):
        message, mend = f"`{embedder}` is no model and makes no vectors", "name a model that serves embeddings"
        yield Problem("not-a-model", message, embedder.where, mend)
