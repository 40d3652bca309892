"""Writes docs/reference from the program itself: kinds, keys of the file, rules, commands, shelves.

scripts/reference.py            write the pages
scripts/reference.py --check    end with 1 if a page is not what would be written
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from archwright.analysis.adopt.readers import READERS
from archwright.analysis.check import rules as rule_list
from archwright.analysis.check.review import CARDS
from archwright.analysis.check.rules import RULES
from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.analysis.status.deliverables import DELIVERABLES
from archwright.base.units import DIMENSIONS
from archwright.cli.main import main as command
from archwright.facts import accelerators, controls, frameworks, technologies, vendors
from archwright.render.svg import svg
from archwright.runtime.embedders import EMBEDDERS
from archwright.runtime.indexes import INDEXES
from archwright.runtime.providers import PROVIDERS
from archwright.runtime.wires import WIRES
from archwright.spec.kind import TRAITS
from archwright.spec.kinds import KINDS
from archwright.spec.load import load
from archwright.spec.model import System
from archwright.spec.shapes import (
    ByKind,
    Choice,
    Field,
    Flag,
    Many,
    Named,
    One,
    Parsed,
    Quantity,
    Record,
    Reference,
    Shape,
    fields_of,
)  # fmt: skip
from archwright.verbs.schema import schema

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
# The drawings in docs/images, by their name.
PICTURES = {
    "support-desk": "support-desk/system.yaml",
    "rag-assistant": "rag-assistant/system.yaml",
    "document-batch": "document-batch/system.yaml",
    "prompt-to-production-1": "prompt-to-production/prototype.yaml",
    "prompt-to-production-2": "prompt-to-production/production.yaml",
    "chat-platform-1": "chat-platform/1-self-managed-gpus.yaml",
    "chat-platform-2": "chat-platform/2-one-cloud.yaml",
    "chat-platform-3": "chat-platform/3-provisioned.yaml",
    "chat-platform-4": "chat-platform/4-two-clouds.yaml",
}
NOTE = "Written by `scripts/reference.py` from the program; a test holds that it is current.\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "kinds.md": kinds(),
        "file.md": keys(),
        "rules.md": rules(),
        "commands.md": commands(),
        "shelves.md": shelves(),
        "system.schema.json": schema().data["text"] + "\n",
        **{f"../images/{name}.svg": picture(file) for name, file in PICTURES.items()},
    }


def picture(file: str) -> str:
    """The drawing of an example; `file` is its path below `examples`."""
    return svg(diagram(load(ROOT / "examples" / file).system))


def kinds() -> str:
    """Kinds of components with their traits and settings."""
    lines = ["# Kinds of components", "", NOTE, "| kind | what it is | traits | settings |", "|---|---|---|---|"]
    for kind in KINDS:
        settings = ", ".join(f"`{item.key}`" for item in fields_of(kind.settings))
        lines.append(f"| `{kind.name}` | {kind.doc} | {', '.join(sorted(kind.traits))} | {settings} |")
    lines += ["", "## Traits", "", "| trait | it |", "|---|---|"]
    lines += [f"| {name} | {meaning} |" for name, meaning in TRAITS.items()]
    return "\n".join(lines) + "\n"


def keys() -> str:
    """Every key of the file."""
    lines = ["# The file", "", NOTE]
    lines += ["A number may be written as itself, or with its provenance:", ""]
    lines += [
        "```yaml",
        "volume: {value: 480k/month, source: CRM export of October}   # or measured, or guess",
        "```",
        "",
    ]
    seen: set[type[Record]] = set()
    todo: list[tuple[str, type[Record]]] = [("system.yaml", System)]
    while todo:
        title, record = todo.pop(0)
        if record in seen:
            continue
        seen.add(record)
        lines += [
            f"## {title}",
            "",
            (record.__doc__ or "").strip(),
            "",
            "| key | value | default | meaning |",
            "|---|---|---|---|",
        ]
        for item in fields_of(record):
            if isinstance(item.shape, ByKind):
                todo += [(f"settings of {kind.name}", kind.settings) for kind in KINDS if fields_of(kind.settings)]
                continue
            lines.append(f"| `{item.key}` | {said(item.shape)} | {default(item)} | {item.doc} |")
            todo += [(inner.__name__, inner) for inner in records(item.shape)]
        lines.append("")
    return "\n".join(lines)


def records(shape: Shape) -> Iterator[type[Record]]:
    """Records inside a shape."""
    match shape:
        case One(record):
            yield record
        case Many(inner) | Named(inner, _):
            yield from records(inner)


def said(shape: Shape) -> str:
    """A shape in words."""
    match shape:
        case Quantity():
            return DIMENSIONS.get(shape.dimension, "a quantity with its unit")
        case Choice(words):
            return "one of " + ", ".join(f"`{word}`" for word in words) if len(words) < 9 else "one of a closed list"
        case Flag():
            return "`true` or `false`"
        case Reference(section):
            return f"a name from `{section}`"
        case Parsed(_, wanted):
            return wanted
        case One(record):
            return f"[{record.__name__}](#{record.__name__.lower()})"
        case Many(inner):
            return f"list of: {said(inner)}"
        case Named(inner, _):
            return f"names, each with: {said(inner)}"
    return "text"


def default(item: Field) -> str:
    """The default of a key."""
    if item.required:
        return "required"
    return f"`{item.default}`" if item.default not in (None, "", ()) and not isinstance(item.default, Record) else ""


def rules() -> str:
    """Design rules."""
    lines = ["# Rules of `archwright check`", "", NOTE]
    lines += ["A finding may be milder than its rule: it is weighed by the data, the exposure and the trust.", ""]
    for rule in rule_list():
        lines += [f'<a id="{rule.code.lower()}"></a>', "", f"## {rule.code}: {rule.summary}", ""]
        lines += [f"`{rule.name}`, at worst: {rule.severity}.", "", f"**Why.** {rule.why}", ""]
        lines += [
            f"**Mend.** {rule.mend}",
            "",
            f"**Found by.** {rule.detection}",
            "",
            f"**False positives.** {rule.false_positives}",
            "",
        ]
        lines += ["**Evidence for.** " + " · ".join(rule.evidence), ""]
        lines += ["Found in:", "", "```yaml", rule.bad.strip(), "```", ""]
    lines += ["# What is said of the file's own answers", ""]
    for card in CARDS:
        lines += [f'<a id="{card.code.lower()}"></a>', "", f"## {card.code}: {card.summary}", ""]
        lines += [f"Severity: {card.severity}.", "", f"**Why.** {card.why}", "", f"**Mend.** {card.mend}", ""]
        lines += [f"**Found by.** {card.detection}", "", f"**False positives.** {card.false_positives}", ""]
    return "\n".join(lines)


def commands() -> str:
    """The help of every command."""
    lines = ["# Commands", "", NOTE]
    context = click.Context(command, info_name="archwright", max_content_width=100, terminal_width=100)
    lines += ["```", command.get_help(context), "```", ""]
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        if inner is None:
            continue
        with click.Context(inner, info_name=name, parent=context, max_content_width=100, terminal_width=100) as child:
            lines += [f"## {name}", "", "```", inner.get_help(child), "```", ""]
    return "\n".join(lines)


def shelves() -> str:
    """What lies on every shelf."""
    lines = ["# Shelves", "", NOTE, "A shelf is a folder that is a list: one file an item, found by its name.", ""]
    lines += ["| shelf | items |", "|---|---|"]
    for shelf in (KINDS, RULES, OVERLAYS, DELIVERABLES, READERS, WIRES, PROVIDERS, EMBEDDERS, INDEXES):
        lines.append(f"| `{shelf.package}` | {', '.join(f'`{name}`' for name in shelf.names())} |")
    listed = ", ".join(f"`{item.name}`" for item in controls.frameworks().values())
    lines.append(f"| `archwright.facts.controls` | {listed} |")
    offered = ", ".join(f"`{name}`" for name in accelerators.names())
    lines.append(f"| `archwright.facts.accelerators` | {offered} |")
    lines.append(f"| `archwright.facts.vendors` | {', '.join(f'`{name}`' for name in vendors.names())} |")
    lines.append(f"| `archwright.facts.technologies` | {', '.join(f'`{name}`' for name in technologies.names())} |")
    lines.append(f"| `archwright.facts.frameworks` | {', '.join(f'`{name}`' for name in frameworks.names())} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    stale = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        file = FOLDER / name
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        print(f"docs/reference/{name} is not current; run scripts/reference.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
