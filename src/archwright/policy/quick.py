"""The state of a machine in the containers that plain Python reads fastest.

A field of a named tuple is looked up anew each time, that of an object with slots is found where it was before. So what
is read at every step, the state, its law and the rows of its tables, is copied into objects with slots of the same
names. The functions work on them as they do on named tuples.
"""

from __future__ import annotations

from dataclasses import make_dataclass
from functools import cache
from typing import Any, cast

from archwright.policy.state import State


def quick(state: State) -> State:
    """A state, in plain Python, with slots in place of named tuples; its tables of what changes are the same lists."""
    return cast("State", _copied(state))


def _copied(value: Any) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _twin(type(value))(*map(_copied, value))
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [_copied(row) for row in value]
    return value


@cache
def _twin(kind: Any) -> Any:
    """A class of the same name and fields, with slots."""
    return make_dataclass(kind.__name__, kind._fields, slots=True)
