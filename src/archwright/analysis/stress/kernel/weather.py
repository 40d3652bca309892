"""What goes wrong with a component now: rows of the weather that hold from their time on."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import Record, State


def weather_of(s: State, now: float, component: Record) -> Record:
    """The weather of a component at `now`, which does not go back; the component remembers its row."""
    at = component.weather
    while s.weather[at].last == 0 and now >= s.weather[at + 1].since:
        at += 1
    component.weather = at
    return s.weather[at]
