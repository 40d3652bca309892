"""Pure decisions: events and the time in, orders out. No input or output, no clock, no hidden chance.

The dialect. A *leaf* is an undecorated module-level function over numbers and NamedTuples of numbers, with explicit
`int()` and `float()`, no strings, no keyword-only arguments, no `_replace`. Leaves run in Python here and compiled in
`analysis`, with identical results. `machine` puts the leaves together for one gateway.
"""
