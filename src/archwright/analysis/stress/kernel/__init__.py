"""The fast engine: the outcomes of the plain one, to the last bit, from compiled code over tables of numbers.

The plain engine (`stress.engine`) is what a simulation means; this one is how it is quick. They share the policies,
the laws of chance and the arithmetic of the plan, and nothing else: queues and events are written twice, and a property
test holds one against the other on any design.

How a part is added, in this order:

1. Columns for it in `tables`: what the plan says of it, what changes, what is counted. `prepare` fills the first from
   the plan. Every index and count is a whole number, every time a float; there are no strings and no objects.
2. Its functions in a module here: plain functions over the state `s`, one record a thing (`walk = s.walks[at]`). They
   allocate nothing, call no Python, do not recurse, and say `int()` and `float()` where a record's number would decide
   a type. What is decided is asked of `policy`, never written again.
3. What it waits for is an event: a kind in `heap`, a line in `loop`. The same events in the same order as in the plain
   engine, or ties fall differently.
4. What it counted goes back in `results`, under the names of the plain engine's parts.
5. What cannot be run here is named in `stress.engines.unfit`, and is run there. A module outside this folder and
   `policy` of which something is compiled joins `sources.SOURCES`.
6. Its settings join `tests/analysis/stress/kernel/any_design.py`.
"""
