"""Documents as JSON."""

from __future__ import annotations

import json
import math

from archwright.render.plain import as_json
from archwright.report.document import Cell, Chart, Document, Section, Series, Table
from tests.render.demo import DOCUMENTS, STRESS


def test_every_kind_of_block_is_plain_data() -> None:
    data = json.loads(json.dumps([as_json(document) for document in DOCUMENTS], allow_nan=False))
    kinds = {block["kind"] for document in data for section in document["sections"] for block in section["blocks"]}
    assert kinds == {"text", "table", "findings", "chart", "bars", "picture", "tiles"}


def test_a_table_keeps_its_cells() -> None:
    table = Table(("a", "b"), (("x", Cell("1", "good", "key")),), "cap", frozenset({1}))
    assert as_json(Document("D", (Section("s", "S", (table,)),), facts=(("Seed", "1"),))) == {
        "title": "D",
        "subtitle": "",
        "facts": [{"name": "Seed", "value": "1"}],
        "sections": [
            {
                "name": "s",
                "title": "S",
                "lead": "",
                "blocks": [
                    {
                        "kind": "table",
                        "caption": "cap",
                        "headings": ["a", "b"],
                        "numeric": [1],
                        "rows": [
                            [
                                {"text": "x", "tone": "plain", "figure": "", "file": ""},
                                {"text": "1", "tone": "good", "figure": "key", "file": ""},
                            ]
                        ],
                    }
                ],
            }
        ],
    }


def test_what_json_cannot_hold_becomes_none() -> None:
    chart = Chart("t", "x", "duration", "y", "count", (Series("s", ((0.0, math.inf), (1.0, 2.0))),))
    document = Document("D", (Section("s", "S", (chart,)),))
    assert '"points": [[0.0, null], [1.0, 2.0]]' in json.dumps(as_json(document), allow_nan=False)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert json.dumps(as_json(STRESS)) == json.dumps(as_json(STRESS))
