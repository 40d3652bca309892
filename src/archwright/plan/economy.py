"""Numbers that only the bill's reader needs, entered into the book: users, what is resolved, budget, energy."""

from __future__ import annotations

from archwright.facts import energy
from archwright.plan.entries import Entries
from archwright.report.figures import Figure
from archwright.spec.settings.models import GpuSettings, ModelSettings


def enter_economy(work: Entries) -> None:
    """Enter all of it; nothing that runs depends on it."""
    for name, journey in work.system.workload.journeys.items():
        work.note(f"journeys.{name}.monthly_users", journey.monthly_users, "different users a month")
        work.note(f"journeys.{name}.resolved", journey.resolved, "journeys that settle what was asked")
    budget = work.system.budget
    if budget is not None:
        work.note("budget.monthly", budget.monthly, "what may be spent")
        for number, share in enumerate(budget.alert_at, 1):
            work.note(f"budget.alert.{number}", share, "share at which somebody is told")
    models = {
        name: settings
        for name, component in work.system.components.items()
        if (settings := component.settings_as(ModelSettings)) is not None
    }
    if models:
        _estimate(work, "energy.overhead", energy.overhead(), "ratio", "Wh of the site for each Wh of machines")
        _estimate(work, "energy.draw", energy.draw(), "share", "of its limit that an accelerator draws")
        for direction in ("input", "output"):
            found = energy.of_tokens(direction)
            per_token = found._replace(value=found.value / 1e3, low=found.low / 1e3, high=found.high / 1e3)
            _estimate(work, f"energy.{direction}", per_token, "energy", f"one {direction} token at a supplier")
    for name, settings in models.items():
        grid, found = energy.grid(str(work.system.components[name].region))
        per_wh = found._replace(value=found.value / 1e3, low=found.low / 1e3, high=found.high / 1e3)
        _estimate(work, f"energy.grid.{grid}", per_wh, "mass", f"CO2 equivalent for one Wh, grid {grid}")
        label = f"CO2 equivalent for one Wh where {name} runs"
        work.book.derive(f"energy.{name}.grid", "per_wh", "mass", label, per_wh=f"energy.grid.{grid}")
        power = energy.watts(settings.accelerator) if isinstance(settings, GpuSettings) else None
        if power is not None:
            _estimate(work, f"energy.{name}.watts", power, "number", "watts of one accelerator at its limit")


def _estimate(work: Entries, key: str, found: energy.Estimate, dimension: str, label: str) -> None:
    note = f"{found.source}; checked on {found.checked_on}"
    band = (found.low, found.high) if found.high > found.low else (None, None)
    work.book.add(Figure(key, found.value, dimension, label, origin="fact", note=note, low=band[0], high=band[1]))
