"""What measure says of the promises and of its own worth, from a ledger's tally."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.ledger.rows import Run
from archwright.ledger.tally import Part, Tally
from archwright.measure.document import Ran, measure
from archwright.measure.sides import of_tally
from archwright.plan.model import Objective, Plan
from archwright.report.document import Cell, Document, Table, Text
from tests.plan.small import example

PICO = 10**12
PREDICTED = {"journeys": 10.0, "requests": 20.0, "cost": float(PICO), "p95": 2.0}


def tallied(**changes: object) -> Tally:
    """Ten journeys, twenty requests, one dollar."""
    tally = Tally(
        run=Run("abc", "desk", "facts", "rehearse", "2026-11-21T00:00:00", scale=10.0),
        requests=20,
        hows={"answered": 15, "cached": 4, "degraded": 1},
        cacheable=8,
        cost=PICO,
        durations=[0.1] * 20,
        overheads=[0.001] * 20,
        journeys={"answered": 8, "degraded": 1, "failed": 1},
        journey_durations=[1.0] * 8 + [3.0],
        parts={"question": Part(cost=PICO, journeys={"answered": 8, "degraded": 1, "failed": 1})},
    )
    for name, value in changes.items():
        setattr(tally, name, value)
    return tally


def promised(*objectives: Objective) -> Plan:
    """The example's plan with other promises."""
    return replace(example().plan, objectives=objectives)


def verdicts(document: Document) -> dict[str, tuple[str, str]]:
    """What ran and the verdict, by objective."""
    (table,) = [block for block in document.sections[1].blocks if isinstance(block, Table)]
    cells = [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in table.rows]
    return {row[0]: (row[3], row[4]) for row in cells}


def test_every_measure_is_tested_on_what_ran() -> None:
    plan = promised(
        Objective("quick", "p95", "", True, 2.5),
        Objective("there", "availability", "", False, 0.9),
        Objective("whole", "full-answers", "", False, 0.9),
        Objective("caught", "cache-hit", "", False, 0.5),
        Objective("cheap", "cost", "", True, float(10 * PICO)),
    )
    document, book = measure(plan, Ran("rehearsed", tallied(), "the ledger"), PREDICTED, "simulated")
    assert verdicts(document) == {
        "quick": ("3 s", "broken"),
        "there": ("90 %", "kept"),
        "whole": ("80 %", "broken"),
        "caught": ("50 %", "kept"),
        "cheap": ("$48,000", "broken"),  # ten cents a journey, 480,000 journeys a month
    }
    assert book["promise.there"].formula == "(arrivals - failed) / arrivals"


def test_a_promise_about_one_journey_is_tested_on_that_journey() -> None:
    asked = Part(
        cost=PICO // 10, hows={"cached": 4}, cacheable=5, journeys={"answered": 8}, journey_durations=[2.0, 1.0] * 4
    )
    other = Part(cost=PICO, cacheable=3, journeys={"failed": 1, "degraded": 1}, journey_durations=[9.0])
    plan = promised(
        Objective("quick", "p95", "question", True, 2.5),
        Objective("there", "availability", "question", False, 0.9),
        Objective("caught", "cache-hit", "question", False, 0.7),
        Objective("cheap", "cost", "question", True, float(10_000 * PICO)),
        Objective("all", "cost", "", True, float(10_000 * PICO)),
        Objective("never", "p95", "nobody", True, 2.5),
    )
    question = plan.journeys[0]
    both = replace(
        plan, standing=40 * PICO, journeys=(question, replace(question, name="other", rate=question.rate / 480))
    )
    tally = tallied(
        parts={"question": asked, "other": other}, journeys={"answered": 8, "failed": 1, "degraded": 1}, cost=2 * PICO
    )
    document, _ = measure(both, Ran("rehearsed", tally, "the ledger"), PREDICTED, "simulated")
    assert verdicts(document) == {
        "quick": ("2 s", "kept"),  # 9 s is another journey's
        "there": ("100 %", "kept"),
        "caught": ("80 %", "kept"),
        "cheap": ("$6,000", "kept"),  # ten cents in eight journeys, 480,000 a month
        "all": ("$6,540", "kept"),  # 1,000 of the other a month at fifty cents each, and what stands
        "never": ("not measured", ""),
    }


def test_what_bought_units_carry_is_not_paid_by_the_token_too() -> None:
    """Ten cents in eight journeys, 480,000 a month; units carry three quarters of what the first target cost."""
    plan = promised(Objective("all", "cost", "", True, float(10_000 * PICO)))
    target = replace(plan.targets[0], covers=0.75)
    bought = replace(plan, standing=40 * PICO, targets=(target, *plan.targets[1:]))
    cost = PICO // 10
    part = Part(cost=cost, journeys={"answered": 8}, costs={target.name: cost - 2 * PICO // 100, "other": PICO // 50})
    document, book = measure(
        bought, Ran("rehearsed", tallied(parts={"question": part}), "the ledger"), PREDICTED, "simulated"
    )
    assert verdicts(document) == {"all": ("$2,440", "kept")}  # two cents and a quarter of eight, and what stands
    assert "less those that bought units carry" in book["promise.all.question.cost"].label


def test_what_the_ledger_cannot_tell_is_not_measured() -> None:
    plan = promised(Objective("quick", "p95", "", True, 2.5), Objective("there", "availability", "", False, 0.9))
    served = tallied(journeys={}, journey_durations=[], parts={})
    document, _ = measure(plan, Ran("served", served, "the ledger"), PREDICTED, "simulated")
    assert verdicts(document) == {"quick": ("not measured", ""), "there": ("not measured", "")}


def test_the_error_of_compression_is_said_and_the_bill_is_held_against_the_ledger() -> None:
    document, book = measure(promised(), Ran("rehearsed", tallied(estimated=2), "x", bill=PICO + 7), PREDICTED, "s")
    words = " ".join(block.words for block in document.sections[2].blocks if isinstance(block, Text))
    assert "reads as 10 ms" in words  # 1 ms of real time at ten times the speed
    assert book["difference.bill"].value == -7
    assert "2 attempts broke off" in words


def test_a_tally_in_the_words_of_a_simulation() -> None:
    side = of_tally(tallied(fallbacks=3, attempts=17, hows={"answered": 1, "shed": 2, "over-budget": 1, "failed": 4}))
    assert (side["shed"], side["failures"], side["fallbacks"], side["attempts"]) == (3, 4, 3, 17)
    assert side["p95"] == 3.0
