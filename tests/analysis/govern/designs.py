"""Small systems to govern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archwright.analysis.govern.assess import Assessment, Packs, assess
from archwright.analysis.govern.duties import Duty, Ruled
from archwright.facts.frameworks import EU_AI_ACT, NIST_AI_RMF, pack
from archwright.spec.load import loads
from archwright.spec.model import System

AS_OF = dt.date(2026, 11, 21)
LATER = dt.date(2026, 12, 2)

# Everything that the tier asks for is answered, and nothing of it is grave.
PLAIN = {
    "markets": "{eu: [provider, deployer]}",
    "use_cases": "[internal-search]",
    "functions": "[]",
    "people": "{affected: [employees], vulnerable: [], workers: false, students: false}",
    "decisions": "{effect: informational, mode: advises, reversible: true, profiling: false}",
    "transparency": "{interacts: false, media_safeguards: true}",
    "public_body": "false",
    "safety_component": "false",
    "product_assessment": "false",
}


def designed(rest: str = "", **context: str) -> System:
    """A system whose context is `PLAIN`, some facts changed, empty ones left out. `rest` are other sections."""
    facts = {name: text for name, text in {**PLAIN, **context}.items() if text}
    lines = "".join(f"  {name}: {text}\n" for name, text in facts.items())
    parts = "" if "components:" in rest else "components: {m: {kind: ml-model}}\n"
    return loads(f"system: x\nowner: me\ncontext:\n{lines}{parts}{rest}")


def assessed(
    system: System,
    as_of: dt.date = AS_OF,
    checklist: Sequence[str] = (EU_AI_ACT, "gdpr"),
    ruled: Sequence[Ruled] = (),
    plan: str = "",
) -> Assessment:
    """The assessment of a system with packs of the shelf."""
    packs = Packs(pack(EU_AI_ACT), pack(NIST_AI_RMF), "any industry", tuple(map(pack, checklist)))
    return assess(system, packs, as_of, ruled, plan)


def duty(found: Assessment, reference: str) -> Duty:
    """One control by what attestations call it."""
    (one,) = {
        item.reference: item
        for item in (*found.obligations, *found.controls, *found.checklist)
        if item.reference == reference
    }.values()
    return one
