"""The shelf of model vendors: one YAML file a vendor. It knows no system.

A vendor that speaks the OpenAI wire format needs no code: its address, the environment variable that holds the key,
and where that was read and when. Another has a provider of its name in the runtime.

`tier` is the field of a request that asks for a cheaper, slower lane; empty where none was found in what it documents.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Vendor(NamedTuple):
    """Base address of the API, environment variable of its key, source and day of these facts, field of its lanes."""

    name: str
    endpoint: str
    key: str
    source: str
    checked: str
    tier: str = ""


def names() -> tuple[str, ...]:
    """All vendors, sorted."""
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    )


@cache
def vendor(name: str) -> Vendor | None:
    """The facts of one vendor, or None."""
    if name not in names():
        return None
    import yaml  # noqa: PLC0415 - a gateway whose targets are no vendor's is ready sooner without

    facts = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    said = (facts["source"], str(facts["checked"]), facts.get("tier", ""))
    return Vendor(name, facts["endpoint"], facts["key"], *said)
