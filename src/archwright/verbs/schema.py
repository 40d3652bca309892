"""`archwright schema`: the JSON Schema that editors complete from."""

from __future__ import annotations

import json

from archwright.spec.schema import schema as declared
from archwright.verbs.answer import Answer


def schema() -> Answer:
    """The schema of the file, as text under `data["text"]`."""
    return Answer("schema", data={"text": json.dumps(declared(), indent=2, ensure_ascii=False)})
