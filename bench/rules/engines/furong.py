"""This engine: all subjects at once, and one at a time."""

from typing import Any

from bench.rules.engines import Answer, Engine
from bench.rules.workload import Workload
from furong.engines.rules import Judge
from furong.engines.rules.formula import FALSE, TRUE
from furong.engines.rules.sweep import Sweep


class Furong(Engine):
    amounts = True

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.columns = workload.columns

    def compile(self) -> None:
        self.book = self.workload.read()

    def answer(self) -> list[Answer]:
        sweep = Sweep(self.book, self.columns, amounts=self.amounts)
        reached = [sweep.reach(compiled.policy.id) for compiled in self.book.policies]
        return [
            Answer(found.eligible, found.unknown, found.ineligible, self._total(found.total))
            for found in reached
        ]

    def _total(self, fen: int) -> int | None:
        return fen if self.amounts else None


class Verdicts(Furong):
    amounts = False


class OneByOne(Engine):
    """The compiled Python that answers a page: every criterion of every policy for each subject."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.rows = [workload.columns.row(place) for place in range(workload.rows)]

    def compile(self) -> None:
        self.judge = Judge(self.workload.read())

    def answer(self) -> list[Answer]:
        complete = self.judge.book.derivations.complete
        counts: list[Any] = [{TRUE: 0, FALSE: 0} for _ in self.judge.policies]
        totals = [0] * len(counts)
        pays = [compiled.pay for compiled in self.judge.policies]
        for row in self.rows:
            subject = complete(row)
            for place, (verdict, _) in enumerate(self.judge.rails(subject)):
                if verdict == TRUE:
                    counts[place][TRUE] += 1
                    pay = pays[place]
                    totals[place] += (pay(subject.known) if pay else 0) or 0
                elif verdict == FALSE:
                    counts[place][FALSE] += 1
        return [
            Answer(found[TRUE], len(self.rows) - sum(found.values()), found[FALSE], total)
            for found, total in zip(counts, totals, strict=True)
        ]
