"""Random requests with random faults and disconnects through the real gateway, held against the supplier's own bill.

    make bench NAME=money

REQUESTS sets how many (100,000: about ten minutes). 64 are in flight. The supplier keeps its bill by itself, in decimal
dollars; the ledger counts integers. A second run has a spend cap that is reached half way. Last, what a row costs the
gateway's loop, beside turning it into JSON alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from archwright.ledger.balance import Account
from archwright.ledger.rows import Request
from archwright.runtime.gateway.writer import Writer
from archwright.runtime.stores import store_for
from archwright.runtime.trials.money import compare, spending, trade

MICRO = 10**6
ROWS = 60_000  # fewer than wait in memory at most, so that none is dropped


def row(number: int) -> Request:
    """A row as a gateway makes one."""
    return Request(
        request=f"0123456789ab-{number}", plan="0123456789abcdef", tenant="shop", journey="question", step="answer",
        session="s1", route="both", target="first", began=12345.678901, at="2026-11-21T12:00:00.000+00:00",
        how="answered", status=200, hop=0, attempts=1, first_s=0.41, total_s=1.23, stream=True, tokens_in=812,
        tokens_out=143, cost=553_600_000, overhead_s=0.00021, key="k1234567",
    )  # fmt: skip


async def overhead(folder: Path) -> tuple[float, float, float]:
    """Microseconds of the loop's processor time for a row, for JSON alone, and rows stored in a second."""
    encode = msgspec.json.Encoder().encode
    rows = [row(number) for number in range(ROWS)]
    began = time.thread_time()
    for item in rows:
        encode(item)
    dumped = (time.thread_time() - began) / ROWS
    writer = Writer(store_for("x").open(str(folder / "rows.jsonl"), False, False), Account(1e9, time.time()))
    writer.start([])
    began, since = time.thread_time(), time.perf_counter()
    for number in range(ROWS):
        writer.add(row(number))
    added = (time.thread_time() - began) / ROWS
    while not await writer.written():
        pass
    stored = ROWS / (time.perf_counter() - since)
    writer.close()
    return added * MICRO, dumped * MICRO, stored


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    requests = int(os.environ.get("REQUESTS", "100000"))

    def told(number: int) -> None:
        print(f"{number:,} requests", file=sys.stderr)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, charges = asyncio.run(trade(folder, requests, 1, told))
        books = compare(rows, charges)
        cap = (books.cut_bill + sum(item.cost for item in rows if isinstance(item, Request))) // 20
        rows, _ = asyncio.run(trade(folder, max(500, requests // 10), 2, told, cap))
        spent = spending(rows, cap)
        added, dumped, stored = asyncio.run(overhead(folder))
    print(f"{books.requests:,} requests, {books.attempts:,} calls, {books.finished:,} finished on both sides")
    print(f"finished: the ledger and the bill differ by {books.mismatch / MICRO:.6f} micro-dollars")
    print(
        f"cut: {books.cut:,} calls, billed {books.cut_bill / 1e12:.6f} $, estimated {books.cut_ledger / 1e12:.6f} $ "
        f"({books.cut_error:+.2%}), p95 of one {books.cut_p95:.0%}; {books.unmarked} unmarked, {books.orphans} orphans"
    )
    print(
        f"of them called off beside another: {books.beside:,}, billed {books.beside_bill / 1e12:.6f} $, "
        f"estimated {books.beside_ledger / 1e12:.6f} $ ({books.beside_error:+.2%})"
    )
    print(
        f"cap {spent.cap / 1e12:.6f} $: spent {spent.spent / 1e12:.6f} $, {spent.refused:,} refused; "
        f"{spent.overspend / 1e12:.6f} $ over, {spent.in_flight / 1e12:.6f} $ in flight as it was reached"
    )
    print(f"a row: {added:.2f} µs of the loop, JSON alone {dumped:.2f} µs; {stored:,.0f} rows a second are stored")
    figures = {
        "requests": books.requests,
        "finished_mismatch_microusd": books.mismatch / MICRO,
        "cut_estimate_error": round(books.cut_error, 4),
        "cut_estimate_p95": round(books.cut_p95, 4),
        "called_off": books.beside,
        "called_off_error": round(books.beside_error, 4),
        "overspend_beyond_in_flight": spent.beyond / MICRO,
        "row_loop_us": round(added, 2),
        "row_json_us": round(dumped, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
