"""A document as plain data that JSON can hold: the same words and numbers, with every part named."""

from __future__ import annotations

import math
from dataclasses import asdict

from archwright.base.errors import Location
from archwright.report.document import (
    Bars,
    Block,
    Cell,
    Chart,
    Document,
    Findings,
    Picture,
    Section,
    Table,
    Text,
    Tiles,
    Tornado,
)

Plain = dict[str, object]


def as_json(document: Document) -> Plain:
    """The document as dictionaries, lists, texts and numbers; a number that is not finite becomes None.

    Every block has a `kind`: text, table, findings, chart, bars, tornado, picture or tiles.
    """
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "sections": [_section(section) for section in document.sections],
        "facts": [{"name": name, "value": value} for name, value in document.facts],
    }


def _section(section: Section) -> Plain:
    return {
        "name": section.name,
        "title": section.title,
        "lead": section.lead,
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> Plain:
    match block:
        case Text():
            return {"kind": "text", **asdict(block)}
        case Table():
            return _table(block)
        case Findings():
            items = [{**asdict(item), "where": _place(item.where)} for item in block.items]
            return {"kind": "findings", "items": items}
        case Chart():
            return _chart(block)
        case Bars():
            items = [{"label": label, "value": _finite(value), "figure": key} for label, value, key in block.items]
            return {"kind": "bars", "title": block.title, "dimension": block.dimension, "items": items}
        case Tornado():
            swings = [
                {**asdict(item), "at_low": _finite(item.at_low), "at_high": _finite(item.at_high)}
                for item in block.items
            ]
            return {
                "kind": "tornado", "title": block.title, "dimension": block.dimension, "base": _finite(block.base),
                "items": swings,
            }  # fmt: skip
        case Picture():
            return {"kind": "picture", "diagram": asdict(block.diagram)}
        case Tiles():
            tiles = [{"label": la, "value": value, "note": note, "figure": key} for la, value, note, key in block.items]
            return {"kind": "tiles", "items": tiles}


def _table(table: Table) -> Plain:
    return {
        "kind": "table",
        "caption": table.caption,
        "headings": list(table.headings),
        "numeric": sorted(table.numeric),
        "rows": [[_entry(e if isinstance(e, Cell) else Cell(e)) for e in row] for row in table.rows],
    }


def _entry(cell: Cell) -> Plain:
    """A cell; its shade only where it has one."""
    return {name: value for name, value in asdict(cell).items() if name != "heat" or cell.heat >= 0}


def _chart(chart: Chart) -> Plain:
    return {
        "kind": "chart",
        "title": chart.title,
        "x": {"label": chart.x_label, "dimension": chart.x_dimension},
        "y": {"label": chart.y_label, "dimension": chart.y_dimension},
        "series": [
            {"name": line.name, "tone": line.tone, "points": [[_finite(x), _finite(y)] for x, y in line.points]}
            for line in chart.series
        ],
        "bands": [{"from": _finite(start), "to": _finite(end), "name": name} for start, end, name in chart.bands],
        "marks": [{"value": _finite(value), "name": name} for value, name in chart.marks],
    }


def _place(where: Location) -> Plain | None:
    return asdict(where) if where.file else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
