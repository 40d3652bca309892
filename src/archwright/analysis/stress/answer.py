"""The first screen of a stress report: does it hold, what breaks first, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.analysis.stress.breaking import Breaking, Edge, broken
from archwright.analysis.stress.deciding import NO_FAILURES
from archwright.analysis.stress.diagnosis import Cause
from archwright.analysis.stress.objectives import DIMENSIONS, Verdict, verdicts
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.points import reading
from archwright.analysis.stress.recovery import SLACK, Recovery, recovery
from archwright.analysis.stress.scaling import Need, grown_words, lacking, needs
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Objective, Plan, Scenario
from archwright.report.document import Block, Section, Text, Tiles, Tone
from archwright.report.figures import Book

OWN_LIMIT = (
    "Nothing in the file promises how many journeys may fail, so the search takes 1 % for its own limit: a way to find "
    "the edge, not a promise."
)
ROUGH = (
    "The fast engine is not there yet, so the edge is looked for quickly, to {share} and with fewer journeys. The fast "
    "engine, `--engine plain`, `--seeds` and `--within` look closer."
)


def answer_section(book: Book, plan: Plan, runs: Sequence[tuple[Scenario, Outcome]], found: Breaking | None) -> Section:
    """What a reader wants to know first; figures that it shows are in `book` already."""
    tiles = [_holds(book, plan, outcome) for _, outcome in runs]
    tiles += _edges(book, found) if found is not None else []
    blocks: list[Block] = [Tiles(tuple(tiles))]
    for scenario, outcome in runs:
        blocks += [Text(words, tone) for words, tone in scenario_words(plan, scenario, outcome)]
    if found is not None:
        blocks += [Text(words, tone) for words, tone in edge_words(plan, found)]
        if found.quick and any(edge is not None and edge.held for edge in (found.edge, found.degrading)):
            blocks.append(Text(ROUGH.format(share=show(found.exact - 1.0, "share")), "muted"))
        blocks += [Text(f"To do: {words}") for words in to_do(plan, found)]
        blocks += [Text(words) for words in grown_words(book, plan, found)]
    lead = "Simulated with the gateway's own decisions in virtual time."
    return Section("stress-answer", "Does it hold, what breaks first, what to do", tuple(blocks), lead)


def _holds(book: Book, plan: Plan, outcome: Outcome) -> tuple[str, str, str, str]:
    judged = verdicts(plan, outcome)
    kept = sum(item.kept for item in judged)
    base = f"stress.{outcome.scenario}.kept"
    note = f"scenario {outcome.scenario}"
    book.leaf(base, kept, "count", label="objectives kept", origin="simulated", note=note)
    if not judged:
        promised = any(item.measure in DIMENSIONS for item in plan.objectives)
        none = "too few journeys came to test an objective" if promised else "the file promises nothing"
        return outcome.scenario, "–", none, ""
    return outcome.scenario, f"{book[base].shown} of {len(judged)}", "objectives kept", base


def _edges(book: Book, found: Breaking) -> list[tuple[str, str, str, str]]:
    tiles = []
    if found.edge is not None and found.verdict is not None:
        key = "stress.breaks.load"
        name = found.verdict.objective.name
        shown, what = (book[key].shown, f"the busiest hour: {name}") if found.edge.held else ("any load", name)
        tiles.append(("Breaks at", shown, what, key))
    else:
        tiles.append(("Nothing breaks up to", book["stress.tried"].shown, "the busiest hour", "stress.tried"))
    if found.degrading is not None:
        key = "stress.degrades.load"
        shown = book[key].shown if found.degrading.held else "any load"
        tiles.append(("Canned answers from", shown, "more than 1 % of the journeys", key))
    return tiles


# ----------------------------------------------------------------------------------------------- a scenario


def scenario_words(plan: Plan, scenario: Scenario, outcome: Outcome) -> list[tuple[str, Tone]]:
    """What a scenario breaks, and how the system comes back from what happens in it."""
    broken = [item for item in verdicts(plan, outcome) if not item.kept]
    said: list[tuple[str, Tone]] = []
    if broken:
        said.append((f"In {scenario.name}, {' and '.join(promise(item) for item in broken)}.", "bad"))
    seen = recovery(scenario, reading(plan, outcome).slots, outcome.width_s)
    if seen is not None:
        said.append(recovery_words(scenario.name, seen, outcome))
    return said


def recovery_words(name: str, seen: Recovery, outcome: Outcome) -> tuple[str, Tone]:
    """How a system came back from a shock, or what keeps it down."""
    if seen.recovered_s == 0.0 and seen.worst >= seen.before - SLACK and not outcome.shed:
        return f"In {name} as many journeys are answered in full as before it, all the time.", "good"
    lowest = f"in {name} {show(seen.worst, 'share')} of the journeys are answered in full at the worst"
    lost = f"{plural(outcome.degraded, 'journey')} degraded, {outcome.failed:,} failed, {outcome.shed:,} requests shed"
    head = f"{lowest[0].upper()}{lowest[1:]} ({lost})"
    if seen.sustained:
        more = seen.calls_after / seen.calls_before
        words = (
            f"{head}. It stays down after the cause has gone: metastable overload. At the end as many journeys come as "
            f"before, {show(seen.after, 'share')} are answered instead of {show(seen.before, 'share')}, and each makes "
            f"{more:.1f} times the calls: retries keep it overloaded. Bound them with a retry budget."
        )
        return words, "bad"
    if seen.recovered_s is None:
        return f"{head}, and within the scenario it is not as before again.", "bad"
    when = (
        f"{show(seen.recovered_s, 'duration')} after it has passed" if seen.recovered_s else "as soon as it has passed"
    )
    return f"{head}; all is as before {when}.", "plain"


# ------------------------------------------------------------------------------------------------- the edge


def edge_words(plan: Plan, found: Breaking) -> list[tuple[str, Tone]]:
    """At which load what breaks, and the chain of its cause."""
    said: list[tuple[str, Tone]] = []
    if found.degrading is not None:
        edge = found.degrading
        share = edge.broke.degraded / max(1, edge.broke.arrivals)
        words = f"At {_at(edge)} canned answers reach {show(share, 'share')} of the journeys"
        words += "" if edge.held else ", and too many at any load that was tried"
        said.append((f"{words}: {blamed(edge.cause)}. {' '.join(edge.cause.chain)}", "plain"))
        said += _open_between(edge)
    if found.edge is None or found.verdict is None:
        dear = " and ".join(item.objective.name for item in broken(plan, found.usual))
        kept = f"too dear already ({dear}), no other objective breaks" if dear else "every objective is kept"
        words = f"Nothing breaks up to {found.tried:.3g} times the busiest hour: {kept}"
        canned = show(found.widest.degraded / max(1, found.widest.arrivals), "share")
        canned = f", while {canned} of the journeys get a canned answer" if found.degrading else ""
        if found.open:
            seen = plural(found.widest.arrivals, "journey")
            words = f"Nothing is seen to break up to {found.tried:.3g} times the busiest hour"
            which = f"; {seen} are too few to tell whether {' and '.join(found.open)} {_hold(found.open)} there"
            return [*said, (f"{words}{canned}{which}.", "plain")]
        return [*said, (f"{words}{canned}.", "good")]
    edge = found.edge
    held = f"; at {edge.held.load:.3g}x it still holds" if edge.held and edge.told else ""
    held = held if edge.held else ", and so it does at any load that was tried"
    said.append((f"At {_at(edge)} {promise(found.verdict)}{held}.", "bad"))
    said += _open_between(edge)
    said.append((f"Cause: {blamed(edge.cause)}. {' '.join(edge.cause.chain)}", "plain"))
    if found.verdict.objective == NO_FAILURES:
        said.append((OWN_LIMIT, "muted"))
    return said


def _open_between(edge: Edge) -> list[tuple[str, Tone]]:
    """Between which loads it cannot be told on which side of the edge one is."""
    if edge.held is None or edge.told:
        return []
    low = f"Between {edge.sure.load:.3g}x, which holds," if edge.sure else "Below that"
    high = f" and {edge.load:.3g}x" if edge.sure else ""
    seen = plural(edge.held.arrivals, "journey")
    return [(f"{low}{high} it cannot be told: at {edge.held.load:.3g}x {seen} were too few.", "plain")]


def _hold(names: Sequence[str]) -> str:
    return "holds" if len(names) == 1 else "hold"


def blamed(cause: Cause) -> str:
    """A mechanism and whose it is."""
    return f"{cause.mechanism} of {cause.component}" if cause.component else cause.mechanism


def _at(edge: Edge) -> str:
    return f"{edge.load:.3g} times the busiest hour ({show(edge.rate, 'rate')} journeys)"


def promise(verdict: Verdict) -> str:
    """Which objective breaks, by how much."""
    objective = verdict.objective
    value = "nothing was answered" if verdict.value is None else show(verdict.value, verdict.dimension)
    word = "the search's own limit is" if objective == NO_FAILURES else "promised"
    return f"objective {objective.name} breaks: {objective.measure} is {value}, {word} {limit(objective)}"


def limit(objective: Objective) -> str:
    """What an objective promises, such as `≤ 20 s`."""
    return f"{'≤' if objective.at_most else '≥'} {show(objective.limit, DIMENSIONS[objective.measure])}"


def to_do(plan: Plan, found: Breaking) -> list[str]:
    """What to change first: the limit that breaks, then whatever has too little room in the busiest hour."""
    known = needs(plan, found.usual, found.edge)
    said = []
    edge = found.edge or found.degrading
    if edge is not None and edge.cause.meant:
        said.append(f"raise what the file allows ({edge.cause.mechanism}), if that load is to be let in.")
    elif edge is not None and (need := lacking(found, known)) is not None:
        said.append(f"{_have(need, need.beyond(edge.load))} would carry {edge.load:.3g} times the busiest hour.")
    tight = [need for need in known if need.least() > need.limit]
    said += [f"{_have(need, need.least())} would leave room in the busiest hour." for need in tight]
    return list(dict.fromkeys(said))


def _have(need: Need, least: float) -> str:
    return f"{show(least, 'number')} {need.what} for {need.component} instead of {show(need.limit, 'number')}"
