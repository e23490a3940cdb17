"""All subjects against all policies, bit-sliced.

A block of subjects at a time, each distinct atom is evaluated once, into two bitmaps: who *holds*
it for certain and who *may* still hold it (`formula.Rails`, turned on its side). AND and OR of
conditions are then AND and OR of words, 64 subjects each; counts are popcounts; amounts are
computed for those who qualify only.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules import bits
from furong.engines.rules.bits import Words
from furong.engines.rules.book import Compiled, Rulebook
from furong.engines.rules.columns import UNKNOWN_SET, Array, Column, Columns
from furong.engines.rules.completion import Scope
from furong.engines.rules.formula import FALSE, TRUE, And, Atom, Formula, atoms_of
from furong.engines.rules.population import Population
from furong.engines.rules.single import VerdictName
from furong.engines.rules.values import LIMIT
from furong.engines.rules.vector import vector

BLOCK = 1 << 18
"""Subjects a block: its bitmaps (32 KB each) stay in the processor's cache."""

BEYOND = 1 << 64
"""Greater than every stored number."""


@dataclass(frozen=True)
class Sides:
    """Who holds a condition, and who may hold it; one object twice where nothing is missing."""

    holds: Words
    may: Words


@dataclass(frozen=True)
class Payable:
    """Amounts of the eligible: rows, their minor units; and of how many the amount is unknown."""

    rows: NDArray[np.uint32]
    amounts: NDArray[np.int64]
    unknown: int

    def total(self) -> int:
        """The exact sum; it may exceed 64 bits."""
        amounts = self.amounts
        if amounts.size and amounts.size * max(int(amounts.max()), -int(amounts.min())) < 2**63:
            return int(amounts.sum())
        low = int((amounts & 0xFFFFFFFF).sum(dtype=np.int64))
        return (int((amounts >> 32).sum(dtype=np.int64)) << 32) + low


@dataclass(frozen=True)
class Reach:
    """How many subjects a policy reaches, and for how much (minor units)."""

    policy: str
    eligible: int
    unknown: int
    ineligible: int
    total: int
    amount_unknown: int


NOBODY = Payable(np.empty(0, np.uint32), np.empty(0, np.int64), 0)


class Sweep:
    """One rulebook over one population.

    >>> sweep = Sweep(book, columns)                        # doctest: +SKIP
    >>> sweep.reach("CN01").eligible, sweep.rows("CN01", "unknown")   # doctest: +SKIP

    keep: hold on to the atoms' bitmaps, so that `what_if` evaluates a changed policy from them.
    amounts: compute what the eligible would get.
    """

    def __init__(
        self,
        book: Rulebook,
        columns: Columns,
        *,
        keep: bool = False,
        amounts: bool = True,
        since: "Sweep | None" = None,
    ) -> None:
        self.book, self.columns, self.count = book, columns, columns.count
        self.keep, self.with_amounts = keep, amounts
        self.population: Population = since.population if since else Population(book, columns)
        self.blocks: dict[int, Block] = {}
        if since:
            self.blocks = (
                since.blocks if keep else {at: one.fork() for at, one in since.blocks.items()}
            )
        self.sides: dict[str, Sides] = {}
        self.payable: dict[str, Payable] = {}
        self.compiled = {compiled.policy.id: compiled for compiled in book.policies}
        if since:
            same = [key for key in self.compiled if since.compiled.get(key) is self.compiled[key]]
            self.sides = {key: since.sides[key] for key in same}
            self.payable = {key: since.payable[key] for key in same if key in since.payable}
        self._evaluate([c for key, c in self.compiled.items() if key not in self.sides])

    def what_if(self, book: Rulebook) -> "Sweep":
        """The sweep of a changed book (`Rulebook.what_if`); only policies that differ are evaluated."""
        return Sweep(book, self.columns, keep=self.keep, amounts=self.with_amounts, since=self)

    def reach(self, policy_id: str) -> Reach:
        sides = self.sides[policy_id]
        holds, may = bits.ones(sides.holds), bits.ones(sides.may)
        paid = self.payable.get(policy_id, NOBODY)
        return Reach(policy_id, holds, may - holds, self.count - may, paid.total(), paid.unknown)

    def rows(self, policy_id: str, verdict: VerdictName) -> NDArray[np.intp]:
        """The rows of the subjects with this verdict."""
        sides = self.sides[policy_id]
        match verdict:
            case "eligible":
                chosen = sides.holds
            case "unknown":
                chosen = sides.may & ~sides.holds
            case _:
                chosen = bits.full(self.count) & ~sides.may
        return bits.places(chosen, self.count)

    def condition(self, formula: Formula) -> Sides:
        """Who holds, and who may hold, any condition over the book's facts."""
        parts = [block.sides(formula) for block in self._blocks()]
        return Sides(
            np.concatenate([part.holds for part in parts]),
            np.concatenate([part.may for part in parts]),
        )

    def trying(self, book: Rulebook) -> "Sweep":
        """The sweep of another book over the same facts, from these bitmaps; its own are not kept."""
        return Sweep(book, self.columns, amounts=self.with_amounts, since=self)

    def _blocks(self) -> "list[Block]":
        return [self._block(start) for start in range(0, self.count, BLOCK)]

    def _block(self, start: int) -> "Block":
        if start in self.blocks:
            return self.blocks[start]
        block = Block(self.population, start, min(start + BLOCK, self.count))
        if self.keep:
            self.blocks[start] = block
        return block

    def _evaluate(self, policies: list[Compiled]) -> None:
        size = bits.words_for(self.count)
        for compiled in policies:
            holds, may = np.empty(size, np.uint64), np.empty(size, np.uint64)
            self.sides[compiled.policy.id] = Sides(holds, may)
        atoms = {atom for compiled in policies for atom in atoms_of(compiled.formula)}
        by_column = sorted(atoms, key=lambda atom: atom.leaf.fact)  # each stays in cache meanwhile
        for start in range(0, self.count, BLOCK):
            block = self._block(start)
            for atom in by_column:
                block.sides(atom)
            for compiled in policies:
                found = block.policy(compiled)
                whole = self.sides[compiled.policy.id]
                whole.holds[block.words], whole.may[block.words] = found.holds, found.may
        for compiled in policies:
            if self.with_amounts and compiled.amount is not None:
                self.payable[compiled.policy.id] = self._pay(compiled)

    def _pay(self, compiled: Compiled) -> Payable:
        """What the eligible get."""
        assert compiled.amount is not None
        holds = known = self.sides[compiled.policy.id].holds
        columns = {}
        for name in compiled.operands:
            column = self.population.column(name)
            if column is None:
                return replace(NOBODY, unknown=bits.ones(holds))
            columns[name] = column.values
            missing = self.population.missing(column)
            if missing is not None:
                known = known & ~missing
        rows = bits.places(known, self.count)
        amounts = vector(
            compiled.amount,
            lambda name: columns[name].take(rows, mode="clip").astype(np.int64),  # none is clipped
            fits=self.population.fits(compiled.amount),
        )
        if amounts.ndim == 0:
            amounts = np.full(rows.size, amounts, np.int64)
        if not self.population.within(compiled.amount):
            held = abs(amounts) < LIMIT
            rows, amounts = rows[held], amounts[held]
        return Payable(rows.astype(np.uint32), amounts, bits.ones(holds) - rows.size)


class Block:
    """A run of subjects whose bitmaps stay in cache. Atoms are evaluated once."""

    def __init__(self, population: Population, start: int, end: int) -> None:
        self.population = population
        self.start, self.end, self.count = start, end, end - start
        self.words = slice(start // 64, bits.words_for(end))
        self._atoms: dict[Atom, Sides] = {}
        self._cuts: dict[tuple[str, int], Words] = {}

    def fork(self) -> "Block":
        """A block that begins with these bitmaps and keeps what it adds to itself."""
        made = Block(self.population, self.start, self.end)
        made._atoms, made._cuts = dict(self._atoms), dict(self._cuts)
        return made

    def values(self, column: Column) -> Array:
        return column.values[self.start : self.end]

    def policy(self, compiled: Compiled) -> Sides:
        found = self.sides(compiled.formula)
        if compiled.search is not None and found.holds is not found.may:
            found = self._searched(compiled.search, found)
        return found

    def sides(self, formula: Formula) -> Sides:
        """Kleene's answer for every subject of the block."""
        if isinstance(formula, Atom):
            found = self._atoms.get(formula)
            if found is None:
                found = self._atoms[formula] = self._atom(formula)
            return found
        join = np.bitwise_and if isinstance(formula, And) else np.bitwise_or
        parts = [self.sides(part) for part in formula.parts]
        if not parts:
            every = bits.full(self.count) if isinstance(formula, And) else self._none()
            return Sides(every, every)
        holds = join(parts[0].holds, parts[1].holds)
        settled = all(part.holds is part.may for part in parts)
        may = holds if settled else join(parts[0].may, parts[1].may)
        for part in parts[2:]:
            join(holds, part.holds, out=holds)
            if not settled:
                join(may, part.may, out=may)
        return Sides(holds, may)

    def _none(self) -> Words:
        return np.zeros(bits.words_for(self.count), np.uint64)

    def _atom(self, atom: Atom) -> Sides:
        column = self.population.column(atom.leaf.fact)
        if column is None:
            return Sides(self._none(), bits.full(self.count))
        holds = self._within(column, atom)
        missing = self.missing(column)
        if missing is None:
            return Sides(holds, holds)
        mask = self.population.mask(atom.leaf.fact)
        if mask is None:
            return Sides(holds, holds | missing)
        possible = self._from_mask(atom, mask[self.start : self.end])
        return Sides(holds | missing & possible.holds, holds | missing & possible.may)

    def _from_mask(self, atom: Atom, mask: Array) -> Sides:
        table = self.population.book.derivations.scopes[atom.leaf.fact].table
        held, kind = table.holds(atom.spans), mask.dtype.type
        holds = (mask & kind(~held & int(np.iinfo(mask.dtype).max))) == 0
        may = (mask & kind(held | table.other)) != 0
        return Sides(bits.pack(holds), bits.pack(may))

    def missing(self, column: Column) -> Words | None:
        """Who has no value; None where everyone has."""
        found = self.population.missing(column)
        return None if found is None else found[self.words]

    def _within(self, column: Column, atom: Atom) -> Words:
        values = self.values(column)
        if column.fact.type == "set":
            place = [*column.fact.values].index(atom.leaf.member)
            has: NDArray[np.bool_] = (values & np.uint64(1 << place)) != 0
            known = values < np.uint64(UNKNOWN_SET)
            return bits.pack(has & known if 1 in atom.spans else ~has & known)
        found = self._none()  # in a set of spans lies what an odd number of its cuts lie above
        for low, high in column.ranges(atom.unbounded):
            found ^= self._below(column, -BEYOND if low is None else low)
            found ^= self._below(column, BEYOND if high is None else high)
        return found

    def _below(self, column: Column, cut: int) -> Words:
        """Who is stored below the cut; so is whoever's number is missing, for every cut alike."""
        key = (column.fact.key, cut)
        found = self._cuts.get(key)
        if found is None:
            found = self._cuts[key] = bits.pack(_below(self.values(column), cut))
        return found

    def _searched(self, scope: Scope, found: Sides) -> Sides:
        """Decide by completion what Kleene's logic left open: once for each pattern of facts."""
        rows = bits.places(found.may & ~found.holds, self.count)
        if not rows.size:
            return found
        pattern, samples = self.population.patterns(scope, rows + self.start)
        rails = np.array([scope.outcomes(sample) for sample in samples], np.uint8)[pattern]
        proved = bits.scatter(rows[rails == TRUE], self.count)
        refuted = bits.scatter(rows[rails == FALSE], self.count)
        return Sides(found.holds | proved, found.may & ~refuted)


def _below(values: Array, cut: int) -> NDArray[np.bool_]:
    info = np.iinfo(values.dtype)
    if cut > info.max:
        return np.ones(values.shape, np.bool_)
    least = info.min + 1 if info.min else 0
    return np.asarray(values < values.dtype.type(max(cut, least)))
