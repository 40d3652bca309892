"""One block of a document as HTML. Every word is escaped; only the drawing is taken as it comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from archwright.render.bars import bars_svg
from archwright.render.charts import chart_svg
from archwright.render.safe_text import safe
from archwright.render.tally import NOTHING_FOUND, tally
from archwright.render.tornado import tornado_svg
from archwright.report.diagram import Diagram
from archwright.report.document import (
    Bars,
    Block,
    Cell,
    Chart,
    Finding,
    Findings,
    Picture,
    Table,
    Text,
    Tiles,
    Tornado,
)

WIDE = 900
NARROW = 340


@dataclass(frozen=True, slots=True)
class Setting:
    """What blocks need from the page around them: who draws diagrams, and where each figure is explained."""

    drawing: Callable[[Diagram], str]
    links: Mapping[str, str]


def block_html(block: Block, setting: Setting) -> str:
    """The block as one element."""
    match block:
        case Text():
            return f'<p class="block {block.tone}">{prose(block.words)}</p>'
        case Table():
            return _table(block, setting)
        case Findings():
            return _findings(block)
        case Chart():
            return _chart(block)
        case Bars():
            return _bars(block, setting)
        case Tornado():
            return _tornado(block, setting)
        case Picture():
            return _picture(block, setting)
        case Tiles():
            return _tiles(block, setting)


def prose(text: str) -> str:
    """Words of a sentence; what stands between backticks is set as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", safe(text))


def figure_html(text: str, figure: str, setting: Setting) -> str:
    """A number, linked to its explanation where the page has one."""
    if not figure:
        return prose(text)
    if figure not in setting.links:
        return f'<span data-figure="{safe(figure)}">{safe(text)}</span>'
    address = safe(setting.links[figure])
    return f'<a class="why" href="{address}" data-figure="{safe(figure)}" title="Why?">{safe(text)}</a>'


def _table(table: Table, setting: Setting) -> str:
    heads = "".join(
        f'<th scope="col"{_classes("number" if n in table.numeric else "")}>{safe(heading)}</th>'
        for n, heading in enumerate(table.headings)
    )
    rows = "".join(f"<tr>{_row(table, row, setting)}</tr>" for row in table.rows)
    caption = f"<caption><span>{safe(table.caption)}</span></caption>" if table.caption else ""
    name = safe(table.caption or "Table: " + ", ".join(table.headings))
    return (
        f'<div class="block scroll" role="region" tabindex="0" aria-label="{name}">'
        f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _file_html(cell: Cell) -> str:
    """A link to a file beside the page; never to another place, whatever the name says."""
    return f'<a href="./{quote(cell.file)}">{safe(cell.text)}</a>'


def _row(table: Table, row: tuple[str | Cell, ...], setting: Setting) -> str:
    parts = []
    for n, entry in enumerate(row):
        cell = entry if isinstance(entry, Cell) else Cell(entry)
        tone = "" if cell.tone == "plain" else cell.tone
        heat = f"heat{round(min(1.0, cell.heat) * 5)}" if cell.heat >= 0 else ""
        body = _file_html(cell) if cell.file else figure_html(cell.text, cell.figure, setting)
        if n == 0 and n not in table.numeric:
            parts.append(f'<th scope="row"{_classes(tone)}>{body}</th>')
        else:
            parts.append(f"<td{_classes('number' if n in table.numeric else '', tone, heat)}>{body}</td>")
    return "".join(parts)


def _classes(*names: str) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""


def _findings(findings: Findings) -> str:
    if not findings.items:
        return f'<p class="block good">{NOTHING_FOUND}</p>'
    items = "".join(_finding(item) for item in findings.items)
    return f'<div class="block findings"><p class="count">{tally(findings.items)}</p><ol>{items}</ol></div>'


def _finding(finding: Finding) -> str:
    places = [finding.code, str(finding.where), finding.subject]
    place = "".join(f"<span>{safe(text)}</span>" for text in places if text)
    advice = "".join(
        f"<dt>{label}</dt><dd>{prose(text)}</dd>"
        for label, text in (("Why", finding.why), ("Mend", finding.mend), ("See", " · ".join(finding.evidence)))
        if text
    )
    return (
        f'<li class="finding {finding.severity}"><p class="severity">{finding.severity.capitalize()}</p><div>'
        f'<p class="message">{prose(finding.message)}</p><p class="place mono">{place}</p>'
        f"{f'<dl>{advice}</dl>' if advice else ''}</div></li>"
    )


def _chart(chart: Chart) -> str:
    wide = chart_svg(chart, width=WIDE, standalone=False)
    narrow = chart_svg(chart, width=NARROW, standalone=False)
    return _both(chart.title, wide, narrow)


def _bars(bars: Bars, setting: Setting) -> str:
    wide = bars_svg(bars, width=WIDE, links=setting.links, standalone=False)
    narrow = bars_svg(bars, width=NARROW, links=setting.links, standalone=False)
    return _both(bars.title, wide, narrow)


def _tornado(tornado: Tornado, setting: Setting) -> str:
    wide = tornado_svg(tornado, width=WIDE, links=setting.links, standalone=False)
    narrow = tornado_svg(tornado, width=NARROW, links=setting.links, standalone=False)
    return _both(tornado.title, wide, narrow)


def _both(title: str, wide: str, narrow: str) -> str:
    """Two drawings of one chart, of which the style sheet shows the one that fits: type stays readable on a phone."""
    return (
        f'<figure class="block"><figcaption>{safe(title)}</figcaption>'
        f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>'
    )


def _picture(picture: Picture, setting: Setting) -> str:
    title = safe(picture.diagram.title)
    return (
        '<figure class="block picture"><button type="button" hidden>Full size</button>'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
        f"{setting.drawing(picture.diagram)}</div></figure>"
    )


def _tiles(tiles: Tiles, setting: Setting) -> str:
    parts = []
    for label, value, note, figure in tiles.items:
        below = f'<dd class="note">{safe(note)}</dd>' if note else ""
        number = figure_html(value, figure, setting)
        parts.append(f'<div class="tile"><dt>{safe(label)}</dt><dd class="value">{number}</dd>{below}</div>')
    return f'<dl class="block tiles">{"".join(parts)}</dl>'
