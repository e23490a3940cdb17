"""DuckDB on one thread: the SQL that this engine writes, and the fastest that we found by hand.

Both give one verdict column a policy, which an outer query counts. Amounts are left out.
"""

from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from bench.rules.engines import Answer, Engine
from bench.rules.engines.plain import cheapest_first, fold, plain, ranges
from bench.rules.workload import Workload
from furong.engines.rules import sql
from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Column
from furong.engines.rules.formula import Atom

EPOCH = date(1970, 1, 1).toordinal()


class DuckDB(Engine):
    """Nested CASE columns over plain text, DECIMAL, DATE and BOOLEAN (`sql.select`)."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.ids = [compiled.policy.id for compiled in workload.book.policies]
        self.base = duckdb.connect()
        self.base.execute("SET threads = 1")
        self.base.execute("SET disabled_optimizers = 'in_clause'")
        arrays = {key: self.array(column) for key, column in workload.columns.items()}
        arrays["subject"] = pa.array(np.arange(workload.rows))
        self.base.register("loaded", pa.table(arrays))
        self.base.execute("CREATE TABLE subjects AS SELECT * FROM loaded")
        self.base.unregister("loaded")

    def array(self, column: Column) -> pa.Array:
        values, missing = plain(column)
        match column.fact.type:
            case "money":
                yuan = pa.array(values.astype(np.int64), mask=missing)
                return yuan.cast(pa.decimal128(19, 0)).cast(pa.decimal128(18, 2))
            case "date":
                return pa.array(values - EPOCH, pa.int32(), mask=missing).cast(pa.date32())
            case "choice" | "code":
                words = pa.array([*(column.dictionary or column.fact.values)])
                return words.take(pa.array(values, mask=missing))
        return pa.array(values, mask=missing)

    def compile(self) -> None:
        figures = ", ".join(f'sum("{name}" = 1), sum("{name}" = 2)' for name in self.ids)
        self.base.execute(f"PREPARE answer AS SELECT {figures} FROM ({self.select()})")

    def select(self) -> str:
        columns = [*self.workload.columns]
        return sql.select(self.workload.book, "subjects", dialect="duckdb", columns=columns)

    def answer(self) -> list[Answer]:
        found = self.base.execute("EXECUTE answer").fetchone()
        assert found is not None
        rows = self.workload.rows
        return [
            Answer(int(holds), int(unknown), rows - int(holds) - int(unknown), None)
            for holds, unknown in zip(found[::2], found[1::2], strict=True)
        ]


class Tuned(DuckDB):
    """Integers for texts and money; criterion by criterion, the cheapest first, on survivors alone."""

    def array(self, column: Column) -> pa.Array:
        values, missing = plain(column)
        return pa.array(values, mask=missing)

    def select(self) -> str:
        verdicts = ", ".join(map(self._verdict, self.workload.book.policies))
        return f"SELECT {verdicts} FROM subjects"

    def _verdict(self, compiled: Compiled) -> str:
        texts = [
            fold(criterion, self._atom, _joined("AND"), _joined("OR"))
            for criterion in cheapest_first(compiled, dict(self.workload.columns))
        ]
        possible = " AND ".join(f"{text} IS DISTINCT FROM FALSE" for text in texts)
        holds = " AND ".join(texts)
        name = compiled.policy.id
        return (
            f'CASE WHEN {possible} THEN CASE WHEN {holds} THEN 1 ELSE 2 END ELSE 0 END AS "{name}"'
        )

    def _atom(self, atom: Atom) -> str:
        key = atom.leaf.fact
        column = self.workload.columns[key]
        if column.fact.type == "boolean":
            return key if 1 in atom.spans else f"(NOT {key})"
        spans = [_between(key, low, high) for low, high in ranges(column, atom)]
        return f"({' OR '.join(spans)})"


def _joined(word: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {word} {b})"


def _between(key: str, low: int | None, high: int | None) -> str:
    if low is None:
        return f"{key} < {high}"
    if high is None:
        return f"{key} >= {low}"
    return f"{key} = {low}" if high == low + 1 else f"({key} >= {low} AND {key} < {high})"
