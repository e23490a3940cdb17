"""zen-engine: one compiled expression that lists what every policy gives one subject.

It has no unknown: comparing null is an error, so each condition is written twice, for who holds it
and for who may, behind a test for null. Its `and` and `or` stop early.
"""

from functools import partial

import zen

from bench.rules.engines import Answer, Engine
from bench.rules.engines.plain import Range, fold, plain, ranges
from bench.rules.workload import Terms, Workload
from furong.engines.rules.book import Compiled
from furong.engines.rules.formula import Atom

UNDUE, UNKNOWN, UNPAID = -3, -2, -1  # ineligible; unknown; eligible, but its amount is unknown


class Zen(Engine):
    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        columns = {}
        for key, column in workload.columns.items():
            values, missing = plain(column)
            columns[key] = [
                None if absent else value
                for value, absent in zip(values.tolist(), missing.tolist(), strict=True)
            ]
        self.rows = [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]

    def compile(self) -> None:
        given = ", ".join(map(self._policy, self.workload.book.policies))
        self.expression = zen.compile_expression(f"[{given}]")

    def _policy(self, compiled: Compiled) -> str:
        may, holds = (
            fold(compiled.formula, partial(self._atom, missing), _both, _either)
            for missing in (True, False)
        )
        terms = Terms.of(compiled.policy)
        paid = f"min([{terms.base} * {terms.hundredths} / 100, {terms.cap}])"
        due = f"({terms.base} == null ? {UNPAID} : {paid})"
        return f"{may} ? ({holds} ? {due} : {UNKNOWN}) : {UNDUE}"

    def _atom(self, missing: bool, atom: Atom) -> str:
        key = atom.leaf.fact
        column = self.workload.columns[key]
        if column.fact.type == "boolean":
            test = key if 1 in atom.spans else f"not {key}"
        else:
            spans = [_between(key, found) for found in ranges(column, atom)]
            test = " or ".join(spans)
        return f"({key} == null or {test})" if missing else f"({key} != null and ({test}))"

    def answer(self) -> list[Answer]:
        evaluate = self.expression.evaluate
        per_policy = zip(*(evaluate(row) for row in self.rows), strict=True)
        return [self._answer(found) for found in per_policy]

    def _answer(self, found: tuple[float, ...]) -> Answer:
        unknown, ineligible = found.count(UNKNOWN), found.count(UNDUE)
        eligible = len(found) - unknown - ineligible
        return Answer(
            eligible, unknown, ineligible, round(sum(yuan for yuan in found if yuan > 0)) * 100
        )


def _both(a: str, b: str) -> str:
    return f"({a} and {b})"


def _either(a: str, b: str) -> str:
    return f"({a} or {b})"


def _between(key: str, bounds: Range) -> str:
    low, high = bounds
    if low is None:
        return f"{key} < {high}"
    if high is None:
        return f"{key} >= {low}"
    return f"{key} == {low}" if high == low + 1 else f"({key} >= {low} and {key} < {high})"
