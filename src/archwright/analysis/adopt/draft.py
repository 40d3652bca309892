"""From evidence to the text of a file: what is known with its reason, what is not known as a guess that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from archwright.analysis.adopt.evidence import Evidence, Fact, Journey, Route, Settings, Step, Target, assumed, guess
from archwright.analysis.adopt.names import name as unused
from archwright.analysis.adopt.page import Items, Node, Remark, lines, nested, one_line
from archwright.base.errors import InputError
from archwright.facts.prices import published

CLIENTS: Final = "clients"
GATEWAY: Final = "gateway"
CACHE: Final = "cache"
SUPPLIERS: Final = "suppliers"
MESSAGES: Final = "messages"
_PACE: Final = "measure it with your own prompts"
_TRAFFIC: Final = "nothing says how much is asked; a usage export or a ledger does"

# What a file cannot do without. Each is a guess that says so, and is replaced by what is known.
_MODEL: Final[Settings] = {
    "pace.first_token": guess("500 ms", _PACE),
    "pace.per_token": guess("10 ms", _PACE),
}
_HARDWARE: Final[Settings] = {
    "pace.first_token": guess("300 ms", _PACE),
    "pace.per_token": guess("20 ms", _PACE),
    "hourly": guess("$2.50", "what one accelerator costs an hour; ask who pays for it"),
    "accelerators": assumed("1", "nothing says how many"),
}
_PRICE: Final[Settings] = {
    "price.input": guess("$1/Mtok", "no price is published under this name; ask your supplier"),
    "price.output": guess("$4/Mtok", "no price is published under this name; ask your supplier"),
}
_FLOW: Final[Settings] = {"timeout": assumed("60 s", "nothing says how long is waited")}
_JOURNEY: Final[Settings] = {
    "volume": guess("10k/month", _TRAFFIC),
    "peak": guess("3x", "the busiest hour against the mean; a usage export by the hour tells"),
}
_TOKENS: Final[Settings] = {
    "tokens.input.median": guess("800", "nothing says how long a question is, instructions included"),
    "tokens.input.spread": guess("0.5", "questions differ in length by about so much"),
    "tokens.output.median": guess("250", "nothing says how long an answer is"),
    "tokens.output.spread": guess("0.5", "answers differ in length by about so much"),
}


def draft(evidence: Evidence, called: str, as_of: dt.date, questions: Sequence[str] = ()) -> str:
    """The text of a file called `called` that follows from the evidence; `questions` stand on top of it.

    Prices are looked up for the day `as_of`, to say where none is published.
    """
    groups: dict[str, Node] = {SUPPLIERS: {"title": "Suppliers", "trust": "supplier"}}
    managed = any(not target.hosted for target in evidence.targets)
    tree: dict[str, Node] = {
        **_head(evidence, called),
        "context": nested(evidence.context),
        **_data(evidence),
        "groups": groups if managed else {},
        "components": _components(evidence, as_of),
        "flows": _flows(evidence),
        "workload": {"journeys": {item.name: _journey(item) for item in evidence.journeys}},
        "objectives": {key: nested(item) for key, item in evidence.objectives.items()},
        "scenarios": _scenarios(evidence),
    }
    written: list[str] = []
    for key, node in tree.items():
        section = list(lines({key: node}))
        written += ["", *section] if section and isinstance(node, Mapping | Items) else section
    return "\n".join([*_preface(evidence, as_of, questions), *written, *_lost(evidence)]) + "\n"


def _preface(evidence: Evidence, as_of: dt.date, questions: Sequence[str]) -> Iterator[str]:
    yield "# yaml-language-server: $schema=system.schema.json"
    yield f"# Drafted by `archwright init` on {as_of.isoformat()} from {one_line(evidence.origin)}."
    if evidence.kind != "answers":
        yield "# Behind each line stands its evidence, and how sure it is: sure, likely, a guess. Numbers carry theirs."
    if questions:
        yield "#"
        yield "# The answers that would move the result most:"
        yield from (f"#   {number}. {question}" for number, question in enumerate(questions, 1))


def _lost(evidence: Evidence) -> Iterator[str]:
    if evidence.lost:
        yield ""
        yield "# Not in this draft:"
        yield from (f"#   {one_line(item)}" for item in evidence.lost)


def _head(evidence: Evidence, called: str) -> dict[str, Node]:
    named = Fact(" ".join(called.split()) or "My system")
    if not evidence.head:
        named = assumed(named.text, "the name of the folder, or as given")
    head: dict[str, Node] = {"system": named, **evidence.head}
    if "owner" not in head:
        head["owner"] = Remark("owner: …    # not known: who answers for it?")
    if "summary" not in head:
        head["summary"] = Remark("summary: …  # not known: what does it do, and for whom?")
    return head


def _data(evidence: Evidence) -> dict[str, Node]:
    if evidence.data:
        return {"data": {MESSAGES: nested(evidence.data)}}
    said = (
        "data:",
        f"  {MESSAGES}:",
        "    sensitivity: personal   # not known: do people's names, addresses or stories pass?",
        "    residency: [eu]         # not known: where must they stay?",
    )
    return {f"data {number}": Remark(words) for number, words in enumerate(said)}


def _components(evidence: Evidence, as_of: dt.date) -> dict[str, Node]:
    budget = evidence.gateway.get("budget")
    found: dict[str, Node] = {
        CLIENTS: {"kind": "client"},
        GATEWAY: {
            "kind": "gateway",
            **nested({key: fact for key, fact in evidence.gateway.items() if key != "budget"}),
            "budget": budget or Remark("budget: $…/month  # not known; without one nothing stops the bill"),
            "routes": {route.name: _route(route) for route in evidence.routes},
        },
    }
    if evidence.cache is not None:
        found[CACHE] = {"kind": "cache", **nested(evidence.cache)}
    for target in evidence.targets:
        found[target.name] = _target(target, as_of)
    return found


def _route(route: Route) -> dict[str, Node]:
    found: dict[str, Node] = {"targets": route.targets, **nested(route.settings)}
    if route.cached is not None:
        found["cache"] = route.cached
    return found


def _target(target: Target, as_of: dt.date) -> dict[str, Node]:
    settings = {**(_HARDWARE if target.hosted else _MODEL), **target.settings}
    if not target.hosted and "price.input" not in settings and not _is_priced(str(target.model.text), as_of):
        settings.update(_PRICE)
    remarks = {f"remark {number}": Remark(words) for number, words in enumerate(target.remarks)}
    kind = "self-hosted-model" if target.hosted else "managed-model"
    group: dict[str, Node] = {} if target.hosted else {"group": SUPPLIERS}
    if "region" not in settings:
        remarks["region"] = Remark("region: …  # not known")
    return {"kind": kind, **group, "model": target.model, **nested(settings), **remarks}


def _is_priced(model: str, as_of: dt.date) -> bool:
    provider, _, rest = model.partition("/")
    try:
        published(provider, rest, as_of)
    except InputError:
        return False
    return True


def _flows(evidence: Evidence) -> Items:
    data: dict[str, Node] = {"data": Fact((MESSAGES,))} if evidence.data else {}
    flows: list[dict[str, Node]] = [{"from": CLIENTS, "to": GATEWAY, "label": "ask", **data}]
    if evidence.cache is not None:
        slow = assumed("100 ms", "a cache that takes longer is no help")
        flows.append({"from": GATEWAY, "to": CACHE, "label": "looks up", "timeout": slow})
    flows += [
        {"from": GATEWAY, "to": target.name, **nested({**_FLOW, **target.flow}), **data} for target in evidence.targets
    ]
    return Items(tuple(flows))


def _journey(journey: Journey) -> dict[str, Node]:
    remarks = {f"remark {number}": Remark(words) for number, words in enumerate(journey.remarks)}
    steps = tuple(_step(step) for step in journey.steps)
    return {**nested({**_JOURNEY, **journey.settings}), **remarks, "steps": Items(steps)}


def _step(step: Step) -> dict[str, Node]:
    settings = {key: fact for key, fact in _TOKENS.items() if key not in step.settings}
    return {"name": step.name, "at": CLIENTS, "route": step.route, **nested({**settings, **step.settings})}


def _scenarios(evidence: Evidence) -> dict[str, Node]:
    """The busiest hour, and the loss of the model that is asked first."""
    found: dict[str, Node] = {
        "remark": Remark("from no evidence: what a first `archwright stress` looks at"),
        "busiest-hour": {"lasts": "20 min"},
    }
    if evidence.routes:
        first = evidence.routes[0].targets.text[0]
        change: dict[str, Node] = {"what": "down", "component": first, "at": "5 min", "lasts": "5 min"}
        found[unused(f"{first}-down", found)] = {"lasts": "20 min", "changes": Items((change,))}
    return found
