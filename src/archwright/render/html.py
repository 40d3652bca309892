"""Documents as one self-contained HTML page: no network, one style sheet, one short script that it can do without."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from archwright.render.html_blocks import Setting, block_html, prose
from archwright.render.html_script import SCRIPT
from archwright.render.html_style import style_sheet
from archwright.render.safe_text import safe
from archwright.render.tally import gravest, tally
from archwright.report.diagram import Diagram
from archwright.report.document import Bars, Block, Cell, Document, Findings, Picture, Section, Table, Tiles, Tornado

_NONE: Final[Mapping[str, str]] = {}
_APPENDIX: Final = "derivations"
_OWN_ANCHORS: Final = ("main", "theme", "why-dialog", _APPENDIX)


class _Place(NamedTuple):
    """A document and the anchors of itself and its sections."""

    anchor: str
    document: Document
    parts: tuple[tuple[str, Section], ...]


def page(
    documents: Sequence[Document],
    *,
    title: str,
    subtitle: str = "",
    drawing: Callable[[Diagram], str],
    explanations: Mapping[str, str] = _NONE,
) -> str:
    """One HTML page that holds every document, with contents, an overview, and an appendix of derivations.

    Args:
        documents: in the order of reading. A section's anchor is the document's title and the section's name.
        title: of the page; plain text, as is everything else that is passed in.
        subtitle: one sentence below it.
        drawing: writes a diagram as SVG; its text goes into the page unescaped.
        explanations: figure key to the plain text that says where the number comes from. Figures that the
            documents show and that have one become links to it; the others are shown without.
    """
    taken = set(_OWN_ANCHORS)
    places = [_place(document, taken) for document in documents]
    told = [key for key in dict.fromkeys(_figures(documents)) if key in explanations]
    anchors = {key: _unique(f"why-{_slug(key)}", taken) for key in told}
    setting = Setting(drawing, {key: f"#{anchor}" for key, anchor in anchors.items()})
    body = (
        '<a class="skip" href="#main">Skip to the content</a><div class="frame">',
        _masthead(title, subtitle),
        _contents(places, appendix=bool(told)),
        '<main id="main">',
        _overview(places),
        *(_document(place, setting) for place in places),
        _derivations(explanations, anchors),
        "</main>",
        _FOOT,
        _DIALOG if told else "",
    )
    return f'<!doctype html>\n<html lang="en"><head>{_head(title)}</head><body>{"".join(body)}</body></html>\n'


_FOOT: Final = '<footer class="foot"><p>Made by Archwright. This page needs no network.</p></footer></div>'
_DIALOG: Final = (
    '<dialog id="why-dialog" aria-labelledby="why-dialog-title"><header><h2 id="why-dialog-title"></h2>'
    '<form method="dialog"><button>Close</button></form></header><pre></pre></dialog>'
)


def _head(title: str) -> str:
    """The head. Its policy lets nothing be loaded and no script run but the page's own."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; base-uri 'none'"
    )
    return (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{safe(title)}</title><style>{style_sheet()}</style><script>{SCRIPT}</script>"
    )


def _masthead(title: str, subtitle: str) -> str:
    below = f'<p class="subtitle">{safe(subtitle)}</p>' if subtitle else ""
    return (
        '<header class="masthead"><p class="maker">Archwright</p>'
        f'<button id="theme" type="button" hidden>Theme</button><h1>{safe(title)}</h1>{below}</header>'
    )


def _contents(places: Sequence[_Place], *, appendix: bool) -> str:
    entries = []
    for place in places:
        parts = "".join(f"<li>{_link(anchor, part.title)}</li>" for anchor, part in place.parts)
        inner = f"<ol>{parts}</ol>" if parts else ""
        entries.append(f"<li>{_link(place.anchor, place.document.title)}{inner}</li>")
    if appendix:
        entries.append(f"<li>{_link(_APPENDIX, 'Derivations')}</li>")
    return (
        '<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>'
        f"<ol>{''.join(entries)}</ol></details></nav>"
    )


def _link(anchor: str, text: str) -> str:
    return f'<a href="#{anchor}">{safe(text)}</a>'


def _overview(places: Sequence[_Place]) -> str:
    """Every document with the one figure that stands for it."""
    if not places:
        return "<p>There is nothing to show yet.</p>"
    entries = []
    for place in places:
        what = f'<p class="what">{safe(place.document.subtitle)}</p>' if place.document.subtitle else ""
        entries.append(f"<li>{_link(place.anchor, place.document.title)}{what}{_headline(place.document)}</li>")
    return f'<section class="overview" aria-label="At a glance"><ol>{"".join(entries)}</ol></section>'


def _headline(document: Document) -> str:
    """The document's first tile, or how many findings it has, or else how much its first picture shows."""
    for block in _blocks([document]):
        if isinstance(block, Tiles) and block.items:
            label, value, *_ = block.items[0]
            return f'<p class="headline">{safe(value)} <small>{safe(label)}</small></p>'
        if isinstance(block, Findings):
            most, _, others = tally(block.items).rstrip(".").partition(", ")
            return f'<p class="headline {gravest(block.items)}">{most} <small>{others or "in all"}</small></p>'
    shown = next((block.diagram for block in _blocks([document]) if isinstance(block, Picture)), None)
    return f'<p class="headline">{len(shown.nodes)} <small>parts</small></p>' if shown else ""


def _document(place: _Place, setting: Setting) -> str:
    document = place.document
    below = f"<p>{safe(document.subtitle)}</p>" if document.subtitle else ""
    parts = "".join(_part(anchor, part, setting) for anchor, part in place.parts)
    facts = "".join(f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in document.facts)
    foot = f'<dl class="facts">{facts}</dl>' if facts else ""
    return (
        f'<article class="document" id="{place.anchor}"><header><h2>{safe(document.title)}</h2>{below}</header>'
        f"{parts}{foot}</article>"
    )


def _part(anchor: str, part: Section, setting: Setting) -> str:
    lead = f'<p class="lead">{prose(part.lead)}</p>' if part.lead else ""
    blocks = "".join(block_html(block, setting) for block in part.blocks)
    return f'<section class="part" id="{anchor}"><h3>{safe(part.title)}</h3>{lead}{blocks}</section>'


def _derivations(explanations: Mapping[str, str], anchors: Mapping[str, str]) -> str:
    if not anchors:
        return ""
    entries = "".join(
        f'<section class="derivation" id="{anchor}"><h3>{safe(key)}</h3><pre>{safe(explanations[key])}</pre></section>'
        for key, anchor in anchors.items()
    )
    return (
        f'<section class="appendix" id="{_APPENDIX}"><h2>Derivations</h2>'
        "<p>Where the underlined numbers come from: formula, inputs, and the facts that were used.</p>"
        f"{entries}</section>"
    )


def _place(document: Document, taken: set[str]) -> _Place:
    anchor = _unique(_slug(document.title), taken)
    parts = tuple((_unique(f"{anchor}-{_slug(part.name)}", taken), part) for part in document.sections)
    return _Place(anchor, document, parts)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


def _unique(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the first number that makes it new; it is taken from then on."""
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}-{count}"
    taken.add(name)
    return name


def _blocks(documents: Iterable[Document]) -> Iterator[Block]:
    return (block for document in documents for part in document.sections for block in part.blocks)


def _figures(documents: Iterable[Document]) -> Iterator[str]:
    """The figure keys that the documents show, in order of reading."""
    for block in _blocks(documents):
        if isinstance(block, Table):
            yield from (cell.figure for row in block.rows for cell in row if isinstance(cell, Cell))
        elif isinstance(block, (Tiles, Bars)):
            yield from (figure for *_, figure in block.items)
        elif isinstance(block, Tornado):
            yield from (item.figure for item in block.items)
