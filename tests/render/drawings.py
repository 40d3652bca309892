"""Hand-made diagrams of several sizes that the tests of pictures share."""

from __future__ import annotations

import random

from archwright.report.diagram import Diagram, Edge, Group, Line, Node, Shape

ASSISTANT = Diagram(
    "FAQ assistant",
    "One agent, one store, one managed model",
    nodes=(
        Node("shopper", "Shopper", "client", "person"),
        Node("gateway", "Gateway", "gateway", "gateway", "ours", ("20 requests/s", "budget $400/month")),
        Node("agent", "FAQ agent", "agent", "agent", "ours", ("p95 2.1 s",)),
        Node("index", "Help articles", "vector store", "store", "ours", ("12k chunks",)),
        Node("model", "gpt-5-mini", "managed model", "model", "supplier", ("$0.25 / $2.00 per 1M",)),
    ),
    groups=(Group("ours", "Our platform"), Group("supplier", "OpenAI", "supplier")),
    edges=(
        Edge("shopper", "gateway", label="question"),
        Edge("gateway", "agent", label="HTTP"),
        Edge("agent", "index", label="top 5"),
        Edge("agent", "model", label="1.8k tokens in"),
        Edge("agent", "shopper", "return", "answer"),
    ),
)

SUPPORT_DESK = Diagram(
    "Customer support desk",
    "Multi-agent support: what answers a customer, where state is kept, and whom we depend on",
    nodes=(
        Node("customer", "Customer", "client", "person", lines=("180k requests/month",)),
        Node("gateway", "Support gateway", "gateway", "gateway", "edge", ("retry 2, timeout 8 s",), ("60 rps",)),
        Node("cache", "Answer cache", "cache", "store", "edge", ("hit rate 22 %", "TTL 24 h"), ("semantic",)),
        Node("supervisor", "Supervisor", "agent", "agent", "agents", ("plans and delegates",), ("4 replicas",)),
        Node("orders", "Order agent", "agent", "agent", "agents", ("refunds up to $50",)),
        Node("policy", "Policy agent", "agent", "agent", "agents", ("cites the handbook",)),
        Node("review", "Human review", "human review", "person", "agents", ("12 reviewers",), ("SLA 4 h",)),
        Node("retriever", "Retriever", "retriever", "box", "data", ("hybrid, top 8",)),
        Node("vectors", "Handbook index", "vector store", "store", "data", ("48k chunks",), ("pgvector",)),
        Node("orderdb", "Orders database", "database", "store", "data", ("PostgreSQL 17",), ("PII",)),
        Node("primary", "Claude Sonnet", "managed model", "model", "vendor", ("$3 / $15 per 1M",), ("primary",)),
        Node("backup", "GPT-5 mini", "managed model", "model", "vendor2", ("$0.25 / $2 per 1M",), ("fallback",)),
    ),
    groups=(
        Group("edge", "Edge"),
        Group("agents", "Agent plane"),
        Group("data", "Data plane"),
        Group("vendor", "Anthropic", "supplier"),
        Group("vendor2", "OpenAI", "supplier"),
    ),
    edges=(
        Edge("customer", "gateway", label="message"),
        Edge("gateway", "cache", label="lookup"),
        Edge("gateway", "supervisor", label="miss, 78 %"),
        Edge("supervisor", "orders", label="order questions"),
        Edge("supervisor", "policy", label="policy questions"),
        Edge("supervisor", "review", "async", "low confidence"),
        Edge("orders", "orderdb", label="SQL, read only"),
        Edge("policy", "retriever", label="query"),
        Edge("retriever", "vectors", label="kNN"),
        Edge("orders", "primary", label="1.2k tokens"),
        Edge("policy", "primary", label="3.4k tokens"),
        Edge("supervisor", "primary"),
        Edge("supervisor", "backup", "fallback", "on 429 or timeout"),
        Edge("review", "customer", "return", "reply by mail"),
        Edge("supervisor", "cache", "async", "store answer"),
    ),
)

PLATFORM = Diagram(
    "Claims assistant of an insurer",
    "24 components: two channels, one gateway, four agents, batch ingestion, self-hosted and managed models",
    nodes=(
        Node("app", "Customer app", "client", "person", "channels", ("400k sessions/month",)),
        Node("desk", "Service desk", "client", "person", "channels", ("350 clerks",)),
        Node("gateway", "AI gateway", "gateway", "gateway", "entry", ("budget $18k/month", "retry 2"), ("SLO 99.9 %",)),
        Node("guard", "Guardrail", "guard", "box", "entry", ("PII, injection",)),
        Node("cache", "Semantic cache", "cache", "store", "entry", ("hit rate 18 %",)),
        Node("router", "Model router", "router", "box", "entry", ("learned, 3 tiers",)),
        Node("planner", "Claims planner", "agent", "agent", "agents", ("max 6 steps",)),
        Node("coverage", "Coverage agent", "agent", "agent", "agents"),
        Node("damage", "Damage agent", "agent", "agent", "agents", ("reads photos",)),
        Node("letter", "Letter agent", "agent", "agent", "agents"),
        Node("review", "Clerk's review", "human review", "person", "agents", (), ("SLA 1 d",)),
        Node("retriever", "Retriever", "retriever", "box", "knowledge", ("hybrid, top 12",)),
        Node("vectors", "Policy index", "vector store", "store", "knowledge", ("2.1M chunks",)),
        Node("rerank", "Reranker", "classical model", "model", "knowledge"),
        Node("lake", "Document lake", "lake", "store", "ingestion", ("14 TB",), ("PII",)),
        Node("stream", "Claims stream", "stream", "queue", "ingestion", ("120 events/s",)),
        Node("embed", "Embedding job", "batch job", "box", "ingestion", ("nightly",)),
        Node("llama", "Llama 70B", "self-hosted model", "model", "gpu", ("4 x H200",)),
        Node("vision", "Vision model", "self-hosted model", "model", "gpu", ("1 x L40S",)),
        Node("sonnet", "Claude Sonnet", "managed model", "model", "vendor", ("EU region",), ("fallback",)),
        Node("core", "Claims core", "legacy system", "external", "insurer", ("mainframe", "60 tps limit")),
        Node("crm", "Customer records", "database", "store", "insurer", (), ("PII",)),
        Node("audit", "Audit log", "lake", "store", "insurer", ("10 years",)),
        Node("register", "Vehicle register", "external API", "external", "state"),
    ),
    groups=(
        Group("channels", "Channels"),
        Group("entry", "Entry"),
        Group("agents", "Agent plane"),
        Group("knowledge", "Knowledge"),
        Group("ingestion", "Ingestion"),
        Group("gpu", "GPU pool"),
        Group("vendor", "Anthropic", "supplier"),
        Group("insurer", "Core systems"),
        Group("state", "Road authority", "public"),
    ),
    edges=(
        Edge("app", "gateway", label="chat"),
        Edge("desk", "gateway", label="questions"),
        Edge("gateway", "guard", label="screen"),
        Edge("gateway", "cache", label="lookup"),
        Edge("gateway", "planner", label="claim"),
        Edge("gateway", "audit", "async", "every call"),
        Edge("planner", "coverage", label="is it covered?"),
        Edge("planner", "damage", label="photos"),
        Edge("planner", "letter", label="reply"),
        Edge("planner", "review", "async", "above $5k"),
        Edge("coverage", "retriever", label="query"),
        Edge("retriever", "vectors", label="kNN"),
        Edge("retriever", "rerank", label="48 passages"),
        Edge("coverage", "crm", label="contract"),
        Edge("coverage", "core", label="claim file"),
        Edge("damage", "vision", label="images"),
        Edge("damage", "register", label="plate"),
        Edge("letter", "router", label="2.2k tokens"),
        Edge("coverage", "router", label="4.1k tokens"),
        Edge("router", "llama", label="70 %"),
        Edge("router", "sonnet", "fallback", "overload or hard"),
        Edge("stream", "lake", "async"),
        Edge("lake", "embed", "async", "new documents"),
        Edge("embed", "vectors", "async", "upsert"),
        Edge("core", "stream", "async", "changes"),
        Edge("review", "desk", "return", "open cases"),
    ),
)

HOSTILE = Diagram(
    '</title><script>alert("x")</script>',
    "a & b < c > d \"quoted\" 'single' \x00\x08 \ud800 ]]> --> <!--",
    nodes=(
        Node('a"><b>', "<b>bold</b> & \u0007 \n new line", "kind<", "box", 'g"', ("</text><script>", "x" * 300)),
        Node("end", "end", "subgraph", "external", "", (), ("</svg>", "ünïcødé", "漢字漢字")),
        Node("graph", "", "", "queue"),
    ),
    groups=(Group('g"', "<Group> & co", "public"), Group("empty", "nobody here")),
    edges=(
        Edge('a"><b>', "end", "sync", '|"]<br/>; end %% `x` --> #quot; $'),
        Edge("end", 'a"><b>', "return", "word " * 60),
        Edge("end", "end", "async", "again"),
        Edge("end", "end", "fallback"),
        Edge("graph", 'a"><b>', "fallback", "supercalifragilisticexpialidociousandmore" * 2),
    ),
    legend=("<i>note</i>", ""),
)

SHAPES: tuple[Shape, ...] = ("box", "store", "person", "queue", "model", "agent", "external", "gateway")
LINES: tuple[Line, ...] = ("sync", "sync", "sync", "async", "fallback", "return")


def drawn_by_lot(seed: int, nodes: int, edges: int, groups: int) -> Diagram:
    """A layered system of the given size; the same seed gives the same diagram."""
    lot = random.Random(seed)
    frames = tuple(
        Group(f"g{i}", f"Plane {i} of the system", lot.choice(("ours", "ours", "supplier", "public")))
        for i in range(groups)
    )
    parts = tuple(
        Node(
            f"n{i}",
            lot.choice(("Router", "Order agent", "Document retriever", "Feature store of the shop")),
            lot.choice(("router", "agent", "vector store")),
            lot.choice(SHAPES),
            frames[min(groups - 1, i * groups // nodes)].name if groups and lot.random() < 0.85 else "",
            ("1.2k requests/s",) * lot.randint(0, 2),
            ("PII",) * lot.randint(0, 1),
            lot.choice((None, None, 0.1, 0.9)),
        )
        for i in range(nodes)
    )
    flows = []
    for _ in range(edges):
        a = lot.randrange(nodes)
        b = min(nodes - 1, a + lot.randint(1, max(1, nodes // 3)))
        line = lot.choice(LINES)
        source, target = (b, a) if line == "return" else (a, b)
        flows.append(Edge(f"n{source}", f"n{target}", line, lot.choice(("", "query", "1.2k tokens in", "top 8"))))
    return Diagram(f"System of {nodes}", "drawn by lot", parts, frames, tuple(flows))


def all_drawings() -> dict[str, Diagram]:
    """Every hand-made diagram by name."""
    return {
        "empty": Diagram("Nothing yet", "", ()),
        "one": Diagram("One", "", (Node("a", "Only one", "agent", "agent"),)),
        "assistant": ASSISTANT,
        "support": SUPPORT_DESK,
        "platform": PLATFORM,
        "hostile": HOSTILE,
        "loose": Diagram("Loose", "no flows", tuple(Node(f"n{i}", f"Part {i}", "tool") for i in range(9))),
        "star": Diagram(
            "Star",
            "one hub",
            (Node("hub", "Hub", "agent", "agent"), *(Node(f"t{i}", f"Tool {i}", "tool") for i in range(14))),
            edges=tuple(Edge("hub", f"t{i}", label=f"call {i}") for i in range(14)),
        ),
        "25": drawn_by_lot(3, 25, 34, 4),
        "40": drawn_by_lot(5, 40, 52, 6),
    }
