"""Colours of a drawing, light and dark, and the CSS that changes from one to the other.

Every element carries its light colours as plain attributes, so that a program that reads no style sheet shows the
light drawing; classes let the style sheet put the dark ones over them.
"""

from __future__ import annotations

import re
from typing import Final

from archwright.render import theme

_HUES: Final = {
    "person": ("#465365", "#b7c3d0"),
    "gateway": (theme.LIGHT["s1"], theme.DARK["s1"]),
    "agent": (theme.LIGHT["s3"], theme.DARK["s3"]),
    "model": (theme.LIGHT["s5"], theme.DARK["s5"]),
    "store": ("#1f5fa8", "#84b7f2"),
    "queue": (theme.LIGHT["s2"], theme.DARK["s2"]),
    "external": (theme.LIGHT["s6"], theme.DARK["s6"]),
    "box": (theme.LIGHT["s4"], theme.DARK["s4"]),
}
_TILES: Final = {
    "person": ("#e9edf1", "#28313a"),
    "gateway": ("#e1eff2", "#17333d"),
    "agent": ("#ece8f7", "#2b2543"),
    "model": ("#f8e6ef", "#3e2131"),
    "store": ("#e3edf8", "#182d46"),
    "queue": ("#faeadc", "#3b2815"),
    "external": ("#eceeef", "#252b30"),
    "box": ("#e4f0e6", "#1b3121"),
}
_HEAT: Final = (
    ("#fff8e3", "#2a2515"),
    ("#fdeabf", "#41310f"),
    ("#fbd494", "#5d3d10"),
    ("#f7b473", "#7d441a"),
    ("#ef9063", "#9d4527"),
)
_LINE_HEAT: Final = (
    ("#9a7b2c", "#8f7d48"),
    ("#a8690f", "#b58b3a"),
    ("#ad4f0c", "#d99f45"),
    ("#a23410", "#f0a35e"),
    ("#8a1f14", "#ff9d7a"),
)
"""For lines, which are too thin for the pale fills: darker by steps on paper, lighter by steps in the dark."""
HEAT_STEPS: Final = len(_HEAT)

COLOURS: Final[dict[str, tuple[str, str]]] = {
    **{name: (theme.LIGHT[name], theme.DARK[name]) for name in ("paper", "raised", "ink", "soft", "rule")},
    **{f"hue-{shape}": pair for shape, pair in _HUES.items()},
    **{f"tile-{shape}": pair for shape, pair in _TILES.items()},
    **{f"heat-{step}": pair for step, pair in enumerate(_HEAT)},
    **{f"line-heat-{step}": pair for step, pair in enumerate(_LINE_HEAT)},
    "alarm": (theme.LIGHT["bad"], theme.DARK["bad"]),
    "alarm-ink": (theme.LIGHT["raised"], theme.DARK["raised"]),
    "frame": ("#f3f5f5", "#15191c"),
    "frame-rule": ("#d3dadc", "#303940"),
    "frame-supplier": ("#fbf6ea", "#1d1a12"),
    "rule-supplier": (theme.LIGHT["warn"], theme.DARK["warn"]),
    "frame-public": ("#fbf0ee", "#201615"),
    "rule-public": (theme.LIGHT["bad"], theme.DARK["bad"]),
    "line-sync": ("#3f4a54", "#bcc6ce"),
    "line-async": ("#3f4a54", "#bcc6ce"),
    "line-fallback": (theme.LIGHT["bad"], theme.DARK["bad"]),
    "line-return": ("#7f8b95", "#7d8993"),
    "pill": ("#eef1f2", "#262d32"),
}


def paint(fill: str = "", stroke: str = "") -> str:
    """The attributes that colour an element: classes for the style sheet and the light colours themselves."""
    classes, attributes = [], []
    for prefix, attribute, name in (("f", "fill", fill), ("s", "stroke", stroke)):
        if name:
            classes.append(f"aw-{prefix}-{name}")
            attributes.append(f'{attribute}="{COLOURS[name][0]}"')
    if not fill:
        attributes.append('fill="none"')
    joined = " ".join(classes)
    return f'class="{joined}" ' + " ".join(attributes)


def heat_name(heat: float) -> str:
    """The colour of a heat between 0 and 1; values outside are taken as the nearest bound."""
    return f"heat-{heat_step(heat)}"


def heat_step(heat: float) -> int:
    """The step of a heat between 0 and 1, from 0; values outside are taken as the nearest bound."""
    return min(HEAT_STEPS - 1, max(0, int(heat * HEAT_STEPS)))


def style(body: str) -> str:
    """CSS for the classes that `body` uses: the dark colours, by the reader's preference or the page's `data-theme`."""
    rules = []
    for name in sorted(set(re.findall(r"aw-[fs]-[a-z0-9-]+", body))):
        kind, colour = name[3], COLOURS[name[5:]][1]
        rules.append((name, f"{'fill' if kind == 'f' else 'stroke'}:{colour}"))
    preferred = "".join(f':root:not([data-theme="light"]) .{name}{{{rule}}}' for name, rule in rules)
    chosen = "".join(f':root[data-theme="dark"] .{name}{{{rule}}}' for name, rule in rules)
    size = "svg.aw-drawing{max-width:100%;height:auto}"
    return f"{size}@media screen and (prefers-color-scheme:dark){{{preferred}}}@media screen{{{chosen}}}"
