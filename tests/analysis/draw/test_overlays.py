"""Every overlay on the shelf: named by its file, asking a question, and adding nothing to the picture but an answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Answered, Break, Evidence, Overlay, Use
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.render.layout import lay_out
from archwright.report.figures import Book
from archwright.spec.load import load
from archwright.spec.model import System
from tests.render.geometry import collisions

DESK = load(Path(__file__).resolve().parents[3] / "examples/support-desk/system.yaml").system
EVERY = list(OVERLAYS)


def evidence(system: System) -> Evidence:
    """Something of everything that an overlay may ask for."""
    book = Book()
    names = list(system.components)
    book.leaf("price.month", 30e12, "money", label="everything")
    book.leaf("price.models.month", 20e12, "money", label="all model calls")
    book.leaf("load", 3.5, "ratio")
    for number, name in enumerate(names):
        book.leaf(f"price.component.{name}.month", 1e12 * number, "money")
        book.leaf(f"{name}.share", number / 8, "share")
        book.leaf(f"{name}.rate", number * 1.5, "rate", label="jobs")
    return Evidence(
        book=book,
        scenario="scenario spike",
        uses=tuple(Use(name, "servers", f"{name}.used", f"{name}.share") for name in names),
        rates={(str(flow.source), str(flow.target)): f"{flow.source}.rate" for flow in system.flows},
        breaks=Break(names[-2], "a limit", "load", "objective quick breaks", ("It is asked for too much.",)),
    )


def answered(overlay: Overlay, system: System = DESK) -> Answered:
    return overlay.draw(system, diagram(system), evidence(system))


def named(overlay: Overlay) -> str:
    return overlay.name


def test_the_five_are_there() -> None:
    assert {"cost", "data", "dependencies", "failure", "load"} <= set(OVERLAYS.names())


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_an_overlay_is_named_by_its_file_and_asks_a_question(overlay: Overlay) -> None:
    assert OVERLAYS.get(overlay.name) is overlay
    assert overlay.question.endswith("?")
    assert overlay.needs <= {"price", "load", "breaking"}


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_it_draws_the_same_parts_and_lines(overlay: Overlay) -> None:
    plain, picture = diagram(DESK), answered(overlay).picture
    assert [(n.name, n.title, n.group, n.shape) for n in picture.nodes] == [
        (n.name, n.title, n.group, n.shape) for n in plain.nodes
    ]
    assert [(e.source, e.target, e.line) for e in picture.edges] == [(e.source, e.target, e.line) for e in plain.edges]
    assert picture.subtitle != plain.subtitle


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_colour_never_speaks_alone(overlay: Overlay) -> None:
    """A card with heat has a word or number too, the scale is explained, and so is the mark."""
    picture = answered(overlay).picture
    heated = [node for node in picture.nodes if node.heat is not None]
    assert heated
    assert all(node.badges or node.lines for node in heated)
    assert all(0 <= node.heat <= 1 for node in heated if node.heat is not None)
    assert len(picture.scale) >= 2
    assert [heat for heat, _ in picture.scale] == sorted(heat for heat, _ in picture.scale)
    if any([*(node.alarm for node in picture.nodes), *(edge.alarm for edge in picture.edges)]):
        assert picture.alarm
    assert all(node.badges for node in picture.nodes if node.alarm)
    assert all(edge.label for edge in picture.edges if edge.alarm)


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_nothing_in_its_drawing_covers_anything_else(overlay: Overlay) -> None:
    assert collisions(lay_out(answered(overlay).picture)) == []


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_its_figures_can_be_asked_why(overlay: Overlay) -> None:
    given = evidence(DESK)
    found = overlay.draw(DESK, diagram(DESK), given)
    assert all(key in given.book and what for what, key in found.figures)
    said = " ".join(words for node in found.picture.nodes for words in (*node.lines, *node.badges))
    if overlay.needs:
        assert found.figures
        assert re.search(r"\d", said)


@pytest.mark.parametrize("overlay", EVERY, ids=named)
def test_nothing_computed_is_no_crash(overlay: Overlay) -> None:
    """Where nothing is asked for, there is nothing to be full, to pay for or to break."""
    book = Book()
    for key in ("price.month", "price.models.month"):
        book.leaf(key, 0, "money")
    picture = overlay.draw(DESK, diagram(DESK), Evidence(book=book, scenario="none")).picture
    assert picture.nodes
