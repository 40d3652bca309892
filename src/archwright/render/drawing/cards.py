"""The size and the text lines of a component's card, before it has a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archwright.render.drawing import lettering
from archwright.render.drawing.icons import RIM
from archwright.report.diagram import Node

TITLE, CAPTION, LINE, BADGE = 14.0, 10.0, 11.5, 10.0
TITLE_LEAD, CAPTION_LEAD, LINE_LEAD, BADGE_HEIGHT = 18.0, 15.0, 16.0, 17.0
SPACING = 0.6
"""Between the letters of a caption."""
PAD_X, PAD_Y, ICON, ICON_GAP = 12.0, 11.0, 30.0, 10.0
NARROWEST, WIDEST = 158.0, 226.0
BADGE_PAD, BADGE_GAP = 7.0, 5.0
_ROWS = 3
"""A line that is too long goes on; after so many rows it ends with an ellipsis."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a card says, broken into lines, and the height in pixels that this takes. `badges` are rows of pills."""

    title: tuple[str, ...]
    caption: str
    lines: tuple[str, ...]
    badges: tuple[tuple[str, ...], ...]
    height: float


def common_width(nodes: Iterable[Node]) -> float:
    """One width in pixels for all cards: what the widest text asks for, between `NARROWEST` and `WIDEST`."""
    wanted = [NARROWEST]
    for node in nodes:
        title = lettering.width(lettering.plain(node.title), TITLE, bold=True)
        wanted.append((title if title < 140 else title / 2 + 30) + 2 * PAD_X + ICON + ICON_GAP)
        wanted.append(_caption_width(lettering.plain(node.kind).upper()) + 2 * PAD_X + ICON + ICON_GAP)
        wanted.extend(lettering.width(lettering.plain(line), LINE) + 2 * PAD_X for line in node.lines)
    return round(min(WIDEST, max(wanted)))


def copy_of(node: Node, width: float) -> Copy:
    """The text of `node` in a card `width` pixels wide."""
    beside_icon = width - 2 * PAD_X - ICON - ICON_GAP
    inner = width - 2 * PAD_X
    title = lettering.fitted(node.title, TITLE, beside_icon, 2, bold=True) or (lettering.plain(node.name),)
    caption = lettering.plain(node.kind).upper()
    caption = lettering.clipped(caption, CAPTION, beside_icon - SPACING * min(len(caption), 24))
    lines = tuple(row for line in node.lines for row in lettering.fitted(line, LINE, inner, _ROWS))
    badges = badge_rows(node.badges, inner)
    head = max(ICON, len(title) * TITLE_LEAD + (CAPTION_LEAD if caption else 0))
    body = len(lines) * LINE_LEAD + (6 if lines else 0)
    foot = len(badges) * (BADGE_HEIGHT + 4) + (4 if badges else 0)
    rims = 2 * RIM if node.shape == "store" else 0
    return Copy(title, caption, lines, badges, 2 * PAD_Y + head + body + foot + rims)


def badge_width(text: str) -> float:
    """Pixels that a pill with this text takes."""
    return lettering.width(text, BADGE, bold=True) + 2 * BADGE_PAD


def _caption_width(text: str) -> float:
    return lettering.width(text, CAPTION) + SPACING * len(text)


def badge_rows(badges: Iterable[str], limit: float) -> tuple[tuple[str, ...], ...]:
    """Badges in rows that are no wider than `limit` pixels."""
    rows: list[list[str]] = []
    used = limit + 1
    for badge in badges:
        text = lettering.clipped(lettering.plain(badge), BADGE, limit - 2 * BADGE_PAD, bold=True)
        taken = badge_width(text) + BADGE_GAP
        if used + taken - BADGE_GAP > limit:
            rows.append([])
            used = 0.0
        rows[-1].append(text)
        used += taken
    return tuple(tuple(row) for row in rows)
