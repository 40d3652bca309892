"""The check that nothing in a drawing covers anything else. Knows only the finished Layout, not how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, product

from archwright.render.drawing.boxes import Box, Point
from archwright.render.layout import Frame, Layout, Line

TOUCH = 0.01
SIDE_BY_SIDE = 3.0


def collisions(layout: Layout) -> list[str]:
    """Everything that covers, crosses or leaves what it must not; an empty list is a clean drawing."""
    return [
        *_boxes_on_boxes(layout),
        *_frames(layout),
        *_lines_through_boxes(layout),
        *_lines_on_lines(layout),
        *_loose_ends(layout),
        *_outside(layout),
    ]


def _named_boxes(layout: Layout) -> dict[str, Box]:
    """Boxes of which no two may overlap."""
    found = {f"card {card.node.name}": card.box for card in layout.cards}
    found |= {f"title of group {frame.group.name}": frame.title_box for frame in layout.frames}
    found |= {f"label of flow {i}": line.label_box for i, line in enumerate(layout.lines) if line.label_box}
    found |= {f"legend entry {i}": entry.box for i, entry in enumerate(layout.legend)}
    if layout.title:
        found["title"] = layout.title_box
    if layout.subtitle:
        found["subtitle"] = layout.subtitle_box
    return found


def _boxes_on_boxes(layout: Layout) -> Iterator[str]:
    for (one, a), (other, b) in combinations(_named_boxes(layout).items(), 2):
        if _overlap(a, b):
            yield f"{one} overlaps {other}"


def _frames(layout: Layout) -> Iterator[str]:
    for one, other in combinations(layout.frames, 2):
        if _overlap(one.box, other.box):
            yield f"group {one.group.name} overlaps group {other.group.name}"
    for frame in layout.frames:
        if not _within(frame.title_box, frame.box):
            yield f"title of group {frame.group.name} leaves its frame"
        yield from _cards_and_frame(layout, frame)
        for name, box in _named_boxes(layout).items():
            own = name == f"title of group {frame.group.name}" or name.startswith(("card", "label"))
            if _overlap(box, frame.box) and not own:
                yield f"{name} stands in group {frame.group.name}"
            if name.startswith("label") and _overlap(box, frame.box) and not _within(box, frame.box):
                yield f"frame of group {frame.group.name} cuts {name}"


def _cards_and_frame(layout: Layout, frame: Frame) -> Iterator[str]:
    for card in layout.cards:
        member = card.node.group == frame.group.name
        if member and not _within(card.box, frame.box):
            yield f"card {card.node.name} leaves its group {frame.group.name}"
        if not member and _overlap(card.box, frame.box):
            yield f"card {card.node.name} stands in the foreign group {frame.group.name}"


def _lines_through_boxes(layout: Layout) -> Iterator[str]:
    boxes = _named_boxes(layout)
    for i, line in enumerate(layout.lines):
        for (name, box), (a, b) in product(boxes.items(), pairwise(line.points)):
            if name != f"label of flow {i}" and _enters(a, b, box):
                yield f"flow {i} ({line.edge.source} to {line.edge.target}) runs through {name}"
        if line.label_box and not any(_enters(a, b, line.label_box, -1.0) for a, b in pairwise(line.points)):
            yield f"label of flow {i} is not on its line"


def _lines_on_lines(layout: Layout) -> Iterator[str]:
    """No two flows, and no flow and frame, share a stretch: crossing is allowed, running along is not."""
    for (i, one), (j, other) in combinations(enumerate(layout.lines), 2):
        if any(_along(*s, *t) for s, t in product(pairwise(one.points), pairwise(other.points))):
            yield f"flow {i} runs along flow {j}"
    for i, line in enumerate(layout.lines):
        for frame in layout.frames:
            if any(_along(*s, *t) for s, t in product(pairwise(line.points), _sides(frame.box))):
                yield f"flow {i} runs along the frame of group {frame.group.name}"


def _loose_ends(layout: Layout) -> Iterator[str]:
    cards = {card.node.name: card.box for card in layout.cards}
    for i, line in enumerate(layout.lines):
        if not _on_border(line.points[0], cards[line.edge.source]):
            yield f"flow {i} does not start at {line.edge.source}"
        if not _on_border(line.points[-1], cards[line.edge.target]):
            yield f"flow {i} does not end at {line.edge.target}"
        if any(a[0] != b[0] and a[1] != b[1] for a, b in pairwise(line.points)):
            yield f"flow {i} is slanted"
        if _said(line) and not line.label_box:
            yield f"flow {i} lost its label"
    notes = {entry.key for entry in layout.legend if entry.symbol == "note"}
    for i, line in enumerate(layout.lines):
        if line.mark and str(line.mark) not in notes:
            yield f"the legend does not list mark {line.mark} of flow {i}"


def _outside(layout: Layout) -> Iterator[str]:
    picture = Box(0, 0, layout.width, layout.height)
    boxes = _named_boxes(layout) | {f"group {frame.group.name}": frame.box for frame in layout.frames}
    for name, box in boxes.items():
        if not _within(box, picture):
            yield f"{name} leaves the picture"
    for i, line in enumerate(layout.lines):
        if not all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in line.points):
            yield f"flow {i} leaves the picture"


def _said(line: Line) -> bool:
    return bool(line.label) or line.mark > 0


def _overlap(a: Box, b: Box) -> bool:
    beside = a.right <= b.left + TOUCH or b.right <= a.left + TOUCH
    return not (beside or a.bottom <= b.top + TOUCH or b.bottom <= a.top + TOUCH)


def _within(inner: Box, outer: Box) -> bool:
    across = inner.left >= outer.left - TOUCH and inner.right <= outer.right + TOUCH
    return across and inner.top >= outer.top - TOUCH and inner.bottom <= outer.bottom + TOUCH


def _enters(a: Point, b: Point, box: Box, shrink: float = 0.5) -> bool:
    """Does the axis-parallel stretch from a to b come further into the box than `shrink` pixels?"""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    across = right > box.left + shrink and left < box.right - shrink
    return across and bottom > box.top + shrink and top < box.bottom - shrink


def _along(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Do two axis-parallel stretches run side by side, closer than `SIDE_BY_SIDE`, for some way?"""
    for axis in (0, 1):
        across = 1 - axis
        if a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < SIDE_BY_SIDE:
            shared = min(max(a[axis], b[axis]), max(c[axis], d[axis]))
            shared -= max(min(a[axis], b[axis]), min(c[axis], d[axis]))
            if shared > TOUCH and a[axis] != b[axis] and c[axis] != d[axis]:
                return True
    return False


def _sides(box: Box) -> list[tuple[Point, Point]]:
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    return list(pairwise([*corners, corners[0]]))


def _on_border(point: Point, box: Box) -> bool:
    x, y = point
    if not (box.left - TOUCH <= x <= box.right + TOUCH and box.top - TOUCH <= y <= box.bottom + TOUCH):
        return False
    return min(abs(x - box.left), abs(x - box.right), abs(y - box.top), abs(y - box.bottom)) <= TOUCH
