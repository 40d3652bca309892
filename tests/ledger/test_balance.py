"""What was spent: counted by period, and the same whether it is read from a balance or from every row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.ledger.balance import Account, account, moment, text
from archwright.ledger.rows import Request, Row, Run

PERIOD = 1000.0
START = 1_790_000_000.0


def request(at: float, tenant: str, cost: int) -> Request:
    return Request("r", "p", tenant, "", "", "", "both", "first", 0.0, text(at), "answered", 200, cost=cost)


def run(at: float) -> Run:
    return Run("p", "s", "f", "serve", text(at))


spendings = st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["a", "b"]), st.integers(0, 50)), max_size=30)


@given(spendings, st.data())
def test_a_balance_says_what_the_rows_before_it_say(spent: list[tuple[int, str, int]], data: st.DataObject) -> None:
    spent = sorted(spent)
    rows: list[Row] = [run(START), *(request(START + at, tenant, cost) for at, tenant, cost in spent)]
    whole = account(reversed(rows), PERIOD, START + 3000)
    cut = data.draw(st.integers(1, len(rows)))
    before = account(reversed(rows[:cut]), PERIOD, START + (spent[cut - 2][0] if cut > 1 else 0))
    with_balance = [*rows[:cut], before.balance("now"), *rows[cut:]]
    again = account(reversed(with_balance), PERIOD, START + 3000)
    assert (again.spent, again.tenants) == (whole.spent, whole.tenants)
    assert again.since == whole.since


def test_a_period_forgets_the_one_before() -> None:
    rows: list[Row] = [run(START), request(START + 1, "a", 5), request(START + 1500, "b", 7)]
    now = account(reversed(rows), PERIOD, START + 1600)
    assert (now.spent, now.tenants, now.since) == (7, {"b": 7}, START + PERIOD)
    later = account(reversed(rows), PERIOD, START + 2001)
    assert (later.spent, later.tenants, later.since) == (0, {}, START + 2 * PERIOD)


def test_a_restart_keeps_the_first_run_s_period() -> None:
    rows: list[Row] = [run(START), request(START + 1, "a", 5), run(START + 10), request(START + 11, "a", 6)]
    found = account(reversed(rows), PERIOD, START + 20)
    assert (found.spent, found.since) == (11, START)


def test_a_ledger_without_rows_begins_now() -> None:
    found = account([], PERIOD, START)
    assert (found.spent, found.tenants, found.since) == (0, {}, START)


def test_what_costs_nothing_and_what_is_no_request_counts_nothing() -> None:
    book = Account(PERIOD, START)
    book.count(run(START))
    book.count(request(START, "a", 0))
    assert (book.spent, book.tenants) == (0, {})


def test_what_is_no_time_is_long_ago() -> None:
    assert moment("yesterday") == 0.0
    assert moment(text(START)) == START
