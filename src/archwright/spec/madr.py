"""Records of decisions that somebody wrote (MADR 2 to 4, Nygard), read into what a system's file would say of them.

Only what stands in a record is taken over: its title, status, date, people, question, options with what speaks for and
against each, and the choice with its reason. Numbers, criteria and assumptions are for a person to add. A record of
Nygard's weighs no options: what was decided is the only one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from archwright.base.text import slug
from archwright.spec.decisions import STATUSES

_FRONT: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FIELD: Final = re.compile(r"^(?:[*-]\s*)?(?P<key>[A-Za-z -]+):\s*(?P<value>.+?)\s*$")
_HEADING: Final = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_BULLET: Final = re.compile(r"^[*+-]\s+(.+)$")
_CHOSEN: Final = re.compile(r"chosen option:?\s*[\"“']?(?P<option>.+?)[\"”']?,?\s+because\s+(?P<why>.+)", re.I | re.S)
_NOTE: Final = re.compile(r"^(?P<side>good|bad|neutral)\s*,?\s*(?:because)?\s*(?P<words>.+)$", re.IGNORECASE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_NUMBER: Final = re.compile(r"(?:ADR[- ]?)?0*(\d{1,4})")


@dataclass(slots=True)
class Written:
    """A record as it stands in its file. `status` is a word of ours; `replaced_by` is the number of a later record."""

    number: int
    title: str
    status: str = "proposed"
    date: str = ""
    makers: str = ""
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    question: str = ""
    options: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    chosen: str = ""
    because: str = ""
    replaced_by: int = 0

    @property
    def name(self) -> str:
        """The name that it gets in a file."""
        return _name(self.title) or f"record-{self.number}"


def read_record(text: str, number: int) -> Written | None:
    """The record in a text, or None where it has no title."""
    text = _COMMENT.sub("", text.replace("\r\n", "\n").removeprefix("\ufeff"))
    fields = _front(text)
    body = _FRONT.sub("", text)
    sections = list(_sections(body))
    title = next((name for level, name, _ in sections if level == 1), "")
    if not title:
        return None
    for _, name, lines in sections[:1]:
        fields |= {key: value for key, value in _listed(lines).items() if key not in fields and name}
    status = _spelt(str(fields.get("status", "") or _status(sections)).strip().lower())
    found = Written(number, re.sub(r"^(?:ADR[- ]?)?\d+[.:]?\s+", "", title))
    found.status = next((word for word in STATUSES if status.startswith(word)), "proposed")
    later = _NUMBER.search(status) if found.status == "superseded" else None
    found.replaced_by = int(later[1]) if later else 0
    found.date = _day(fields.get("date", ""))
    found.makers = _people(fields, "decision-makers", "deciders")
    found.consulted = _several(_people(fields, "consulted"))
    found.informed = _several(_people(fields, "informed"))
    _read(found, sections)
    return found


def _front(text: str) -> dict[str, Any]:
    match = _FRONT.match(text)
    if match is None:
        return {}
    try:
        found = yaml.safe_load(match[1])
    except yaml.YAMLError:
        return {}
    return {str(key).lower(): value for key, value in found.items()} if isinstance(found, dict) else {}


def _status(sections: list[tuple[int, str, list[str]]]) -> str:
    """The last word of a chapter on the status, as `adr-tools` adds to it."""
    lines = (
        _plain(line) for level, name, lines in sections if level == 2 and name.lower() == "status" for line in lines
    )
    return next((line for line in reversed([*lines]) if _spelt(line.lower()).startswith(STATUSES)), "proposed")


def _spelt(status: str) -> str:
    """A status as we spell it: `adr-tools` writes that a record is superceded."""
    return status.replace("superceded", "superseded")


def _listed(lines: list[str]) -> dict[str, str]:
    matches = (_FIELD.match(line) for line in lines)
    return {match["key"].strip().lower().replace(" ", "-"): match["value"] for match in matches if match}


def _day(value: object) -> str:
    match = re.search(r"\d{4}-\d{2}-\d{2}", str(value))
    try:
        return dt.date.fromisoformat(match[0]).isoformat() if match else ""
    except ValueError:
        return ""


def _people(fields: dict[str, Any], *names: str) -> str:
    found = next((fields[name] for name in names if fields.get(name)), "")
    words = ", ".join(str(item) for item in found) if isinstance(found, list) else str(found)
    return "" if words.startswith("{") else _plain(words)


def _several(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _sections(body: str) -> Iterator[tuple[int, str, list[str]]]:
    """Level, heading and lines of each part, in order."""
    level, name, lines = 0, "", list[str]()
    for line in body.splitlines():
        match = _HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        if level:
            yield level, name, lines
        level, name, lines = len(match[1]), _plain(match[2]), []
    if level:
        yield level, name, lines


def _read(found: Written, sections: list[tuple[int, str, list[str]]]) -> None:
    chapter = ""
    for level, name, lines in sections:
        chapter = name.lower() if level <= 2 else chapter
        if level == 2 and chapter.startswith("context"):
            found.question = _plain(" ".join(lines))
        elif level == 2 and chapter.startswith("considered"):
            found.options |= {_plain(words): ([], []) for words in _bullets(lines)}
        elif level == 2 and chapter.startswith("decision outcome"):
            match = _CHOSEN.search(" ".join(line for line in lines if line.strip()))
            if match:
                found.chosen, found.because = _plain(match["option"]), _plain(match["why"])
        elif level == 2 and chapter == "decision" and not found.options and (why := _plain(" ".join(lines))):
            found.options, found.chosen, found.because = {found.title: ([], [])}, found.title, why
        elif level == 3 and chapter.startswith("pros and cons"):
            _weigh(found.options.setdefault(name, ([], [])), lines)


def _weigh(sides: tuple[list[str], list[str]], lines: list[str]) -> None:
    for words in _bullets(lines):
        match = _NOTE.match(words)
        if match and match["side"].lower() != "neutral":
            sides[match["side"].lower() == "bad"].append(_plain(match["words"]))


def _bullets(lines: list[str]) -> list[str]:
    """The items of a list; a line that is indented goes on with the item above it."""
    found: list[str] = []
    for line in lines:
        match = _BULLET.match(line)
        if match:
            found.append(match[1].strip())
        elif found and line.startswith("  ") and line.strip():
            found[-1] += f" {line.strip()}"
    return found


def _plain(words: str) -> str:
    """Words in one line, without marks of emphasis and with the text of links only."""
    return " ".join(_LINK.sub(r"\1", words).replace("**", "").replace("`", "").split())


def _name(title: str) -> str:
    """A title as a name that a system's file takes: small Latin letters without accents; empty where none is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return slug(plain).lower()[:40].strip("-")


def as_decisions(records: list[Written]) -> str:
    """The records as a section `decisions:` of a system's file; what a record lacks is left for a person."""
    numbers = {record.number: record.name for record in records}
    found: dict[str, Any] = {}
    for record in sorted(records, key=lambda item: item.number):
        name = record.name if record.name not in found else f"{record.name}-{record.number}"
        while name in found:
            name += "-again"
        numbers[record.number] = name
        found[name] = _decision(record)
    for record in records:
        later = numbers.get(record.replaced_by, "")
        if later in found and later != numbers[record.number]:
            found[later].setdefault("supersedes", []).append(numbers[record.number])
    return yaml.safe_dump({"decisions": found}, sort_keys=False, allow_unicode=True, width=110)


def _decision(record: Written) -> dict[str, Any]:
    names: dict[str, str] = {}
    for number, title in enumerate(record.options, 1):
        name = _name(title) or f"option-{number}"
        names[title] = name if name not in names.values() else f"{name}-{number}"
    options: dict[str, Any] = {}
    for title, (good, bad) in record.options.items():
        options[names[title]] = {"title": title} | ({"good": good} if good else {}) | ({"bad": bad} if bad else {})
    chosen = next((name for title, name in names.items() if title.lower() == record.chosen.lower()), "")
    found: dict[str, Any] = {"title": record.title, "status": record.status}
    found |= {"date": record.date} if record.date else {}  # one that is unknown is asked for when the file is read
    found["number"] = record.number
    found |= {"owner": record.makers} if record.makers else {}
    found |= {"consulted": list(record.consulted)} if record.consulted else {}
    found |= {"informed": list(record.informed)} if record.informed else {}
    found["question"] = record.question or record.title
    found["options"] = options
    return found | ({"chosen": chosen, "because": record.because} if chosen else {})
