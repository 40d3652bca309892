"""Every mistake of a file is told in one pass, with its line, its column and a mend."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.load import loads

MISTAKES = """\
system: Shop
ownr: me
data:
  order: {sensitivity: privat}
components:
  site:
    kind: service
    latency: 20
    latencyy: 20 ms
    workers: 1.5
    replicas: 0
    group: front
  site: {kind: service}
  gate:
    kind: gatway
    routes: nonsense
  door:
    kind: gateway
    budget: 4500
    routes:
      ask: [brain, brian]
  brain:
    kind: managed-model
    pace: {first_token: 1 s}
  bad name: {kind: service}
flows:
  - {from: site, to: door, timeout: 8}
  - {from: door, to: site, retry: {attempts: 21}}
  - {from: sight, to: door, mode: later}
  - from: [door]
    to:
workload:
  journeys:
    buy:
      volume: 600 rpm
      critical: yes
      peak: {value: 2x, guess: evening, source: a report}
      growth: {value: 2 %, reason: none}
      burstiness: {measured: by hand}
      steps: {name: one}
objectives:
  quick: {measure: p95, at_least: 20 s}
  dear: {measure: cost, at_most: 3}
scenarios:
  load: {changes: [{what: load, at: 20 min, lasts: 1 s}]}
"""

FOUND = """\
2:1 unknown-key: `ownr` is not known here (did you mean `owner`?)
4:24 unknown-word: `sensitivity` cannot be 'privat' (one of: public, internal, confidential, personal, special-category)
8:14 bad-quantity: `latency`: '20' has no unit (write `20 s`)
9:5 unknown-key: `latencyy` is not known here (did you mean `latency`?)
10:14 out-of-range: `workers` must be a whole number, not 1.5 (write a whole number)
11:15 out-of-range: `replicas` must be at least 1, not 0 (write at least 1)
12:12 unknown-name: there is no group called `front` (declare it under `groups`)
13:3 duplicate-key: `site` stands twice; first in line 6 (rename or remove one)
15:11 unknown-word: `kind` cannot be 'gatway' (did you mean `gateway`?)
19:13 bad-quantity: `budget`: '4500' is no amount of money (write `$4,500/month`)
21:20 unknown-name: there is no component called `brian` (did you mean `brain`?)
22:3 missing-key: `model` is missing: provider and model as `provider/model`, the name that prices are looked up by (add `model: …`)
24:11 missing-key: `per_token` is missing: median time for each further token (add `per_token: …`)
25:3 bad-name: 'bad name' is no name (use letters, digits, `-` and `_`)
27:37 bad-quantity: `timeout`: '8' has no unit (write `8 s`)
28:5 call-cycle: synchronous calls go in a circle: site -> door -> site (mark the way back `return: true` or `mode: async`)
28:46 out-of-range: `attempts` must be at most 20, not 21 (write at most 20)
29:12 unknown-name: there is no component called `sight` (did you mean `site`?)
29:35 unknown-word: `mode` cannot be 'later' (one of: sync, async)
30:11 expected-word: `from` takes a single value, not a list (write one word or text, or remove the key)
31:8 expected-word: `to` takes a single value, not nothing (write one word or text, or remove the key)
35:15 bad-quantity: `volume`: '600 rpm' is not how a rate is written (write `600/min`)
36:17 expected-flag: `critical` is true or false, not 'yes' (write `true` or `false`, without quotes)
37:13 two-origins: `peak` is said to be source and guess at once (keep one)
38:28 unknown-key: `reason` is not known beside a value (known keys: value, measured, source, guess, low, high)
39:19 missing-key: `burstiness` has no `value` (write a plain number such as 0.8 or 2.5 under `value`)
40:14 expected-list: `steps` takes a list, not keys (write `[a, b]` or one `- ` a line)
42:25 wrong-way: objective `quick` promises the wrong way: p95 is promised with `at_most` (write `at_most`)
43:34 wrong-unit: objective `dear`: '3' is no limit for cost (write `$3/month`)
45:20 no-change: scenario `load`: `load` times 1 changes nothing (add a `factor` such as 3x)
45:37 too-late: scenario `load`: a change at 20 min begins after its end, at 10 min (begin earlier, or lengthen `lasts`)
"""  # noqa: E501 - a line a problem, as it is told


def told(text: str) -> str:
    with pytest.raises(InputError) as caught:
        loads(text)
    return "".join(f"{p.where.line}:{p.where.column} {p.code}: {p.message} ({p.mend})\n" for p in caught.value.problems)


def test_all_mistakes_come_at_once() -> None:
    assert told(MISTAKES) == FOUND


MODEL = "    {kind: managed-model, model: a/b, pace: {first_token: 1 s, per_token: 1 ms}}\n"
GATE = "system: x\ncomponents:\n  m:\n" + MODEL + "  g:\n    kind: gateway\n    routes:\n"
JOURNEY = (
    "system: x\ncomponents: {a: {kind: service}}\nworkload:\n  journeys:\n    j:\n      volume: 1/s\n      steps:\n"
)
SMALL = "system: x\ncomponents: {a: {kind: service}, b: {kind: service}}\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (SMALL + "flows: [{from: a, to: a}]", "3:9 self-flow"),
        (SMALL + "flows: [{from: a, to: b}, {from: a, to: b}]", "3:27 duplicate-flow"),
        (SMALL + "flows: [{from: a, to: b, retry: {backoff: 20 s}}]", "3:43 out-of-range"),
        (GATE + "      r: []\n", "8:7 no-target"),
        (GATE + "      r: [m]\n", "8:11 no-flow"),
        (GATE + "      r: [m, m]\nflows: [{from: g, to: m}]", "8:14 target-twice"),
        (GATE + "      r: [g]\nflows: [{from: g, to: m}]", "8:11 not-a-model"),
        (GATE + "      r: {targets: [m], cache: m}\nflows: [{from: g, to: m}]", "8:32 not-a-cache"),
        (GATE.replace("a/b", "b") + "      r: [m]\nflows: [{from: g, to: m}]", "4:34 no-provider"),
        (
            GATE + "      r: [m]\n  h: {kind: gateway, routes: {r: [m]}}\nflows: [{from: g, to: m}, {from: h, to: m}]",
            "9:31 duplicate-name",
        ),
        (JOURNEY + "        []", "5:5 no-steps"),
        (JOURNEY + "        - {name: s, at: a, probability: 0 %}", "8:41 nothing-happens"),
        (JOURNEY + "        - {name: s, at: a}\n        - {name: s, at: a}", "9:11 duplicate-name"),
        (JOURNEY + "        - {name: s, at: a, tokens: {input: 1, output: 1}}", "8:11 half-a-call"),
        (JOURNEY + "        - {name: s, at: a, parallel: true}", "8:28 nothing-beside"),
        (JOURNEY + "        - {name: s, at: a, repeats: {mean: 3, most: 2}}", "8:37 out-of-range"),
        (JOURNEY + "        - {name: s, at: a, repeats: {mean: 1, most: 0}}", "8:53 out-of-range"),
        (JOURNEY + "        - {name: s, at: a}\n      traced_step: t", "9:20 unknown-name"),
        (SMALL + "workload: {journeys: {}, tenants: {t: {share: 40 %}}}", "3:26 shares"),
        (SMALL + "objectives: {o: {measure: p95}}", "3:14 one-limit"),
        (SMALL + "objectives: {o: {measure: p95, at_most: 1 s, at_least: 1 s}}", "3:14 one-limit"),
        (SMALL + "objectives: {o: {measure: availability, at_least: 101 %}}", "3:51 out-of-range"),
        (SMALL + "scenarios: {s: {changes: [{what: down, lasts: 1 s}]}}", "3:27 half-a-change"),
        (
            SMALL + "scenarios: {s: {changes: [{what: load, factor: 2x, component: a, lasts: 1 s}]}}",
            "3:63 half-a-change",
        ),
        (SMALL + "scenarios: {s: {changes: [{what: slow, component: a, lasts: 1 s}]}}", "3:27 no-change"),
    ],
    ids=lambda value: value[-40:],
)
def test_what_makes_no_sense_is_told(text: str, wanted: str) -> None:
    assert any(line.startswith(f"{wanted}: ") for line in told(text).splitlines()), told(text)


def test_what_could_not_be_read_is_not_complained_about_twice() -> None:
    """The route's model has a slip; that there is no sensible flow to it is not told on top."""
    text = GATE.replace("1 ms", "1") + "      r: [m]\nflows: [{from: g, to: m}]"
    assert told(text).splitlines() == ["4:75 bad-quantity: `per_token`: '1' has no unit (write `1 s`)"]


def test_long_circles_are_shortened() -> None:
    names = [f"n{number}" for number in range(30)]
    parts = "".join(f"  {name}: {{kind: service}}\n" for name in names)
    flows = "".join(f"  - {{from: {a}, to: {b}}}\n" for a, b in zip(names, [*names[1:], names[0]], strict=True))
    assert "n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> n6 -> … -> n29 -> n0 (" in told(
        f"system: x\ncomponents:\n{parts}flows:\n{flows}"
    )
