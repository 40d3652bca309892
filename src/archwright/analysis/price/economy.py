"""What the bill means: what one settled journey, one user and one tenant cost, budgets, energy and carbon."""

from __future__ import annotations

from archwright.analysis.price.lines import Line
from archwright.base.text import slug
from archwright.base.units import DAY
from archwright.plan.model import Journey, Plan
from archwright.report.figures import Book, Figure

WHOLE = "price.month"


def enter_economy(book: Book, plan: Plan, lines: tuple[Line, ...]) -> None:
    """Enter all of it. Costs without a journey of their own are shared out by volume."""
    fixed = book.total(
        "price.unit.fixed", [book[line.key] for line in lines if not line.journey], "money", "shared by all journeys"
    )
    volumes = [book[f"journeys.{journey.name}.volume"] for journey in plan.journeys]
    if volumes:
        total = book.total("price.unit.volume", volumes, "rate", "all journeys")
        for journey in plan.journeys:
            _units(book, journey, fixed, total)
    for tenant in plan.tenants:
        book.derive(f"price.tenant.{tenant.name}.month", "share * month", "money", f"tenant {tenant.name}, a month",
                    share=f"tenants.{tenant.name}.share", month=WHOLE)  # fmt: skip
    _budget(book)
    _energy(book, plan, lines)


def _units(book: Book, journey: Journey, fixed: Figure, total: Figure) -> None:
    given = f"journeys.{journey.name}"
    inputs: dict[str, str | Figure] = {
        "own": f"price.{journey.name}.month", "fixed": fixed, "volume": f"{given}.volume", "total": total,
    }  # fmt: skip
    cost = "(own + fixed * volume / total)"
    if f"price.{journey.name}.month.charges" in book:
        inputs["charges"] = f"price.{journey.name}.month.charges"
        cost = "(own + charges + fixed * volume / total)"
    book.derive(f"price.unit.{journey.name}", f"{cost} / (volume * month)", "money",
                f"one {journey.name}, everything shared out", **inputs, month="month")  # fmt: skip
    if f"{given}.resolved" in book and book[f"{given}.resolved"].value > 0:
        book.derive(f"price.unit.{journey.name}-resolved", f"{cost} / (volume * month * resolved)", "money",
                    f"one {journey.name} that is settled", **inputs, month="month",
                    resolved=f"{given}.resolved")  # fmt: skip
    if f"{given}.monthly_users" in book and book[f"{given}.monthly_users"].value > 0:
        book.derive(f"price.unit.{journey.name}-user", f"{cost} / users", "money", f"one user of {journey.name}",
                    **inputs, users=f"{given}.monthly_users")  # fmt: skip


def _budget(book: Book) -> None:
    """On which day of a month each alert is due, where it is, and in which month the budget is first broken."""
    if "budget.monthly" not in book or book[WHOLE].value <= 0:
        return
    limit = book.derive("price.budget.limit", "rate * month", "money", "what may be spent, a month",
                        rate="budget.monthly", month="month")  # fmt: skip
    book.derive("price.budget.use", "spent / limit", "share", "of the budget, a month", spent=WHOLE, limit=limit)
    book.leaf("day", DAY, "duration", label="a day", origin="fact", note="definition")
    number = 1
    while f"budget.alert.{number}" in book:
        book.derive(f"price.budget.alert.{number}", "share * limit / spent * month / day", "number",
                    "days of a month until it is spent", share=f"budget.alert.{number}", limit=limit, spent=WHOLE,
                    month="month", day="day")  # fmt: skip
        number += 1


def broken_in(book: Book) -> int:
    """The first month of the growing forecast whose bill is above the budget; 0 where none of the 36 is."""
    limit = book["price.budget.limit"].value
    return next((m for m in range(1, 37) if book[f"price.growth.{m}"].value > limit), 0)


def _energy(book: Book, plan: Plan, lines: tuple[Line, ...]) -> None:
    """Wh and grams a month: accelerators of ours by their watts, suppliers' models by their tokens."""
    if "energy.overhead" not in book:
        return
    used: list[Figure] = []
    carbon: list[Figure] = []
    for target in plan.targets:
        own = f"price.energy.{target.name}"
        found = _accelerators(book, target.name) if f"components.{target.name}.hourly" in book else _tokens(
            book, target.name, lines
        )  # fmt: skip
        if found is None:
            continue
        used.append(found)
        carbon.append(book.derive(f"{own}.carbon", "energy * grid", "mass", f"CO2 equivalent of {target.name}, a month",
                                  energy=found, grid=f"energy.{target.name}.grid"))  # fmt: skip
    if used:
        book.total("price.energy.month", used, "energy", "energy of models, a month")
        book.total("price.carbon.month", carbon, "mass", "CO2 equivalent of models, a month")


def _accelerators(book: Book, name: str) -> Figure | None:
    if f"energy.{name}.watts" not in book:
        return None
    return book.derive(f"price.energy.{name}.used", "hours * watts * draw * overhead", "energy",
                       f"energy of {name}, a month", hours=f"price.component.{name}.accelerator_hours",
                       watts=f"energy.{name}.watts", draw="energy.draw", overhead="energy.overhead")  # fmt: skip


def _tokens(book: Book, name: str, lines: tuple[Line, ...]) -> Figure | None:
    read = [_count(book, line, "read") for line in lines if line.component == name and line.meter == "Input Tokens"]
    said = [_count(book, line, "said") for line in lines if line.component == name and line.meter == "Output Tokens"]
    if not said:
        return None
    into = book.total(f"price.energy.{name}.read", [book[key] for key in read], "count", "input tokens a month")
    out = book.total(f"price.energy.{name}.said", [book[key] for key in said], "count", "output tokens a month")
    return book.derive(f"price.energy.{name}.used", "read * input + said * output", "energy",
                       f"energy of {name}, a month", read=into, said=out, input="energy.input",
                       output="energy.output")  # fmt: skip


def _count(book: Book, line: Line, what: str) -> str:
    """The key of the tokens that a line stands for, whoever pays for them: bought units, all kinds."""
    kind = "input" if what == "read" else "output"
    own, base = line.key.removesuffix(f".{kind}.month"), f"price.{line.journey}.{slug(line.step)}"
    if own == line.key:  # of a judge: no call of a step
        return line.quantity
    month = {"billed": f"{own}.billed", "volume": f"journeys.{line.journey}.volume", "month": "month"}
    if what == "said":
        tokens, inputs = "tokens", {"tokens": f"{base}.tokens_out"}
    else:
        tokens, inputs = "(tokens - cached)", {"tokens": f"{base}.tokens_in", "cached": f"{own}.tokens_cached"}
    return book.derive(
        f"{own}.{kind}.{what}",
        f"{tokens} * billed * volume * month",
        "count",
        f"tokens {what} a month",
        **inputs,
        **month,
    ).key
