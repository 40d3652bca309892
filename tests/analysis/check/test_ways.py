"""Rules that follow the flows or weigh by the data: what they must find beyond their examples, and must leave alone."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.analysis.check import check
from archwright.analysis.check.reach import open_ways, reached
from archwright.report.document import Severity
from archwright.spec.load import loads

DAY = dt.date(2026, 11, 21)
PACE = "pace: {first_token: 1 s, per_token: 1 ms}"
TERMS = "supplier: {name: S, training: false, retention: 30 d, agreement: true}"


def found(rule: str, body: str, day: dt.date | None = DAY) -> list[tuple[Severity, str]]:
    """Severity and subject of what a rule says of a system."""
    return [(f.severity, f.subject) for f in check(loads(f"system: x\nowner: me\n{body}"), [rule], day)]


def desk(*, middle: str = "", flows: str = "", data: str = "{sensitivity: internal}", agent: bool = False) -> str:
    kind = "agent" if agent else "service"
    return f"""\
data: {{word: {data}}}
groups: {{out: {{title: O, trust: public}}}}
components:
  user: {{kind: client, group: out}}
  staff: {{kind: client}}
  site: {{kind: {kind}}}
  m: {{kind: self-hosted-model, model: x/y, {PACE}}}
{middle}flows:
  - {{from: user, to: site, data: [word]}}
  - {{from: staff, to: site}}
  - {{from: site, to: m, data: [word]}}
{flows}"""


GUARD = "  g: {kind: guard, side: %s}\n"
ASKED = "  - {from: site, to: g, mode: %s}\n"


@pytest.mark.parametrize(
    ("side", "mode", "inward", "outward"),
    [
        ("both", "sync", [], []),
        ("input", "sync", [], [("warning", "site")]),
        ("output", "sync", [("warning", "site")], []),
        ("both", "async", [("warning", "site")], [("warning", "site")]),
    ],
)
def test_a_guard_counts_on_its_side_and_where_it_is_waited_for(
    side: str, mode: str, inward: list[tuple[str, str]], outward: list[tuple[str, str]]
) -> None:
    body = desk(middle=GUARD % side, flows=ASKED % mode)
    assert found("INP01", body) == inward
    assert found("OUT02", body) == outward


def test_a_guard_in_the_line_counts_too() -> None:
    body = desk(middle=GUARD % "both").replace("to: m", "to: g") + "  - {from: g, to: m}\n"
    assert found("INP01", body) == []


def test_a_second_way_around_the_guard_is_found() -> None:
    body = desk(middle=GUARD % "both" + "  side: {kind: service}\n", flows=ASKED % "sync")
    body += "  - {from: user, to: side}\n  - {from: side, to: m}\n"
    assert found("INP01", body) == [("warning", "side")]


@pytest.mark.parametrize(
    ("agent", "data", "severity"),
    [
        (False, "{sensitivity: personal}", "warning"), (True, "{sensitivity: internal}", "warning"),
        (True, "{sensitivity: personal}", "error"),
    ],
)  # fmt: skip
def test_no_guard_is_grave_where_an_agent_sees_persons(agent: bool, data: str, severity: str) -> None:
    assert found("INP01", desk(agent=agent, data=data)) == [(severity, "site")]


def test_staff_are_not_the_public() -> None:
    assert found("INP01", desk().replace("trust: public", "trust: ours")) == []


def test_ways_do_not_go_round_in_circles_or_back() -> None:
    body = desk(flows="  - {from: m, to: site, mode: async}\n  - {from: m, to: user, return: true}\n")
    system = loads(f"system: x\n{body}")
    assert open_ways(system, "user", "input") == {"site": ("user", "site"), "m": ("user", "site", "m")}
    assert list(reached(system, "m")) == ["site"]


def model(name: str, extra: str = "", model: str = "x/y") -> str:
    return f"  {name}: {{kind: managed-model, model: {model}, {PACE}{', ' if extra else ''}{extra}}}\n"


def sent(sensitivity: str, extra: str) -> str:
    return f"""\
data: {{word: {{sensitivity: {sensitivity}}}}}
components:
  site: {{kind: service}}
{model("m", extra)}flows: [{{from: site, to: m, data: [word]}}]
"""


@pytest.mark.parametrize(
    ("sensitivity", "terms", "agreement", "training"),
    [
        ("internal", "", [], []),
        ("confidential", "", [], ["note"]),
        ("personal", "", ["warning"], ["warning"]),
        ("special-category", "", ["error"], ["error"]),
        ("personal", "supplier: {name: S, agreement: false, training: true, retention: 1 d}", ["error"], ["error"]),
        ("personal", "supplier: {name: S, agreement: true, training: false}", [], ["note"]),
        ("special-category", TERMS, [], []),
    ],
)
def test_terms_weigh_by_the_data(sensitivity: str, terms: str, agreement: list[str], training: list[str]) -> None:
    body = sent(sensitivity, terms)
    assert [severity for severity, _ in found("DAT02", body)] == agreement
    assert [severity for severity, _ in found("DAT03", body)] == training


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("interface: HTTPS", []),
        ("interface: https", []),
        ("encrypted: true", []),
        ("interface: HTTP", ["warning"]),
        ("interface: HTTPS, encrypted: false", ["error"]),
        ("", ["warning"]),
    ],
)
def test_what_counts_as_encrypted_on_the_way(flow: str, expected: list[str]) -> None:
    body = f"""\
data: {{word: {{sensitivity: personal}}}}
groups: {{out: {{title: O, trust: public}}}}
components: {{user: {{kind: client, group: out}}, site: {{kind: service}}}}
flows: [{{from: user, to: site, data: [word]{", " if flow else ""}{flow}}}]
"""
    assert [severity for severity, _ in found("DAT06", body)] == expected


@pytest.mark.parametrize(("endpoint", "expected"), [("", []), ("https://m", []), ("http://m", ["warning"])])
def test_a_model_is_called_by_https_unless_its_address_says_otherwise(endpoint: str, expected: list[str]) -> None:
    body = sent("personal", TERMS + (f", endpoint: '{endpoint}'" if endpoint else ""))
    assert [severity for severity, _ in found("DAT06", body)] == expected


@pytest.mark.parametrize(
    ("data", "component", "expected"),
    [
        ("retention: 1 d", "kind: cache, ttl: 1 h", []),
        ("retention: 1 d", "kind: cache, ttl: 48 h", ["warning"]),
        ("summary: a", "kind: cache, ttl: 1 h", ["warning"]),
        ("deletion: by key", "kind: database", ["note"]),
        ("summary: a", "kind: service", ["warning"]),
        ("summary: a", "kind: client", []),
        ("summary: a", "kind: database, kept: {erasure: expires}", []),
        ("deletion: by key", "kind: database, kept: {erasure: none}", ["error"]),
    ],
)
def test_how_persons_are_forgotten(data: str, component: str, expected: list[str]) -> None:
    body = f"data: {{word: {{sensitivity: personal, {data}}}}}\ncomponents: {{c: {{{component}, data: [word]}}}}\n"
    assert [severity for severity, _ in found("DAT10", body)] == expected


def trio(secret: str, mail: str, tool: str) -> str:
    return f"""\
data: {{file: {{sensitivity: {secret}}}, mail: {{sensitivity: internal, authors: {mail}}}}}
components:
  a: {{kind: agent, tools: [out]}}
  box: {{kind: database, data: [file, mail]}}
  out: {{kind: tool, {tool}}}
flows: [{{from: a, to: box}}, {{from: a, to: out}}]
"""


@pytest.mark.parametrize(
    ("secret", "mail", "tool", "count"),
    [
        ("confidential", "outsiders", "effect: external", 1),
        ("internal", "outsiders", "effect: external", 0),
        ("confidential", "ours", "effect: external", 0),
        ("confidential", "unknown", "effect: external", 0),
        ("confidential", "outsiders", "effect: read", 0),
        ("confidential", "outsiders", "effect: irreversible, approval: person", 0),
        ("confidential", "outsiders", "effect: irreversible, approval: rule", 1),
    ],
)
def test_only_all_three_are_deadly(secret: str, mail: str, tool: str, count: int) -> None:
    assert found("INP02", trio(secret, mail, tool)) == [("error", "a")] * count


def test_an_agent_that_asks_a_guard_first_is_not_told_by_strangers() -> None:
    body = trio("confidential", "outsiders", "effect: external").replace("flows: [", "flows: [{from: a, to: g}, ")
    assert found("INP02", body.replace("  box:", "  g: {kind: guard}\n  box:")) == []


BOTH = "flows: [{from: g, to: a}, {from: g, to: b}]\n"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (f"region: eu, {TERMS}", f"region: eu-west, {TERMS}", []),
        (f"region: eu, {TERMS}", f"region: us, {TERMS}", ["runs in us"]),
        (f"region: eu, {TERMS}", TERMS, ["region is unknown"]),
        (TERMS, "", ["no agreement", "trained on", "longer than 30 d"]),
        ("", TERMS, []),
        ("", "", []),
    ],
)
def test_in_what_a_fallback_is_weaker(first: str, second: str, words: list[str]) -> None:
    parts = model("a", first) + model("b", second, "z/y")
    body = f"components:\n  g: {{kind: gateway, routes: {{r: [a, b]}}}}\n{parts}{BOTH}"
    told = [f.message for f in check(loads(f"system: x\nowner: me\n{body}"), ["MOD06"])]
    assert len(told) == (1 if words else 0)
    assert all(word in told[0] for word in words)


def test_a_suppliers_model_that_stands_in_for_ours_needs_all_terms() -> None:
    parts = f"  a: {{kind: self-hosted-model, model: x/y, {PACE}}}\n" + model("b")
    body = f"components:\n  g: {{kind: gateway, routes: {{r: [a, b]}}}}\n{parts}{BOTH}"
    assert found("MOD06", body) == [("warning", "b")]


@pytest.mark.parametrize(("day", "count"), [("2026-08-03", 0), ("2026-08-04", 1), ("2027-01-31", 1), ("2030-01-01", 1)])
def test_a_model_that_goes_is_told_half_a_year_before(day: str, count: int) -> None:
    body = f"components:\n{model('m', 'retires: 2027-01-31')}"
    assert found("MOD08", body, dt.date.fromisoformat(day)) == [("warning", "m")] * count


@pytest.mark.parametrize("day", ["0001-01-01", "0001-02-01", "9999-12-31"])
def test_any_day_of_the_calendar_will_do(day: str) -> None:
    assert len(found("MOD08", f"components:\n{model('m', f'retires: {day}')}", DAY)) == (0 if day > "3" else 1)


@pytest.mark.parametrize(
    ("door", "tenants", "severity"),
    [
        ("limit: 20/min", "", None),
        ("limit: {size: 20 KB}", "", "error"),
        ("timeout: 9 s", "", "error"),
        ("timeout: 9 s", "tenants: {t: {share: 100 %, requests: 5/s}}, ", None),
    ],
)
def test_who_may_ask_how_often(door: str, tenants: str, severity: str | None) -> None:
    body = f"""\
groups: {{out: {{title: O, trust: public}}}}
components:
  user: {{kind: client, group: out}}
  g: {{kind: gateway, routes: {{r: [m]}}}}
{model("m")}flows: [{{from: user, to: g, {door}}}, {{from: g, to: m}}]
workload: {{{tenants}journeys: {{}}}}
"""
    assert found("REL03", body) == ([(severity, "g")] if severity else [])
    capped = body.replace("kind: gateway,", "kind: gateway, budget: $5/month,")
    assert found("REL03", capped) == ([("warning", "g")] if severity else [])


@pytest.mark.parametrize(("tools", "expected"), [("", []), ("tools: [look]", [("warning", "a"), ("note", "a")])])
def test_only_an_agent_with_a_list_can_go_beyond_it(tools: str, expected: list[tuple[str, str]]) -> None:
    body = f"""\
components:
  a: {{kind: agent{", " if tools else ""}{tools}}}
  look: {{kind: tool}}
  pay: {{kind: tool}}
flows: [{{from: a, to: pay}}]
"""
    assert sorted(found("AGT03", body), reverse=True) == expected


@pytest.mark.parametrize(
    ("flow", "tool", "severity"),
    [
        ("identity: shared", "effect: read", "note"),
        ("identity: admin", "effect: read", "error"),
        ("identity: none", "effect: external", "error"),
        ("timeout: 1 s", "effect: external", "warning"),
        ("timeout: 1 s", "effect: read", None),
        ("identity: service", "effect: irreversible", None),
    ],
)
def test_with_whose_rights_an_agent_acts(flow: str, tool: str, severity: str | None) -> None:
    body = f"components: {{a: {{kind: agent}}, t: {{kind: tool, {tool}}}}}\nflows: [{{from: a, to: t, {flow}}}]\n"
    assert found("AGT02", body) == ([(severity, "a")] if severity else [])


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("{interacts: true, disclosed: false}", "error"), ("{interacts: true}", "warning"), ("{}", "warning"),
        ("{interacts: false}", None), ("{disclosed: true}", None),
    ],
)  # fmt: skip
def test_whether_people_are_told_of_the_machine(said: str, severity: str | None) -> None:
    body = f"context: {{transparency: {said}}}\n{desk()}"
    assert [found_severity for found_severity, _ in found("OUT04", body)] == ([severity] if severity else [])


def test_a_public_form_without_a_model_needs_no_word() -> None:
    body = desk().replace("  - {from: site, to: m, data: [word]}\n", "")
    assert found("OUT04", body) == []
