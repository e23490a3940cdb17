"""What is missing behind a fact, for all subjects at once (`Derivations.sources` for one)."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.derivation import Arithmetic
from furong.engines.rules.patterns import Codes, grouped
from furong.engines.rules.population import Population

type Sources = tuple[str, ...]
"""The stated facts that are missing, () where nothing is."""


def lacking(
    population: Population, name: str, rows: NDArray[np.intp]
) -> tuple[Codes, list[Sources]]:
    """For each row a place in the list of what is missing behind the fact; the first is ()."""
    column = population.column(name)
    if column is None:
        places = np.arange(rows.size)
    else:
        places = np.flatnonzero(column.missing(column.values[rows]))
    behind, sources = _behind(population, name, rows[places])
    codes = np.zeros(rows.size, np.int64)
    codes[places] = behind + 1
    return codes, [(), *sources]


def _behind(
    population: Population, name: str, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], list[Sources]]:
    """The same for rows where the fact is missing: itself, where nothing behind it is."""
    step = population.book.derivations.steps.get(name)
    if step is None:
        return np.zeros(rows.size, np.intp), [(name,)]
    if isinstance(step, Arithmetic):
        pattern, wanted = np.zeros(rows.size, np.intp), [step.operands]
    else:
        pattern, signatures = population.patterns(step, rows)
        wanted = [step.wanted(signature) for signature in signatures]
    lacks = {one: lacking(population, one, rows) for one in chain.from_iterable(wanted)}
    both, first = grouped([pattern, *(codes for codes, _ in lacks.values())], rows.size)

    def found(row: int) -> Iterable[str]:
        for one in wanted[pattern[row]]:
            codes, sources = lacks[one]
            yield from sources[codes[row]]

    return both, [tuple(dict.fromkeys(found(row))) or (name,) for row in first.tolist()]
