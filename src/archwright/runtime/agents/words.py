"""What agents say to models, and how the emulated model understands it: both ends of one form of prompt.

A choice lists who may work next, one a line; an answer is written from what the others found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypedDict

from archwright.plan.agents import Agent

NOBODY: Final = "nobody"
ASKS: Final = "Who works next? Answer with one name of this list and with nothing else."
FINDINGS: Final = "What was found for this question:"
_OPTION = re.compile(r"^- ([\w-]+): .*?(?: \(words such as: (.*)\))?$", re.MULTILINE)
_FOUND = re.compile(r"^- found by [\w-]+: (.*)$", re.MULTILINE)
_MISSING = re.compile(r"^- ([\w-]+) could not be asked$", re.MULTILINE)
_LONGEST = 8000  # characters of a finding that a prompt repeats

Message = dict[str, Any]


class Note(TypedDict):
    """What one delegate found; no `text`: it could not be asked."""

    who: str
    text: str


class Option(NamedTuple):
    """Somebody who may work next."""

    name: str
    when: str
    cues: Sequence[str] = ()


def choosing(agent: Agent, options: Sequence[Option], notes: Sequence[Note], question: str) -> list[Message]:
    """The messages that ask a model who works next."""
    listed = [_line(option) for option in options]
    listed.append(_line(Option(NOBODY, "none of these is needed, or none is left that could help")))
    system = "\n".join((agent.instructions, *_findings(notes), "", ASKS, *listed))
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


def writing(agent: Agent, notes: Sequence[Note], messages: Iterable[Message]) -> list[Message]:
    """The messages that ask a model for the agent's answer, from what was found."""
    system = "\n".join((agent.instructions, *_findings(notes)))
    return [{"role": "system", "content": system}, *messages]


def chosen(reply: str, options: Sequence[Option]) -> str:
    """The name that a model chose; nobody where it names none of the options, or several of them."""
    said = [name for name in (option.name for option in options) if re.search(rf"(?<![\w-]){name}(?![\w-])", reply)]
    return said[0] if len(said) == 1 else NOBODY


def said(message: Message) -> str:
    """The words of a message, the texts of its parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def calls_for(cues: Iterable[str], question: str) -> bool:
    """Whether one of the words, or a longer form of it, stands in the question."""
    return any(re.search(rf"\b{re.escape(cue)}", question, re.IGNORECASE) for cue in cues)


def emulated(messages: Sequence[tuple[str, str]]) -> str | None:
    """What a model would say to messages of (role, text), or None where they are no prompt of an agent's.

    It chooses the first whose words stand in the question, and writes what was found.
    """
    system = next((text for role, text in messages if role == "system"), "")
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    head, asks, listed = system.partition(ASKS)
    if asks:
        options = ((name, cues.split(", ") if cues else []) for name, cues in _OPTION.findall(listed))
        return next((name for name, cues in options if name != NOBODY and calls_for(cues, question)), NOBODY)
    _, marked, findings = head.partition(FINDINGS)
    if not marked:
        return None
    missing = [f"I cannot ask {name} just now." for name in _MISSING.findall(findings)]
    return " ".join((*_FOUND.findall(findings), *missing)) or None


def _findings(notes: Sequence[Note]) -> list[str]:
    return [FINDINGS, *(_note(note) for note in notes)] if notes else []


def _note(note: Note) -> str:
    text = " ".join(note["text"].split())[:_LONGEST]
    return f"- found by {note['who']}: {text}" if text else f"- {note['who']} could not be asked"


def _line(option: Option) -> str:
    cues = f" (words such as: {', '.join(option.cues)})" if option.cues else ""
    return f"- {option.name}: when {option.when}{cues}"
