"""Polars, lazy: one expression a figure; its optimiser shares what policies have in common."""

from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from bench.rules.engines import Answer, Engine
from bench.rules.engines.plain import fold, plain, ranges
from bench.rules.workload import Terms, Workload
from furong.engines.rules.formula import Atom


class Polars(Engine):
    """Nulls are unknown, by Polars' own three-valued logic. One thread (POLARS_MAX_THREADS)."""

    amounts = True

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        series = []
        for key, column in workload.columns.items():
            values, missing = plain(column)
            series.append(pl.Series(key, values).set(pl.Series(missing), None))
        self.frame = pl.DataFrame(series)

    def compile(self) -> None:
        figures = []
        for compiled in self.workload.book.policies:
            verdict = fold(compiled.formula, self._atom, and_, or_)
            figures += [verdict.sum(), verdict.is_null().sum()]
            if self.amounts:
                terms = Terms.of(compiled.policy)
                # not min_horizontal: it takes the cap for a missing amount
                base = pl.col(terms.base).filter(verdict).cast(pl.Int64)
                paid = base * terms.hundredths // 100
                figures.append(paid.clip(upper_bound=terms.cap).sum())
        self.query = self.frame.lazy().select(
            figure.alias(f"{place}") for place, figure in enumerate(figures)
        )

    def _atom(self, atom: Atom) -> Any:
        column = self.workload.columns[atom.leaf.fact]
        values = pl.col(atom.leaf.fact)
        if column.fact.type == "boolean":
            return values if 1 in atom.spans else ~values
        return reduce(or_, (_between(values, *bounds) for bounds in ranges(column, atom)))

    def answer(self) -> list[Answer]:
        figures = self.query.collect().row(0)
        rows, width = self.workload.rows, 3 if self.amounts else 2
        return [
            Answer(
                figures[place],
                figures[place + 1],
                rows - figures[place] - figures[place + 1],
                figures[place + 2] * 100 if self.amounts else None,
            )
            for place in range(0, len(figures), width)
        ]


class Verdicts(Polars):
    amounts = False


def _between(values: Any, low: int | None, high: int | None) -> Any:
    if low is None:
        return values < high
    if high is None:
        return values >= low
    return values == low if high == low + 1 else (values >= low) & (values < high)
