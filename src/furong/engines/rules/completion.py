"""Exact answers where facts are missing: by completing them.

Kleene's logic answers part by part, so it can say *unknown* where every completion agrees: when one
fact stands in two places, or a table and what it follows from stand together. Here such facts are
really completed, one value for each region that the thresholds in play cut, and only as far as
needed: a branch ends as soon as Kleene's logic, which is never wrong, decides it, and a fact that
stands in one place only is never branched on. Answers are remembered by region.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
    atoms_of,
)
from furong.engines.rules.model import Fact
from furong.engines.rules.spans import Key, Spans, cells, representative
from furong.engines.rules.tables import Mask, Table
from furong.engines.rules.values import Encoded, value_of

type Known = Mapping[str, Encoded | None]
type Tables = Mapping[str, Table]
type Signature = tuple[int, ...]
"""The region of each leaf of a scope, MISSING where nothing is known of it."""

MISSING = -1
MOST_STEPS = 10_000
"""Completions tried for one answer, a second's work; rules as they are written need some hundreds.

Beyond them Kleene's answer stands: unknown where more could have been proved, never the contrary.
"""


@dataclass(frozen=True, slots=True)
class Partition:
    """The regions of one leaf's domain that no atom in play tells apart further."""

    leaf: Leaf
    regions: tuple[Spans, ...]
    samples: tuple[Key, ...]  # one key of each region
    cuts: tuple[Key, ...]
    region_of_cut: tuple[int, ...]  # below the first cut, from it on, from the second on, …

    @classmethod
    def of(cls, leaf: Leaf, sets: list[Spans]) -> "Partition":
        regions = cells(leaf.domain, sets)
        cuts = sorted({c for r in regions for c in r.cuts if isinstance(c, int | str)})

        def region_at(key: Key) -> int:
            return next((i for i, region in enumerate(regions) if key in region), 0)

        lowest: Key = "" if cuts and isinstance(cuts[0], str) else -(2**62)
        return cls(
            leaf,
            regions,
            tuple(representative(region) for region in regions),
            tuple(cuts),
            tuple(region_at(key) for key in (lowest, *cuts)),
        )

    def region(self, key: Key) -> int:
        return self.region_of_cut[bisect_right(self.cuts, key)]

    def reader(self, fact: Fact | None) -> Callable[[Encoded], int]:
        """A function from the fact's encoded value to the region."""
        member = self.leaf.member
        if member:
            out, held = self.region(0), self.region(1)
            return lambda value: held if member in value else out  # type: ignore[operator]
        if fact is None or fact.type in {"boolean", "choice"}:
            size = len(fact.values) if fact is not None and fact.type == "choice" else 2
            pairs = ((key if fact is None else value_of(fact, key), key) for key in range(size))
            return {value: self.region(key) for value, key in pairs}.__getitem__
        return self.region  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _Ask:
    """An atom: the regions of its leaf in which it holds, as bits; and of a table, its values."""

    place: int
    regions: int
    table: str = ""
    holds: Mask = 0
    other: Mask = 0


@dataclass(frozen=True, slots=True)
class _Join:
    every: bool
    parts: tuple["_Ask | _Join", ...]


type _Node = _Ask | _Join


class Scope:
    """All that one goal, a condition or a table, depends on, and its exact answers.

    scopes: those of the tables that the goal asks, by fact.
    """

    def __init__(
        self,
        goal: Formula | Table,
        facts: Mapping[str, Fact],
        scopes: Mapping[str, "Scope"],
    ) -> None:
        self.goal, self.facts, self.scopes = goal, facts, scopes
        self.conditions = _conditions(goal)
        sets = self._sets()
        self.partitions = {leaf: Partition.of(leaf, found) for leaf, found in sets.items()}
        self.places = {leaf: place for place, leaf in enumerate(self.partitions)}
        self.shared = frozenset(self.places[leaf] for leaf in asked_twice(self.conditions, scopes))
        self._list = [*self.partitions.values()]
        self._readers = [
            (leaf.fact, partition.reader(facts.get(leaf.fact)))
            for leaf, partition in self.partitions.items()
        ]
        self.nodes = [self._node(condition) for condition in self.conditions]
        self.below = {
            leaf.fact: self._mapping(scopes[leaf.fact])
            for leaf in self.partitions
            if leaf.fact in scopes
        }
        self.behind = {table: self._order(below) for table, below in self.below.items()}
        self._outcomes: dict[Signature, int] = {}
        self._wanted: dict[Signature, tuple[str, ...]] = {}

    @property
    def table(self) -> Table:
        assert isinstance(self.goal, Table)
        return self.goal

    def _sets(self) -> dict[Leaf, list[Spans]]:
        """What each leaf is asked, by the goal itself and by the tables behind it."""
        sets: dict[Leaf, list[Spans]] = {}
        for condition in self.conditions:
            for atom in atoms_of(condition):
                sets.setdefault(atom.leaf, []).append(atom.spans)
        for leaf in list(sets):
            if leaf.fact in self.scopes:
                for inner, partition in self.scopes[leaf.fact].partitions.items():
                    sets.setdefault(inner, []).extend(partition.regions)
        return sets

    def _mapping(self, below: "Scope") -> list[tuple[int, list[int]]]:
        """For each leaf of a table's scope: its place here, and its region there for each here."""
        return [
            (self.places[leaf], [partition.region(k) for k in self.partitions[leaf].samples])
            for leaf, partition in below.partitions.items()
        ]

    def _order(self, below: list[tuple[int, list[int]]]) -> list[int]:
        """The places behind a table, those that follow from others last."""
        tables = [*self.scopes]
        places = [place for place, _ in below]
        return sorted(
            places,
            key=lambda place: (
                tables.index(self._list[place].leaf.fact) + 1
                if self._list[place].leaf.fact in tables
                else 0
            ),
        )

    def _node(self, formula: Formula) -> _Node:
        if not isinstance(formula, Atom):
            return _Join(isinstance(formula, And), tuple(map(self._node, formula.parts)))
        leaf = formula.leaf
        samples = self.partitions[leaf].samples
        held = sum(1 << place for place, key in enumerate(samples) if key in formula.spans)
        if leaf.fact not in self.scopes:
            return _Ask(self.places[leaf], held)
        table = self.scopes[leaf.fact].table
        return _Ask(self.places[leaf], held, leaf.fact, table.holds(formula.spans), table.other)

    def signature(self, known: Known) -> Signature:
        found = []
        for fact, read in self._readers:
            value = known.get(fact)
            found.append(MISSING if value is None else read(value))
        return tuple(found)

    def outcomes(self, signature: Signature) -> int:
        """Everything the goal can still turn out to be: `Rails` of a condition, `Mask` of a table."""
        if signature not in self._outcomes:
            self._outcomes[signature] = _Search(self, list(signature)).outcomes()
        return self._outcomes[signature]

    def possible(self, table: str, regions: list[int]) -> Mask:
        """The exact possible values of a table behind the goal."""
        below = tuple(
            MISSING if regions[place] == MISSING else there[regions[place]]
            for place, there in self.below[table]
        )
        return self.scopes[table].outcomes(below)

    def wanted(self, signature: Signature) -> tuple[str, ...]:
        """The missing facts that can still change a table's answer."""
        if signature not in self._wanted:
            self._wanted[signature] = tuple(dict.fromkeys(self._find_wanted(signature)))
        return self._wanted[signature]

    def _find_wanted(self, signature: Signature) -> list[str]:
        whole = self.outcomes(signature)
        missing = [
            place
            for place, region in enumerate(signature)
            if region == MISSING and self._list[place].leaf.fact not in self.scopes
        ]
        telling = []
        for place in missing:
            answers = {
                self.outcomes((*signature[:place], region, *signature[place + 1 :]))
                for region in range(len(self._list[place].regions))
            }
            if answers != {whole}:
                telling.append(place)
        return [self._list[place].leaf.fact for place in telling or missing]

    def candidates(self, place: int, regions: list[int]) -> Iterator[int]:
        """The regions in which a missing leaf may lie."""
        partition = self._list[place]
        scope = self.scopes.get(partition.leaf.fact)
        if scope is not None:
            mask = self.possible(partition.leaf.fact, regions)
            if not mask & scope.table.other:
                yield from {partition.region(key) for key in scope.table.keys_in(mask)}
                return
        yield from range(len(partition.regions))


class _Search:
    def __init__(self, scope: Scope, regions: list[int]) -> None:
        self.scope, self.regions = scope, regions
        self.masks: dict[str, Mask] = {}
        self.steps = 0

    def outcomes(self) -> int:
        scope = self.scope
        now = self.mask() if isinstance(scope.goal, Table) else self.rails(scope.nodes[0])
        self.steps += 1
        if now & (now - 1) == 0 or self.steps > MOST_STEPS:
            return now
        place = next(self.undecided(), None)
        if place is None:
            return now
        found = 0
        for region in scope.candidates(place, self.regions):
            self.assign(place, region)
            found |= self.outcomes()
            self.assign(place, MISSING)
            if found == now:
                break
        return found

    def assign(self, place: int, region: int) -> None:
        self.regions[place] = region
        self.masks = {}

    def rails(self, node: _Node) -> Rails:
        if isinstance(node, _Join):
            ends = FALSE if node.every else TRUE
            found = TRUE if node.every else FALSE
            for part in node.parts:
                answer = self.rails(part)
                if answer == ends:
                    return ends
                found |= answer
            return found
        region = self.regions[node.place]
        if region != MISSING:
            return TRUE if node.regions >> region & 1 else FALSE
        if not node.table:
            return UNKNOWN
        mask = self.masks.get(node.table)
        if mask is None:
            mask = self.masks[node.table] = self.scope.possible(node.table, self.regions)
        if mask & node.other:
            return UNKNOWN
        return (TRUE if mask & node.holds else 0) | (FALSE if mask & ~node.holds else 0)

    def mask(self) -> Mask:
        """Kleene's answer to a table: everything that some row may still give."""
        possible = 0
        for row, node in zip(self.scope.table.rows, self.scope.nodes, strict=True):
            applies = self.rails(node)
            if applies & TRUE:
                possible |= row.values
            if not applies & FALSE:
                return possible
        return possible | self.scope.table.unmatched

    def undecided(self) -> Iterator[int]:
        """The missing shared leaves on which the answer hangs, nearest first."""
        for node in self.scope.nodes:
            applies = self.rails(node)
            if applies == UNKNOWN:
                yield from self.hanging(node)
            elif applies == TRUE:
                return

    def hanging(self, node: _Node) -> Iterator[int]:
        """The shared leaves of an undecided node: what a table follows from before the table.

        A table's value may be chosen only when all that it follows from has been.
        """
        if isinstance(node, _Join):
            for part in node.parts:
                if self.rails(part) == UNKNOWN:
                    yield from self.hanging(part)
            return
        behind = self.scope.behind.get(node.table, [])
        for place in (*behind, node.place):
            if self.regions[place] == MISSING and place in self.scope.shared:
                yield place


def _conditions(goal: Formula | Table) -> list[Formula]:
    return [row.condition for row in goal.rows] if isinstance(goal, Table) else [goal]


def asked_twice(conditions: list[Formula], scopes: Mapping[str, Scope]) -> set[Leaf]:
    """The leaves on which Kleene's logic may stumble: those that stand in more than one place.

    To ask a table is to ask all that stands behind it.
    """
    asked: Counter[Leaf] = Counter()
    for condition in conditions:
        for atom in atoms_of(condition):
            asked[atom.leaf] += 1
            if atom.leaf.fact in scopes:
                asked.update(scopes[atom.leaf.fact].partitions.keys())
    return {leaf for leaf, count in asked.items() if count > 1}
