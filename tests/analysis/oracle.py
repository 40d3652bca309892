"""Price cases worked out by hand from published rate cards: what a system is billed, to the cent.

Each case says which card, of which day, where its unit prices were seen besides the price library that the program
uses (`seen`; all on 21 November 2026), and shows the arithmetic. The expected dollars are typed in from it. Unit prices
that the program finds by itself are looked up in its own data, so a case holds both the look-up and the sum. A month
has 730.5 hours (365.25 days of 24 hours, a twelfth).
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from archwright.analysis.price import PriceResult, price
from archwright.plan.compile import compile_plan
from archwright.plan.passages import Index, cut
from archwright.spec.load import loads

DAY = dt.date(2026, 3, 1)

SYSTEM = """\
system: Case
components:
  app: {{kind: service}}
  gateway: {{kind: gateway, routes: {{r: {{targets: [m]{route}}}}}}}
  m: {{kind: {kind}, pace: {{first_token: 1 s, per_token: 1 ms}}, {model}}}
{others}
flows:
  - {{from: gateway, to: m, timeout: 40 s}}
{flows}
workload:
  journeys:
    j:
      volume: {volume}/month
      {journey}
      steps:
        - {{name: s, at: {at}, route: r, tokens: {{{tokens}}}{step}}}
"""


class Case(NamedTuple):
    """One bill: the card, where it was seen, the arithmetic in words, the system's parts, the figure, its dollars."""

    name: str
    card: str
    seen: str
    sum: str
    dollars: float
    volume: str = "1M"
    model: str = "model: openai/gpt-4.1"
    tokens: str = "input: 1000, output: 200"
    key: str = "price.models.month"
    day: dt.date = DAY
    kind: str = "managed-model"
    journey: str = "critical: true"
    step: str = ""
    at: str = "app"
    others: str = ""
    route: str = ""
    flows: str = ""


# Where cards were seen.
LITELLM = "LiteLLM 1.109.1, model_prices_and_context_window_backup.json"
LITELLM_2025 = "LiteLLM 1.70.0 of May 2025, model_prices_and_context_window_backup.json"
COPY = "Wei-Shaw/model-price-repo at f9ff147 of 24 July 2026, model_prices_and_context_window.json"
PRIORITY = "openai.com/api-priority-processing, Priority Processing for API Customers"
SKYPILOT = "skypilot-org/skypilot-catalog at 0082b04, catalogs/v8/nebius/vms.csv"
PTU = "the Azure retail prices API on 27 July 2026, Provisioned Managed Global Unit, as quoted in a benchmark plan"
PINECONE = "pinecone.io/pricing as transcribed on 7 October 2026, api-evangelist/pinecone, pinecone-plans-pricing.yml"
EGRESS = "pricing.us-east-1.amazonaws.com, AWSDataTransfer, Amazon's own price list, as quoted by amin-bf/leitner"
OPENAI = "OpenAI API pricing, "
ANTHROPIC = "Anthropic API pricing, "
GOOGLE = "Gemini Developer API pricing, "
SONNET = "model: anthropic/claude-sonnet-4-5"
H100 = "model: own/llama-3.1-70b, accelerator: h100-80gb, accelerators: 2, replicas: 3"
CODER = (
    "model: own/qwen3-coder-flash, price: {input: $0.30/Mtok, output: $1.50/Mtok, long: {over: 32k, input: $0.50/Mtok, "
    "output: $2.50/Mtok}, longer: [{over: 128k, input: $0.80/Mtok, output: $4/Mtok}]}"
)
TALK = "input: 4000, output: 600"

CASES = (
    Case("plain", OPENAI + "gpt-4.1, April 2025: $2.00 in, $8.00 out a million", LITELLM,
         "1M x (1,000 x $2 + 200 x $8) / 1M = $2,000 + $1,600", 3_600.00),
    Case("cached half", OPENAI + "gpt-4.1, April 2025: cached input $0.50", LITELLM,
         "1M x (500 x $2 + 500 x $0.50 + 200 x $8) / 1M = $1,000 + $250 + $1,600", 2_850.00,
         model="model: openai/gpt-4.1, prompt_cache: 50 %"),
    Case("gpt-4o", OPENAI + "gpt-4o, October 2024: $2.50 in, $10.00 out", LITELLM,
         "100k x (3,000 x $2.50 + 500 x $10) / 1M = 100k x $0.0125", 1_250.00,
         "100k", "model: openai/gpt-4o", "input: 3000, output: 500"),
    Case("gpt-4o cached", OPENAI + "gpt-4o, October 2024: cached input $1.25", LITELLM,
         "100k x (600 x $2.50 + 2,400 x $1.25 + 500 x $10) / 1M = 100k x $0.0095", 950.00,
         "100k", "model: openai/gpt-4o, prompt_cache: 80 %", "input: 3000, output: 500"),
    Case("gpt-4o-mini", OPENAI + "gpt-4o-mini, July 2024: $0.15 in, $0.60 out", LITELLM,
         "10M x (400 x $0.15 + 50 x $0.60) / 1M = 10M x $0.00009", 900.00,
         "10M", "model: openai/gpt-4o-mini", "input: 400, output: 50"),
    Case("an agent's loop", OPENAI + "gpt-4o-mini, July 2024: $0.15 in, $0.60 out", LITELLM,
         "1 run and with 1/2 a second one that reads 1,000 more: (1,000 + 2,000 / 2) x $0.15 + 150 x $0.60 = $390 a 1M",
         390.00, "1M", "model: openai/gpt-4o-mini", "input: 1000, output: 100, growth: 1000",
         step=", repeats: {mean: 1.5, most: 2}"),
    Case("a step that half of them take", OPENAI + "gpt-4.1, April 2025: $2.00 in, $8.00 out", LITELLM,
         "half of the first case", 1_800.00, step=", probability: 50 %"),
    Case("thought is output", OPENAI + "gpt-5, August 2025: $1.25 in, $10.00 out; reasoning tokens are output tokens",
         LITELLM,
         "20k x (2,000 x $1.25 + 1,000 x $10) / 1M = 20k x $0.0125", 250.00,
         "20k", "model: openai/gpt-5", "input: 2000, output: 1000, reasoning: 80 %"),
    Case("flex", OPENAI + "gpt-5, flex processing, October 2026: $0.625 in, $5.00 out",
         LITELLM + ", input_cost_per_token_flex",
         "20k x (2,000 x $0.625 + 1,000 x $5) / 1M = 20k x $0.00625", 125.00,
         "20k", "model: openai/gpt-5, service_tier: flex", "input: 2000, output: 1000", day=dt.date(2026, 11, 1)),
    Case("priority", OPENAI + "gpt-5, priority processing, October 2026: $2.50 in, $20.00 out", PRIORITY,
         "20k x (2,000 x $2.50 + 1,000 x $20) / 1M = 20k x $0.025", 500.00,
         "20k", "model: openai/gpt-5, service_tier: priority", "input: 2000, output: 1000", day=dt.date(2026, 11, 1)),
    Case("batch", OPENAI + "Batch API: 50 % off gpt-4.1's $2.00 in, $8.00 out",
         LITELLM + ", input_cost_per_token_batches",
         "half of the first case", 1_800.00, model="model: openai/gpt-4.1, batch: 50 %", journey="lane: batch"),
    Case("batch, cached", OPENAI + "gpt-5, Batch API: $0.625 in, $0.0625 cached, $5.00 out",
         LITELLM + ", cache_read_input_token_cost_batches",
         "1M x (500 x $0.625 + 500 x $0.0625 + 200 x $5) / 1M = $312.50 + $31.25 + $1,000", 1_343.75,
         model="model: openai/gpt-5, prompt_cache: 50 %, batch: 50 %", journey="lane: batch"),
    Case("o3 before its price fell", OPENAI + "o3, until 9 June 2025: $10 in, $40 out", LITELLM_2025,
         "10k x (1,000 x $10 + 1,000 x $40) / 1M = 10k x $0.05", 500.00,
         "10k", "model: openai/o3", "input: 1000, output: 1000", day=dt.date(2025, 6, 1)),
    Case("o3 after its price fell", OPENAI + "o3, from 10 June 2025: $2 in, $8 out", LITELLM,
         "10k x (1,000 x $2 + 1,000 x $8) / 1M = 10k x $0.01", 100.00,
         "10k", "model: openai/o3", "input: 1000, output: 1000", day=dt.date(2025, 7, 1)),
    Case("sonnet", ANTHROPIC + "Claude Sonnet 4.5, September 2025: $3 in, $15 out", LITELLM,
         "50k x (4,000 x $3 + 600 x $15) / 1M = 50k x $0.021", 1_050.00, "50k", SONNET, TALK),
    Case("cache reads", ANTHROPIC + "Claude Sonnet 4.5: cache reads $0.30", LITELLM,
         "50k x (1,000 x $3 + 3,000 x $0.30 + 600 x $15) / 1M = 50k x $0.0129", 645.00,
         "50k", f"{SONNET}, prompt_cache: 75 %", TALK),
    Case("cache writes, 5 minutes", ANTHROPIC + "Claude Sonnet 4.5: 5-minute writes $3.75, reads $0.30", LITELLM,
         "50k x (1,000 x $3 + 1,000 x $3.75 + 2,000 x $0.30 + 600 x $15) / 1M = 50k x $0.01635", 817.50,
         "50k", f"{SONNET}, prompt_cache: 50 %, prompt_cache_writes: 25 %", TALK),
    Case("cache writes, an hour", ANTHROPIC + "Claude Sonnet 4.5: 1-hour writes $6, reads $0.30",
         LITELLM + ", cache_creation_input_token_cost_above_1hr",
         "50k x (1,000 x $3 + 1,000 x $6 + 2,000 x $0.30 + 600 x $15) / 1M = 50k x $0.0186", 930.00,
         "50k", f"{SONNET}, prompt_cache: 50 %, prompt_cache_writes: 25 %, prompt_cache_keeps: 1h", TALK),
    Case("a long context", ANTHROPIC + "Claude Sonnet 4.5 above 200k input, until April 2026: $6 in, $22.50 out", COPY,
         "1k x (250,000 x $6 + 2,000 x $22.50) / 1M = 1k x $1.545", 1_545.00,
         "1k", SONNET, "input: 250000, output: 2000"),
    Case("just not a long context", ANTHROPIC + "Claude Sonnet 4.5 up to 200k input: $3 in, $15 out", COPY,
         "1k x (200,000 x $3 + 2,000 x $15) / 1M = 1k x $0.63", 630.00, "1k", SONNET, "input: 200000, output: 2000"),
    Case("a long context, written to the cache", ANTHROPIC + "Claude Sonnet 4.5 above 200k input: $6 in, $7.50 "
         "written, $0.60 read, $22.50 out", COPY,
         "1k x (75,000 x $6 + 75,000 x $7.50 + 150,000 x $0.60 + 2,000 x $22.50) / 1M = 1k x $1.1475", 1_147.50,
         "1k", f"{SONNET}, prompt_cache: 50 %, prompt_cache_writes: 25 %", "input: 300000, output: 2000"),
    Case("the second of three tiers", "Alibaba Model Studio, qwen3-coder-flash, 32k to 128k input: $0.50 in, $2.50 out",
         LITELLM + ", dashscope/qwen3-coder-flash", "1k x (100,000 x $0.50 + 1,000 x $2.50) / 1M = 1k x $0.0525", 52.50,
         "1k", CODER, "input: 100000, output: 1000"),
    Case("the third of three tiers", "Alibaba Model Studio, qwen3-coder-flash, 128k to 256k input: $0.80 in, $4.00 out",
         LITELLM + ", dashscope/qwen3-coder-flash", "1k x (200,000 x $0.80 + 1,000 x $4) / 1M = 1k x $0.164", 164.00,
         "1k", CODER, "input: 200000, output: 1000"),
    Case("batch of gpt-4o", OPENAI + "Batch API: 50 % off gpt-4o's $2.50 in, $10.00 out", LITELLM,
         "half of $1,250", 625.00, "100k", "model: openai/gpt-4o, batch: 50 %", "input: 3000, output: 500",
         journey="lane: batch"),
    Case("gemini, long", GOOGLE + "Gemini 2.5 Pro, June 2025, prompts above 200k: $2.50 in, $15 out", LITELLM,
         "2k x (300,000 x $2.50 + 1,000 x $15) / 1M = 2k x $0.765", 1_530.00,
         "2k", "model: google/gemini-2.5-pro", "input: 300000, output: 1000"),
    Case("gemini, short", GOOGLE + "Gemini 2.5 Pro, June 2025, prompts up to 200k: $1.25 in, $10 out", LITELLM,
         "2k x (100,000 x $1.25 + 1,000 x $10) / 1M = 2k x $0.135", 270.00,
         "2k", "model: google/gemini-2.5-pro", "input: 100000, output: 1000"),
    Case("gemini, half of them long", GOOGLE + "Gemini 2.5 Pro, June 2025, both tiers", LITELLM,
         "log-normal, median 200k, sigma 0.5: half are longer and hold 200k x e^0.125 x Phi(0.5) = 156,705.92 tokens a "
         "call, the others 69,923.77: 1k x (69,923.77 x $1.25 + 156,705.92 x $2.50) / 1M + 1k x (0.5 x $0.010 + 0.5 x "
         "$0.015) = $479.17 + $12.50", 491.67,
         "1k", "model: google/gemini-2.5-pro", "input: {median: 200000, spread: 0.5}, output: 1000"),
    Case("sound in", GOOGLE + "Gemini 2.5 Flash, June 2025: audio in $1.00, text in $0.30, out $2.50", LITELLM,
         "100k x (5,000 x $1 + 200 x $0.30 + 100 x $2.50) / 1M = 100k x $0.00531", 531.00,
         "100k", "model: google/gemini-2.5-flash", "input: 200, output: 100, audio: 5000"),
    Case("pictures in", GOOGLE + "Gemini 2.5 Flash, June 2025: image input as text, $0.30; 258 tokens a picture",
         LITELLM,
         "1M x ((2 x 258 + 300) x $0.30 + 100 x $2.50) / 1M = $244.80 + $250.00", 494.80,
         "1M", "model: google/gemini-2.5-flash", "input: 300, output: 100, images: 2, image_tokens: 258"),
    Case("sound both ways", OPENAI + "gpt-audio, 2025: audio $32 in, $64 out; text $2.50 in, $10 out", LITELLM,
         "10k x (1,000 x $32 + 400 x $64 + 100 x $10) / 1M = 10k x $0.0586", 586.00,
         "10k", "model: openai/gpt-audio", "input: 0, output: 500, audio: 1000, speech: 80 %"),
    Case("vectors", OPENAI + "text-embedding-3-small, January 2024: $0.02", LITELLM,
         "1M questions x 30 tokens x $0.02 / 1M", 0.60,
         tokens="input: 30, output: 10", key="price.component.e.month", route=", retriever: find",
         others="  find: {kind: retriever, documents: d, embedder: e}\n"
                "  e: {kind: managed-model, model: openai/text-embedding-3-small, "
                "pace: {first_token: 1 s, per_token: 1 ms}}",
         flows="  - {from: gateway, to: find, timeout: 2 s}\n  - {from: gateway, to: e, timeout: 2 s}"),
    Case("a fee for each request", "Perplexity API pricing, Sonar, 2025: $1 in, $1 out, $5 a thousand requests, low",
         LITELLM + ", search_context_size_low",
         "10k x ($0.005 + 1,000 x $1 / 1M + 500 x $1 / 1M) = 10k x $0.0065", 65.00,
         "10k", "model: perplexity/sonar, price: {input: $1/Mtok, output: $1/Mtok, request: $0.005}",
         "input: 1000, output: 500"),
    Case("provisioned", "Azure OpenAI pricing, gpt-4o Global PTU, 2025: $1.00 an hour, 15 units at least", PTU,
         "15 x $1 x 730.5", 10_957.50, "100k",
         "model: openai/gpt-4o, provisioned: {units: 15, hourly: $1}", "input: 3000, output: 500"),
    Case("provisioned, and the rest by the token", "the same card, and gpt-4o by the token: $2.50 in, $10.00 out", PTU,
         "15 x $1 x 730.5 + 10 % x 100k x $0.0125 = $10,957.50 + $125", 11_082.50, "100k",
         "model: openai/gpt-4o, provisioned: {units: 15, hourly: $1, covers: 90 %}", "input: 3000, output: 500"),
    Case("committed for a month", "Amazon Bedrock, Cohere Command, one model unit for a month: $39.60 an hour",
         LITELLM + ", bedrock/*/1-month-commitment/cohere.command-text-v14: $0.011 a second",
         "2 x $0.011 x 3,600 x 730.5 = 2 x $28,927.80", 57_855.60, "100k",
         "model: own/command, price: {input: $1.50/Mtok, output: $2/Mtok}, provisioned: {units: 2, hourly: $39.60}",
         "input: 3000, output: 500"),
    Case("accelerators on demand", "Nebius, H100 SXM, SkyPilot catalogue seen 21 November 2026: $2.95 an hour",
         SKYPILOT,
         "2 x 3 x $2.95 x 730.5", 12_929.85, model=H100, kind="self-hosted-model"),
    Case("accelerators, spot", "Nebius, H100 SXM, SkyPilot catalogue seen 21 November 2026: $1.25 an hour, spot",
         SKYPILOT,
         "2 x 3 x $1.25 x 730.5", 5_478.75, model=f"{H100}, bought: spot", kind="self-hosted-model"),
    Case("accelerators, reserved", "the same card, 35 % off by contract: $1.9175 an hour", SKYPILOT,
         "2 x 3 x $1.9175 x 730.5 = $8,404.4025", 8_404.40,
         model=f"{H100}, bought: reserved, discount: 35 %", kind="self-hosted-model"),
    Case("reranking", "Cohere pricing, Rerank 3.5, 2025: $2.00 a thousand searches", LITELLM + ", rerank-v3.5",
         "250k x $0.002", 500.00, "250k", key="price.component.rank.month", at="rank",
         others="  rank: {kind: retriever, charges: {per_call: $0.002}}"),
    Case("vectors kept", "Pinecone pricing, Standard, 2025: $0.33 a GB and month", PINECONE,
         "40 x $0.33", 13.20, key="price.component.index.month",
         others="  index: {kind: vector-store, charges: {stored: 40 GB, per_gb_month: $0.33}}"),
    Case("sent out", "AWS data transfer out, first 10 TB, us-east-1, 2025: $0.09 a GB", EGRESS,
         "1M x 200 KB = 200 GB x $0.09", 18.00, key="price.component.app.month",
         others="", model="model: openai/gpt-4.1", at="app"),
)  # fmt: skip


def text_of(case: Case) -> str:
    """The system of a case as a file."""
    text = SYSTEM.format(**case._asdict())
    if case.name == "sent out":
        text = text.replace("app: {kind: service}", "app: {kind: service, charges: {sent: 200 KB, per_gb: $0.09}}")
    return text


def billed(case: Case) -> PriceResult:
    """A case compiled with the program's own price data, and priced."""
    index = Index("find", 120, 20, cut("a.md", "# A\nOne passage.\n", 120, 20))
    compiled = compile_plan(loads(text_of(case)), case.day, indexes={"find": index})
    return price(compiled.plan, compiled.book)


def dollars(case: Case) -> float:
    """What the program says, in dollars and cents."""
    return round(billed(case).book[case.key].value / 1e12, 2)
