"""MOD08: the day on which the model is gone is known, and near."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.models import ModelSettings

_AHEAD = dt.timedelta(days=180)


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("token-model").items():
        settings = component.settings_as(ModelSettings)
        if settings is None or settings.retires is None:
            continue
        last = settings.retires.date
        message = f"`{settings.model}` behind `{name}` is taken away on {settings.retires}"
        yield Hit(message, settings.retires.where, name, since=last - min(_AHEAD, last - dt.date.min))


RULE = Rule(
    code="MOD08",
    name="model-retires",
    severity="warning",
    summary="A model is taken away within half a year.",
    why="From that day on every call fails; finding, testing and approving another model takes months.",
    mend="choose and test its successor now, and put it on the route",
    detection="Every model with a `retires` day that is less than 180 days away, or past. A day that is not written is "
    "not a finding: few suppliers name one when a model is new.",
    false_positives="A supplier may put the day off; write the new one.",
    references=("F:AIR-OP-005", "N:MANAGE 3.1"),
    bad="""\
system: Summaries
components:
  large:
    kind: managed-model
    model: openai/gpt-4.1
    version: gpt-4.1-2025-04-14
    retires: 2027-01-31
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
    retires: 2028-01-31
    pace: {first_token: 500 ms, per_token: 12 ms}
""",
    find=_find,
)
