"""Findings as SARIF 2.1.0, the form in which code scanning takes them. The same findings give the same bytes.

Places are relative to the root of the sources, so that no path of a machine is told.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from archwright.base.errors import Location, Problem
from archwright.report.document import Finding, Severity
from archwright.report.rulebook import ControlCard, Leave, RuleCard

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
_LEVELS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "note"}
_KERNEL: Final = re.compile(r"\d+")

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """A finding; if somebody answers for it, why, and where that is written."""

    finding: Finding
    leave: Leave | None = None
    left_at: Location | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """How the files of findings are named: `names` gives the path below the root for each file of a location."""

    names: Mapping[str, str]

    def uri(self, where: Location) -> str | None:
        """The relative URI of a file, or None where it does not lie below the root."""
        name = self.names.get(where.file)
        if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            return None
        return quote(name)


def sarif(
    items: Sequence[Item], cards: Sequence[RuleCard], sources: Sources, *, version: str, exit_code: int, docs: str = ""
) -> str:
    """A SARIF log with one run, as text with a newline at the end.

    Args:
        items: findings in the order in which they are shown.
        cards: what is known of the rules that were asked; each is described, with a finding or without.
        sources: names of the files below the root of the sources.
        version: of the program.
        exit_code: what the program ends with; 2 says that the file could not be read.
        docs: address of the page that describes the rules, under whose anchors they are linked; nothing if empty.
    """
    known = {card.code: card for card in cards}
    for item in items:
        code = item.finding.code
        known.setdefault(code, RuleCard(code, code, item.finding.severity, f"Problem of the file: {code}."))
    codes = sorted(known)
    index = {code: place for place, code in enumerate(codes)}
    taxonomies = _taxonomies(known.values())
    driver = {
        "name": "Archwright",
        "semanticVersion": version,
        "rules": [_rule(known[code], taxonomies, docs) for code in codes],
        "supportedTaxonomies": [
            {"name": name, "index": place, "guid": _guid(name)} for place, name in enumerate(taxonomies)
        ],
    }
    run: Plain = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": exit_code < 2, "exitCode": exit_code}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which the program was started."}}},
        "taxonomies": [_taxonomy(name, controls) for name, controls in taxonomies.items()],
        "columnKind": "unicodeCodePoints",
        "results": _results(items, index, sources),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def of_problems(problems: Sequence[Problem]) -> tuple[Item, ...]:
    """The problems of a file that cannot be read, as errors."""
    return tuple(
        Item(Finding(item.code, "error", item.message, item.where, mend=item.mend, subject=item.code))
        for item in problems
    )


def fingerprint(finding: Finding) -> str:
    """What stays the same when lines move and numbers change: of the rule, the subject and the words of the message."""
    kernel = _KERNEL.sub("#", finding.message)
    return hashlib.sha256("\0".join((finding.code, finding.subject, kernel)).encode()).hexdigest()[:16]


# --------------------------------------------------------------------------------------------------- results


def _results(items: Sequence[Item], index: Mapping[str, int], sources: Sources) -> list[Plain]:
    seen: dict[str, int] = {}
    results = []
    for item in items:
        mark = fingerprint(item.finding)
        seen[mark] = seen.get(mark, 0) + 1
        results.append(_result(item, index[item.finding.code], f"{mark}:{seen[mark]}", sources))
    return results


def _result(item: Item, index: int, mark: str, sources: Sources) -> Plain:
    finding = item.finding
    words = f"{finding.message}. Mend: {finding.mend}" if finding.mend else finding.message
    result: Plain = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": words},
        "locations": [place] if (place := _location(finding.where, sources, finding.subject)) else [],
        # GitHub tells findings of two uploads apart by the first of these only.
        "partialFingerprints": {"primaryLocationLineHash": mark, "archwright/v1": mark},
    }
    if item.leave is not None:
        result["suppressions"] = [_suppression(item.leave, item.left_at, sources)]
    return result


def _suppression(leave: Leave, where: Location | None, sources: Sources) -> Plain:
    ticket = f", {leave.ticket}" if leave.ticket else ""
    found: Plain = {
        "kind": "inSource",
        "status": "accepted",
        "justification": f"{leave.reason} ({leave.owner}, until {leave.expires}{ticket})",
    }
    if where is not None and sources.uri(where) is not None:
        found["location"] = _location(where, sources)
    return found


def _location(where: Location, sources: Sources, subject: str = "") -> Plain:
    uri = sources.uri(where)
    found: Plain = {}
    if uri is not None:
        place: Plain = {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}}
        if where.line > 0:
            place["region"] = {"startLine": where.line, "startColumn": max(1, where.column)}
        found["physicalLocation"] = place
    if subject:
        found["logicalLocations"] = [{"name": subject, "fullyQualifiedName": subject}]
    return found


# ---------------------------------------------------------------------------------------- rules and taxonomies


def _rule(card: RuleCard, taxonomies: Mapping[str, Mapping[str, ControlCard]], docs: str) -> Plain:
    rule: Plain = {
        "id": card.code,
        "name": "".join(word.capitalize() for word in card.name.split("-")),
        "shortDescription": {"text": card.summary},
        "fullDescription": {"text": f"{card.summary} {card.why}".strip()},
        "defaultConfiguration": {"level": _LEVELS[card.severity]},
        "properties": {"tags": ["architecture", *sorted({item.framework for item in card.controls})],
                       "precision": "high", "problem.severity": _problem(card.severity)},
    }  # fmt: skip
    if card.why:
        rule["help"] = {"text": _help(card, marked=False), "markdown": _help(card, marked=True)}
    if docs:
        rule["helpUri"] = f"{docs}#{card.code.lower()}"
    if card.controls:
        rule["relationships"] = [_relationship(item, taxonomies) for item in card.controls]
    return rule


def _problem(severity: Severity) -> str:
    return "recommendation" if severity == "note" else severity


def _help(card: RuleCard, marked: bool) -> str:
    parts = (("Why", card.why), ("Mend", card.mend), ("Found by", card.detection), ("Wrong when", card.false_positives))
    told = [f"**{name}.** {words}" if marked else f"{name}. {words}" for name, words in parts if words]
    if card.controls:
        shown = [f"{item.framework} {item.id}: {item.title}" for item in card.controls]
        told.append("\n".join(["Evidence for:", "", *(f"- {line}" for line in shown)]))
    return "\n\n".join(told)


def _relationship(item: ControlCard, taxonomies: Mapping[str, Mapping[str, ControlCard]]) -> Plain:
    target = {
        "id": item.id,
        "index": list(taxonomies[item.framework]).index(item.id),
        "toolComponent": {"name": item.framework, "guid": _guid(item.framework)},
    }
    return {"target": target, "kinds": ["relevant"]}


def _guid(framework: str) -> str:
    """The same identifier in every log: by it a relationship finds its taxonomy."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"archwright/controls/{framework}"))


def _taxonomies(cards: Iterable[RuleCard]) -> dict[str, dict[str, ControlCard]]:
    """The controls that any rule names, by framework and id, sorted."""
    found: dict[str, dict[str, ControlCard]] = {}
    for card in cards:
        for item in card.controls:
            found.setdefault(item.framework, {})[item.id] = item
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def _taxonomy(name: str, controls: Mapping[str, ControlCard]) -> Plain:
    first = next(iter(controls.values()))
    taxa = []
    for item in controls.values():
        words = item.title if item.official else f"{item.title} (in our words)"
        taxa.append({"id": item.id, "shortDescription": {"text": words}})
    return {
        "name": name,
        "guid": _guid(name),
        "version": first.version,
        "informationUri": first.url,
        "isComprehensive": False,
        "taxa": taxa,
    }
