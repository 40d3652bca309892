"""The bill as lines: what is counted, at which price, how much a month. Every line is a figure of the book."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Group = Literal["models", "people", "infrastructure", "engineering"]
GROUPS: Final[tuple[Group, ...]] = ("models", "people", "infrastructure", "engineering")


class Line(NamedTuple):
    """One line of the bill: the key of its cost a month, what it is, who is paid, what it grows with.

    `quantity` and `price` are keys of figures (empty where the line has none): so many units a month, at so much each.
    A line of a `journey` grows with its volume; one without is the same in every month.
    """

    key: str
    title: str
    group: Group
    component: str
    meter: str
    unit: str = ""
    quantity: str = ""
    price: str = ""
    journey: str = ""
    step: str = ""
