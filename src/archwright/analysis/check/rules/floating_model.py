"""MOD01: the model behind the name may change overnight."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.models import ModelSettings

_FLOATS = ("latest", "stable", "preview", "default")


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("token-model", "managed").items():
        settings = component.settings_as(ModelSettings)
        if settings is None or settings.version:
            continue
        last = settings.model.rpartition("-")[2].rpartition("/")[2]
        if last in _FLOATS:
            message = f"`{name}` calls `{settings.model}`, a name that its supplier gives to newer models"
            yield Hit(message, settings.model.where, name)
        else:
            message = f"which version of `{settings.model}` `{name}` calls is unknown"
            yield Hit(message, settings.model.where, name, severity="note")


RULE = Rule(
    code="MOD01",
    name="floating-model",
    severity="warning",
    summary="A model is called by a name whose meaning changes.",
    why="What was tested is not what answers: one morning the tone, the format or the price is another.",
    mend="write the dated name that the supplier offers under `version:`, or why there is none",
    detection="Every managed model without `version`: a warning where its name ends in `latest`, `stable`, `preview` "
    "or `default`, else a note.",
    false_positives="A supplier that offers no versions: say so under `version:`.",
    references=("F:AIR-PREV-010", "F:AIR-OP-005", "AWS:GENREL04-BP02", "L:LLM03:2025", "V:C3.1", "N:MANAGE 3.2"),
    bad="""\
system: Summaries
components:
  small:
    kind: managed-model
    model: mistral/mistral-small-latest
         # ^
    pace: {first_token: 500 ms, per_token: 12 ms}
  large:
    kind: managed-model
    model: openai/gpt-4.1
         # ^
    pace: {first_token: 500 ms, per_token: 12 ms}
""",
    good="""\
system: Summaries
components:
  large:
    kind: managed-model
    model: openai/gpt-4.1
    version: gpt-4.1-2025-04-14
    pace: {first_token: 500 ms, per_token: 12 ms}
""",
    find=_find,
)
