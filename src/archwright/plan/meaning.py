"""The semantic part of a cache in the file as a part of the plan, and what its measured curve says of each step."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from archwright.base.errors import Problem
from archwright.plan import model as m
from archwright.plan.entries import Entries
from archwright.plan.semantic import on_curve
from archwright.spec.settings.semantic import CurvePoint, SemanticSpec

Places = Mapping[str, int]
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.1


def semantic_of(work: Entries, cache: str, spec: SemanticSpec, targets: Places, routes: Places) -> m.Semantic | None:
    """The semantic part of a cache; None where it is off. What cannot be is entered as a problem."""
    if spec.mode == "off":
        return None
    key = f"components.{cache}.semantic"
    _check(work, spec, targets)
    promise = work.note(f"{key}.wrong", spec.wrong, "largest share of wrong answers")
    audits = work.note(f"{key}.audits", spec.audits, "hits that are asked anyway")
    points = _curve(work, key, spec.curve)
    return m.Semantic(
        mode="on" if spec.mode == "on" else "shadow",
        wrong=promise,
        of="all" if spec.of == "all" else "hits",
        audits=audits,
        embedder=targets.get(str(spec.embedder), -1) if spec.embedder else -1,
        model_dir=str(spec.model_dir),
        index=str(spec.index),
        compare=str(spec.compare),
        answer_id=str(spec.answer_id),
        judge=routes.get(str(spec.judge), -1) if spec.judge else -1,
        alike=spec.alike.value,
        context="include" if spec.context == "include" else "refuse",
        patience=spec.wait.value,
        each_client=spec.each_client.whole,
        confirmed=spec.confirmed.whole,
        keep="file" if spec.keep == "file" else "memory",
        answer_header=str(spec.answer_header).lower(),
        saved=on_curve(promise, *(number for point in points for number in point)) if spec.mode == "on" else 0.0,
    )


def seen_through(plan: m.Plan) -> m.Plan:
    """The plan with what each step's cache answers by meaning.

    What was measured of the cache stands in place of the share that a journey states.
    """
    shares = [_share(plan, route) for route in plan.routes]
    if not any(shares):
        return plan
    journeys = []
    for journey in plan.journeys:
        steps = tuple(replace(step, seen=shares[step.route]) if step.route >= 0 else step for step in journey.steps)
        measured = any(step.seen > 0.0 for step in steps)
        journeys.append(replace(journey, steps=steps, semantic=0.0 if measured else journey.semantic))
    return replace(plan, journeys=tuple(journeys))


def _share(plan: m.Plan, route: m.Route) -> float:
    found = plan.caches[route.cache].semantic if route.cache >= 0 else None
    return found.saved if found is not None else 0.0


def _curve(work: Entries, key: str, curve: tuple[CurvePoint, ...]) -> list[tuple[float, float]]:
    """The points of the curve, entered as figures; they rise, or that is a problem."""
    found = []
    for number, point in enumerate(curve, 1):
        asked = work.note(f"{key}.wrong{number}", point.wrong, "a promise that was measured")
        found.append(
            (asked, work.note(f"{key}.saved{number}", point.saved, "calls saved at that promise, less audits"))
        )
    for (low, least), (high, most), point in zip(found, found[1:], curve[1:], strict=False):
        if high <= low or most < least:
            message = "the points of a curve rise: more is answered where more may be wrong"
            mend = "write them in the order in which `archwright replay` prints them"
            work.problems.append(Problem("bad-curve", message, point.where, mend))
    return found


def _check(work: Entries, spec: SemanticSpec, targets: Places) -> None:
    if spec.embedder and str(spec.embedder) not in targets:
        message = f"`{spec.embedder}` is no model, so it makes no vectors"
        work.problems.append(Problem("no-embedder", message, spec.place("embedder"), "name a component with a `model`"))
    needed = {"judge": spec.judge, "answer-id": spec.answer_id or spec.answer_header}
    if spec.compare in needed and not needed[spec.compare]:
        name = spec.compare.replace("-", "_")
        message = f"answers are compared by `{spec.compare}`, and `{name}` is not stated"
        work.problems.append(Problem("no-comparator", message, spec.place("compare"), f"add `{name}: …`"))
    if spec.answer_header and not _HEADER.fullmatch(str(spec.answer_header)):
        message = f"`{spec.answer_header}` is no name of a header"
        work.problems.append(Problem("bad-header", message, spec.place("answer_header"), "write one such as `x-kb-id`"))
    try:
        re.compile(str(spec.answer_id))
    except re.error as error:
        message = f"`{spec.answer_id}` is no regular expression: {error}"
        work.problems.append(Problem("bad-pattern", message, spec.place("answer_id"), r"write one such as `KB-\d+`"))
