"""Every subject's judgement on every policy, with what is missing, at the speed of columns.

A judgement but for its amounts depends only on the region in which each fact lies that the policy
asks, on what its tables leave open, on which facts are missing, and on what completing them shows.
So one subject of each such pattern is judged, and the judgement holds for all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Columns
from furong.engines.rules.completion import Scope, Signature
from furong.engines.rules.formula import And
from furong.engines.rules.lacking import Sources, lacking
from furong.engines.rules.patterns import Codes, Numbering, grouped
from furong.engines.rules.population import Population
from furong.engines.rules.single import Judge, Judgement
from furong.engines.rules.sweep import NOBODY, Payable, Sweep
from furong.engines.rules.tables import Mask


@dataclass(frozen=True)
class Judged:
    """One policy's judgements: subject `row` has `judgements[pattern[row]]`, but for its amounts.

    paid: the amounts of the eligible. `amount` and `at_most` of the judgements are None.
    """

    compiled: Compiled
    pattern: NDArray[np.intp]
    judgements: list[Judgement]
    paid: Payable


class JudgeMany:
    """A judge of columns; what it has judged once it remembers for the next columns."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.book = judge, judge.book
        self._asked = [self._scope(compiled) for compiled in judge.policies]
        self._read = [
            list(dict.fromkeys([*(leaf.fact for leaf in asked.partitions), *compiled.operands]))
            for asked, compiled in zip(self._asked, judge.policies, strict=True)
        ]
        self._searches = [
            [scope for scope in (c.search, *(rule.search for rule in c.rules)) if scope is not None]
            for c in judge.policies
        ]
        self._regions: Numbering[Signature] = Numbering()
        self._open: Numbering[tuple[Mask | None, Sources]] = Numbering()
        self._seen: dict[tuple[int, ...], Judgement] = {}

    def __call__(self, columns: Columns) -> Iterator[Judged]:
        sweep = Sweep(self.book, columns)
        population = sweep.population
        complete = cache(lambda row: self.book.complete(columns.row(row)))
        open_ = cache(lambda name: self._open_of(population, name))
        for place, compiled in enumerate(self.judge.policies):
            codes = [*map(open_, self._read[place]), *self._codes(place, population)]
            pattern, first = grouped(codes, columns.count)
            judgements = []
            for row in first.tolist():
                key = (place, *(int(code[row]) for code in codes))
                if key not in self._seen:
                    judged = self.judge.judge_one(compiled, complete(row))
                    self._seen[key] = judged._replace(amount=None, at_most=None)
                judgements.append(self._seen[key])
            paid = sweep.payable.get(compiled.policy.id, NOBODY)
            yield Judged(compiled, pattern, judgements, paid)

    def _codes(self, place: int, population: Population) -> Iterator[Codes]:
        """The regions in which the facts lie, and what each search finds, as one number a subject."""
        everyone = np.arange(population.columns.count)
        pattern, signatures = population.patterns(self._asked[place], everyone)
        yield self._regions.of(signatures)[pattern]
        for scope in self._searches[place]:
            pattern, signatures = population.patterns(scope, everyone)
            yield np.array([scope.outcomes(found) for found in signatures], np.int64)[pattern]

    def _scope(self, compiled: Compiled) -> Scope:
        """All that the criteria ask directly, none simplified away by another."""
        asked = And(tuple(rule.formula for rule in compiled.rules))
        return Scope(asked, self.book.facts, {})

    def _open_of(self, population: Population, name: str) -> Codes:
        """What is open about a fact, numbered: the possible values, and what is missing for one."""
        codes, sources = lacking(population, name, np.arange(population.columns.count))
        masks = population.mask(name)
        if masks is None:
            return self._open.of([(None, found) for found in sources])[codes]
        possible = np.where(codes == 0, 0, masks.astype(np.int64))
        pattern, first = grouped([codes, possible], codes.size)
        keys = [(int(possible[row]), sources[codes[row]]) for row in first.tolist()]
        return self._open.of(keys)[pattern]
