"""How much is at stake: which data reach a component, whose it is, who stands outside. Rules weigh findings by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from archwright.report.document import Severity
from archwright.spec.given import Word
from archwright.spec.judge import routes_of
from archwright.spec.model import SENSITIVITIES, Component, Flow, System
from archwright.spec.settings.models import ModelSettings

CONFIDENTIAL: Final = SENSITIVITIES.index("confidential")
PERSONAL: Final = SENSITIVITIES.index("personal")
SPECIAL: Final = SENSITIVITIES.index("special-category")
# Protocols whose name says that they encrypt.
_SECURE: Final = frozenset({"https", "wss", "tls", "mtls", "grpcs", "sftp", "amqps"})


def grade(system: System, word: str) -> int:
    """How sensitive a data class is, as a step of SENSITIVITIES."""
    return SENSITIVITIES.index(system.data[word].sensitivity)


def gravest(system: System, words: Iterable[Word]) -> Word | None:
    """The most sensitive of data classes, the first of them where several are."""
    return max(words, key=lambda word: grade(system, word), default=None)


def passing(system: System, name: str) -> tuple[Word, ...]:
    """The data classes that a component keeps or that flows carry to it or from it, each once."""
    return passing_by(system)[name]


def passing_by(system: System) -> dict[str, tuple[Word, ...]]:
    """For every component the data classes that it keeps or that flows carry to it or from it, each once."""
    found = {name: {word: word for word in component.data} for name, component in system.components.items()}
    for flow in system.flows:
        for end in (flow.source, flow.target):
            for word in flow.data:
                found[end].setdefault(word, word)
    return {name: tuple(words.values()) for name, words in found.items()}


def trust(system: System, component: Component) -> str:
    """Whose a component is: `ours`, `supplier` or `public`. An outside system without a group is a supplier's."""
    if component.group is not None:
        return system.groups[component.group].trust
    return "supplier" if component.has("external") else "ours"


def theirs(system: System, component: Component) -> bool:
    """Whether somebody else runs it."""
    return component.has("external") or trust(system, component) != "ours"


def is_public(system: System, component: Component) -> bool:
    """Whether it stands for anybody: an actor in a group of the public."""
    return component.has("actor") and trust(system, component) == "public"


def by_grade(grade: int, special: Severity, personal: Severity, other: Severity) -> Severity:
    """A severity by the sensitivity of the data."""
    return special if grade >= SPECIAL else personal if grade >= PERSONAL else other


def crosses(system: System, flow: Flow) -> bool:
    """Whether a flow leads from one trust to another."""
    ends = (system.components[flow.source], system.components[flow.target])
    return len({trust(system, end) for end in ends}) > 1


def is_secure(system: System, flow: Flow) -> bool:
    """Whether a flow says that it is encrypted, by itself or by the name of its protocol.

    A gateway speaks HTTPS to a supplier's model unless the model's `endpoint` is of another scheme.
    """
    settings = system.components[flow.target].settings_as(ModelSettings)
    if settings is not None and system.components[flow.target].has("managed"):
        named = settings.endpoint.partition(":")[0] in ("", "https")
        return flow.encrypted != "false" and named
    said = flow.interface.lower() in _SECURE
    return flow.encrypted == "true" or (said and flow.encrypted != "false")


def targets_of(system: System) -> dict[str, tuple[str, ...]]:
    """Every route's models, the first one preferred."""
    return {name: tuple(str(target) for target in route.targets) for name, (_, route) in routes_of(system).items()}
