"""Scenarios, from the file to the plan: causes that strike several components become one change for each of them."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.plan import model as m
from archwright.plan.entries import Entries
from archwright.spec.model import Change, Scenario, System

USUAL = m.Scenario("baseline", "the busiest hour", 1800.0, ())  # what is looked at where the file says nothing


def scenarios(work: Entries) -> tuple[m.Scenario, ...]:
    """What the system must survive; the busiest hour where the file says nothing."""
    found = tuple(_scenario(work, name, item) for name, item in work.system.scenarios.items())
    if not found:
        work.book.leaf("scenarios.baseline.lasts", USUAL.lasts_s, "duration", label="how long baseline lasts",
                       origin="default", note="the file has no scenario")  # fmt: skip
    return found or (USUAL,)


def failing(work: Entries) -> tuple[m.Failing, ...]:
    """Components that fail by themselves."""
    return tuple(
        m.Failing(
            name,
            work.note(f"components.{name}.mtbf", item.mtbf, "mean time between failures"),
            work.note(f"components.{name}.mttr", item.mttr, "mean time of a failure"),
        )
        for name, item in work.system.components.items()
        if item.mtbf is not None and item.mttr is not None
    )


def struck_by(system: System, change: Change) -> tuple[str, ...]:
    """The components that a change strikes: those that it names, and everything in its region."""
    named = (*([str(change.component)] if change.component else []), *map(str, change.components))
    there = (name for name, item in system.components.items() if change.region and item.region == change.region)
    return tuple(dict.fromkeys((*named, *there)))


def _scenario(work: Entries, name: str, item: Scenario) -> m.Scenario:
    """A scenario with its changes. The numbers of the part that is n-th in the plan are entered as `scenarios.X.n`."""
    base = f"scenarios.{name}"
    work.note(f"{base}.months", item.months, "months from now")
    parts: list[m.Change] = []
    for change in item.changes:
        for part in _changes(work.system, change):
            parts.append(part)
            for word, given in {
                "at": change.at, "lasts": change.lasts, "factor": change.factor, "share": change.share
            }.items():  # fmt: skip
                work.note(f"{base}.{len(parts)}.{word}", given, f"{word}, {change.what} of {name}")
    return m.Scenario(
        name=name,
        summary=str(item.summary),
        lasts_s=work.note(f"{base}.lasts", item.lasts, f"how long {name} lasts"),
        changes=tuple(parts),
        begins_s=item.begins.seconds if item.begins else -1.0,
        months=item.months.whole,
        failures=item.failures,
        cold=item.caches == "cold",
    )


def _changes(system: System, change: Change) -> Iterator[m.Change]:
    factor, share, at, lasts = change.factor.value, change.share.value, change.at.value, change.lasts.value
    if change.what == "load":
        yield m.Change("load", "", factor, share, at, lasts, str(change.journey or ""), change.ramp)
        return
    for component in struck_by(system, change):
        if change.what != "brown-out":
            yield m.Change(str(change.what), component, factor, share, at, lasts)  # type: ignore[arg-type] # the reader lets only these words through
            continue
        yield m.Change("slow", component, factor, share, at, lasts)
        yield m.Change("limit", component, 1.0 / factor, share, at, lasts)
        if change.share.note != "default":
            yield m.Change("errors", component, 1.0, share, at, lasts)
