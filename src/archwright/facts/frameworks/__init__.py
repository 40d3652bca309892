"""The shelf of frameworks and laws: one YAML pack each, with its dates, its source and its licence. It knows no system.

A pack lists controls in our own words under their official ids. Conditions say over which facts of a file a control
applies, and which facts are evidence for it; they are data, and an analysis reads them.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from archwright.base.errors import InputError, Location, Problem

# Names of facts with the words that make it true; all keys must hold, and lists under `all` and `any` join conditions.
Condition = dict[str, Any]
How = Literal["derived", "partly", "attested"]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provision that puts a system into a tier: its id, what it is about, the facts, the day from which it holds.

    `practice` is the word by which a file declares an exception from it.
    """

    id: str
    title: str
    when: Condition
    practice: str = ""
    from_: dt.date | None = msgspec.field(default=None, name="from")
    note: str = ""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The provision by which a listed use is not high-risk: when the claim holds, and what bars it."""

    id: str
    title: str
    when: Condition
    barred: Condition


class Tiers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What decides the risk tier, the gravest first."""

    prohibited: list[Case]
    listed: list[Case]
    product: Case
    derogation: Claim
    limited: list[Case]


class Transition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A later day for what was on the market before some day."""

    before: dt.date
    until: dt.date


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A control or an obligation.

    `who` are the roles that it binds (anyone if empty), `when` the facts under which it applies. It applies from a
    day, from somewhere in a range of two days that nobody has settled, or from the beginning of the pack. `how` says
    how far it can be derived here; `evidence` are facts that speak for it; `next` is what to do about it.
    """

    id: str
    title: str
    does: str = ""
    group: str = ""
    who: list[str] = []
    when: Condition = {}
    from_: dt.date | list[dt.date] | None = msgspec.field(default=None, name="from")
    transition: Transition | None = None
    how: How = "attested"
    evidence: Condition = {}
    next: str = ""
    note: str = ""


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A framework as of a day.

    `prefix` is what its controls are called by in rules and attestations (`EU:50(1)`), `label` how an id is shown.
    `market` is the market whose law it is; `valid_to` the day after which it must be read again.
    """

    prefix: str
    title: str
    label: str
    version: str
    valid_from: dt.date
    valid_to: dt.date
    checked_on: dt.date
    source: str
    licence: str
    controls: list[Control]
    market: str = ""
    unsettled: list[str] = []
    tiers: Tiers | None = None

    def shown(self, control: str) -> str:
        """A control's id as people write it."""
        return self.label.format(control)

    def is_valid(self, as_of: dt.date) -> bool:
        """Whether the pack speaks of that day."""
        return self.valid_from <= as_of <= self.valid_to


class Industry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes the checklist of an industry: packs by name, in this order."""

    title: str
    packs: list[str]


_SUFFIX = ".yaml"
EU_AI_ACT = "eu_ai_act"
NIST_AI_RMF = "nist_ai_rmf"


def names() -> tuple[str, ...]:
    """All packs, sorted."""
    return tuple(
        sorted(item.name.removesuffix(_SUFFIX) for item in files(__package__).iterdir() if item.name.endswith(_SUFFIX))
    )


@cache
def pack(name: str) -> Pack:
    """A pack of the shelf.

    Raises:
        FileNotFoundError: there is none of this name.
    """
    return read_pack((files(__package__) / f"{name}{_SUFFIX}").read_text("utf-8"), f"{name}{_SUFFIX}")


def read_pack(text: str, file: str) -> Pack:
    """The pack that a text holds.

    Raises:
        InputError: it is no pack; the message names the key.
    """
    try:
        found = msgspec.yaml.decode(text.encode(), type=Pack)
        _judge(found)
    except (msgspec.MsgspecError, ValueError, KeyError, IndexError) as error:
        mend = "docs/concepts/governance.md shows what a pack looks like"
        message = f"this is no pack: {_first_line(error)}"
        raise InputError([Problem("bad-pack", message, Location(file), mend)]) from None
    return found


def _judge(found: Pack) -> None:
    """What no type shows."""
    seen: set[str] = set()
    found.shown("x")
    for control in found.controls:
        if control.id in seen:
            raise ValueError(f"control {control.id!r} stands twice")
        seen.add(control.id)
        if isinstance(control.from_, list) and (len(control.from_) != 2 or control.from_[0] > control.from_[1]):
            raise ValueError(f"control {control.id!r}: an unsettled day is a list of two days, the earlier one first")
    if found.valid_from > found.valid_to:
        raise ValueError("`valid_to` is before `valid_from`")


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


@cache
def industries() -> dict[str, Industry]:
    """Every industry with a checklist of its own, by name."""
    text = (files("archwright.facts") / "industries.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=dict[str, Industry])
