"""DEC02: a decision that was not held against leaving it."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, decision in system.decisions.items():
        if not any(option.do_not_build for option in decision.options.values()):
            yield Hit(f"decision `{name}` does not compare its options with not building it", decision.where, name)


RULE = Rule(
    code="DEC02",
    name="no-alternative",
    severity="warning",
    summary="A decision is not compared with leaving it.",
    why="What is compared only with itself wins; whether the work is worth doing at all is never asked.",
    mend="add an option with `do_not_build: true` and what leaving it costs: `cost: {value: $18k/month, guess: …}`",
    detection="Each decision without an option of `do_not_build: true`. A system without decisions is not objected to.",
    false_positives="A decision between two databases may need no such option: say what keeping today's costs.",
    references=("N:MANAGE 2.1", "N:MAP 3.2", "N:MAP 1.4", "AWS:RAIUC01-BP02"),
    bad="""\
system: Search
owner: search-team
components:
  site: {kind: service}
decisions:
  hosting:
# ^
    title: Managed or our own
    date: 2026-11-20
    question: Who runs the model?
    options:
      managed: {}
      ours: {with: ours.yaml}
  ranking:
# ^
    title: Rank with a model
    date: 2026-11-20
    question: Which ranking?
    options:
      model: {}
      rules: {with: rules.yaml}
""",
    good="""\
system: Search
owner: search-team
components:
  site: {kind: service}
decisions:
  hosting:
    title: Managed or our own
    date: 2026-11-20
    question: Who runs the model?
    options:
      managed: {}
      ours: {with: ours.yaml}
      neither: {do_not_build: true, cost: {value: $2k/month, guess: searches that end on the phone}}
""",
    find=_find,
)
