"""The workload as peers take it: plain integers, and conditions as ranges of them."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Array, Column
from furong.engines.rules.formula import And, Atom, Formula, atoms_of

type Range = tuple[int | None, int | None]
"""From the first, below the second; None = unbounded."""


def plain(column: Column) -> tuple[Array, NDArray[np.bool_]]:
    """Values (yuan for money, positions for choices and codes; 0 where missing) and who has none."""
    missing = column.missing()
    values = np.where(missing, 0, column.values).astype(column.values.dtype)
    if column.fact.type == "money":
        values = (values // 100).astype(np.int32)
    if column.fact.type == "boolean":
        values = values.astype(np.bool_)
    return values, missing


def ranges(column: Column, atom: Atom) -> list[Range]:
    """The ranges of `plain` values in which the atom holds, without bounds that no value passes."""
    ((least, end),) = column.ranges(atom.leaf.domain)
    found = []
    for low, high in column.ranges(atom.spans):
        bounds = (None if low == least else low, None if high == end else high)
        found.append(_in_yuan(*bounds) if column.fact.type == "money" else bounds)
    return found


def _in_yuan(low: int | None, high: int | None) -> Range:
    return (None if low is None else -(-low // 100), None if high is None else -(-high // 100))


def fold[T](
    formula: Formula,
    atom: Callable[[Atom], T],
    both: Callable[[T, T], T],
    either: Callable[[T, T], T],
) -> T:
    """The formula in an engine's own terms."""
    if isinstance(formula, Atom):
        return atom(formula)
    join = both if isinstance(formula, And) else either
    first, *rest = (fold(part, atom, both, either) for part in formula.parts)
    for part in rest:
        first = join(first, part)
    return first


def criteria(compiled: Compiled) -> list[Formula]:
    """The formulas of which all must hold."""
    formula = compiled.formula
    return [*formula.parts] if isinstance(formula, And) else [formula]


def cheapest_first(compiled: Compiled, columns: dict[str, Column]) -> Iterator[Formula]:
    """The criteria, those on narrow columns and in few ranges before the others."""

    def cost(formula: Formula) -> int:
        return sum(
            columns[atom.leaf.fact].values.itemsize
            * len(columns[atom.leaf.fact].ranges(atom.spans))
            for atom in atoms_of(formula)
        )

    yield from sorted(criteria(compiled), key=cost)
