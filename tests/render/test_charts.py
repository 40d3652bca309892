"""Charts: every point inside the plot, every band and series named, hostile words escaped."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.render.bars import bars_svg
from archwright.render.charts import chart_svg, spread
from archwright.report.document import Bars, Chart, Series
from tests.render.demo import LOAD, SPEND

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
WIDTHS = [240, 340, 760, 860]
FLOATS = st.floats(min_value=-1e12, max_value=1e12) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])
NAMES = st.text(max_size=60)


def drawn(svg: str) -> ElementTree.Element:
    """The parsed picture."""
    return ElementTree.fromstring(svg)


def points(root: ElementTree.Element, css: str = "line") -> list[tuple[float, float]]:
    """Every point of every path of a class, in user units. Samples in a legend are relative and left out."""
    numbers = [
        [float(text) for text in NUMBER.findall(path.attrib["d"])]
        for path in root.iter(f"{SVG}path")
        if path.attrib["class"] == css and "h" not in path.attrib["d"]
    ]
    return [pair for run in numbers for pair in zip(run[::2], run[1::2], strict=True)]


def texts(root: ElementTree.Element) -> list[str]:
    """Every text that is shown."""
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def plot(root: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the rectangle that the grid spans."""
    lines = [e.attrib for e in root.iter(f"{SVG}line") if e.attrib["class"] in ("grid", "base")]
    across = [line for line in lines if line["y1"] == line["y2"]]
    heights = [float(line["y1"]) for line in across]
    return float(across[0]["x1"]), min(heights), float(across[0]["x2"]), max(heights)


@pytest.mark.parametrize("width", WIDTHS)
def test_points_and_ticks_lie_inside_the_plot(width: int) -> None:
    root = drawn(chart_svg(LOAD, width=width))
    left, top, right, bottom = plot(root)
    assert len(points(root)) == sum(len(series.points) for series in LOAD.series)
    assert all(left <= x <= right and top <= y <= bottom for x, y in points(root))
    ticks = [
        e.attrib for e in root.iter(f"{SVG}line") if e.attrib["class"] == "base" and e.attrib["x1"] == e.attrib["x2"]
    ]
    assert len(ticks) >= 2
    assert all(left <= float(tick["x1"]) <= right for tick in ticks)


@pytest.mark.parametrize("width", WIDTHS)
def test_bands_limits_and_lines_are_named(width: int) -> None:
    names = texts(drawn(chart_svg(LOAD, width=width)))
    assert {"spike, 10x", "primary model is out", "objective, p95"} <= set(names)
    assert {"p50", "p95", "p95 with a cache"} <= set(names)
    assert {"0", "5 s", "10 s", "15 s", "10 min"} <= set(names)


def test_names_beside_lines_do_not_meet() -> None:
    flat = tuple(Series(f"line {n}", ((0.0, 5.0), (60.0, 5.0 + n / 100))) for n in range(9))
    chart = Chart("t", "time", "duration", "value", "count", flat, marks=((5.0, "limit"),))
    named = [e for e in drawn(chart_svg(chart)).iter(f"{SVG}text") if e.attrib.get("class") == "own"]
    heights = sorted(float(element.attrib["y"]) for element in named)
    assert len(heights) == 10
    assert min(b - a for a, b in pairwise(heights)) >= 15.9


def test_names_of_bands_that_overlap_stand_in_rows() -> None:
    bands = ((0.0, 50.0, "first"), (40.0, 60.0, "second"), (80.0, 90.0, "third"))
    chart = Chart("t", "time", "duration", "value", "count", (Series("s", ((0.0, 1.0), (100.0, 2.0))),), bands)
    heights = {e.text: e.attrib["y"] for e in drawn(chart_svg(chart)).iter(f"{SVG}text")}
    assert heights["first"] != heights["second"]
    assert heights["first"] == heights["third"]


@given(st.lists(st.floats(0, 200), max_size=12))
def test_spread_keeps_order_gap_and_room(wanted: list[float]) -> None:
    places = spread(sorted(wanted), 16, 0, 220)
    assert all(b - a >= 15.999 for a, b in pairwise(places))
    assert all(-0.001 <= place <= 220 for place in places)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(NAMES, st.lists(st.tuples(FLOATS, FLOATS), max_size=5)), max_size=4),
    st.lists(st.tuples(FLOATS, FLOATS, NAMES), max_size=3),
    st.lists(st.tuples(FLOATS, NAMES), max_size=3),
    st.sampled_from(WIDTHS),
)
def test_any_chart_is_a_picture_without_a_number_that_is_none(
    lines: list[tuple[str, list[tuple[float, float]]]],
    bands: list[tuple[float, float, str]],
    marks: list[tuple[float, str]],
    width: int,
) -> None:
    series = tuple(Series(name, tuple(found)) for name, found in lines)
    chart = Chart("t", "x", "duration", "y", "money-rate", series, tuple(bands), tuple(marks))
    root = drawn(chart_svg(chart, width=width))
    attributes = [value for element in root.iter() for name, value in element.attrib.items() if name != "aria-label"]
    assert not [value for value in attributes if re.search(r"\b(nan|inf)\b", value)]
    left, top, right, bottom = plot(root)
    assert all(left <= x <= right and top <= y <= bottom for x, y in points(root))


def test_a_point_that_cannot_be_drawn_leaves_a_gap() -> None:
    series = Series("s", ((0.0, 1.0), (1.0, math.nan), (2.0, 1.0), (3.0, 2.0)))
    chart = Chart("t", "x", "count", "y", "count", (series,))
    paths = [e for e in drawn(chart_svg(chart)).iter(f"{SVG}path") if e.attrib["class"] == "line"]
    assert len(paths) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_bars_are_as_long_as_their_values(width: int) -> None:
    bars = Bars("t", "count", (("a", 40.0, ""), ("b", 10.0, ""), ("c", -20.0, "")))
    found = [e.attrib for e in drawn(bars_svg(bars, width=width)).iter(f"{SVG}rect")]
    wide = [float(rect["width"]) for rect in found]
    assert wide[0] == pytest.approx(4 * wide[1], rel=0.01)
    assert wide[0] == pytest.approx(2 * wide[2], rel=0.01)
    assert float(found[2]["x"]) + wide[2] == pytest.approx(float(found[0]["x"]), abs=0.2)
    assert all(float(rect["x"]) + float(rect["width"]) <= width for rect in found)


def test_a_bar_links_to_what_is_behind_it() -> None:
    root = drawn(bars_svg(SPEND, links={"price.vector-store": "#why"}))
    links = [(e.attrib["href"], e.attrib["data-figure"]) for e in root.iter(f"{SVG}a")]
    assert links == [("#why", "price.vector-store")]


def test_pictures_are_the_same_each_time_and_stand_alone() -> None:
    assert chart_svg(LOAD) == chart_svg(LOAD)
    assert "--aw-accent:" in chart_svg(LOAD)
    assert "<style>" not in chart_svg(LOAD, standalone=False)
    assert not re.search(r"\d\.\d\d", re.sub('<style>.*?</style>|aria-label="[^"]*"', "", chart_svg(LOAD)))


def test_hostile_names_stay_words() -> None:
    evil = '"><script>alert(1)</script>\x00\x1b'
    chart = Chart(
        evil, evil, "count", evil, "count", (Series(evil, ((0.0, 1.0), (1.0, 2.0))),), ((0, 1, evil),), ((1, evil),)
    )
    for svg in (chart_svg(chart), chart_svg(chart, width=340), bars_svg(Bars(evil, "count", ((evil, 1.0, evil),)))):
        assert "<script" not in svg
        assert drawn(svg).tag == f"{SVG}svg"


def test_no_bars_are_a_picture_too() -> None:
    assert drawn(bars_svg(Bars("none", "count", ()))).tag == f"{SVG}svg"
