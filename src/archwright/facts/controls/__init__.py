"""The shelf of controls that rules name: one YAML file a framework, with ids, titles and source. It knows no rule."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class Framework(NamedTuple):
    """A framework and the day on which its list was read. `official` says whose titles they are: its own, or ours."""

    prefix: str
    name: str
    version: str
    source: str
    url: str
    licence: str
    checked: str
    official: bool
    titles: dict[str, str]


class Control(NamedTuple):
    """One control: `reference` is how rules write it, such as `N:GOVERN 2.1`."""

    reference: str
    framework: Framework
    id: str
    title: str

    @property
    def shown(self) -> str:
        """`NIST AI RMF GOVERN 2.1 (roles and responsibilities)`."""
        return f"{self.framework.name} {self.id} ({self.title})"


@cache
def frameworks() -> dict[str, Framework]:
    """Every framework by its prefix, sorted."""
    folder = files(__package__)
    texts = [item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".yaml")]
    read = (_framework(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))) for text in texts)
    return {item.prefix: item for item in sorted(read)}


def _framework(facts: dict[str, object]) -> Framework:
    titles = facts["titles"]
    words = {key: str(value) for key, value in facts.items() if key != "titles"}
    return Framework(
        words["prefix"], words["framework"], words["version"], words["source"], words["url"], words["licence"],
        words["checked"], words["titles_by"] == "official",
        {str(name): str(title) for name, title in titles.items()} if isinstance(titles, dict) else {},
    )  # fmt: skip


def control(reference: str) -> Control:
    """The control that a rule refers to.

    Raises:
        KeyError: no framework lists it.
    """
    prefix, _, name = reference.partition(":")
    framework = frameworks()[prefix]
    return Control(reference, framework, name, framework.titles[name])
