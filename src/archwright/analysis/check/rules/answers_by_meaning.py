"""RAG07: what was written about one person answers another who asks alike."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, grade, gravest, passing_by
from archwright.spec.model import System
from archwright.spec.settings.gateway import CacheSettings


def _find(system: System) -> Iterator[Hit]:
    passing = passing_by(system)
    for name, component in system.with_trait("cache").items():
        settings = component.settings_as(CacheSettings)
        if settings is None or settings.semantic.mode != "on":
            continue
        semantic = settings.semantic
        where = component.place("semantic") if "semantic" in component.marks else component.where
        word = gravest(system, passing[name])
        if word is not None and grade(system, word) >= PERSONAL and semantic.confirmed.whole == 0:
            message = f"`{name}` gives an answer with `{word}` to whoever asks alike, and nobody confirms it"
            yield Hit(message, where, name)
        if semantic.wrong.value > TOLERABLE:
            message = f"`{name}` may answer {semantic.wrong} of its hits wrongly"
            mend = "measure what a smaller share saves, with `archwright replay` on a log, and state that"
            yield Hit(message, where, name, mend=mend, severity="warning")
        if not semantic.curve:
            message = f"`{name}` answers by meaning, and nobody measured what that saves"
            mend = "replay past questions with `archwright replay LOG`, and paste the curve that it prints"
            yield Hit(message, where, name, mend=mend, severity="note")


TOLERABLE = 0.05
_BAD = """\
system: Desk
data:
  answer: {sensitivity: personal, retention: 30 d}
components:
  desk: {kind: service}
  answers:
    kind: cache
    data: [answer]
    semantic: {mode: on, confirmed: 0, curve: [{wrong: 2 %, saved: {value: 30 %, measured: replay}}]}
#   ^
workload:
  journeys:
    ask: {volume: 10k/month, steps: [{name: ask, at: desk}]}
"""

RULE = Rule(
    code="RAG07",
    name="answers-by-meaning",
    severity="error",
    summary="A cache answers by meaning what may be about a person, or may too often be wrong, or is unmeasured.",
    why="Two people ask alike and mean different things: the second one reads what was true for the first.",
    mend="keep `confirmed: 1` or more, and have the caller send what an answer depends on as `x-archwright-scope`",
    detection="Every cache whose `semantic` mode is `on`: an error where personal data reach it and `confirmed` is 0, "
    "a warning where `wrong` is above 5 %, a note where no `curve` was measured.",
    false_positives="Answers that are the same for everybody although the class of their data is personal: give them "
    "a class of their own.",
    references=("L:LLM08:2025", "L:LLM02:2025"),
    bad=_BAD,
    good=_BAD.replace("confirmed: 0, ", "").replace("#   ^\n", ""),
    find=_find,
)
