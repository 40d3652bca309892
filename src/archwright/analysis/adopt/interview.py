"""The short series of questions that a first file is made from, and the evidence that the answers are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archwright.analysis.adopt.evidence import (
    Evidence,
    Fact,
    Journey,
    Route,
    Settings,
    Step,
    Target,
    assumed,
    guess,
    sourced,
)
from archwright.base.errors import InputError
from archwright.base.text import nearest
from archwright.base.units import MONTH, UnitError, parse
from archwright.facts import prices

_LONGEST: Final = 300
_MODE: Final = {"yes": "reviewed", "no": "automatic", "unknown": "unknown"}
_NONE: Final = "none"

Check = Callable[[str, dt.date], str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key in a file of answers, the words, the default, why it matters, and what will be written.

    `check` says what is wrong with an answer and how to mend it, or nothing. A number has a second key, `KEY_source`,
    for where it is from. `unless` is the (key, answer) at which the question falls away.
    """

    key: str
    ask: str
    default: str
    why: str
    writes: str
    check: Check
    number: bool = False
    unless: tuple[str, str] = ("", "")

    @property
    def source(self) -> str:
        """The key of where the number is from."""
        return f"{self.key}_source"


def _words(text: str, _: dt.date) -> str:
    if not text.strip():
        return "write a few words"
    return "" if len(text) <= _LONGEST else f"write at most {_LONGEST} characters"


def _within(dimension: str, most: float, shown: str) -> Check:
    def check(text: str, _: dt.date) -> str:
        try:
            value = parse(text, dimension)
        except UnitError as error:
            return f"{error.message}; {error.mend}"
        return "" if 0 < value <= most else f"write more than 0 and at most {shown}"

    return check


def _truth(text: str, _: dt.date) -> str:
    if text in _MODE:
        return ""
    hint = nearest(text.lower(), _MODE)
    return f"did you mean `{hint}`?" if hint else "write yes, no or unknown"


def _model(text: str, as_of: dt.date) -> str:
    provider, _, model = text.partition("/")
    try:
        prices.published(provider, model, as_of)
    except InputError as error:
        hint = prices.like(text) if not model else ""
        mend = f"did you mean `{hint}`?" if hint else error.problems[0].mend.partition(";")[0]
        if mend == prices.STATE:
            mend = "write `provider/model`, as in `openai/gpt-4.1-mini`"
        message = error.problems[0].message if model else f"`{text}` does not name its provider"
        return f"{message}; {mend}"
    return ""


def _second(text: str, as_of: dt.date) -> str:
    return "" if text == _NONE else _model(text, as_of)


def _region(text: str, as_of: dt.date) -> str:
    if not all(sign.isalnum() or sign in "-_ ," for sign in text):
        return "write a region such as eu or eu-west-1, or unknown"
    return _words(text, as_of)


def questions(called: str) -> tuple[Question, ...]:
    """The series, for a system that is called so unless somebody says otherwise."""
    return (
        Question("name", "What is it called?", called, "it stands on every page", "system", _words),
        Question("owner", "Who answers for it?", "my-team", "somebody is called when it fails", "owner", _words),
        Question(
            "summary", "What does it do, and for whom?", "Answers customers' questions in a few sentences.",
            "risk follows from use", "summary", _words,
        ),
        Question(
            "volume", "How many requests a month?", "100k/month", "the bill grows with it", "volume of the journey",
            _within("rate", 1e7, "10,000,000/s"), number=True,
        ),
        Question(
            "model", "Which model answers? (such as openai/gpt-4.1-mini, anthropic/claude-sonnet-4-5, "
            "google/gemini-2.5-flash)", "openai/gpt-4.1-mini", "its price is looked up by this name",
            "component `primary`", _model,
        ),
        Question(
            "fallback", "Which model stands in when it fails? (or none)", "mistral/mistral-small-latest",
            "without one its outage is yours", "component `fallback`", _second,
        ),
        Question(
            "budget", "What may a month cost at most?", "$150/month", "beyond it the gateway refuses",
            "budget of the gateway", _within("money-rate", 9e18 / MONTH, "$9M/month"), number=True,
        ),
        Question(
            "personal_data", "Do personal data pass? (yes, no or unknown)", "unknown", "rules on data follow from it",
            "data class `messages`", _truth,
        ),
        Question(
            "region", "In which region must they stay? (such as eu, or unknown)", "unknown",
            "a model elsewhere is found", "residency of `messages`", _region, unless=("personal_data", "no"),
        ),
        Question(
            "human_check", "Does a person check what it says? (yes, no or unknown)", "unknown",
            "risk is judged by it", "context", _truth,
        ),
        Question(
            "speed", "How fast must 95 of 100 answers be complete?", "8 s", "stress tests this promise",
            "objective `quick`", _within("duration", 86400.0, "1 d"), number=True,
        ),
    )  # fmt: skip


def evidence(answers: Mapping[str, str], as_of: dt.date) -> Evidence:
    """What complete answers say. A number without a source is a guess of the day on which it was asked."""

    def number(key: str) -> Fact:
        source = answers.get(f"{key}_source", "").strip()
        known = source.lower() not in ("", "guess")
        return sourced(answers[key], source) if known else guess(answers[key], f"asked on {as_of.isoformat()}")

    models = {"primary": answers["model"], "fallback": answers["fallback"]}
    called = {name: model for name, model in models.items() if model != _NONE}
    budget, quick = number("budget"), number("speed")
    return Evidence(
        kind="answers",
        file="",
        targets=tuple(_target(name, model) for name, model in called.items()),
        routes=(Route(name="answer", targets=Fact(tuple(called)), settings=_ROUTE),),
        journeys=(Journey(name="question", steps=(_step(as_of),), settings={"volume": number("volume")}),),
        head={"summary": Fact(answers["summary"]), "owner": Fact(answers["owner"])},
        context={"decisions.mode": Fact(_MODE[answers["human_check"]])},
        data=_data(answers),
        gateway={"budget": budget},
        objectives={
            "quick": {"journey": Fact("question"), "measure": Fact("p95"), "at_most": quick},
            "affordable": {"measure": Fact("cost"), "at_most": budget},
        },
    )


_ROUTE: Final[Settings] = {
    "deadline": Fact("30 s"),
    "degraded": Fact("I cannot answer right now. Please try again in a few minutes."),
}
_FLOWS: Final[Mapping[str, Settings]] = {
    "primary": {
        "timeout": Fact("15 s"),
        "retry.attempts": Fact("2"),
        "retry.backoff": Fact("250 ms"),
        "retry.budget": Fact("10 %"),
        "breaker.failures": Fact("5"),
        "breaker.open_for": Fact("20 s"),
    },
    "fallback": {"timeout": Fact("12 s")},
}


def _step(as_of: dt.date) -> Step:
    why = f"not asked on {as_of.isoformat()}; measure it with your own prompts"
    law = {
        "system": "200",
        "input.median": "300",
        "input.spread": "0.5",
        "output.median": "150",
        "output.spread": "0.4",
    }
    return Step(
        name="answer", route="answer", settings={f"tokens.{key}": guess(text, why) for key, text in law.items()}
    )


def _data(answers: Mapping[str, str]) -> dict[str, Fact]:
    if answers["personal_data"] == "unknown":
        return {}
    if answers["personal_data"] == "no":
        return {"sensitivity": Fact("internal")}
    found = {"sensitivity": Fact("personal")}
    region = answers.get("region", "unknown")
    if region != "unknown":
        found["residency"] = Fact(tuple(region.replace(",", " ").split()))
    return found


def _target(name: str, model: str) -> Target:
    """A model of ours to ask. A name that moves with its supplier's alias says so, as the rules want it."""
    moves = model.endswith("latest")
    settings = {"version": assumed("floats with the supplier's alias", "pin one where it matters")} if moves else {}
    return Target(name=name, model=Fact(model), settings=settings, flow=_FLOWS[name])
