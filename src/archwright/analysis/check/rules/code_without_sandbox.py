"""AGT09: a model writes a program, and it runs among our own."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.tools import Powers


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("tool").items():
        settings = component.settings_as(Powers)
        if settings is None or settings.runs not in ("code", "shell") or settings.sandbox == "true":
            continue
        said = "outside any sandbox" if settings.sandbox == "false" else "and whether in a sandbox is unknown"
        message = f"`{name}` runs {settings.runs} that a model wrote, {said}"
        yield Hit(message, settings.place("runs") if "runs" in settings.marks else component.where, name)


RULE = Rule(
    code="AGT09",
    name="code-without-sandbox",
    severity="error",
    summary="A tool runs code that a model wrote, outside a sandbox.",
    why="One stranger's sentence becomes a program with our rights, our network and our files.",
    mend="run it in a sandbox without network and secrets, and write `sandbox: true`",
    detection="Every tool with `runs: code` or `runs: shell` and no `sandbox: true`. A tool that does not say what it "
    "runs is taken to run nothing.",
    false_positives="None: what cannot be told to be inside a sandbox is outside.",
    references=("ASI:ASI05", "V:C9.3", "V:C4.1", "F:AIR-PREV-019"),
    bad="""\
system: Numbers
components:
  python:
    kind: tool
    effect: reversible
    runs: code
  # ^
""",
    good="""\
system: Numbers
components:
  python:
    kind: tool
    effect: reversible
    runs: code
    sandbox: true
""",
    find=_find,
)
