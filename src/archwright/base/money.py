"""Money is an integer number of pico-dollars (10**-12 US dollars).

A token costs less than a micro-dollar, so prices are resolved once into integers per unit and every sum
is exact. `Decimal` lives at the edges only: reading a price and showing a figure. A figure that is shown
is rounded; a figure that is stored is not.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

PICO = 10**12


def pico(dollars: Decimal | str | int) -> int:
    """Pico-dollars of an exact dollar amount, rounded half to even below one pico-dollar."""
    return int((Decimal(dollars) * PICO).to_integral_value(rounding=ROUND_HALF_EVEN))


def dollars(amount: int) -> Decimal:
    """The exact dollar amount of `amount` pico-dollars."""
    return Decimal(amount) / PICO


def show_money(amount: float | int) -> str:
    """Pico-dollars as people read them: `$1,234.56`, `$0.0123`, `$0.0000450`; at least three figures."""
    value = Decimal(round(amount)) / PICO
    size = abs(value)
    if size == 0:
        return "$0"
    if size >= 1000:
        return f"${value:,.0f}" if value > 0 else f"-${size:,.0f}"
    places = 2
    while size < Decimal(1) / 10 ** (places - 2) and places < 12:
        places += 1
    return f"${value:.{places}f}" if value > 0 else f"-${size:.{places}f}"
