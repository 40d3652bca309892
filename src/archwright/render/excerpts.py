"""Findings and problems as lines that a person, an editor and `grep` can read, with the source line and a caret."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from archwright.base.errors import Location, Problem
from archwright.base.text import plural
from archwright.render.pen import Ink, Pen, lines
from archwright.render.safe_text import cells, visible
from archwright.render.tally import gravest, tally
from archwright.report.document import Finding, Severity

_INKS: Final[dict[Severity, Ink]] = {"error": "bad", "warning": "warn", "note": "accent"}
# The breaks that YAML counts lines by; `str.splitlines` knows more of them.
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MARGIN: Final = 8
_ASIDE: Final = len("mend: ")


def findings_text(findings: Sequence[Finding], sources: Mapping[str, str], colour: bool, *, width: int = 100) -> str:
    """`file:line:column: severity CODE message`, the line with a caret, why and mend, for each; then how many.

    Args:
        findings: shown in the order given.
        sources: text of each file by the name that locations use; without it a finding has no excerpt.
        colour: whether to write ANSI escapes.
        width: columns; the first line of a finding is never broken.
    """
    pen = Pen(colour)
    parts = []
    for finding in findings:
        ink = _INKS[finding.severity]
        told = [_first(finding.where, finding.severity, finding.code, finding.message, pen)]
        told += _excerpt(finding.where, sources, ink, pen, width)
        see = " · ".join(finding.evidence[:_SEE])
        told += _advice((("why", finding.why), ("mend", finding.mend), ("see", see)), pen, width)
        parts.append("\n".join(told))
    tone = gravest(findings)
    parts.append(pen(tally(findings), "strong", tone))
    return "\n\n".join(parts)


def problems_text(problems: Sequence[Problem], sources: Mapping[str, str], colour: bool, *, width: int = 100) -> str:
    """The problems of an `InputError` in the form of `findings_text`."""
    pen = Pen(colour)
    parts = []
    for problem in problems:
        told = [_first(problem.where, "error", problem.code, problem.message, pen)]
        told += _excerpt(problem.where, sources, "bad", pen, width)
        told += _advice((("mend", problem.mend),), pen, width)
        parts.append("\n".join(told))
    parts.append(pen(plural(len(problems), "problem"), "strong", "bad" if problems else "good"))
    return "\n\n".join(parts)


def _first(where: Location, severity: Severity, code: str, message: str, pen: Pen) -> str:
    place = f"{pen(visible(str(where)), 'strong')}: " if where.file else ""
    kind = pen(severity, "strong", _INKS[severity])
    return f"{place}{kind} {pen(visible(code), 'strong')} {' '.join(lines(message, 10**6))}"


def _excerpt(where: Location, sources: Mapping[str, str], ink: Ink, pen: Pen, width: int) -> list[str]:
    """The source line and the caret under its column; nothing where the place is not in the sources."""
    if where.line < 1 or where.file not in sources:
        return []
    found = _BREAK.split(sources[where.file].removeprefix("\ufeff"))
    if where.line > len(found):
        return []
    line, at = found[where.line - 1], max(0, where.column - 1)
    # Measuring a whole line that is very long would take very long; a character takes at least no column.
    near = max(0, at - _NEAR * width)
    before, after = _window(_shown(line[near:at]), _shown(line[at : at + _NEAR * width]), width - _MARGIN)
    number = pen(f"{where.line:>{_MARGIN - 3}} | ", "muted")
    if where.column < 1:
        return [f"{number}{before}{after}"]
    gutter = pen(f"{'':>{_MARGIN - 3}} | ", "muted")
    return [f"{number}{before}{after}", f"{gutter}{' ' * cells(before)}{pen('^', 'strong', ink)}"]


_SEE = 2  # controls that are named on a terminal; the page and `--json` name all
_NEAR = 4  # so many widths of a line on each side are looked at


def _shown(text: str) -> str:
    return visible(text).replace("\t", "    ")


def _window(before: str, after: str, room: int) -> tuple[str, str]:
    """The two halves of a line cut to `room` columns around the place where they meet."""
    kept = room * 2 // 3
    if cells(before) > kept:
        while cells(before) >= kept:
            before = before[1:]
        before = "…" + before
    if cells(before) + cells(after) > room:
        while after and cells(before) + cells(after) >= room:
            after = after[:-1]
        after += "…"
    return before, after


def _advice(entries: Sequence[tuple[str, str]], pen: Pen, width: int) -> list[str]:
    told = []
    for name, text in entries:
        if text:
            first, *more = lines(text, max(20, width - _MARGIN - _ASIDE))
            told.append(f"{'':{_MARGIN}}{pen(f'{name}:', 'muted')}{'':{_ASIDE - len(name) - 1}}{first}")
            told += [f"{'':{_MARGIN + _ASIDE}}{line}" for line in more]
    return told
