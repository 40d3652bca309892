"""Does hardware that we pay for carry the busiest hour? A simple check, with a band instead of false precision.

A replica works on so many requests at once, and each takes the pace that the design declares, whatever its neighbours
do. So a fleet carries `places / duration of a call` calls a second, and the busiest hour needs `calls × duration`
places (Little's law). What a replica really does differs from such a law by a factor of 0.7 to 1.3 for dense models of
30 billion parameters and more (measured on 1,063 public points); for small models, mixtures and very large batches by
more. A fleet carries the load only if it does at the lower end; between the ends nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from archwright.base.text import slug
from archwright.plan.choice import parts_at
from archwright.plan.model import Plan, Target
from archwright.report.figures import Book, Figure, Formula

LEAST, MOST = 0.7, 1.3
Verdict = Literal["carries", "cannot carry", "not certain", "unknown"]

DURATION: Final = Formula("first_token + tokens_in / prefill + max(0, tokens_out - 1) * per_token")
BUSY: Final = Formula("billed * volume * peak * duration")
NEEDED: Final = Formula("busy / (places / replicas * least)")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The replicas of one model on our hardware, and the keys of their figures (empty where unknown).

    `needed` counts replicas, with a fraction, at the lower end of the band.
    """

    component: str
    title: str
    verdict: Verdict
    busy: str = ""
    places: str = ""
    needed: str = ""
    replicas: str = ""


def fleets(plan: Plan, book: Book) -> tuple[Fleet, ...]:
    """Every model of a plan that is paid by the hour. `book` is that of its price, and gets `fleet.` figures."""
    return tuple(
        _fleet(plan, book, index, target)
        for index, target in enumerate(plan.targets)
        if f"components.{target.name}.hourly" in book
    )


def _fleet(plan: Plan, book: Book, index: int, target: Target) -> Fleet:
    key, component = f"fleet.{target.name}", f"components.{target.name}"
    busy = book.total(f"{key}.busy", list(_busy(plan, book, index, target)), "number", "at work in the busiest hour")
    if busy.value == 0:
        return Fleet(target.name, target.title, "carries", busy.key)
    if not target.concurrent:
        return Fleet(target.name, target.title, "unknown", busy.key)
    places = f"{component}.limits.concurrent"
    book.leaf("band.least", LEAST, "ratio", label="lower end of the band", origin="fact", note=BAND)
    book.leaf("band.most", MOST, "ratio", label="upper end of the band", origin="fact", note=BAND)
    for name, end in (("least", "band.least"), ("most", "band.most")):
        book.derive(
            f"{key}.use.{name}", "busy / (places * band)", "share", "of its places, at this end of the band",
            busy=busy, places=places, band=end,
        )  # fmt: skip
    needed = book.derive(
        f"{key}.needed", NEEDED, "number", "replicas that carry it at the lower end of the band",
        busy=busy, places=places, replicas=f"{component}.replicas", least="band.least",
    )  # fmt: skip
    low, high = book[f"{key}.use.least"].value, book[f"{key}.use.most"].value
    verdict: Verdict = "carries" if low <= 1 else "cannot carry" if high > 1 else "not certain"
    return Fleet(target.name, target.title, verdict, busy.key, places, needed.key, f"{component}.replicas")


BAND: Final = (
    "docs/validation/capacity.md, 2026-11-21: throughput of a replica against a simple law, "
    "x0.7 to x1.3 for dense models of 30B and more"
)


def _busy(plan: Plan, book: Book, index: int, target: Target) -> Iterator[Figure]:
    """Requests at work in the mean, of each step that calls this target first or copies calls for it."""
    component = f"components.{target.name}"
    for journey in plan.journeys:
        for step in journey.steps:
            parts = parts_at(plan, journey, step, index)
            if not parts:
                continue
            base, given = f"{journey.name}.{slug(step.name)}", f"journeys.{journey.name}"
            duration = book.derive(
                f"fleet.{target.name}.{base}.duration", DURATION, "duration", "of one call at the declared pace",
                first_token=f"{component}.first_token", prefill=f"{component}.prefill",
                per_token=f"{component}.per_token", tokens_in=f"price.{base}.tokens_in",
                tokens_out=f"price.{base}.tokens_out",
            )  # fmt: skip
            for part in parts:
                yield book.derive(
                    f"fleet.{target.name}.{base}{part}.busy", BUSY, "number", "requests at work in the busiest hour",
                    billed=f"price.{base}{part}.billed", volume=f"{given}.volume", peak=f"{given}.peak",
                    duration=duration,
                )  # fmt: skip
