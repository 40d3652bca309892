"""Small signs for the shapes of components, drawn on a grid of 24 by 24, and the outlines of their cards."""

from __future__ import annotations

import math
from typing import Final

from archwright.render.drawing.boxes import Box
from archwright.report.diagram import Shape

GRID: Final = 24.0
RIM: Final = 5.0
"""Half the height of the ellipse that closes a store."""

SIGNS: Final[dict[Shape, str]] = {
    "person": '<circle cx="12" cy="7.6" r="3.7"/><path d="M4.6 20.4c.8-4.3 3.6-6.4 7.4-6.4s6.6 2.1 7.4 6.4"/>',
    "gateway": '<path d="M7.5 4v16M16.5 4v16M2.5 12h18M17.3 8.5 20.8 12l-3.5 3.5"/>',
    "agent": '<rect x="4.5" y="8.5" width="15" height="11" rx="3.2"/><path d="M12 8.500V5"/>'
    '<circle cx="12" cy="3.8" r="1.2"/><path d="M9.2 12.800v1.400M14.8 12.800v1.4"/>',
    "model": '<path d="M11 3.500c.9 5.4 3.1 7.6 8.5 8.5-5.4.9-7.6 3.1-8.5 8.5-.9-5.4-3.1-7.6-8.5-8.5 '
    '5.4-.9 7.6-3.1 8.5-8.500z"/><path d="M19.5 2.800v4.400M17.3 5h4.4"/>',
    "store": '<ellipse cx="12" cy="6" rx="7.2" ry="2.9"/><path d="M4.8 6v12c0 1.6 3.2 2.9 7.2 2.900s7.2-1.3 '
    '7.2-2.900V6M4.8 12c0 1.6 3.2 2.9 7.2 2.900s7.2-1.3 7.2-2.9"/>',
    "queue": '<rect x="2.8" y="7.5" width="4.6" height="9" rx="1.2"/><rect x="9.7" y="7.5" width="4.6" '
    'height="9" rx="1.2"/><rect x="16.6" y="7.5" width="4.6" height="9" rx="1.2"/>',
    "external": '<circle cx="12" cy="12" r="8.6"/><ellipse cx="12" cy="12" rx="3.7" ry="8.6"/><path d="M3.4 12h17.2"/>',
    "box": '<path d="M12 3.200l7.8 4.400v8.800L12 20.800l-7.8-4.400V7.600zM4.2 7.6 12 12l7.8-4.400M12 12v8.8"/>',
}


def outline(shape: Shape, box: Box) -> str:
    """The elements, without colours, that draw the border of a card; the first one is its body."""
    x, y, w, h = box.left, box.top, box.width, box.height
    if shape == "store":
        arc = f"{w / 2:g} {RIM:g}"
        body = (
            f'<path d="M{x:g} {y + RIM:g}A{arc} 0 0 1 {x + w:g} {y + RIM:g}V{y + h - RIM:g}'
            f'A{arc} 0 0 1 {x:g} {y + h - RIM:g}Z"/>'
        )
        return body + f'<path d="M{x:g} {y + RIM:g}A{arc} 0 0 0 {x + w:g} {y + RIM:g}"/>'
    if shape == "model":
        c = 9.0
        return (
            f'<path d="M{x + c:g} {y:g}H{x + w - c:g}L{x + w:g} {y + c:g}V{y + h - c:g}L{x + w - c:g} {y + h:g}'
            f'H{x + c:g}L{x:g} {y + h - c:g}V{y + c:g}Z"/>'
        )
    radius = {"person": 18, "agent": 13, "external": 1.5}.get(shape, 7)
    body = f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}"/>'
    if shape == "queue":
        return body + f'<path d="M{x + w - 8:g} {y:g}v{h:g}M{x + w - 4:g} {y:g}v{h:g}"/>'
    if shape == "gateway":
        return body + f'<path d="M{x + 4:g} {y + 1:g}v{h - 2:g}"/>'
    return body


def dent(shape: Shape, box: Box, x: float) -> float:
    """How far, in pixels, the outline lies inside the upper or lower side of its box at `x`."""
    if shape != "store":
        return 0.0
    part = min(1.0, abs(x - box.centre[0]) / (box.width / 2))
    return RIM * (1 - math.sqrt(1 - part * part))
