"""Rows of the ledger as OpenTelemetry spans in OTLP's JSON, with the attributes of its GenAI conventions. No prompts.

A request is a span of a server, each of its calls a client's span below it. Field names are those of OTLP 1.x over HTTP
(opentelemetry.io/docs/specs/otlp) and of the GenAI conventions as of 2026-11, none of which is declared stable yet.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from archwright.ledger.rows import Attempt, Request
from archwright.runtime.gateway.listeners import Told

SERVER, CLIENT = 2, 3
EMBEDDINGS: Final = "embeddings"
ERROR: Final = 2
NANO: Final = 10**9
WELL: Final = frozenset(("answered", "cached", "degraded", "stale", "refused"))
KNOWN_AS: Final = {"mistral": "mistral_ai"}  # where the conventions have another name for a supplier


class Context(msgspec.Struct, frozen=True):
    """Where a request stands in its client's trace, the span above it (empty: the client told none), what it is for."""

    trace: str
    parent: str
    operation: str = "chat"


def context(traceparent: bytes, request: str, operation: str = "chat") -> Context:
    """The trace that a client's `traceparent` names (W3C Trace Context), or one of its own for the request."""
    parts = traceparent.split(b"-")
    if len(parts) >= 4 and _is_id(parts[1], 32) and _is_id(parts[2], 16):
        return Context(parts[1].decode(), parts[2].decode(), operation)
    trace = hashlib.blake2b(request.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Context(trace, "", operation)


def _is_id(text: bytes, length: int) -> bool:
    return len(text) == length and not text.strip(b"0123456789abcdef") and bool(text.strip(b"0"))


def span(row: Told, where: Context, began_s: float, providers: Mapping[str, str]) -> dict[str, Any]:
    """A row as a span.

    Args:
        row: what ended.
        where: the trace of its request.
        began_s: when the request came, in monotonic seconds: makes the ids of spans differ where a client uses the name
            of a request twice.
        providers: who answers behind each target.
    """
    root = _span_id(f"{row.request} {began_s!r}")
    start = _nanoseconds(row.at)
    made: dict[str, Any] = {"traceId": where.trace, "startTimeUnixNano": str(start)}
    made["endTimeUnixNano"] = str(start + int(max(row.total_s, 0.0) * NANO))
    if isinstance(row, Request):
        made |= {"spanId": root, "name": f"{where.operation} {row.route}".rstrip(), "kind": SERVER}
        if where.parent:
            made["parentSpanId"] = where.parent
        wrong, attributes = "" if row.how in WELL else row.how, _of_request(row, where.operation)
    else:
        operation = where.operation if row.number else EMBEDDINGS
        made |= {"spanId": _span_id(f"{root} {row.number} {row.began!r}"), "parentSpanId": root, "kind": CLIENT}
        made["name"] = f"{operation} {row.model}"
        provider = providers.get(row.target, "")
        wrong, attributes = "" if row.outcome == "ok" else row.outcome, _of_attempt(row, operation, provider)
    if wrong:
        made["status"] = {"code": ERROR}
        attributes["error.type"] = wrong
    made["attributes"] = _listed(attributes)
    return made


def _of_request(row: Request, operation: str) -> dict[str, object]:
    return {
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": row.route,
        "gen_ai.response.model": row.target,
        "gen_ai.conversation.id": row.session,
        "gen_ai.usage.input_tokens": row.tokens_in if row.target else None,
        "gen_ai.usage.output_tokens": row.tokens_out if row.target else None,
        "http.response.status_code": row.status,
        "archwright.request": row.request,
        "archwright.how": row.how,
        "archwright.plan": row.plan,
        "archwright.tenant": row.tenant,
        "archwright.journey": row.journey,
        "archwright.step": row.step,
        "archwright.lane": row.lane,
        "archwright.cache": row.cache,
        "archwright.stream": row.stream,
        "archwright.attempts": row.attempts,
        "archwright.cost_picodollars": row.cost,
        "archwright.cost_estimated": row.estimated,
        "archwright.overhead_s": row.overhead_s,
        "gen_ai.response.time_to_first_chunk": row.first_s if row.first_s >= 0.0 else None,
    }


def _of_attempt(row: Attempt, operation: str, provider: str) -> dict[str, object]:
    billed = bool(row.tokens_in or row.tokens_out)
    return {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": KNOWN_AS.get(provider, provider),
        "gen_ai.request.model": row.model,
        "gen_ai.usage.input_tokens": row.tokens_in if billed else None,
        "gen_ai.usage.cache_read.input_tokens": row.tokens_cached if billed else None,
        "gen_ai.usage.output_tokens": row.tokens_out if billed else None,
        "gen_ai.response.time_to_first_chunk": row.first_s if row.first_s >= 0.0 else None,
        "http.response.status_code": row.status or None,
        "archwright.request": row.request,
        "archwright.attempt": row.number,
        "archwright.target": row.target,
        "archwright.lane": row.lane,
        "archwright.cost_picodollars": row.cost,
        "archwright.cost_estimated": row.estimated,
    }


def envelope(spans: list[dict[str, Any]], service: str, version: str, instance: str) -> bytes:
    """Spans as the body of one request to a collector."""
    resource = {"service.name": service, "service.version": version, "service.instance.id": instance}
    scope = {"scope": {"name": "archwright.gateway", "version": version}, "spans": spans}
    whole = {"resource": {"attributes": _listed(resource)}, "scopeSpans": [scope]}
    return msgspec.json.encode({"resourceSpans": [whole]})


def _listed(attributes: Mapping[str, object]) -> list[dict[str, object]]:
    """Attributes as OTLP writes them; what is not known, or empty, is left out."""
    return list(_each(attributes))


def _each(attributes: Mapping[str, object]) -> Iterable[dict[str, object]]:
    for key, value in attributes.items():
        match value:
            case None | "":
                continue
            case bool():
                yield {"key": key, "value": {"boolValue": value}}
            case int():
                yield {"key": key, "value": {"intValue": str(value)}}  # as text, for it has 64 bits
            case float():
                yield {"key": key, "value": {"doubleValue": value}}
            case _:
                yield {"key": key, "value": {"stringValue": str(value)}}


def _span_id(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _nanoseconds(at: str) -> int:
    moment = dt.datetime.fromisoformat(at)
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (since.days * 86_400 + since.seconds) * NANO + since.microseconds * 1000
