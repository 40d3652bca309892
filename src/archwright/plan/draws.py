"""Figures worked out again for many values of their leaves, by their own formulas, in one straight line of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from archwright.report.figures import Book, Formula


class Again:
    """Computes `keys` of a book for other values of the leaves `varied`; what rests on none of them stays as it is.

    `instead` are functions that replace those of the same name in formulas, such as quicker ones.
    """

    def __init__(
        self,
        book: Book,
        keys: Sequence[str],
        varied: Iterable[str],
        instead: Mapping[str, Callable[..., float]] | None = None,
    ) -> None:
        self.keys = tuple(keys)
        self.varied = tuple(varied)
        self._book = book
        self._instead = dict(instead or {})
        self._names: dict[str, str] = {key: f"v[{n}]" for n, key in enumerate(self.varied)}
        self._held: dict[str, Any] = {}
        self._lines: list[str] = []
        results = [self._expression(key) for key in self.keys]
        body = "".join(f"    {line}\n" for line in self._lines)
        text = f"def again(v):\n{body}    return ({''.join(f'{item}, ' for item in results)})\n"
        space: dict[str, Any] = dict(self._held)
        exec(compile(text, "<figures>", "exec"), space)
        self._run: Callable[[Sequence[float]], tuple[float, ...]] = space["again"]

    def __call__(self, values: Sequence[float]) -> tuple[float, ...]:
        """The keys' values where the varied leaves have these values, in the order of `varied`."""
        return self._run(values)

    def _expression(self, key: str) -> str:
        """What stands for a figure in the code: a varied leaf, a constant, or a name that a line above has set."""
        known = self._names.get(key)
        if known is not None:
            return known
        figure, rule = self._book[key], self._book.rule(key)
        if rule is None:
            return self._name(key, repr(figure.value))
        parts = {name: self._expression(item) for name, item in figure.inputs}
        if all(self._is_constant(part) for part in parts.values()):
            return self._name(key, repr(figure.value))
        number = len(self._held)
        self._held[f"f{number}"] = self._replaced(rule).compute
        name = f"x{number}"
        self._lines.append(f"{name} = f{number}({', '.join(f'{n}={part}' for n, part in parts.items())})")
        return self._name(key, name)

    def _name(self, key: str, text: str) -> str:
        self._names[key] = text
        return text

    @staticmethod
    def _is_constant(text: str) -> bool:
        return text[0] not in "vx"

    def _replaced(self, rule: Formula) -> Formula:
        if not any(name in rule.text for name in self._instead):
            return rule
        return Formula(rule.text, {**self._book.functions, **self._instead})
