"""The part of SARIF 2.1.0 that we write, as a JSON Schema of our own: nothing else may stand in it."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def thing(required: str, **properties: Schema) -> Schema:
    """An object with these keys and no others; `required` names those that must be there."""
    return {
        "type": "object", "properties": properties, "required": required.split(), "additionalProperties": False,
    }  # fmt: skip


def some(item: Schema, least: int = 0) -> Schema:
    """A list of items, none twice."""
    return {"type": "array", "items": item, "minItems": least}


TEXT: Schema = {"type": "string", "minLength": 1}
INDEX: Schema = {"type": "integer", "minimum": 0}
LINE: Schema = {"type": "integer", "minimum": 1}
ADDRESS: Schema = {"type": "string", "pattern": "^https://[^ ]+$"}
RELATIVE: Schema = {"type": "string", "pattern": "^(?!/)(?!.*\\.\\./)[^ \\\\:]+$"}
LEVEL: Schema = {"enum": ["none", "note", "warning", "error"]}
MARK: Schema = {"type": "string", "pattern": "^[0-9a-f]{16}:\\d+$"}
MESSAGE = thing("text", text=TEXT)
GUID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
REFERENCE = thing("name guid", name=TEXT, index=INDEX, guid=GUID)

PHYSICAL = thing(
    "artifactLocation",
    artifactLocation=thing("uri uriBaseId", uri=RELATIVE, uriBaseId={"const": "%SRCROOT%"}),
    region=thing("startLine startColumn", startLine=LINE, startColumn=LINE),
)
LOCATION = thing(
    "",
    physicalLocation=PHYSICAL,
    logicalLocations=some(thing("name fullyQualifiedName", name=TEXT, fullyQualifiedName=TEXT), 1),
)
RULE = thing(
    "id name shortDescription fullDescription defaultConfiguration properties",
    id={"type": "string", "pattern": "^[A-Za-z0-9-]+$"},
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=thing("text markdown", text=TEXT, markdown=TEXT),
    helpUri=ADDRESS,
    defaultConfiguration=thing("level", level=LEVEL),
    properties={
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": TEXT, "uniqueItems": True},
            "precision": {"enum": ["very-high", "high", "medium", "low"]},
            "problem.severity": {"enum": ["error", "warning", "recommendation"]},
        },
        "required": ["tags", "precision", "problem.severity"],
        "additionalProperties": False,
    },
    relationships=some(
        thing(
            "target kinds",
            target=thing("id index toolComponent", id=TEXT, index=INDEX, toolComponent=REFERENCE),
            kinds={"type": "array", "items": TEXT, "minItems": 1},
        ),
        1,
    ),
)
RESULT = thing(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations={**some(LOCATION), "maxItems": 1},
    partialFingerprints={"type": "object", "additionalProperties": MARK},
    suppressions=some(
        thing(
            "kind status justification",
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
            location=LOCATION,
        ),
        1,
    ),
)
TAXONOMY = thing(
    "name guid version informationUri isComprehensive taxa",
    name=TEXT,
    guid=GUID,
    version=TEXT,
    informationUri=ADDRESS,
    isComprehensive={"type": "boolean"},
    taxa=some(thing("id shortDescription", id=TEXT, shortDescription=MESSAGE), 1),
)
DRIVER = thing(
    "name semanticVersion rules supportedTaxonomies",
    name=TEXT,
    semanticVersion={"type": "string", "pattern": "^\\d+\\.\\d+\\.\\d+"},
    rules=some(RULE),
    supportedTaxonomies=some(REFERENCE),
)
RUN = thing(
    "tool invocations originalUriBaseIds taxonomies columnKind results",
    tool=thing("driver", driver=DRIVER),
    invocations=some(
        thing("executionSuccessful exitCode", executionSuccessful={"type": "boolean"}, exitCode={"type": "integer"}), 1
    ),
    originalUriBaseIds={"type": "object", "additionalProperties": thing("description", description=MESSAGE)},
    taxonomies=some(TAXONOMY),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=some(RESULT),
)
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **thing(
        "$schema version runs",
        **{"$schema": ADDRESS, "version": {"const": "2.1.0"}, "runs": {**some(RUN, 1), "maxItems": 1}},
    ),
}
