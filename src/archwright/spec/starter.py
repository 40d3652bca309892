"""The small system that a new project begins with: it loads, it has no findings, and every line can be changed."""

from __future__ import annotations

import yaml

_TEXT = """\
# yaml-language-server: $schema={schema}
# Try: archwright check, draw, price, stress and rehearse. Every number may say why it is believed:
#   volume: {{value: 100k/month, measured: the counter of last month}}   (or `source:`, or `guess:`)
system: {name}
summary: Answers questions in a few sentences.
owner: my-team

data:
  question: {{sensitivity: internal}}          # or personal: then the supplier's terms are asked for

context:                                      # what `archwright govern` asks; what is left out is unknown
  use_cases: [customer-support]
  functions: [generates-text]
  decisions: {{effect: informational, mode: advises, profiling: false}}

groups:
  models: {{title: Models, trust: supplier}}    # another trust than ours draws a boundary

components:
  website:
    kind: client
  gateway:                                    # all model calls pass here: routes, limits, budget, fallback
    kind: gateway
    replicas: 2
    budget: $150/month                        # what is beyond it is refused
    routes:
      answer:                                 # the name that clients ask for as their model
        targets: [primary, fallback]          # the second stands in when the first fails
        deadline: 30 s
        degraded: I cannot answer right now. Please try again in a few minutes.
  primary:
    kind: managed-model
    group: models
    model: openai/gpt-4.1-mini                # its price is looked up by this name
    version: gpt-4.1-mini-2025-04-14
    pace:
      first_token: {{value: 450 ms, guess: measure it with your own prompts}}
      per_token: {{value: 11 ms, guess: measure it with your own prompts}}
    limits: {{requests: 500/min, tokens: 200k/min}}
  fallback:
    kind: managed-model
    group: models
    model: mistral/mistral-small-latest
    version: floats with the supplier's alias
    pace:
      first_token: {{value: 300 ms, guess: measure it with your own prompts}}
      per_token: {{value: 8 ms, guess: measure it with your own prompts}}

flows:
  - {{from: website, to: gateway, label: asks, timeout: 40 s}}
  - from: gateway
    to: primary
    data: [question]
    timeout: 15 s
    retry: {{attempts: 2, backoff: 250 ms, budget: 10 %}}
    breaker: {{failures: 5, open_for: 20 s}}
  - {{from: gateway, to: fallback, data: [question], timeout: 12 s}}

workload:
  journeys:
    question:
      critical: true
      volume: {{value: 100k/month, guess: a tenth of our visitors ask once}}
      peak: {{value: 3x, guess: the busiest hour against the mean}}
      steps:
        - name: answer
          at: website
          route: answer
          tokens: {{system: 200, input: 300, output: {{median: 150, spread: 0.4}}}}

objectives:
  quick: {{journey: question, measure: p95, at_most: 8 s}}
  affordable: {{measure: cost, at_most: $100/month}}

scenarios:
  busiest-hour: {{lasts: 20 min}}
  primary-down:
    lasts: 20 min
    changes:
      - {{what: down, component: primary, at: 5 min, lasts: 5 min}}
"""


def starter(name: str, schema: str = "system.schema.json") -> str:
    """The text of a first file for the system called `name`; editors find the schema at the address `schema`."""
    words = " ".join(name.split()) or "My system"
    node = yaml.ScalarNode("tag:yaml.org,2002:str", words)
    line: str = yaml.serialize(node, Dumper=yaml.SafeDumper, width=float("inf"), allow_unicode=True)
    return _TEXT.format(name=line.splitlines()[0], schema=schema)
