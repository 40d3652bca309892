"""Pure decisions: events and the time in, orders out. No input or output, no clock, no hidden chance.

The dialect. An undecorated module-level function over numbers, NamedTuples of numbers and tables of rows, with
explicit `int()` and `float()`; no strings, dictionaries, exceptions, keyword-only arguments or `_replace`. A *row* is a
NamedTuple that is only read, or a small data class; a *table* is a list of rows in plain Python and an array of records
in compiled code, made by a function that is handed in (`law.Make`). So the same source runs in Python here and compiled
in `analysis` (where `packed` hands over its state), with identical results.

*Leaves* (`breaker`, `bucket`, `retry` ...) know nothing of each other. `decide` puts them together for one gateway,
over the tables of `law` (what it goes by) and `state` (what it knows). `machine` gives it the ids and the orders that
plain Python programs work with.
"""
