"""Every subject's judgement on every policy, with what is missing, at the speed of columns.

A judgement but for its amount depends only on the region in which each fact lies and on which facts
are missing. So one subject of each such pattern is judged, and the judgement holds for all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Columns
from furong.engines.rules.completion import Scope, Signature
from furong.engines.rules.derivation import Arithmetic
from furong.engines.rules.formula import And
from furong.engines.rules.population import Population
from furong.engines.rules.single import Judge, Judgement
from furong.engines.rules.sweep import Sweep

type Pattern = tuple[Signature, int]


@dataclass(frozen=True)
class Judged:
    """One policy's judgements: subject `row` has `judgements[pattern[row]]`, but for its amount.

    amounts: minor units of the eligible whose amount is known, by row.
    """

    compiled: Compiled
    pattern: NDArray[np.intp]
    judgements: list[Judgement]
    amounts: dict[int, int]


class JudgeMany:
    """A judge of columns; what it has judged once it remembers for the next columns."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.book = judge, judge.book
        self._scopes = [self._scope(compiled) for compiled in judge.policies]
        self._flags = [
            self._sources(compiled, scope)
            for compiled, scope in zip(judge.policies, self._scopes, strict=True)
        ]
        self._seen: dict[tuple[int, Pattern], Judgement] = {}

    def __call__(self, columns: Columns) -> Iterator[Judged]:
        sweep = Sweep(self.book, columns)
        complete = cache(lambda row: self.book.complete(columns.row(row)))
        for place, compiled in enumerate(self.judge.policies):
            pattern, first, keys = self._patterns(place, sweep.population)
            found = []
            for row, key in zip(first, keys, strict=True):
                seen = self._seen.get((place, key))
                if seen is None:
                    seen = self.judge.judge_one(compiled, complete(int(row)))
                    self._seen[place, key] = seen
                found.append(seen)
            paid = sweep.payable.get(compiled.policy.id)
            amounts = (
                {}
                if paid is None
                else dict(zip(paid.rows.tolist(), paid.amounts.tolist(), strict=True))
            )
            yield Judged(compiled, pattern, found, amounts)

    def _scope(self, compiled: Compiled) -> Scope:
        """Everything that any criterion asks, none simplified away by another."""
        asked = And(tuple(rule.formula for rule in compiled.rules))
        return Scope(asked, self.book.facts, self.book.derivations.scopes)

    def _sources(self, compiled: Compiled, scope: Scope) -> list[str]:
        """The facts whose being missing matters beside the regions: operands."""
        found: dict[str, None] = {}
        steps = self.book.derivations.steps
        pending = list(compiled.operands)
        for leaf in scope.partitions:
            step = steps.get(leaf.fact)
            if isinstance(step, Arithmetic):
                pending += step.operands
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = None
                pending += self.book.derivations.reads(name)
        return list(found)

    def _patterns(
        self, place: int, population: Population
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], list[Pattern]]:
        rows = np.arange(population.columns.count)
        pattern, signatures = population.patterns(self._scopes[place], rows)
        absent = np.zeros(rows.size, np.int64)
        for bit, name in enumerate(self._flags[place]):
            column = population.column(name)
            missing = np.ones(rows.size, np.bool_) if column is None else column.missing()
            absent |= missing.astype(np.int64) << bit
        code = pattern.astype(np.int64), absent
        both = np.unique(np.stack(code, axis=1), axis=0, return_index=True, return_inverse=True)
        keys, first, inverse = both
        return (
            inverse.reshape(-1),
            first,
            [(signatures[int(one)], int(flags)) for one, flags in keys],
        )
