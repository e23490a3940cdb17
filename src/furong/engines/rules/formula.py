"""Conditions in normal form: AND and OR over atoms, each atom one leaf and one set of its values.

There is no NOT: it has been pushed into the atoms' sets. Under AND atoms on one leaf are one
intersection, under OR one union, and what the leaf's domain decides is folded away, so equivalent
spellings of a condition on one fact are one formula.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from furong.engines.rules.spans import BOTTOM, TOP, Spans

type Rails = int
"""What a condition can still turn out to be: TRUE, FALSE, or UNKNOWN = either."""
TRUE: Rails = 1
FALSE: Rails = 2
UNKNOWN: Rails = 3


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something that a condition can ask about, independent of every other leaf unless derived.

    A fact; one member of a set-valued fact (`member`); or a human judgement on one criterion
    (`fact` is then "POLICY.criterion"). `domain`: the keys it can have (`values.key_of`).
    """

    fact: str
    domain: Spans
    member: str = ""

    @property
    def key(self) -> str:
        return f"{self.fact}∋{self.member}" if self.member else self.fact


@dataclass(frozen=True, slots=True)
class Atom:
    leaf: Leaf
    spans: Spans

    @property
    def unbounded(self) -> Spans:
        """The spans without the ends of the domain, which need not be asked: nobody lies beyond."""
        ends = self.leaf.domain.cuts
        return Spans(
            (BOTTOM if low == ends[0] else low, TOP if high == ends[-1] else high)
            for low, high in self.spans
        )


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Formula", ...]


type Formula = Atom | And | Or

ALWAYS = And(())
NEVER = Or(())


def atom(leaf: Leaf, spans: Spans) -> Formula:
    """The atom, or ALWAYS / NEVER where the leaf's domain leaves no choice."""
    held = spans & leaf.domain
    if not held:
        return NEVER
    if held == leaf.domain:
        return ALWAYS
    return Atom(leaf, held)


def conjunction(parts: Iterable[Formula]) -> Formula:
    return _join(parts, And)


def disjunction(parts: Iterable[Formula]) -> Formula:
    return _join(parts, Or)


def _join(parts: Iterable[Formula], kind: type[And] | type[Or]) -> Formula:
    neutral, absorbing = (ALWAYS, NEVER) if kind is And else (NEVER, ALWAYS)
    atoms: dict[Leaf, Spans] = {}
    others: dict[Formula, None] = {}
    pending = [*parts]
    while pending:
        part = pending.pop(0)
        if part == absorbing:
            return absorbing
        if isinstance(part, kind):
            pending = [*part.parts, *pending]
        elif isinstance(part, Atom):
            seen = atoms.get(part.leaf)
            if seen is None:
                atoms[part.leaf] = part.spans
            else:
                atoms[part.leaf] = seen & part.spans if kind is And else seen | part.spans
        else:
            others[part] = None
    merged = [atom(leaf, spans) for leaf, spans in atoms.items()]
    if absorbing in merged:
        return absorbing
    kept = [part for part in (*merged, *others) if part != neutral]
    if len(kept) == 1:
        return kept[0]
    return kind(tuple(kept))


def negation(formula: Formula) -> Formula:
    if isinstance(formula, Atom):
        return atom(formula.leaf, ~formula.spans)
    join = disjunction if isinstance(formula, And) else conjunction
    return join(negation(part) for part in formula.parts)


def atoms_of(formula: Formula) -> Iterator[Atom]:
    """Every atom, in reading order; one that stands twice comes twice."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for part in formula.parts:
            yield from atoms_of(part)


def leaf_counts(formula: Formula) -> Counter[Leaf]:
    return Counter(found.leaf for found in atoms_of(formula))


def given(formula: Formula, leaf: Leaf, region: Spans) -> Formula:
    """The formula where the leaf is known to lie in this region of its domain.

    The region must lie wholly inside or wholly outside each atom's spans (`completion.Partition`).
    """
    if isinstance(formula, Atom):
        if formula.leaf != leaf:
            return formula
        return ALWAYS if region <= formula.spans else NEVER
    join = conjunction if isinstance(formula, And) else disjunction
    return join(given(part, leaf, region) for part in formula.parts)


def all_rails(parts: Iterable[Rails]) -> Rails:
    """Kleene's AND."""
    found = TRUE
    for part in parts:
        if part == FALSE:
            return FALSE
        found |= part
    return found


def any_rails(parts: Iterable[Rails]) -> Rails:
    """Kleene's OR."""
    found = FALSE
    for part in parts:
        if part == TRUE:
            return TRUE
        found |= part
    return found
