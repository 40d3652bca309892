"""An answer or an error as text or as one JSON-ready object: what every face shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archwright.base.errors import ArchwrightError, InputError
from archwright.render.excerpts import problems_text
from archwright.render.plain import as_json
from archwright.render.terminal import text
from archwright.verbs.answer import Answer


def answer_text(answer: Answer, width: int, colour: bool) -> str:
    """An answer as lines of at most `width` columns."""
    if "text" in answer.data:
        return str(answer.data["text"])
    parts = [text(document, width=width, colour=colour, sources=answer.sources) for document in answer.documents]
    return "\n".join([*parts, *answer.data.get("closing", ()), *(f"wrote {file}" for file in answer.written)])


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as one object: findings, figures, documents and what is the verb's own."""
    figures = {
        key: {"value": figure.value, "dimension": figure.dimension, "shown": figure.shown, "label": figure.label}
        for key, figure in answer.book.items()
    }
    findings = [
        {
            "code": item.code,
            "severity": item.severity,
            "message": item.message,
            "file": item.where.file,
            "line": item.where.line,
            "column": item.where.column,
            "why": item.why,
            "mend": item.mend,
            "subject": item.subject,
            "evidence": list(item.evidence),
        }
        for item in answer.findings
    ]
    return {
        "verb": answer.verb,
        "plan": answer.plan,
        "findings": findings,
        "figures": figures,
        "documents": [as_json(document) for document in answer.documents],
        "written": [str(file) for file in answer.written],
        **answer.data,
    }


def error_text(error: ArchwrightError, colour: bool) -> str:
    """An error as text; problems of an input with the lines that they point at."""
    if isinstance(error, InputError):
        return problems_text(error.problems, _sources(error), colour=colour)
    return f"archwright: {error}"


def error_json(error: ArchwrightError) -> dict[str, Any]:
    """An error as one object."""
    problems = [
        {
            "code": item.code,
            "message": item.message,
            "file": item.where.file,
            "line": item.where.line,
            "column": item.where.column,
            "mend": item.mend,
        }
        for item in (error.problems if isinstance(error, InputError) else ())
    ]
    return {"error": type(error).__name__, "message": str(error), "problems": problems, "exit_code": error.exit_code}


def _sources(error: InputError) -> dict[str, str]:
    found = {}
    for name in {problem.where.file for problem in error.problems if problem.where.line}:
        try:
            found[name] = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # the excerpt is left out; the problem itself is shown
    return found
