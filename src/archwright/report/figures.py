"""Numbers that can be asked "why?": each keeps its formula, its inputs and where they come from.

A derived number is computed *by* its formula, so that what is explained cannot differ from what was computed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from archwright.base.errors import NOWHERE, Location, UsageError
from archwright.base.text import nearest
from archwright.base.units import show

_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max}


# How deep an explanation goes: so far on a page that holds one of every figure, and down to the last.
BRIEFLY: Final = 6
WHOLE: Final = 1000


class Formula:
    """An arithmetic expression over names, such as `rate * cost`. Calling it with the names computes it.

    Integers stay integers, so that money computed by a formula of sums and products is exact. `functions` may be
    called by their names, beside `min` and `max`.
    """

    def __init__(self, text: str, functions: Mapping[str, Callable[..., float]] | None = None) -> None:
        known = {**_FUNCTIONS, **(functions or {})}
        tree = ast.parse(text, mode="eval")
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.text = text
        self.names = tuple(sorted(names - known.keys()))
        code = compile(ast.parse(f"lambda {', '.join(self.names)}: ({text})", mode="eval"), "<formula>", "eval")
        self.compute: Callable[..., Any] = eval(code, {"__builtins__": {}, **known})

    def __call__(self, **values: float) -> Any:
        """The value for these names."""
        return self.compute(**values)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and why it is what it is.

    `value` is in the base unit of `dimension`. A leaf has an `origin` (measured, sourced, guessed, set, default, fact,
    simulated, judged, computed or unknown), a `note` (by what, from where, as of when) and a place; a derived figure
    has a formula and the keys of its inputs by the names used in the formula. `low` and `high` are the ends of the band
    of a leaf, p10 and p90, where one is stated.
    """

    key: str
    value: float
    dimension: str
    label: str = ""
    formula: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    note: str = ""
    written: str = ""
    where: Location = NOWHERE
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return show(self.value, self.dimension)


class Book(Mapping[str, Figure]):
    """Figures by key. Keys are dotted paths such as `price.question.month`.

    `functions` are what its formulas may call. A book made from another one takes over its formulas; figures that
    come as a plain mapping can be read, not computed again.
    """

    def __init__(
        self, figures: Mapping[str, Figure] | None = None, functions: Mapping[str, Callable[..., float]] | None = None
    ) -> None:
        self._figures: dict[str, Figure] = {}
        self._rules: dict[str, Formula] = {}
        self.functions: dict[str, Callable[..., float]] = dict(functions or {})
        if isinstance(figures, Book):
            self.join(figures)
        else:
            self._figures.update(figures or {})

    def __getitem__(self, key: str) -> Figure:
        return self._figures[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def add(self, figure: Figure) -> Figure:
        """Enter a figure; the same key may be entered again only with the same value."""
        known = self._figures.get(figure.key)
        if known is not None and known.value != figure.value:
            raise ValueError(f"two values for {figure.key}: {known.value} and {figure.value}")
        self._figures[figure.key] = figure
        return figure

    def leaf(
        self, key: str, value: float, dimension: str, *, label: str = "", origin: str = "", note: str = ""
    ) -> Figure:
        """Enter a number that is not derived from others here."""
        return self.add(Figure(key, value, dimension, label, origin=origin, note=note))

    def work_out(self, key: str, value: float, dimension: str, label: str, note: str, **inputs: str | Figure) -> Figure:
        """Enter a number that a procedure made of figures of this book: `note` says how, the inputs from which.

        It is a leaf of formulas: none can work it out again.
        """
        keys = tuple((name, item.key if isinstance(item, Figure) else item) for name, item in inputs.items())
        return self.add(Figure(key, value, dimension, label, "", keys, origin="computed", note=note))

    def derive(
        self, key: str, formula: str | Formula, dimension: str, label: str = "", **inputs: str | Figure
    ) -> Figure:
        """Compute a figure by its formula from figures of this book, given by key or themselves, and enter it."""
        rule = formula if isinstance(formula, Formula) else Formula(formula, self.functions)
        keys = {name: item.key if isinstance(item, Figure) else item for name, item in inputs.items()}
        value = rule(**{name: self[item].value for name, item in keys.items()})
        figure = self.add(Figure(key, value, dimension, label, rule.text, tuple(keys.items())))
        self._rules[key] = rule
        return figure

    def total(self, key: str, parts: list[Figure], dimension: str, label: str = "") -> Figure:
        """Enter the sum of figures."""
        names = {f"part{index}": part for index, part in enumerate(parts, 1)}
        return self.derive(key, " + ".join(names) or "0", dimension, label, **names)

    def join(self, other: Book) -> None:
        """Enter every figure of another book."""
        for figure in other.values():
            self.add(figure)
        self._rules.update(other._rules)
        self.functions.update(other.functions)

    def under(self, prefix: str, shared: Mapping[str, Figure]) -> Book:
        """These figures with keys that begin with `prefix`, but for those that are the same in `shared`.

        So the same question can be asked of two designs in one book: what they have in common is one figure, and what
        differs has a key of its own. A figure is the same if its number, its derivation and all inputs are.
        """
        names: dict[str, str] = {}
        found = Book(functions=self.functions)
        for key, figure in self.items():  # inputs are entered before what is derived from them
            known = shared.get(key)
            same = known is not None and replace(known, where=figure.where) == figure
            same = same and all(names[item] == item for _, item in figure.inputs)
            names[key] = key if same else f"{prefix}{key}"
            inputs = tuple((name, names[item]) for name, item in figure.inputs)
            found.add(replace(figure, key=names[key], inputs=inputs))
            if key in self._rules:
                found._rules[names[key]] = self._rules[key]
        return found

    def rule(self, key: str) -> Formula | None:
        """The formula that computes a figure; None for a leaf, and for figures that came as a plain mapping."""
        return self._rules.get(key)

    def what_if(self, key: str, changed: Mapping[str, float]) -> float:
        """The value that a figure would have if other figures had the values in `changed`."""
        known = dict(changed)

        def value(item: str) -> float:
            if item not in known:
                figure, rule = self[item], self._rules.get(item)
                known[item] = (
                    figure.value if rule is None else rule(**{name: value(other) for name, other in figure.inputs})
                )
            return known[item]

        return value(key)

    def deciding(self, key: str, most: int = 3, step: float = 0.1) -> list[tuple[Figure, float]]:
        """The guesses that move a figure most: each with the relative change of the figure when it is `step` larger."""
        base = self[key].value
        if base == 0:
            return []
        moved = [
            (leaf, self.what_if(key, {leaf.key: leaf.value * (1 + step)}) / base - 1)
            for leaf in self.leaves(key)
            if leaf.origin == "guessed"
        ]
        return sorted((item for item in moved if item[1] != 0), key=lambda item: -abs(item[1]))[:most]

    def moves(self, key: str, most: int = 3, step: float = 0.1) -> list[tuple[Figure, Figure]]:
        """As `deciding`, each change entered as a figure of its own under `moves.<key>.<guess>`."""
        return [
            (
                leaf,
                self.work_out(
                    f"moves.{key}.{leaf.key}", change, "share", "relative change",
                    f"{key} worked out again with {leaf.key} {step * 100:g} % larger", of=key, moved=leaf,
                ),
            )
            for leaf, change in self.deciding(key, most, step)
        ]  # fmt: skip

    def leaves(self, key: str) -> tuple[Figure, ...]:
        """The underived figures that a figure rests on, each once, in the order in which they are met."""
        seen: dict[str, Figure] = {}
        stack = [key]
        visited = set()
        while stack:
            figure = self[stack.pop()]
            if figure.key in visited:
                continue
            visited.add(figure.key)
            if figure.formula:
                stack.extend(item for _, item in reversed(figure.inputs))
            else:
                seen[figure.key] = figure
        return tuple(seen.values())

    def explain(self, key: str, depth: int = BRIEFLY) -> str:
        """Why a figure is what it is, as indented lines down to the file and the facts.

        With `WHOLE` as the depth everything below it is shown; else what lies deeper is named with what asks for it,
        and of what a procedure made a number from only the next figures.

        Raises:
            UsageError: there is no such figure; the nearest key is suggested.
        """
        if key not in self:
            hint = nearest(key, self)
            raise UsageError(f"there is no figure `{key}`" + (f"; did you mean `{hint}`?" if hint else ""))
        lines: list[str] = []
        self._explain(self[key], 0, depth, lines, set())
        return "\n".join(lines)

    def _explain(self, figure: Figure, level: int, depth: int, lines: list[str], shown: set[str]) -> None:
        pad = "  " * level
        label = f"  ({figure.label})" if figure.label else ""
        lines.append(f"{pad}{figure.key} = {figure.shown}{label}")
        if figure.key in shown and figure.inputs:
            lines.append(f"{pad}  explained above")
            return
        if level < depth:
            shown.add(figure.key)
        if figure.formula:
            lines.append(f"{pad}  = {figure.formula}")
        for text in (_origin(figure), f"{figure.where}" if figure.where.file else ""):
            if text:
                lines.append(f"{pad}  {text}")
        if figure.inputs and level >= depth:
            lines.append(f"{pad}  more: explain {figure.key}")
        below = depth if figure.formula or depth >= WHOLE else level + 1
        for _, item in figure.inputs if level < depth else ():
            self._explain(self[item], level + 1, below, lines, shown)


def _origin(figure: Figure) -> str:
    parts = [figure.origin, f"“{figure.written}”" if figure.written else "", figure.note]
    return ": ".join(part for part in (" ".join(p for p in parts[:2] if p), parts[2]) if part)
