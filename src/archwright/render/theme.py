"""The house's colours and type, light and dark, as CSS custom properties. A page and its charts share them.

Every ink reaches a contrast of 4.5 on `paper` and on `raised`; `rule` and `wash` carry no meaning of their own.
"""

from __future__ import annotations

from typing import Final

LIGHT: Final = {
    "paper": "#fbfbfa",
    "raised": "#ffffff",
    "wash": "#f1f3f3",
    "ink": "#16191d",
    "soft": "#57606a",
    "rule": "#dfe3e4",
    "accent": "#0d6078",
    "accent-wash": "#e5f0f2",
    "good": "#1c6b40",
    "bad": "#ad2f22",
    "warn": "#855600",
    "s1": "#0d6078",
    "s2": "#a84b06",
    "s3": "#6648b0",
    "s4": "#2d6e3c",
    "s5": "#a52f6d",
    "s6": "#57606a",
}
DARK: Final = {
    "paper": "#0f1214",
    "raised": "#161a1d",
    "wash": "#1c2125",
    "ink": "#e7eaec",
    "soft": "#9ca7b0",
    "rule": "#2b3237",
    "accent": "#63c3d8",
    "accent-wash": "#14303a",
    "good": "#74c894",
    "bad": "#f2897b",
    "warn": "#e2b04e",
    "s1": "#63c3d8",
    "s2": "#e9a15c",
    "s3": "#b09df2",
    "s4": "#82c98f",
    "s5": "#ea8fbb",
    "s6": "#9ca7b0",
}
SERIES_COLOURS: Final = 6
# Fonts that readers already have, and only such as keep to the widths that labels are placed with.
SANS: Final = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Noto Sans", '
    '"Liberation Sans", Arial, sans-serif'
)
MONO: Final = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace'


def variables(host: str) -> str:
    """CSS that defines every colour on `host` (a selector): light, dark by preference, and light again on paper.

    A `data-theme` of "light" or "dark" on the document's root wins over the preference of the reader's system.
    """
    light, dark = _declarations(LIGHT), _declarations(DARK)
    preferred, chosen = ':root:not([data-theme="light"])', ':root[data-theme="dark"]'
    if host != ":root":
        preferred, chosen = f"{preferred} {host},{host}:root", f"{chosen} {host}"
    return (
        f"{host}{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{{preferred}{{{dark}}}}}"
        f"@media screen{{{chosen}{{{dark}}}}}"
    )


def _declarations(colours: dict[str, str]) -> str:
    return "".join(f"--aw-{name}:{colour};" for name, colour in colours.items())
