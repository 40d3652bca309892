"""The SVG is well formed, escaped, follows the theme, and its text fits in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from archwright.render.drawing.palette import COLOURS
from archwright.render.layout import lay_out
from archwright.render.svg import drawn, svg
from archwright.report.diagram import Diagram, Edge, Node
from tests.render.drawings import ASSISTANT, HOSTILE, PLATFORM, SUPPORT_DESK, all_drawings

SVG = "{http://www.w3.org/2000/svg}"


def parsed(diagram: Diagram) -> ElementTree.Element:
    return ElementTree.fromstring(svg(diagram).encode("utf-8"))


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_every_drawing_is_well_formed_and_has_a_size(name: str) -> None:
    root = parsed(all_drawings()[name])
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.get("role") == "img"
    assert root.get("aria-label")


def test_hostile_words_stay_words() -> None:
    text = svg(HOSTILE)
    assert "<script" not in text
    assert {element.tag for element in parsed(HOSTILE).iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "style", "rect", "g", "title", "path", "text", "circle", "ellipse")
    }
    assert '</title><script>alert("x")</script>' in texts(parsed(HOSTILE))


def test_nothing_is_fetched_and_nothing_is_referred_to() -> None:
    assert not re.search(r"href|url\(|@import|<script|\bon\w+=", svg(PLATFORM))


def test_nodes_and_flows_can_be_found_by_id_name_and_kind() -> None:
    root = parsed(SUPPORT_DESK)
    nodes = {g.get("data-name"): g for g in root.iter(f"{SVG}g") if g.get("data-name")}
    assert set(nodes) == {node.name for node in SUPPORT_DESK.nodes}
    assert nodes["primary"].get("id") == "node-primary"
    assert nodes["primary"].get("data-kind") == "managed model"
    flows = [g for g in root.iter(f"{SVG}g") if g.get("data-source")]
    assert [(g.get("data-source"), g.get("data-target"), g.get("data-kind")) for g in flows] == [
        (edge.source, edge.target, edge.line) for edge in SUPPORT_DESK.edges
    ]


def test_ids_are_unique_even_where_names_look_alike() -> None:
    nodes = (Node("a b", "A", "tool"), Node("a-b", "B", "tool"), Node("a/b", "C", "tool"))
    ids = [element.get("id") for element in parsed(Diagram("t", "", nodes)).iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 3


def test_the_legend_shows_only_what_is_used() -> None:
    keys = {(entry.symbol, entry.key) for entry in lay_out(ASSISTANT).legend}
    assert ("line", "return") in keys
    assert ("line", "fallback") not in keys
    assert ("trust", "supplier") in keys
    assert ("trust", "public") not in keys
    assert ("shape", "queue") not in keys
    assert ("heat", "heat") not in keys


def test_kinds_of_flows_differ_in_dash_or_colour() -> None:
    nodes = (Node("a", "A", "tool"), Node("b", "B", "tool"))
    looks = set()
    for line in ("sync", "async", "fallback", "return"):
        root = parsed(Diagram("t", "", nodes, edges=(Edge("a", "b", line),)))
        flow = next(g for g in root.iter(f"{SVG}g") if g.get("id") == "edge-0")
        path = next(flow.iter(f"{SVG}path"))
        looks.add((path.get("stroke-dasharray"), path.get("stroke")))
    assert len(looks) == 4


def test_trust_boundaries_are_dashed_and_named() -> None:
    frames = {g.get("data-group"): g for g in parsed(SUPPORT_DESK).iter(f"{SVG}g") if g.get("data-group")}
    vendor, ours = frames["vendor"], frames["data"]
    assert next(vendor.iter(f"{SVG}rect")).get("stroke-dasharray")
    assert not next(ours.iter(f"{SVG}rect")).get("stroke-dasharray")
    assert texts(vendor) == ["Anthropic · supplier"]


def test_heat_colours_a_card_and_explains_itself() -> None:
    nodes = (Node("cold", "Cold", "tool", heat=0.0), Node("hot", "Hot", "tool", heat=1.0), Node("none", "None", "tool"))
    root = parsed(Diagram("t", "", nodes))
    fills = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("data-name"):
            fills[group.get("data-name")] = next(iter(group.findall(f"{SVG}g"))).get("fill")
    assert fills == {"cold": COLOURS["heat-0"][0], "hot": COLOURS["heat-4"][0], "none": COLOURS["raised"][0]}
    assert "low to high" in texts(root)


def test_a_label_of_too_many_words_becomes_a_number_that_the_legend_explains() -> None:
    words = "every word of this label counts and there are many more of them than a plate could ever hold " * 2
    nodes = (Node("a", "A", "tool"), Node("b", "B", "tool"))
    layout = lay_out(Diagram("t", "", nodes, edges=(Edge("a", "b", label=words),)))
    assert layout.lines[0].label == ("1",)
    assert " ".join(entry.text for entry in layout.legend if entry.symbol == "note") == words.strip()


def test_every_colour_class_has_a_dark_rule_for_page_and_preference() -> None:
    text = svg(PLATFORM)
    body = text.split("</style>")[1]
    for name in set(re.findall(r"aw-[fs]-[a-z0-9-]+", body)):
        assert f':root[data-theme="dark"] .{name}{{' in text
        assert f':root:not([data-theme="light"]) .{name}{{' in text


def test_the_same_diagram_gives_the_same_bytes() -> None:
    assert svg(PLATFORM) == svg(PLATFORM)
    assert drawn(lay_out(PLATFORM)) == svg(PLATFORM)


def test_an_edge_to_nowhere_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        svg(replace(ASSISTANT, edges=(Edge("agent", "nobody"),)))


PROBE = """() => {
  const inside = (text, box, pad) => {
    const t = text.getBBox();
    return t.x >= box.x + pad && t.x + t.width <= box.x + box.width - pad;
  };
  const bad = [];
  let seen = 0;
  for (const [hosts, body] of [["g[data-label-of]", "rect"], ["g[data-name]", "g"], ["g[data-group]", "rect"]]) {
    for (const host of document.querySelectorAll(hosts)) {
      const box = host.querySelector(body).getBBox();
      for (const text of host.querySelectorAll("text")) {
        seen += 1;
        if (!inside(text, box, 2)) bad.push(text.textContent);
      }
    }
  }
  return [seen, bad];
}"""


def test_a_browser_shows_all_text_inside_its_box_and_both_themes(chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.set_content(f"<!doctype html><body>{svg(PLATFORM)}</body>")
            seen, outside = page.evaluate(PROBE)
            assert seen > 100
            assert outside == []
            fill = "getComputedStyle(document.querySelector('svg > rect')).fill"
            light, dark = (_as_rgb(colour) for colour in COLOURS["paper"])
            assert page.evaluate(fill) == light
            page.emulate_media(color_scheme="dark")
            assert page.evaluate(fill) == dark
            page.evaluate("document.documentElement.dataset.theme = 'light'")
            assert page.evaluate(fill) == light
            page.emulate_media(color_scheme="light")
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            assert page.evaluate(fill) == dark
        finally:
            browser.close()


def _as_rgb(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
