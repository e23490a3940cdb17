"""A population's columns with its derived facts, computed when first asked for."""

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules import bits
from furong.engines.rules.bits import Words
from furong.engines.rules.book import Rulebook
from furong.engines.rules.columns import Array, Column, Columns, signed_type
from furong.engines.rules.completion import MISSING, Partition, Scope, Signature
from furong.engines.rules.derivation import Arithmetic
from furong.engines.rules.nodes import Contains, Node, Ratio
from furong.engines.rules.patterns import grouped
from furong.engines.rules.ranges import Range, range_of, widest
from furong.engines.rules.spans import Key
from furong.engines.rules.values import LIMIT
from furong.engines.rules.vector import SAFE, vector

LEAST = int(np.iinfo(np.int64).min)
RUN = 1 << 18  # rows whose intermediate results stay in the processor's cache


class Population:
    """Columns of stated and derived facts of the same subjects, and what tables leave open."""

    def __init__(self, book: Rulebook, columns: Columns) -> None:
        self.book, self.columns = book, columns
        self._derived: dict[str, Column] = {}
        self._masks: dict[str, Array] = {}
        self._ranges: dict[str, Range] = {}
        self._fits: dict[Node, bool] = {}
        self._missing: dict[str, Words | None] = {}

    def column(self, key: str) -> Column | None:
        """The fact's column, stated values before derived ones; None where nobody has any."""
        step = self.book.derivations.steps.get(key)
        if step is None:
            return self.columns.get(key) if self.book.declares(key) else None
        if key not in self._derived:
            made = self._computed(step) if isinstance(step, Arithmetic) else self._from_table(step)
            self._derived[key] = _stated_first(self.columns.get(key), made)
        return self._derived[key]

    def mask(self, key: str) -> Array | None:
        """The possible values (`tables.Mask`) of a fact that follows from a table."""
        if not isinstance(self.book.derivations.steps.get(key), Scope):
            return None
        self.column(key)
        return self._masks[key]

    def missing(self, column: Column) -> Words | None:
        """Who has no value; None where everyone has."""
        key = column.fact.key
        if key not in self._missing:
            found = column.missing()
            self._missing[key] = bits.pack(found) if found.any() else None
        return self._missing[key]

    def range(self, key: str) -> Range:
        """The least and the greatest number that anybody has; (0, 0) where nobody has one."""
        if key not in self._ranges:
            column = self.column(key)
            self._ranges[key] = (0, 0) if column is None else _range(column)
        return self._ranges[key]

    def within(self, node: Node) -> bool:
        """Whether nobody's value of the node can reach LIMIT."""
        low, high = range_of(node, self.range)
        return low > -LIMIT and high < LIMIT

    def fits(self, node: Node) -> bool:
        """Whether no part of the node can leave 64 bits in this population."""
        if node not in self._fits:
            self._fits[node] = widest(node, self.range) < SAFE
        return self._fits[node]

    def _computed(self, step: Arithmetic) -> Column:
        taken: dict[str, Column] = {}
        present = np.ones(self.columns.count, np.bool_)
        for name in step.operands:
            column = self.column(name)
            if column is None:
                present[:] = False
                break
            taken[name] = column
            present &= ~column.missing()
        rows = np.flatnonzero(present)
        if isinstance(step.node, Contains):
            return _contained(step, taken.get(step.node.fact), rows, step.node.member)

        def at(name: str) -> NDArray[np.int64]:
            return taken[name].values[rows].astype(np.int64)

        safe = self.fits(step.node)
        if isinstance(step.node, Ratio) and rows.size:
            rows = rows[np.broadcast_to(vector(step.node.bottom, at, fits=safe), rows.shape) != 0]
        values = np.full(self.columns.count, LEAST, np.int64)
        if rows.size:
            found = np.broadcast_to(vector(step.node, at, fits=safe), rows.shape)
            inside = abs(found) < LIMIT
            low, high = step.limits
            if low is not None:
                inside &= found >= low
            if high is not None:
                inside &= found <= high
            values[rows[inside]] = found[inside]
        return _narrow(Column(step.fact, values))

    def _from_table(self, scope: Scope) -> Column:
        """What the table gives where it gives one value; the masks of all are kept beside it."""
        fact, table = scope.table.fact, scope.table
        pattern, samples = self.patterns(scope, np.arange(self.columns.count))
        found = [scope.outcomes(sample) for sample in samples]
        width = np.uint64 if len(table.keys) > 30 else np.uint32
        self._masks[fact.key] = np.array(found, width)[pattern]
        singles = Column.of(fact, [table.value(mask) for mask in found])
        return Column(fact, singles.values[pattern], singles.dictionary)

    def patterns(
        self, scope: Scope, rows: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], list[Signature]]:
        """Each row's pattern (a place in the list), and the patterns: the region of every leaf."""
        read: list[Array | None] = []
        for leaf, partition in scope.partitions.items():
            column = self.column(leaf.fact)
            read.append(None if column is None else _regions(column, partition, rows))
        present = (regions - MISSING for regions in read if regions is not None)
        pattern, first = grouped(present, rows.size)
        signatures = np.full((first.size, len(read)), MISSING)
        for place, regions in enumerate(read):
            if regions is not None:
                signatures[:, place] = regions[first]
        return pattern, [tuple(signature) for signature in signatures.tolist()]


def _range(column: Column) -> Range:
    values = column.values
    most = int(values.max(initial=column.missing_value))
    if most == column.missing_value:
        return 0, 0
    runs = (values[start : start + RUN] for start in range(0, len(values), RUN))
    return min(int((run - 1).min()) for run in runs) + 1, most  # missing - 1 wraps to the greatest


def _contained(
    step: Arithmetic, column: Column | None, rows: NDArray[np.intp], member: str
) -> Column:
    if column is None:
        return Column.of(step.fact, [None] * rows.size)
    values = np.full(len(column.values), 255, np.uint8)
    place = [*column.fact.values].index(member)
    values[rows] = (column.values[rows] >> np.uint64(place)) & np.uint64(1)
    return Column(step.fact, values)


def _regions(column: Column, partition: Partition, rows: NDArray[np.intp]) -> Array:
    """The region of each row's value, -1 where it is missing."""
    values = column.values[rows]
    missing = column.missing(values)
    if partition.leaf.member:
        place = [*column.fact.values].index(partition.leaf.member)
        positions = (values >> np.uint64(place)) & np.uint64(1)
        keys: list[Key] = [0, 1]
    elif column.fact.type in {"boolean", "choice", "code"}:
        positions = values
        keys = list(column.dictionary or range(len(column.fact.values) or 2))
    else:
        cuts = np.array(partition.cuts, np.int64)
        region_of_cut = np.array(partition.region_of_cut)
        found = region_of_cut[np.searchsorted(cuts, values.astype(np.int64), side="right")]
        return np.where(missing, MISSING, found)
    regions = np.array([partition.region(key) for key in keys] or [0])
    return np.where(missing, MISSING, regions[np.where(missing, 0, positions).astype(np.intp)])


def _stated_first(stated: Column | None, derived: Column) -> Column:
    if stated is None:
        return derived
    rows = stated.missing()
    if not rows.any():
        return stated
    if derived.fact.type == "code":
        either = [(derived if rows[row] else stated).encoded(row) for row in range(rows.size)]
        return Column.of(derived.fact, either)
    if derived.fact.type in {"boolean", "choice"}:
        return Column(derived.fact, np.where(rows, derived.values, stated.values))
    return _narrow(Column(derived.fact, np.where(rows, _wide(derived), _wide(stated))))


def _wide(column: Column) -> NDArray[np.int64]:
    return np.where(column.missing(), LEAST, column.values.astype(np.int64))


def _narrow(column: Column) -> Column:
    """The same numbers in int32 where they fit."""
    missing = column.missing()
    present = column.values[~missing]
    dtype = signed_type(int(present.min()), int(present.max())) if present.size else np.dtype("i4")
    least = np.iinfo(dtype).min
    return Column(column.fact, np.where(missing, least, column.values).astype(dtype))
