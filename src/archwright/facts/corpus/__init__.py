"""What customers ask, written for this project: intents in several wordings, and policies. It knows no system."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

SUPPORT = "support"


class Corpus(NamedTuple):
    """Questions by intent and wording, each with a place for a number; sentences that fill a prompt."""

    questions: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]


@cache
def corpus(name: str = SUPPORT) -> Corpus:
    """The corpus of this name.

    Raises:
        FileNotFoundError: there is none.
    """
    data = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    return Corpus(tuple(tuple(intent["asks"]) for intent in data["intents"]), tuple(data["sentences"]))
