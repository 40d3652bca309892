"""Compiled code finds all tables through one pointer.

A named tuple of sixty tables, handed from function to function, is hundreds of arguments in each call: slow to compile
and slow to run. Compiled functions get the address of a list of addresses instead, and `s.walks` reads one of them. To
the functions it looks as the named tuple does: `s.machine.law.hops[3].target`.

What the compiler is told of it saves it much: the addresses never change while a compiled function runs, so none is
read twice, and no index counts from the end, so none is compared with zero.
"""

from __future__ import annotations

import hashlib
import operator
from importlib import import_module
from typing import Any, get_type_hints

import numpy as np

ir: Any = import_module("llvmlite.ir")
types: Any = import_module("numba.types")
extending: Any = import_module("numba.extending")
templates: Any = import_module("numba.core.typing.templates")
cgutils: Any = import_module("numba.core.cgutils")
arrays: Any = import_module("numba.np.arrayobj")
from_dtype: Any = import_module("numba.np.numpy_support").from_dtype

WORD = ir.IntType(64)
BYTES = ir.IntType(8).as_pointer()


class Places(types.Type):  # type: ignore[misc]
    """The type of a list of addresses: names, types and the word at which each begins."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any, int], ...]) -> None:
        self.fields = fields
        self.found = {field: (kind, at) for field, kind, at in fields}
        told = hashlib.blake2b(repr(fields).encode(), digest_size=6).hexdigest()
        super().__init__(name=f"{name}_{told}")


class Rows(types.Array):  # type: ignore[misc]
    """The type of a table. An index of it is the place of a row; -1 points nowhere, and not to the last one."""


class Memory:
    """A named tuple of tables, numbers and named tuples, as compiled code sees it. It lives as long as its tables."""

    def __init__(self, tables: Any) -> None:
        self.tables = tables
        self.inner: list[Memory] = []
        words: list[int] = []
        fields = []
        hints = get_type_hints(type(tables))
        for name, value in zip(tables._fields, tables, strict=True):
            kind, more = self._field(float(value) if hints[name] is float else value)
            fields.append((name, kind, len(words)))
            words += more
        self.words = np.array(words, dtype=np.int64)
        self.address = self.words.ctypes.data
        self.type = Places(type(tables).__name__, tuple(fields))

    def _field(self, value: Any) -> tuple[Any, list[int]]:
        """The type of a field, and its words."""
        if hasattr(value, "_fields"):
            inner = Memory(value)
            self.inner.append(inner)
            return inner.type, [inner.address]
        if isinstance(value, np.ndarray):
            kind = Rows if value.ndim == 1 else types.Array
            return kind(from_dtype(value.dtype), value.ndim, "C"), [value.ctypes.data, *value.shape]
        if isinstance(value, np.void):
            return from_dtype(value.dtype), [value.__array_interface__["data"][0]]
        if isinstance(value, float):
            return types.float64, np.array([value]).view(np.int64).tolist()
        return types.int64, [int(value)]


@extending.register_model(Places)
class _PlacesModel(extending.models.OpaqueModel):  # type: ignore[misc]
    """A pointer."""


@extending.register_model(Rows)
class _RowsModel(extending.models.ArrayModel):  # type: ignore[misc]
    """An array."""


@extending.lower_builtin(operator.getitem, Rows, types.Integer)  # type: ignore[untyped-decorator]
def _row(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Read a number, or point to a record."""
    rows = signature.args[0]
    return arrays.load_item(context, builder, rows, _place(context, builder, rows, values))


@extending.lower_builtin(operator.setitem, Rows, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _write_row(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Write a number, or copy a record."""
    rows, _, given = signature.args
    value = context.cast(builder, values[2], given, rows.dtype)
    arrays.store_item(context, builder, rows, value, _place(context, builder, rows, values))
    return context.get_dummy_value()


def _place(context: Any, builder: Any, rows: Any, values: Any) -> Any:
    data = arrays.make_array(rows)(context, builder, values[0]).data
    return builder.gep(data, [values[1]])


@extending.intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_: Any, rows: Any, at: Any) -> Any:
    """Tell the processor that a row will be read."""

    def code(context: Any, builder: Any, _: Any, values: Any) -> Any:
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [BYTES, number, number, number])
        asked = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        place = builder.bitcast(_place(context, builder, rows, values), BYTES)
        builder.call(asked, [place, number(0), number(3), number(1)])  # to read, into the nearest cache, data
        return context.get_dummy_value()

    return types.none(rows, types.intp), code


def fetch(rows: Any, at: int) -> None:
    """`tables.fetch`, compiled."""
    _prefetch(rows, at)


@extending.typeof_impl.register(Memory)  # type: ignore[untyped-decorator]
def _typeof(value: Memory, _: Any) -> Any:
    return value.type


@extending.unbox(Places)  # type: ignore[untyped-decorator]
def _unbox(_: Places, value: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(value, "address")
    pointer = c.builder.inttoptr(c.pyapi.long_as_longlong(address), BYTES)
    c.pyapi.decref(address)
    return extending.NativeValue(pointer)


@extending.infer_getattr
class _PlacesAttributes(templates.AttributeTemplate):  # type: ignore[misc]
    """`s.name` has the type of the field."""

    key = Places

    def generic_resolve(self, places: Places, name: str) -> Any:
        """The type of a field, or None."""
        return places.found[name][0] if name in places.found else None


@extending.lower_getattr_generic(Places)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, places: Places, value: Any, name: str) -> Any:
    """Read a field's words and make of them what its type wants."""
    kind, at = places.found[name]
    words = builder.bitcast(value, WORD.as_pointer())
    never_changes = builder.module.add_metadata([])

    def word(place: int) -> Any:
        found = builder.load(builder.gep(words, [ir.Constant(WORD, at + place)]))
        found.set_metadata("invariant.load", never_changes)
        return found

    if isinstance(kind, types.Array):
        array = arrays.make_array(kind)(context, builder)
        size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
        shape = [word(1 + axis) for axis in range(kind.ndim)]
        strides = [ir.Constant(WORD, size)]
        for length in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        data = builder.inttoptr(word(0), context.get_data_type(kind.dtype).as_pointer())
        arrays.populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
        return array._getvalue()  # noqa: SLF001 - what numba's own functions return
    if isinstance(kind, (Places, types.Record)):
        return builder.inttoptr(word(0), context.get_value_type(kind))
    if kind is types.float64:
        return builder.bitcast(word(0), ir.DoubleType())
    return word(0)
