"""Exact answers where facts are missing: by completing them.

Kleene's logic answers part by part, so it can say *unknown* where every completion agrees: when one
fact stands in two places, or a table and what it follows from stand together. Here the missing
facts are really completed, one value for each region that the thresholds in play cut, and only as
far as needed: a branch ends as soon as Kleene's logic, which is never wrong, decides it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from furong.engines.rules.formula import (
    FALSE,
    TRUE,
    UNKNOWN,
    And,
    Atom,
    Formula,
    Leaf,
    Rails,
    all_rails,
    any_rails,
    atoms_of,
    leaf_counts,
)
from furong.engines.rules.model import Fact
from furong.engines.rules.spans import Key, Spans, cells, representative
from furong.engines.rules.tables import Mask, Table
from furong.engines.rules.values import Encoded, key_of

type Known = Mapping[str, Encoded | None]
type Tables = Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Partition:
    """The regions of one leaf's domain that no atom in play tells apart further."""

    leaf: Leaf
    regions: tuple[Spans, ...]
    cuts: tuple[Key, ...]
    region_of_cut: tuple[int, ...]
    samples: tuple[Key, ...]  # one key of each region

    @classmethod
    def of(cls, leaf: Leaf, sets: list[Spans]) -> "Partition":
        regions = cells(leaf.domain, sets)
        finite = sorted({c for r in regions for c in r.cuts if isinstance(c, int | str)})
        samples = [representative(region) for region in regions]

        def region_at(key: Key) -> int:
            return next((i for i, region in enumerate(regions) if key in region), 0)

        lowest: Key = "" if finite and isinstance(finite[0], str) else -(2**62)
        return cls(
            leaf,
            regions,
            tuple(finite),
            tuple(region_at(key) for key in (lowest, *finite)),
            tuple(samples),
        )

    def region(self, key: Key) -> int:
        return self.region_of_cut[bisect_right(self.cuts, key)]


def key_in(known: Known, leaf: Leaf, fact: Fact | None) -> Key | None:
    """The key of what is known of a leaf, None where it is missing."""
    value = known.get(leaf.fact)
    if value is None:
        return None
    if leaf.member:
        assert isinstance(value, frozenset)
        return int(leaf.member in value)
    return int(bool(value)) if fact is None else key_of(fact, value)


class Scope:
    """All that one goal, a condition or a table, depends on: its leaves and their regions."""

    def __init__(self, goal: Formula | Table, facts: Mapping[str, Fact], tables: Tables) -> None:
        self.goal, self.facts, self.tables = goal, facts, tables
        sets: dict[Leaf, list[Spans]] = {}
        pending: list[Formula | Table] = [goal]
        opened: set[str] = set()
        while pending:
            part = pending.pop(0)
            if isinstance(part, Table):
                opened.add(part.fact.key)
                pending += [row.condition for row in part.rows]
                continue
            for atom in atoms_of(part):
                sets.setdefault(atom.leaf, []).append(atom.spans)
                if atom.leaf.fact in tables and atom.leaf.fact not in opened:
                    opened.add(atom.leaf.fact)
                    pending.append(tables[atom.leaf.fact])
        self.partitions = {leaf: Partition.of(leaf, found) for leaf, found in sets.items()}

    @property
    def roots(self) -> Iterator[Leaf]:
        """The leaves that follow from no table."""
        return (leaf for leaf in self.partitions if leaf.fact not in self.tables)

    def keys(self, known: Known) -> dict[Leaf, Key]:
        """What is known of the leaves; the missing ones are left out."""
        found = ((leaf, key_in(known, leaf, self.facts.get(leaf.fact))) for leaf in self.partitions)
        return {leaf: key for leaf, key in found if key is not None}

    def outcomes(self, keys: Mapping[Leaf, Key]) -> int:
        """Everything the goal can still turn out to be: `Rails` of a condition, `Mask` of a table."""
        return _Search(self, dict(keys)).outcomes()


class _Search:
    def __init__(self, scope: Scope, keys: dict[Leaf, Key]) -> None:
        self.scope, self.keys = scope, keys

    def outcomes(self) -> int:
        goal = self.scope.goal
        now = self.mask(goal, itself=True) if isinstance(goal, Table) else self.rails(goal)
        if now & (now - 1) == 0:
            return now
        leaf = self.undecided(goal)
        if isinstance(goal, Table) and leaf == goal.leaf:
            return now
        found = 0
        for key in self.candidates(leaf):
            self.keys[leaf] = key
            found |= self.outcomes()
            del self.keys[leaf]
            if found == now:
                break
        return found

    def rails(self, formula: Formula) -> Rails:
        if isinstance(formula, Atom):
            key = self.keys.get(formula.leaf)
            if key is not None:
                return TRUE if key in formula.spans else FALSE
            table = self.scope.tables.get(formula.leaf.fact)
            return UNKNOWN if table is None else table.rails(formula, self.mask(table))
        join = all_rails if isinstance(formula, And) else any_rails
        return join(self.rails(part) for part in formula.parts)

    def mask(self, table: Table, *, itself: bool = False) -> Mask:
        stated = None if itself else self.keys.get(table.leaf)
        if stated is not None:
            return table.mask_of(stated)
        possible = 0
        for row in table.rows:
            applies = self.rails(row.condition)
            if applies & TRUE:
                possible |= row.values
            if not applies & FALSE:
                return possible
        return possible | table.unmatched

    def undecided(self, goal: Formula | Table) -> Leaf:
        """The first leaf on which the answer hangs."""
        if isinstance(goal, Table):
            for row in goal.rows:
                applies = self.rails(row.condition)
                if applies == UNKNOWN:
                    return self.undecided(row.condition)
                if applies == TRUE:
                    break
            return goal.leaf
        if isinstance(goal, Atom):
            table = self.scope.tables.get(goal.leaf.fact)
            return goal.leaf if table is None else self.undecided(table)
        return self.undecided(next(part for part in goal.parts if self.rails(part) == UNKNOWN))

    def candidates(self, leaf: Leaf) -> Iterator[Key]:
        table = self.scope.tables.get(leaf.fact)
        if table is not None:
            mask = self.mask(table)
            yield from table.keys_in(mask)
            if not mask & table.other:
                return
        yield from self.scope.partitions[leaf].samples


class Possibilities:
    """The exact possible values of one table, remembered by region."""

    def __init__(self, table: Table, facts: Mapping[str, Fact], tables: Tables) -> None:
        self.table = table
        self.scope = Scope(table, facts, tables)
        self.partitions = tuple(self.scope.partitions.values())
        self._seen: dict[tuple[int, ...], Mask] = {}
        self._wanted: dict[tuple[int, ...], tuple[str, ...]] = {}

    def signature(self, known: Known) -> tuple[int, ...]:
        """The region of each leaf, -1 where it is missing."""
        facts = self.scope.facts
        found = []
        for partition in self.partitions:
            key = key_in(known, partition.leaf, facts.get(partition.leaf.fact))
            found.append(-1 if key is None else partition.region(key))
        return tuple(found)

    def _keys(self, signature: tuple[int, ...]) -> dict[Leaf, Key]:
        return {
            partition.leaf: partition.samples[region]
            for partition, region in zip(self.partitions, signature, strict=True)
            if region >= 0
        }

    def mask(self, signature: tuple[int, ...]) -> Mask:
        if signature not in self._seen:
            self._seen[signature] = self.scope.outcomes(self._keys(signature))
        return self._seen[signature]

    def wanted(self, signature: tuple[int, ...]) -> tuple[str, ...]:
        """The missing facts that can still change the answer."""
        if signature not in self._wanted:
            self._wanted[signature] = tuple(dict.fromkeys(self._find_wanted(signature)))
        return self._wanted[signature]

    def _find_wanted(self, signature: tuple[int, ...]) -> list[str]:
        whole = self.mask(signature)
        missing = [
            place
            for place, region in enumerate(signature)
            if region < 0 and self.partitions[place].leaf.fact not in self.scope.tables
        ]
        telling = []
        for place in missing:
            answers = {
                self.mask((*signature[:place], region, *signature[place + 1 :]))
                for region in range(len(self.partitions[place].regions))
            }
            if answers != {whole}:
                telling.append(place)
        return [self.partitions[place].leaf.fact for place in telling or missing]


def needs_search(formula: Formula, facts: Mapping[str, Fact], tables: Tables) -> bool:
    """Whether Kleene's logic may be short of the exact answer: some leaf is asked twice.

    A table asks everything that its rows ask.
    """
    asked = leaf_counts(formula)
    for leaf in list(asked):
        if leaf.fact in tables:
            scope = Scope(tables[leaf.fact], facts, tables)
            asked.update(inner for inner in scope.partitions)
    return any(count > 1 for count in asked.values())
