"""What works in a system, from its settings to the plan: the law of its time, its servers, its queue, how it scales."""

from __future__ import annotations

from archwright.base.errors import Problem
from archwright.plan import model as m
from archwright.plan.entries import Entries
from archwright.spec.given import given
from archwright.spec.settings.work import HumanSettings, Scale, WorkSettings


def station(work: Entries, name: str) -> m.Station:
    """The component `name` as a station; one without settings of its own takes no time."""
    component = work.system.components[name]
    title = str(component.title or name)
    settings = component.settings_as(WorkSettings)
    if settings is None:
        return m.Station(name, title, 0, 0.0, 0.0, 0.0, 0)
    key = f"components.{name}"
    replicas = work.note(f"{key}.replicas", component.replicas, "replicas")
    human = component.settings_as(HumanSettings)
    if human is not None and human.wage is not None and human.latency is None:
        message = f"`{name}` is paid by the hour, but how long its work takes is not stated"
        work.problems.append(Problem("no-latency", message, human.wage.where, "add `latency: …`"))
    what = "median" if settings.law == "log-normal" else "mean"
    return m.Station(
        name=name,
        title=title,
        servers=work.whole(f"{key}.workers", settings.workers, "pieces of work at once in each replica", replicas),
        median_s=work.note(f"{key}.latency", settings.latency, f"{what} time of one piece of work"),
        spread=_spread(work, key, settings),
        error_rate=work.note(f"{key}.work_errors", settings.error_rate, "work that fails without an outage"),
        hourly=work.whole(f"{key}.wage", human.wage if human else None, "an hour of one person"),
        law=str(settings.law),  # type: ignore[arg-type] # the reader lets only these words through
        queue=work.whole(f"{key}.queue", settings.queue, "work that may wait") if settings.queue else -1,
        patience_s=work.note(f"{key}.patience", settings.patience, "longest wait") if settings.patience else 0.0,
        patience_law=str(settings.patience_law),  # type: ignore[arg-type] # the reader lets only these words through
        shared=settings.discipline == "shared",
        replicas=component.replicas.whole,
        scale=scaling(work, key, settings.scale) if settings.scale else None,
        hours=human.hours.week if human is not None and human.hours is not None else (),
    )


def _spread(work: Entries, key: str, settings: WorkSettings) -> float:
    """Sigma of a log-normal time, the variation of a gamma one. A forecast needs the sigma, which the others lack."""
    if settings.law == "log-normal":
        return work.note(f"{key}.work_spread", settings.spread, "sigma of the spread of that time")
    work.note(f"{key}.work_spread", given(0, "number", note="default"), f"the law is {settings.law}")
    if settings.law != "gamma":
        return 0.0
    variation = settings.variation or given(1, "number", "guessed", "default")
    return work.note(f"{key}.work_variation", variation, "standard deviation of that time over its mean")


def scaling(work: Entries, key: str, item: Scale) -> m.Scaling:
    """How replicas follow the load."""
    return m.Scaling(
        least=work.whole(f"{key}.scale.least", item.least, "fewest replicas"),
        most=work.whole(f"{key}.scale.most", item.most, "most replicas"),
        target=work.note(f"{key}.scale.target", item.target, "use that is aimed at"),
        every_s=work.note(f"{key}.scale.every", item.every, "how often it is looked"),
        cold_start_s=work.note(f"{key}.scale.cold_start", item.cold_start, "until a new replica works"),
        settle_s=work.note(f"{key}.scale.settle", item.settle, "calm before replicas go"),
    )
