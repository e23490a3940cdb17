"""OpenFisca-core: formulas as an author writes them, and the fastest form that we found.

It knows no missing value, so each fact has a companion that says who lacks it, and a verdict is two
answers: who holds the policy, and who may. Booleans and 32-bit integers throughout.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from openfisca_core import periods
from openfisca_core.entities import Entity
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.rules.engines import Answer, Engine
from bench.rules.engines.plain import Range, fold, plain, ranges
from bench.rules.workload import Terms, Workload
from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Array, Column
from furong.engines.rules.formula import Atom, Formula

type Compute = Callable[[Any, Any], Any]  # (population, period) -> array; OpenFisca counts the two
type Sides = tuple[Compute, Compute]  # who holds, who may

MONTH = periods.period("2020-02")


class OpenFisca(Engine):
    """One simulation of all; a policy's formulas read the facts and compare them."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.values = {key: plain(column) for key, column in workload.columns.items()}
        self.ids = [compiled.policy.id for compiled in workload.book.policies]

    def compile(self) -> None:
        self.subject = Entity("subject", "subjects", "Subject", "")
        self.system = TaxBenefitSystem([self.subject])
        for key, (values, _) in self.values.items():
            self.variable(key, bool if values.dtype == np.bool_ else int)
            self.variable(f"{key}_missing", bool)
        for compiled in self.workload.book.policies:
            self.policy(compiled)

    def variable(self, name: str, kind: type, formula: Compute | None = None) -> None:
        period = periods.DateUnit.MONTH if formula else periods.DateUnit.ETERNITY
        parts: dict[str, object] = {
            "value_type": kind,
            "entity": self.subject,
            "definition_period": period,
            "label": name,
        }
        if formula:
            parts["formula"] = formula
        self.system.add_variable(type(name, (Variable,), parts))

    def policy(self, compiled: Compiled) -> None:
        name, terms = compiled.policy.id, Terms.of(compiled.policy)
        holds, may = self.sides(compiled.formula)
        self.variable(name, bool, holds)
        self.variable(f"{name}_may", bool, may)
        self.variable(f"{name}_amount", int, self.amount(name, terms))

    def sides(self, formula: Formula) -> Sides:
        return (
            fold(formula, lambda atom: self.condition(atom)[0], _and, _or),
            fold(formula, lambda atom: self.condition(atom)[1], _and, _or),
        )

    def condition(self, atom: Atom) -> Sides:
        key = atom.leaf.fact
        test = _test(self.workload.columns[key], atom)
        return _and(test, _not(_read(f"{key}_missing"))), _or(test, _read(f"{key}_missing"))

    def amount(self, name: str, terms: Terms) -> Compute:
        def amount(subject: Any, period: Any) -> Any:
            due = subject(name, period) & ~subject(f"{terms.base}_missing", period)
            return np.where(due, _paid(subject(terms.base, period), terms), 0)

        return amount

    def ready(self) -> None:
        self.simulations = [self.simulation(slice(0, self.workload.rows))]

    def simulation(self, rows: slice) -> Simulation:
        made = SimulationBuilder().build_default_simulation(
            self.system, count=rows.stop - rows.start
        )
        for key, (values, missing) in self.values.items():
            made.set_input(key, periods.DateUnit.ETERNITY, values[rows])
            made.set_input(f"{key}_missing", periods.DateUnit.ETERNITY, missing[rows])
        return made

    def answer(self) -> list[Answer]:
        counts = np.zeros((len(self.ids), 3), np.int64)
        while self.simulations:
            counts += [*self._counts(self.simulations.pop())]
        return [
            Answer(int(holds), int(may - holds), self.workload.rows - int(may), int(yuan) * 100)
            for holds, may, yuan in counts
        ]

    def _counts(self, simulation: Simulation) -> Iterator[tuple[int, int, int]]:
        for name in self.ids:
            yield (
                int(np.count_nonzero(simulation.calculate(name, MONTH))),
                int(np.count_nonzero(simulation.calculate(f"{name}_may", MONTH))),
                int(simulation.calculate(f"{name}_amount", MONTH).sum(dtype=np.int64)),
            )


class Tuned(OpenFisca):
    """Each distinct condition is a variable of its own, for all policies that share it; amounts are
    computed for those who are due alone; 65,536 subjects a simulation stay in the cache.
    """

    block = 1 << 16

    def compile(self) -> None:
        self.conditions: dict[Atom, Sides] = {}
        super().compile()

    def condition(self, atom: Atom) -> Sides:
        if atom not in self.conditions:
            name, key = f"condition_{len(self.conditions)}", atom.leaf.fact
            test = _test(self.workload.columns[key], atom)
            self.variable(name, bool, _and(test, _not(_read(f"{key}_missing"))))
            self.variable(f"{name}_may", bool, _or(_read(name), _read(f"{key}_missing")))
            self.conditions[atom] = _read(name), _read(f"{name}_may")
        return self.conditions[atom]

    def amount(self, name: str, terms: Terms) -> Compute:
        def amount(subject: Any, period: Any) -> Any:
            due = subject(name, period) & ~subject(f"{terms.base}_missing", period)
            amounts = np.zeros(due.size, np.int32)
            amounts[due] = _paid(subject(terms.base, period)[due], terms)
            return amounts

        return amount

    def ready(self) -> None:
        rows = self.workload.rows
        self.simulations = [
            self.simulation(slice(start, min(start + self.block, rows)))
            for start in range(0, rows, self.block)
        ]


def _paid(base: Array, terms: Terms) -> Array:
    return np.minimum(base.astype(np.int64) * terms.hundredths // 100, terms.cap)


def _read(name: str) -> Compute:
    return lambda subject, period: subject(name, period)


def _not(a: Compute) -> Compute:
    return lambda subject, period: ~a(subject, period)


def _and(a: Compute, b: Compute) -> Compute:
    return lambda subject, period: a(subject, period) & b(subject, period)


def _or(a: Compute, b: Compute) -> Compute:
    return lambda subject, period: a(subject, period) | b(subject, period)


def _test(column: Column, atom: Atom) -> Compute:
    read = _read(atom.leaf.fact)
    if column.fact.type == "boolean":
        return read if 1 in atom.spans else _not(read)
    bounds = ranges(column, atom)

    def test(subject: Any, period: Any) -> Any:
        values = read(subject, period)
        found = _between(values, bounds[0])
        for other in bounds[1:]:
            found |= _between(values, other)
        return found

    return test


def _between(values: Array, bounds: Range) -> Array:
    low, high = bounds
    if low is None:
        return np.asarray(values < high)
    if high is None:
        return np.asarray(values >= low)
    if high == low + 1:
        return np.asarray(values == low)
    return np.asarray((values >= low) & (values < high))
