"""An option as it comes to be compared: plain numbers by their keys in a book, whatever computed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from archwright.spec.handling import Supplier

Basis = Literal["computed", "stated", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """A hard requirement, or an assumption, held against one option. `met` None: nobody knows.

    `shown` is the value as people read it, `figure` its key in the book (empty where there is none).
    """

    label: str
    met: bool | None
    shown: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is paid by the hour: keys of its cost a month, of its replicas, and of the replicas that the peak needs.

    `needed` is empty where that is not known. `grows` are keys of what each journey needs of them, and of its growth.
    """

    title: str
    month: str
    replicas: str
    needed: str = ""
    grows: tuple[tuple[str, str], ...] = ()


class Terms(NamedTuple):
    """A part of an option's design, its region (empty: unknown), and the supplier's terms; None: nobody stated them.

    `ours`: it runs on machines of ours, and no supplier sees what passes.
    """

    part: str
    region: str
    ours: bool
    supplier: Supplier | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option.

    `cells` holds the key of the computed or stated value by criterion. `why` says why nothing could be computed.
    `each` is the key of what one journey costs without hardware, `volume` of the journeys a month; both are empty
    where the cost is not computed. `built` is false for the option to leave it. `fixed` are keys of what is the same in
    every month besides hardware, `grows` those of what each journey costs a month and of its growth. `stated` is that
    of a stated cost a month, `once` that of what is paid once, `growth` that of the growth of all journeys a month,
    by which stated costs grow. `terms` are those of its parts, where it is a design.
    """

    name: str
    title: str
    basis: Basis
    built: bool = True
    why: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    assumed: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
    each: str = ""
    volume: str = ""
    hardware: tuple[Hardware, ...] = ()
    fixed: tuple[str, ...] = ()
    growth: str = ""
    stated: str = ""
    once: str = ""
    terms: tuple[Terms, ...] = ()
    grows: tuple[tuple[str, str], ...] = ()

    @property
    def broken(self) -> tuple[Check, ...]:
        """Hard requirements that it breaks."""
        return tuple(check for check in self.checks if check.met is False)

    @property
    def unproven(self) -> tuple[Check, ...]:
        """Hard requirements of which nobody knows whether it meets them."""
        return tuple(check for check in self.checks if check.met is None)

    @property
    def standing(self) -> str:
        """`open` to be chosen, `ruled out` by a requirement, or `not proven`: what is unknown is never read as good."""
        if self.broken:
            return "ruled out"
        return "not proven" if self.unproven or self.basis == "unknown" else "open"
