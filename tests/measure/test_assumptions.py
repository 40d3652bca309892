"""Assumptions tested on what ran: held, broken, or not to be known; what is broken reopens its decision."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.analysis.price import price
from archwright.analysis.stress.engine import simulate
from archwright.base.units import MONTH
from archwright.ledger.rows import Attempt, Journey, Request, Row, Run
from archwright.ledger.tally import tally
from archwright.measure.assumptions import Held, assumptions, findings, reopened, reopened_text, section
from archwright.measure.evidence import Evidence, Seen
from archwright.measure.foreseen import Foresight
from archwright.plan.compile import Compiled
from archwright.report.document import Cell, Table
from archwright.report.figures import Book
from archwright.spec.day import day
from archwright.spec.decisions import Decision
from archwright.spec.given import Word
from archwright.spec.predicate import SUBJECTS, predicate
from tests.plan.small import small

PICO = 10**12
OURS = ("kind: managed-model\n    model: acme/large",
        "kind: self-hosted-model\n    accelerator: h100-80gb\n    model: acme/large")  # fmt: skip


def request(at: str, how: str = "answered", cost: int = PICO, journey: str = "ask", hop: int = 0) -> Request:
    """One request that took 300 tokens in and 60 out."""
    return Request(
        "r", "0123", "t", journey, "think", "s", "answer", "model", 0.0, at, how, 200, hop=hop, attempts=1,
        total_s=0.1, cache="miss", tokens_in=300, tokens_out=60, cost=cost,
    )  # fmt: skip


def journey(name: str = "ask", total_s: float = 2.0, outcome: str = "answered") -> Journey:
    return Journey("s", name, "t", 0.0, total_s, outcome)  # type: ignore[arg-type]


def replayed(scale: float = 50.0) -> list[Row]:
    """Ten journeys of each kind in two real seconds; 20 requests, two of them cached, one degraded."""
    times = [f"2026-11-21T10:00:0{number % 3}.000+00:00" for number in range(20)]
    hows = ["cached"] * 2 + ["degraded"] + ["answered"] * 17
    return [
        Run("0123", "Small", "prices", "rehearse", "now", scale=scale),
        *(request(at, how, hop=int(number == 19)) for number, (at, how) in enumerate(zip(times, hows, strict=True))),
        *(journey(total_s=float(number)) for number in range(1, 10)),
        journey(outcome="failed"),
        *(journey("call") for _ in range(10)),
    ]


def served(first: str, last: str, count: int) -> list[Row]:
    """Requests of real traffic between two moments."""
    return [Run("0123", "Small", "prices", "serve", "now"), *(request(first) for _ in range(count - 1)), request(last)]


def evidence(rows: list[Row], compiled: Compiled | None = None, hardware: float = 0.0) -> Evidence:
    compiled = compiled or small()
    return Evidence(compiled.plan, tally(rows), Book(), "the ledger", hardware)


def seen(rows: list[Row], subject: str, hardware: float = 0.0) -> Seen:
    text = {"count": "3M", "duration": "4 s", "share": "20 %", "money": "$3k"}
    dimension = SUBJECTS[subject.partition(" of ")[0]]
    return evidence(rows, hardware=hardware).of(predicate(f"{subject} <= {text[dimension]}"))


def value(found: Seen) -> float:
    assert found.figure is not None, found.words
    return found.figure.value


@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_months_of_a_rehearsal_do_not_hang_on_its_time_scale(scale: float) -> None:
    """Two requests a journey, a million journeys a month: what the clock did in between is not the world's."""
    assert value(seen(replayed(scale), "monthly requests of ask")) == pytest.approx(2e6)
    assert value(seen(replayed(scale), "monthly requests")) == pytest.approx(2e6)  # `call` makes none
    assert value(seen(replayed(scale), "monthly cost")) == pytest.approx(2e6 * PICO)
    assert value(seen(replayed(scale), "cost per journey of ask")) == pytest.approx(2 * PICO)
    assert value(seen(replayed(scale), "cost per journey")) == pytest.approx(2e6 / 1.01e6 * PICO)


def test_what_bought_units_carry_is_paid_with_the_units() -> None:
    """Half of what every request cost is carried by units; they cost $40 a month, whatever comes."""
    found = small()
    half = tuple(replace(item, covers=0.5) for item in found.plan.targets)
    target = half[0].name
    calls = [
        Attempt(str(n), 1, "0123", "think", target, "m", 0.0, "", "ok", cost=PICO) for n in range(20)
    ]  # fmt: skip
    rows: list[Row] = [*replayed(), *calls]
    rows = [replace(row, request=str(n - 1)) if isinstance(row, Request) else row for n, row in enumerate(rows)]
    ran = Evidence(replace(found.plan, targets=half), tally(rows), Book(), "the ledger", 40.0 * PICO)
    assert value(ran.of(predicate("monthly cost <= $3k"))) == pytest.approx((1e6 + 40) * PICO)
    assert value(ran.of(predicate("cost per request of ask <= $3k"))) == pytest.approx(PICO / 2)


def test_a_rehearsal_does_not_know_how_many_come() -> None:
    found = seen(replayed(), "monthly journeys")
    assert found.figure is None
    assert "the design's own volume" in found.words


def test_a_journey_that_was_not_replayed_leaves_the_month_unknown() -> None:
    rows = [row for row in replayed() if not (isinstance(row, Journey) and row.journey == "call")]
    assert "no journey `call` was replayed" in seen(rows, "monthly requests").words
    assert value(seen(rows, "monthly requests of ask")) == pytest.approx(2e6)


def test_real_traffic_is_extrapolated_by_its_own_time() -> None:
    found = seen(served("2026-11-01T00:00:00+00:00", "2026-11-11T00:00:00+00:00", 1000), "monthly requests")
    assert value(found) == pytest.approx(1000 / (10 * 86400) * MONTH)
    assert found.firm
    assert found.words == "extrapolated from 10 d"


def test_less_than_a_day_says_nothing_of_a_month() -> None:
    found = seen(served("2026-11-01T20:00:00+00:00", "2026-11-01T21:00:00+00:00", 1000), "monthly requests")
    assert value(found) == pytest.approx(1000 / 3600 * MONTH)
    assert not found.firm
    assert "less than a whole day" in found.words


@pytest.mark.parametrize("at", ["now", "", "2026-11-01T20:00:00+00:00"])
def test_without_a_span_of_time_there_is_no_month(at: str) -> None:
    assert seen(served(at, at, 5), "monthly cost").words == "the ledger holds no span of time"


@pytest.mark.parametrize("subject", ["p95", "availability", "full answers", "monthly journeys", "cost per journey"])
def test_a_gateway_does_not_know_journeys(subject: str) -> None:
    found = seen(served("2026-11-01T00:00:00+00:00", "2026-11-11T00:00:00+00:00", 10), subject)
    assert found.figure is None
    assert "known to" in found.words


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("p50", 2.0), ("p95 of ask", 9.0), ("p50 of ask", 5.0), ("availability of ask", 0.9), ("availability", 0.95),
        ("full answers", 0.95), ("cache hit", 0.1), ("degraded", 0.05), ("fallback", 0.05), ("input tokens", 300.0),
        ("output tokens of ask", 60.0), ("cost per request", PICO),
    ],
)  # fmt: skip
def test_time_and_shares(subject: str, wanted: float) -> None:
    assert value(seen(replayed(), subject)) == pytest.approx(wanted)


def test_hardware_is_added_where_all_is_meant() -> None:
    assert value(seen(replayed(), "monthly cost", 5e6 * PICO)) == pytest.approx(7e6 * PICO)
    assert value(seen(replayed(), "monthly cost of ask", 5e6 * PICO)) == pytest.approx(2e6 * PICO)
    assert value(seen(replayed(), "cost per request", 5e6 * PICO)) == pytest.approx(3.5 * PICO)


def test_nothing_ran() -> None:
    empty: list[Row] = [Run("0123", "Small", "prices", "rehearse", "now")]
    for subject in SUBJECTS:
        assert seen(empty, subject).figure is None


def sight(*edits: tuple[str, str]) -> Foresight:
    compiled = small(*edits)
    book = price(compiled.plan, compiled.book).book
    return Foresight(compiled.plan, book, simulate(compiled.plan, compiled.plan.scenarios[0], seed=1))


@pytest.fixture(scope="module")
def foresight() -> Foresight:
    return sight()


def test_every_subject_is_foreseen_or_said_to_be_unknown(foresight: Foresight) -> None:
    text = {"count": "3M", "duration": "4 s", "share": "20 %", "money": "$3k"}
    known = {s for s in SUBJECTS if foresight.of(predicate(f"{s} <= {text[SUBJECTS[s]]}")) is not None}
    assert SUBJECTS.keys() - known == {"cache hit"}  # no step of the small system asks a route with a cache


def test_the_forecast_is_in_the_words_of_an_assumption(foresight: Foresight) -> None:
    requests = foresight.of(predicate("monthly requests <= 1"))
    cost = foresight.of(predicate("monthly cost <= $1"))
    each = foresight.of(predicate("cost per request <= $1"))
    assert requests is not None
    assert requests.value == foresight.book["price.requests.month"].value
    assert cost is not None
    assert cost.value == foresight.book["price.models.month"].value
    assert each is not None
    assert each.value == pytest.approx(foresight.book["price.request"].value)
    journeys = foresight.of(predicate("monthly journeys <= 1"))
    assert journeys is not None
    assert journeys.value == pytest.approx(1.01e6)
    tokens = foresight.of(predicate("input tokens <= 1"))
    assert tokens is not None
    assert tokens.value == pytest.approx(foresight.book["price.ask.think.tokens_in"].value)


def test_hardware_is_foreseen_for_all_and_not_for_one() -> None:
    ours = sight(OURS)
    whole, part = (ours.of(predicate(f"monthly cost{of} <= $1")) for of in ("", " of ask"))
    assert whole is not None
    assert part is not None
    assert whole.value > 2e3 * PICO
    assert part.value == 0


def decided(*texts: str, status: str = "accepted") -> dict[str, Decision]:
    made = Decision(
        title=Word("Keep it managed"), status=status, date=day("2026-11-20"), question=Word("?"), options={},
        assumptions=tuple(map(predicate, texts)),
    )  # fmt: skip
    return {"hosting": made}


def held(foresight: Foresight, *texts: str, fault: str = "", status: str = "accepted") -> tuple[Held, ...]:
    return assumptions(decided(*texts, status=status), foresight, evidence(replayed()), fault)


def test_what_is_broken_is_a_finding_and_reopens(foresight: Foresight) -> None:
    tested = held(foresight, "monthly requests <= 3M", "p95 of ask <= 4 s", "monthly journeys <= 1", "fallback <= 1 %")
    assert [item.verdict for item in tested] == ["holds", "broken", "cannot be known", "broken"]
    found = findings(tested)
    assert [(item.code, item.severity, item.subject) for item in found] == [("DEC01", "warning", "hosting")] * 2
    (entry,) = reopened(tested)
    assert entry["decision"] == "hosting"
    assert [item["assumption"] for item in entry["broken"]] == ["p95 of ask <= 4 s", "fallback <= 1 %"]
    assert entry["broken"][0]["ran"] == 9.0
    page = reopened_text([entry])
    assert "- assumed `p95 of ask <= 4 s`, but it was 9 s (9 journeys that did not fail)" in page
    assert "None" in reopened_text([])


def test_only_what_was_accepted_is_tested(foresight: Foresight) -> None:
    assert held(foresight, "p95 <= 1 s", status="proposed") == ()


def test_a_rehearsed_fault_breaks_no_assumption_about_ordinary_days(foresight: Foresight) -> None:
    holds, broken = held(foresight, "monthly requests <= 3M", "p95 of ask <= 4 s", fault="model-down")
    assert (holds.verdict, broken.verdict) == ("holds", "cannot be known")
    assert "model-down" in broken.words
    assert findings((holds, broken)) == ()


def test_the_table_shows_foreseen_and_ran(foresight: Foresight) -> None:
    tested = held(foresight, "monthly requests <= 3M")
    table = section(tested, "rehearsed").blocks[0]
    assert isinstance(table, Table)
    (row,) = table.rows
    cells = [cell.text if isinstance(cell, Cell) else cell for cell in row]
    assert cells[1] == "monthly requests <= 3M"
    assert cells[3:5] == ["2M", "holds"]
    assert all(cell.figure for cell in row[2:4] if isinstance(cell, Cell))
