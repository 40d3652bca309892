"""The state of a machine as a compiler takes it: it knows named tuples of arrays, by their module, but no objects."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import fields
from typing import Any, get_type_hints

from archwright.policy import law, state


def _twin(kind: type[Any]) -> Any:
    """A named tuple with the fields of a data class."""
    twin = namedtuple(kind.__name__, [field.name for field in fields(kind)])  # type: ignore[misc]
    twin.__annotations__ = get_type_hints(kind)
    twin.__module__ = __name__
    return twin


Law: Any = _twin(law.Law)
State: Any = _twin(state.State)


def packed(machine: state.State) -> Any:
    """A state whose tables are arrays, and its law, as named tuples of the same names."""
    values = {field.name: getattr(machine, field.name) for field in fields(machine)}
    rules = Law(*(getattr(machine.law, field.name) for field in fields(machine.law)))
    return State(**values | {"law": rules})
