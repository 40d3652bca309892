"""Sections of text, tables, pictures and findings, and the severity of a finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archwright.base.errors import NOWHERE, Location
from archwright.report.diagram import Diagram

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
Tone = Literal["plain", "good", "bad", "muted"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that carries more than text.

    `figure` is the key of the derivation behind the number; `file` a file beside the page that the text leads to;
    `heat` from 0 to 1 shades it (below 0: not at all).
    """

    text: str
    tone: Tone = "plain"
    figure: str = ""
    file: str = ""
    heat: float = -1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. `numeric` holds the indices of columns that are set flush right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    caption: str = ""
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain words."""

    words: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader should act on: the rule's code, what, where in the file, why it matters, how to mend it.

    `subject` is the component, route or journey; `evidence` names controls that a clean result is evidence for.
    """

    code: str
    severity: Severity
    message: str
    where: Location = NOWHERE
    why: str = ""
    mend: str = ""
    subject: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """A list of findings; an empty list is said to be empty."""

    items: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a name and points (x, y) in base units, x rising."""

    name: str
    points: tuple[tuple[float, float], ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over a common x axis. `bands` shade intervals of x with a name (an outage); `marks` are horizontal limits.

    Dimensions are keys of `archwright.base.units.DIMENSIONS` and decide how axis values are written.
    """

    title: str
    x_label: str
    x_dimension: str
    y_label: str
    y_dimension: str
    series: tuple[Series, ...]
    bands: tuple[tuple[float, float, str], ...] = ()
    marks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars, largest first: (label, value in base units, figure key)."""

    title: str
    dimension: str
    items: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Swing:
    """One assumption of a tornado: what the result is at the low and at the high end of its band.

    `ends` are the two ends as people read them, `guess` marks what nobody measured, `figure` is the assumption's key.
    """

    label: str
    at_low: float
    at_high: float
    ends: tuple[str, str]
    guess: bool
    figure: str


@dataclass(frozen=True, slots=True)
class Tornado:
    """How far each assumption moves a result over its band, one at a time, the widest first. `base` is the result."""

    title: str
    dimension: str
    base: float
    items: tuple[Swing, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram inside a document."""

    diagram: Diagram


@dataclass(frozen=True, slots=True)
class Tiles:
    """The few numbers that matter, large: (label, value, note, figure key)."""

    items: tuple[tuple[str, str, str, str], ...]


Block = Text | Table | Findings | Chart | Bars | Tornado | Picture | Tiles


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its blocks. `name` is stable and becomes the anchor in a page."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What one verb says. `facts` are (name, value) pairs shown at the foot: as-of date, hashes, seed."""

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = field(default=())
