"""Whether prompts and answers may be kept: only where every class of data that reaches the gateway says so."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.model import System
from archwright.spec.settings.gateway import CacheSettings, LedgerSpec


def refused(system: System, gateway: str, ledger: LedgerSpec) -> Problem | None:
    """Why prompts cannot be kept although the file asks for it; None where they can, or where it does not ask."""
    if ledger.record != "prompts":
        return None
    return _against(system, gateway, (gateway, "prompts", "record: prompts"))


def refused_caches(system: System, gateway: str) -> Iterator[Problem]:
    """Why caches cannot keep questions and answers in a file or a database although the design asks for it."""
    for name, component in system.components.items():
        settings = component.settings_as(CacheSettings)
        if settings is None or settings.semantic.mode == "off":
            continue
        semantic = settings.semantic
        for words, asked in (
            ("keep: file", semantic.keep == "file"),
            ("index: pgvector", semantic.index == "pgvector"),
        ):
            problem = _against(system, gateway, (name, "questions and answers", words)) if asked else None
            if problem is not None:
                yield problem


def _against(system: System, gateway: str, asked: tuple[str, str, str]) -> Problem | None:
    """What stands against keeping: `asked` says which component would keep what, and by which words of the file."""
    name, what, words = asked
    where = system.components[name].where
    carried = {str(kind) for flow in system.flows if gateway in (flow.source, flow.target) for kind in flow.data}
    if not carried:
        message = f"`{name}` cannot keep {what}: no flow to or from `{gateway}` says which classes of data are in them"
        return Problem("prompts-not-allowed", message, where, "name them in `data` of its flows")
    against = sorted(kind for kind in carried if system.data[kind].prompts != "recorded")
    if not against:
        return None
    kinds = ", ".join(f"`{kind}`" for kind in against)
    mend = f"give each of them `prompts: recorded`, or leave out `{words}`"
    return Problem("prompts-not-allowed", f"`{name}` cannot keep {what}: {kinds} may not be recorded", where, mend)
