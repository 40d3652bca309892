"""Documents with every kind of block, for the tests of the writers."""

from __future__ import annotations

import math

from archwright.base.errors import Location
from archwright.base.money import PICO
from archwright.base.units import MONTH
from archwright.report.diagram import Diagram, Edge, Node
from archwright.report.document import (
    Bars,
    Cell,
    Chart,
    Document,
    Finding,
    Findings,
    Picture,
    Section,
    Series,
    Table,
    Text,
    Tiles,
)

SOURCE = """\
name: support-desk
components:
  answer-agent:
    kind: agent
    calls: model-primary
  model-primary:
    kind: managed-model
"""

FINDINGS = Findings(
    (
        Finding(
            "AW101",
            "error",
            "the call from answer-agent to model-primary has no timeout",
            Location("system.yaml", 5, 12),
            "One slow answer holds a worker until the client gives up; at 4 requests a second that is all of them.",
            "give the flow a timeout, such as `timeout: 20 s`",
            "answer-agent",
        ),
        Finding(
            "AW104",
            "warning",
            "nothing caps what model-primary may spend in a month",
            Location("system.yaml", 7, 5),
            "A loop or a leaked key costs as much as the provider lets it.",
            "add `objectives.budget`",
            "model-primary",
        ),
        Finding("AW108", "note", "model-primary has no owner", Location("system.yaml", 6, 3), subject="model-primary"),
    )
)

LOAD = Chart(
    "Latency of an answer under a tenfold spike",
    "Time since the start",
    "duration",
    "Time to the whole answer",
    "duration",
    (
        Series("p50", tuple((t * 15.0, 2.1 + 1.2 * (40 <= t <= 70)) for t in range(121))),
        Series(
            "p95",
            tuple((t * 15.0, 4.4 + 0.3 * math.sin(t / 4) + (9 * math.exp(-((t - 55) ** 2) / 180))) for t in range(121)),
        ),
        Series(
            "p95 with a cache",
            tuple(
                (t * 15.0, 4.1 + 0.25 * math.sin(t / 5) + (4.2 * math.exp(-((t - 55) ** 2) / 150))) for t in range(121)
            ),
        ),
    ),
    ((600.0, 1050.0, "spike, 10x"), (900.0, 1200.0, "primary model is out")),
    ((8.0, "objective, p95"),),
)

SPEND = Bars(
    "Cost of a month by component",
    "money-rate",
    (
        ("model-primary, output tokens", 2_410 * PICO / MONTH, "price.model-primary.output"),
        ("model-primary, input tokens", 1_385 * PICO / MONTH, "price.model-primary.input"),
        ("model-fallback", 212 * PICO / MONTH, "price.model-fallback"),
        ("embedding of questions", 38.5 * PICO / MONTH, ""),
        ("vector store", 95 * PICO / MONTH, "price.vector-store"),
    ),
)

STEPS = Table(
    ("Step", "Calls a request", "Input tokens", "Output tokens", "Cost a request", "Share"),
    (
        ("triage", "1", "420", "12", Cell("$0.00014", figure="price.triage"), "3.1 %"),
        ("look up the order", "0.62", "0", "0", "$0", "0 %"),
        ("retrieve passages", "0.85", "34", "0", Cell("$0.0000009", "muted"), "0.02 %"),
        ("write the answer", "1.3", "2,910", "265", Cell("$0.00421", "bad", "price.answer"), "93 %"),
        ("check the tone", "1", "310", "5", Cell("$0.00017", "good"), "3.8 %"),
    ),
    "One request of the journey “where is my order”",
    frozenset({1, 2, 3, 4, 5}),
)

DIAGRAM = Diagram(
    "Support desk",
    "Reference architecture",
    (Node("gateway", "Gateway", "gateway", "gateway"), Node("model", "Primary model", "managed model", "model")),
    edges=(Edge("gateway", "model", label="chat"), Edge("model", "gateway", "return")),
)

CHECK = Document(
    "Check",
    (Section("findings", "Findings", (FINDINGS,), "Eight rules looked at 9 components and 14 flows."),),
    "What would hurt in production, and how to mend it.",
    (("Rules", "8"), ("File", "examples/support-desk/system.yaml")),
)
DRAW = Document(
    "Draw",
    (Section("architecture", "Architecture", (Picture(DIAGRAM),), "Solid lines wait, dashed lines do not."),),
    "The reference architecture.",
)
PRICE = Document(
    "Price",
    (
        Section(
            "month",
            "A month at the stated volume",
            (
                Tiles(
                    (
                        ("Cost of a month", "$4,140", "budget $6,000", "price.month"),
                        ("Cost of a request", "$0.00452", "mean over three journeys", "price.request"),
                        ("Tokens a month", "3.28M", "92 % are input", ""),
                        ("Guessed inputs", "3", "they move the month by ±18 %", ""),
                    )
                ),
                SPEND,
                Text("The vector store is billed by the hour and does not grow with the volume.", "muted"),
            ),
            "What the design costs before anything is cached.",
        ),
        Section("journey", "By step", (STEPS,)),
    ),
    "What a step, a request, a journey and a month cost.",
    (("As of", "2025-11-01"), ("Prices", "genai-prices 0.2.3"), ("Plan", "9f2c1ab04d77e510")),
)
STRESS = Document(
    "Stress",
    (
        Section(
            "spike",
            "A tenfold spike, and the primary model out in the middle of it",
            (
                Tiles(
                    (
                        ("p95 at the peak", "13.6 s", "objective 8 s", "stress.p95"),
                        ("Answers that fell back", "18.4 %", "", "stress.fallbacks"),
                        ("Breaks first", "gateway workers", "at 31 requests/s", ""),
                    )
                ),
                LOAD,
                Findings(()),
            ),
        ),
    ),
    "What breaks first, at which load, and why.",
    (("Seed", "1"), ("Events", "482,190")),
)
DOCUMENTS = (CHECK, DRAW, PRICE, STRESS)
EXPLANATIONS = {
    "price.month": "cost of a month = sum over journeys (requests a month x cost of a request)\n\n"
    "  requests a month   916,000        system.yaml:41:13  measured\n"
    "  cost of a request  $0.00452       price.request\n"
    "  prices             genai-prices 0.2.3, checked on 2025-10-28",
    "price.request": "cost of a request = sum over steps (calls x tokens x price of a token)",
    "price.answer": "cost = 1.3 x (2,910 x $0.25/Mtok + 265 x $2/Mtok)",
    "price.model-primary.output": "output tokens a month x $2/Mtok",
    "stress.p95": "95th percentile of 41,203 simulated answers between 600 s and 1,200 s",
    "unused": "no document shows this figure",
}
