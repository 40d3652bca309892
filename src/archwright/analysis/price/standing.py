"""Lines of the bill that no model call makes: hardware, bought units, plans, machines, storage, calls, engineers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archwright.analysis.price.lines import Group, Line
from archwright.base.text import slug
from archwright.base.units import SIZES
from archwright.plan.model import Plan
from archwright.report.figures import Book, Figure

GB: Final = float(SIZES["GB"])


def standing_lines(book: Book, plan: Plan) -> list[Line]:
    """All of them, in the order in which a bill is read."""
    return [*_hardware(book, plan), *_units(book, plan), *_charges(book, plan), *_upkeep(book)]


def _hardware(book: Book, plan: Plan) -> Iterator[Line]:
    """Hardware that is paid by the hour, used or not."""
    for target in plan.targets:
        component = f"components.{target.name}"
        if f"{component}.hourly" not in book:
            continue
        key = f"price.component.{target.name}"
        hours = book.derive(
            f"{key}.hours", "hourly * accelerators * replicas * month / hour", "money",
            f"hardware of {target.name}, a month", hourly=f"{component}.hourly",
            accelerators=f"{component}.accelerators", replicas=f"{component}.replicas", month="month", hour="hour",
        )  # fmt: skip
        count = book.derive(
            f"{key}.accelerator_hours", "accelerators * replicas * month / hour", "number", "accelerator hours",
            accelerators=f"{component}.accelerators", replicas=f"{component}.replicas", month="month", hour="hour",
        )  # fmt: skip
        title = f"{target.title}: accelerators"
        yield Line(hours.key, title, "models", target.name, "Accelerator Hours", "Hours", count.key,
                   f"{component}.hourly")  # fmt: skip


def _units(book: Book, plan: Plan) -> Iterator[Line]:
    """Throughput that is bought by the unit."""
    for target in plan.targets:
        component = f"components.{target.name}"
        if f"{component}.units" not in book:
            continue
        key = f"price.component.{target.name}"
        cost = book.derive(
            f"{key}.units", "units * hourly * month / hour", "money", f"bought units of {target.name}, a month",
            units=f"{component}.units", hourly=f"{component}.unit_hourly", month="month", hour="hour",
        )  # fmt: skip
        count = book.derive(
            f"{key}.unit_hours", "units * month / hour", "number", "hours of units, a month",
            units=f"{component}.units", month="month", hour="hour",
        )  # fmt: skip
        title = f"{target.title}: provisioned throughput"
        yield Line(cost.key, title, "models", target.name, "Provisioned Throughput", "Hours", count.key,
                   f"{component}.unit_hourly")  # fmt: skip


def _charges(book: Book, plan: Plan) -> Iterator[Line]:
    """What components cost besides; calls are those of the steps that happen there, or as stated."""
    names = dict.fromkeys(key.split(".")[1] for key in book if key.startswith("charges."))
    titles = {item.name: item.title for item in plan.stations} | {item.name: item.title for item in plan.targets}
    for name in list(names):
        given, key, title = f"charges.{name}", f"price.component.{name}", titles.get(name, name)
        if f"{given}.monthly" in book:
            cost = book.derive(
                f"{key}.monthly", "rate * month", "money", f"plan of {title}, a month", rate=f"{given}.monthly",
                month="month",
            )  # fmt: skip
            yield _line(cost, f"{title}: plan", name, "Subscription")
        if f"{given}.hourly" in book:
            yield _hours(book, name, title)
        if f"{given}.stored" in book:
            count = book.derive(f"{key}.gigabytes", "stored / gb", "number", "GB kept", stored=f"{given}.stored",
                                gb=_gigabyte(book))  # fmt: skip
            price = f"{given}.per_gb_month"
            cost = book.derive(f"{key}.storage", "count * price", "money", f"storage of {title}, a month", count=count,
                               price=price)  # fmt: skip
            yield _line(cost, f"{title}: storage", name, "Storage", "GB", count.key, price)
        yield from _by_call(book, plan, name, title)


def _hours(book: Book, name: str, title: str) -> Line:
    key, price = f"price.component.{name}", f"charges.{name}.hourly"
    count = book.derive(
        f"{key}.machine_hours", "replicas * month / hour", "number", "hours of replicas, a month",
        replicas=f"components.{name}.replicas", month="month", hour="hour",
    )  # fmt: skip
    cost = book.derive(f"{key}.machines", "count * price", "money", f"machines of {title}, a month", count=count,
                       price=price)  # fmt: skip
    return _line(cost, f"{title}: machines", name, "Machine Hours", "Hours", count.key, price)


def _gigabyte(book: Book) -> Figure:
    return book.leaf("gigabyte", GB, "size", label="a GB", origin="fact", note="definition")


def _by_call(book: Book, plan: Plan, name: str, title: str) -> Iterator[Line]:
    """What each call costs: a price of its own, and what it sends out."""
    given = f"charges.{name}"
    if f"{given}.per_call" not in book and f"{given}.sent" not in book:
        return
    for journey, count in _calls(book, plan, name):
        suffix = f".{journey}" if journey else ""
        key, said = f"price.component.{name}", f"{title} for {journey}" if journey else title
        if f"{given}.per_call" in book:
            price = f"{given}.per_call"
            cost = book.derive(f"{key}.called{suffix}", "calls * price", "money", f"calls of {said}, a month",
                               calls=count, price=price)  # fmt: skip
            yield _line(cost, f"{said}: calls", name, "Calls", "Calls", count.key, price, journey)
        if f"{given}.sent" in book:
            sent = book.derive(f"{key}.sent{suffix}.gigabytes", "calls * size / gb", "number", "GB sent out, a month",
                               calls=count, size=f"{given}.sent", gb=_gigabyte(book))  # fmt: skip
            cost = book.derive(f"{key}.sent{suffix}", "count * price", "money", f"egress of {said}, a month",
                               count=sent, price=f"{given}.per_gb")  # fmt: skip
            yield _line(cost, f"{said}: egress", name, "Egress", "GB", sent.key, f"{given}.per_gb", journey)


def _calls(book: Book, plan: Plan, name: str) -> Iterator[tuple[str, Figure]]:
    """Calls of a component a month, by journey; those that are stated come without one."""
    stated = f"charges.{name}.calls"
    if stated in book:
        yield "", book.derive(f"price.component.{name}.calls", "rate * month", "count", "calls, a month", rate=stated,
                              month="month")  # fmt: skip
        return
    for journey in plan.journeys:
        parts = []
        for step in journey.steps:
            base, own = f"journeys.{journey.name}.{slug(step.name)}", f"price.{journey.name}.{slug(step.name)}"
            key = f"price.component.{name}.calls.{journey.name}.{slug(step.name)}"
            month = {"volume": f"journeys.{journey.name}.volume", "month": "month"}
            if plan.stations[step.station].name == name:
                parts.append(
                    book.derive(
                        key, "probability * mean_runs(mean, most) * volume * month", "count", "calls, a month",
                        probability=f"{base}.probability", mean=f"{base}.repeats.mean", most=f"{base}.repeats.most",
                        **month,
                    )
                )  # fmt: skip
            elif step.search >= 0 and plan.stations[step.search].name == name:  # what a cache answers is not searched
                searches = {"billed": f"{own}.billed", **month}
                parts.append(book.derive(key, "billed * volume * month", "count", "searches, a month", **searches))
        if parts:
            yield journey.name, book.total(f"price.component.{name}.calls.{journey.name}", parts, "count",
                                           f"calls for {journey.name}, a month")  # fmt: skip


def _upkeep(book: Book) -> Iterator[Line]:
    if "upkeep.hours" not in book:
        return
    count = book.derive("price.engineering.hours", "time / hour", "number", "hours of engineers, a month",
                        time="upkeep.hours", hour="hour")  # fmt: skip
    cost = book.derive("price.engineering.upkeep", "count * price", "money", "engineers, a month", count=count,
                       price="upkeep.hourly")  # fmt: skip
    yield Line(cost.key, "Engineers who keep it running", "engineering", "", "Engineering Hours", "Hours", count.key,
               "upkeep.hourly")  # fmt: skip


def _line(  # noqa: PLR0913 - the parts of a line, in their order
    cost: Figure, title: str, name: str, meter: str, unit: str = "", quantity: str = "", price: str = "",
    journey: str = "",
) -> Line:  # fmt: skip
    group: Group = "infrastructure"
    return Line(cost.key, title, group, name, meter, unit, quantity, price, journey)
