"""First-match tables: a fact that follows from cases, and can have several possible values."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from furong.engines.rules.formula import FALSE, TRUE, UNKNOWN, Atom, Formula, Leaf, Rails
from furong.engines.rules.model import Fact
from furong.engines.rules.spans import Key, Spans
from furong.engines.rules.values import Encoded, key_of, value_of

type Mask = int
"""A set of possible values: bit i is `Table.keys[i]`; the bit above the last, any other value."""


@dataclass(frozen=True, slots=True)
class Row:
    condition: Formula
    values: Mask


@dataclass(frozen=True)
class Table:
    """The rows of one derived fact. `keys`: every value that it can name, as keys in order."""

    fact: Fact
    leaf: Leaf
    keys: tuple[Key, ...]
    rows: tuple[Row, ...]

    @cached_property
    def other(self) -> Mask:
        """The bit for a value that no row names; choices and booleans have none."""
        return 0 if self.fact.type in {"choice", "boolean"} else 1 << len(self.keys)

    @cached_property
    def unmatched(self) -> Mask:
        """What is possible where no row applies: anything."""
        return self.other or (1 << len(self.keys)) - 1

    def keys_in(self, mask: Mask) -> Iterator[Key]:
        return (key for place, key in enumerate(self.keys) if mask >> place & 1)

    def encoded(self, key: Key) -> Encoded:
        return value_of(self.fact, key)

    def value(self, mask: Mask) -> Encoded | None:
        """The value, where only one is possible."""
        keys = list(self.keys_in(mask))
        if len(keys) != 1 or mask & self.other:
            return None
        return self.encoded(keys[0])

    def holds(self, spans: Spans) -> Mask:
        """The values for which an atom with these spans is true."""
        return sum(1 << place for place, key in enumerate(self.keys) if key in spans)

    def rails(self, atom: Atom, mask: Mask) -> Rails:
        if mask & self.other:
            return UNKNOWN
        holds = self.holds(atom.spans)
        return (TRUE if mask & holds else 0) | (FALSE if mask & ~holds else 0)


def options(fact: Fact, rows_values: list[tuple[Encoded, ...]]) -> tuple[Key, ...]:
    """The keys of a table: all of a choice, both of a boolean, else what the rows name."""
    if fact.type == "choice":
        return tuple(range(len(fact.values)))
    if fact.type == "boolean":
        return (0, 1)
    named = {key_of(fact, value) for values in rows_values for value in values}
    return tuple(sorted(named, key=lambda key: (str(type(key)), key)))
