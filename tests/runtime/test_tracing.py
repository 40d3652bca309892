"""Traces to a collector: what is in them, what never is, and a collector that is slow, cross or away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.base.errors import UsageError
from archwright.ledger.rows import Attempt, Request
from archwright.plan import model as m
from archwright.runtime.gateway import tracing
from archwright.runtime.gateway.door import Door
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.gateway.spans import Context, context, span
from archwright.runtime.gateway.speaking import Speaker
from archwright.runtime.gateway.tracing import Tracer, collector
from archwright.runtime.http1.request import Request as Asked
from archwright.runtime.wires import WIRES
from archwright.verbs.serve import Wish, setup_of
from tests.runtime.sample import Case, Desk, Script, completion, plan, running
from tests.runtime.test_faults import ASK, post

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Takes batches. With a gate it does so only once that is open."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.bodies: list[tuple[str, dict[str, Any]]] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def handle(self, request: Asked) -> None:
        body = request.ready(2**24) or await request.body(2**24)
        self.bodies.append((request.path, msgspec.json.decode(body or b"{}")))
        request.answer(self.status, ((b"content-type", b"application/json"),), b"{}")

    @property
    def spans(self) -> list[dict[str, Any]]:
        return [one for _, body in self.bodies for one in body["resourceSpans"][0]["scopeSpans"][0]["spans"]]


def valued(one: dict[str, Any]) -> dict[str, Any]:
    """Attributes of a span as plain values."""
    return {item["key"]: next(iter(item["value"].values())) for item in one["attributes"]}


@contextlib.contextmanager
def traced(folder: Path, endpoint: str, script: Script) -> Iterator[Desk]:
    made = plan()
    with running(script) as upstream:
        upstreams = tuple(Upstream("emulated", upstream.url) for _ in made.targets)
        setup = Setup(m.encode(made), upstreams, str(folder / "ledger.jsonl"), otlp=endpoint)
        with gateway(setup) as app, running(app) as server:
            yield Desk(server.url, app, folder / "ledger.jsonl", folder / "none", upstream.url)


async def well(case: Case) -> None:
    await case.reply(200, completion("an answer that nobody else may read", 10, 5, 4))


async def ill(case: Case) -> None:
    await case.reply(500, {"error": {"message": "no"}})


async def test_a_request_and_its_calls_are_spans_of_one_trace(tmp_path: Path) -> None:
    taken = Collector()
    with running(taken) as there:
        with traced(tmp_path, there.url, Script({"first": ill, "second": well})) as here:
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-archwright-session": "s1"}
            assert (await post(here, ASK, headers))[0] == 200
            assert (await post(here, {**ASK, "model": "kind"}))[0] == 200
        # The end of the gateway sends what is left.
        assert {path for path, _ in taken.bodies} == {"/v1/traces"}
    spans = taken.spans
    assert len(spans) == 5
    first, second, root, *others = spans
    assert {one["traceId"] for one in (first, second, root)} == {TRACE}
    assert (root["parentSpanId"], root["kind"], root["name"]) == (PARENT, 2, "chat both")
    assert [one["parentSpanId"] for one in (first, second)] == [root["spanId"]] * 2
    assert len({one["spanId"] for one in spans}) == 5
    assert (first["status"], "status" in second, "status" in root) == ({"code": 2}, False, False)
    called, asked = valued(second), valued(root)
    assert valued(first)["error.type"] == "transient"
    assert {name: value for name, value in called.items() if name.startswith("gen_ai")} == {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "test", "gen_ai.request.model": "second-1",
        "gen_ai.usage.input_tokens": "10", "gen_ai.usage.cache_read.input_tokens": "4",
        "gen_ai.usage.output_tokens": "5",
    }  # fmt: skip
    assert asked["gen_ai.conversation.id"] == "s1"
    assert (asked["gen_ai.request.model"], asked["archwright.attempts"]) == ("both", "2")
    assert int(root["startTimeUnixNano"]) <= int(root["endTimeUnixNano"])
    assert "parentSpanId" not in others[1]
    assert others[1]["traceId"] not in (TRACE, "0" * 32)
    whole = msgspec.json.encode([body for _, body in taken.bodies])
    assert b"nobody else" not in whole
    assert str(ASK["messages"][0]["content"]).encode() not in whole
    resource = valued(taken.bodies[0][1]["resourceSpans"][0]["resource"])
    assert resource["service.name"] == "gateway"


@pytest.mark.parametrize("how", ["refused", "dropped"])
async def test_a_cross_collector_and_one_that_is_away_cost_traces_and_no_request(tmp_path: Path, how: str) -> None:
    with running(Collector(503)) as there:
        endpoint = there.url if how == "refused" else "http://127.0.0.1:9"
        with traced(tmp_path, endpoint, Script({"first": well, "second": well})) as here:
            assert (await post(here))[0] == 200
        assert here.app.house.listeners[0].sent.values == {(how,): 2}  # type: ignore[attr-defined]
    assert [row.how for row in here.requests] == ["answered"]


class Silent(Collector):
    """Never answers."""

    async def handle(self, request: Asked) -> None:
        await asyncio.Event().wait()


async def test_a_slow_collector_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "MOST", 8)
    monkeypatch.setattr(tracing, "STOP_S", 0.01)
    row, x = _request(), _Exchange()
    with running(Silent(), grace_s=0.0) as there:
        tracer = Tracer(there.url, "gateway", "i", {}, pause_s=0.0, patience_s=60.0)
        for _ in range(20):
            tracer.told(row, x)  # type: ignore[arg-type]
        assert len(tracer.waiting) == 8
        await tracer.start()
        await asyncio.sleep(0)
        await tracer.stop()
    assert tracer.sent.values == {("dropped",): 20}
    assert 'archwright_spans_total{how="dropped"} 20' in tracer.figures()


class _Exchange:
    """As much of one as a tracer asks for."""

    headers: dict[bytes, bytes] = {}  # noqa: RUF012
    id = "r1"
    began = 1.0
    wire = WIRES.get("openai")


def _request(**changes: Any) -> Request:
    values: dict[str, Any] = {
        "request": "r1", "plan": "p", "tenant": "t", "journey": "j", "step": "s", "session": "", "route": "both",
        "target": "first", "began": 1.0, "at": "2026-11-21T12:00:00.250+00:00", "how": "answered", "status": 200,
    }  # fmt: skip
    return Request(**{**values, **changes})


@given(st.binary(max_size=80))
def test_a_trace_has_the_ids_that_the_standard_allows(given_: bytes) -> None:
    found = context(given_, "r1")
    assert len(found.trace) == 32
    assert set(found.trace) <= set("0123456789abcdef")
    assert found.trace != "0" * 32
    assert found.parent == "" or len(found.parent) == 16


def test_what_is_no_traceparent_is_none() -> None:
    good = f"00-{TRACE}-{PARENT}-01".encode()
    assert context(good, "r1") == Context(TRACE, PARENT)
    for bad in (b"", good.upper(), good[:40], b"00-" + b"0" * 32 + b"-" + PARENT.encode() + b"-01"):
        assert context(bad, "r1") == context(b"", "r1")
    assert context(b"", "r1") != context(b"", "r2")


def test_times_are_whole_nanoseconds_and_what_never_ended_has_no_length() -> None:
    one = span(_request(total_s=1.5), Context(TRACE, ""), 1.0, {})
    assert one["startTimeUnixNano"] == "1795262400250000000"
    assert int(one["endTimeUnixNano"]) - int(one["startTimeUnixNano"]) == 1_500_000_000
    attempt = Attempt("r1", 0, "p", "both", "embed", "e-1", 1.0, "2026-11-21T12:00:00.000+00:00", "ok")
    two = span(attempt, Context(TRACE, ""), 1.0, {"embed": "mistral"})
    assert (two["name"], two["startTimeUnixNano"]) == ("embeddings e-1", two["endTimeUnixNano"])
    assert valued(two)["gen_ai.provider.name"] == "mistral_ai"
    for row in (_request(), replace(attempt, number=1)):
        asked = span(row, context(b"", "r1", "embeddings"), 1.0, {})
        assert asked["name"].startswith("embeddings ")
        assert valued(asked)["gen_ai.operation.name"] == "embeddings"


def test_the_address_of_a_collector() -> None:
    assert collector("http://127.0.0.1:4318") == "http://127.0.0.1:4318/v1/traces"
    assert collector("http://127.0.0.1:4318/") == "http://127.0.0.1:4318/v1/traces"
    assert collector("https://collect.example/otlp/v1/traces") == "https://collect.example/otlp/v1/traces"
    for bad in (
        "",
        "collector:4318",
        "ftp://x",
        "http://",
        "http://u:p@x",
        "http://x:0",
        "http://x:99999",
        "http://x\n",
    ):
        with pytest.raises(UsageError, match="--otlp"):
            collector(bad)


def test_what_serve_is_told_reaches_the_gateway(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan()))
    wish = Wish(file, Door("127.0.0.1", 0), emulated="http://127.0.0.1:9", otlp="http://127.0.0.1:4318", log="json")
    made = setup_of(wish, {})
    assert (made.otlp, made.log) == ("http://127.0.0.1:4318", "json")
    with gateway(replace(made, ledger=str(tmp_path / "ledger.jsonl"))) as app:
        assert [type(one) for one in app.house.listeners] == [Tracer, Speaker]
    with pytest.raises(UsageError, match="--otlp"), gateway(replace(made, otlp="x", ledger=str(tmp_path / "l.jsonl"))):
        pass
