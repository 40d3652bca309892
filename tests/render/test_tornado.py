"""A tornado: its bars reach to both ends, inside the picture, and odd numbers break nothing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.render.html_blocks import Setting, block_html
from archwright.render.plain import as_json
from archwright.render.terminal import text
from archwright.render.tornado import tornado_svg
from archwright.report.document import Document, Section, Swing, Tornado

USUAL = Tornado(
    "What moves it", "money", 5e14,
    (Swing("volume <of> all", 3e14, 8e14, ("1/s", "3/s"), True, "a.b"),
     Swing("price", 6e14, 4e14, ("$1", "$2"), False, "c.d")),
)  # fmt: skip


@pytest.mark.parametrize("width", [240, 340, 760, 900])
def test_everything_stays_inside(width: int) -> None:
    root = ElementTree.fromstring(tornado_svg(USUAL, width=width))
    rects = [item for item in root.iter() if item.tag.endswith("rect")]
    assert len(rects) == 4
    for rect in rects:
        left = float(rect.attrib["x"])
        assert left >= 0
        assert left + float(rect.attrib["width"]) <= width + 0.2


def test_words_are_escaped_and_a_guess_says_so() -> None:
    drawn = tornado_svg(USUAL)
    assert "volume &lt;of&gt; all (guess)" in drawn
    assert "$500" in drawn


def test_an_assumption_links_to_its_explanation() -> None:
    assert 'href="#x"' in tornado_svg(USUAL, links={"a.b": "#x"})
    assert 'data-figure="c.d"' in block_html(USUAL, Setting(lambda _: "", {}))


VALUES = st.floats(allow_nan=True, allow_infinity=True)


@given(VALUES, VALUES, VALUES)
def test_any_numbers_make_a_picture(base: float, low: float, high: float) -> None:
    odd = Tornado("x", "number", base, (Swing("a", low, high, ("1", "2"), True, "k"),))
    drawn = tornado_svg(odd)
    ElementTree.fromstring(drawn)
    assert not re.search(r'"(nan|-?inf)"', drawn)


def test_every_face_shows_it() -> None:
    document = Document("T", (Section("s", "S", (USUAL,)),))
    told = text(document, colour=False)
    assert "volume <of> all (guess)" in told
    assert "$300" in told
    (block,) = as_json(document)["sections"][0]["blocks"]  # type: ignore[index]
    assert block["kind"] == "tornado"
    assert block["items"][0]["guess"] is True
