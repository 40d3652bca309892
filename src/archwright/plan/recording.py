"""Whether prompts may be kept: only where every class of data that reaches the gateway says so."""

from __future__ import annotations

from archwright.base.errors import Problem
from archwright.spec.model import System
from archwright.spec.settings.gateway import LedgerSpec

MEND = "give each of them `prompts: recorded`, or leave out `record: prompts`"


def refused(system: System, gateway: str, ledger: LedgerSpec) -> Problem | None:
    """Why prompts cannot be kept although the file asks for it; None where they can, or where it does not ask."""
    if ledger.record != "prompts":
        return None
    where = system.components[gateway].where
    carried = {str(name) for flow in system.flows if gateway in (flow.source, flow.target) for name in flow.data}
    if not carried:
        message = f"`{gateway}` cannot keep prompts: no flow to or from it says which classes of data are in them"
        return Problem("prompts-not-allowed", message, where, "name them in `data` of its flows")
    against = sorted(name for name in carried if system.data[name].prompts != "recorded")
    if not against:
        return None
    names = ", ".join(f"`{name}`" for name in against)
    return Problem("prompts-not-allowed", f"`{gateway}` cannot keep prompts: {names} may not be recorded", where, MEND)
