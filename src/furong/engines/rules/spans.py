"""Sets of values of an ordered domain, as sorted half-open spans.

Every type that a criterion compares is ordered: numbers and dates as integers, booleans and choices
by position, codes by their characters. So `staff BETWEEN 5 AND 9`, `size IN (…)` and
`industry LIKE 'I65%'` are all one thing, a set of spans, and AND, OR, NOT of conditions on one fact
are intersection, union, complement of such sets: equivalent spellings become one value.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import total_ordering
from itertools import pairwise
from typing import final

type Key = int | str

HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no code may hold: nobody sees it, PostgreSQL refuses a NUL and UTF-8 half a surrogate."""


@final
@total_ordering
class _Top:
    """Greater than every key."""

    def __lt__(self, other: object) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "∞"


@final
@total_ordering
class _Bottom:
    """Less than every key."""

    def __lt__(self, other: object) -> bool:
        return other is not self

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "-∞"


TOP = _Top()
BOTTOM = _Bottom()
type Bound = Key | _Top | _Bottom


def _below(a: Bound, b: Bound) -> bool:
    if a is TOP or b is BOTTOM:
        return False
    return a is BOTTOM or b is TOP or a < b  # type: ignore[operator]


class Spans:
    """An immutable set of keys: sorted, disjoint, non-adjacent spans ``[low, high)``.

    >>> a = Spans([(5, 10)]) | Spans([(8, 12), (20, TOP)])
    >>> a
    [5, 12) ∪ [20, ∞)
    >>> ~a & Spans([(0, 15)])
    [0, 5) ∪ [12, 15)
    >>> 7 in a, 12 in a
    (True, False)
    """

    __slots__ = ("cuts",)

    cuts: tuple[Bound, ...]  # low₁, high₁, low₂, high₂, …, rising

    def __init__(self, spans: Iterable[tuple[Bound, Bound]] = ()) -> None:
        cuts: list[Bound] = []
        ordered = sorted((s for s in spans if _below(s[0], s[1])), key=lambda s: _Sort(s[0]))
        for low, high in ordered:
            if cuts and not _below(cuts[-1], low):
                if _below(cuts[-1], high):
                    cuts[-1] = high
            else:
                cuts += (low, high)
        self.cuts = tuple(cuts)

    @classmethod
    def _of(cls, cuts: Iterable[Bound]) -> "Spans":
        made = cls.__new__(cls)
        made.cuts = tuple(cuts)
        return made

    def __iter__(self) -> Iterator[tuple[Bound, Bound]]:
        return iter(zip(self.cuts[::2], self.cuts[1::2], strict=True))

    def __contains__(self, key: object) -> bool:
        return bisect_right(self.cuts, _Sort(key), key=_Sort) % 2 == 1  # type: ignore[arg-type]

    def __invert__(self) -> "Spans":
        cuts = list(self.cuts)
        if cuts and cuts[0] is BOTTOM:
            del cuts[0]
        else:
            cuts.insert(0, BOTTOM)
        if cuts and cuts[-1] is TOP:
            del cuts[-1]
        else:
            cuts.append(TOP)
        return Spans._of(cuts)

    def __or__(self, other: "Spans") -> "Spans":
        return Spans([*self, *other])

    def __and__(self, other: "Spans") -> "Spans":
        return ~(~self | ~other)

    def __sub__(self, other: "Spans") -> "Spans":
        return self & ~other

    def __bool__(self) -> bool:
        return bool(self.cuts)

    def __le__(self, other: "Spans") -> bool:
        return not (self - other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and self.cuts == other.cuts

    def __hash__(self) -> int:
        return hash(self.cuts)

    def __repr__(self) -> str:
        return " ∪ ".join(f"[{low}, {high})" for low, high in self) or "∅"


class _Sort:
    """Makes bounds comparable with each other whatever they are."""

    __slots__ = ("bound",)

    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    def __lt__(self, other: "_Sort") -> bool:
        return _below(self.bound, other.bound)


EVERYTHING = Spans([(BOTTOM, TOP)])
NOTHING = Spans()


def point(key: Key) -> Spans:
    """The set of just this key."""
    return Spans([(key, key + "\0" if isinstance(key, str) else key + 1)])


def starting_with(prefix: str) -> Spans:
    """The codes that start with `prefix` (not empty)."""
    return Spans([(prefix, beyond(prefix))])


def beyond(prefix: str) -> Bound:
    """The least code that stands behind all that start with `prefix`."""
    for place in reversed(range(len(prefix))):
        last = ord(prefix[place])
        if last < sys.maxunicode:
            following = 0xE000 if last == 0xD7FF else last + 1  # no text holds half a surrogate
            return prefix[:place] + chr(following)
    return TOP


def cells(domain: Spans, sets: Iterable[Spans]) -> tuple[Spans, ...]:
    """The coarsest partition of `domain` in which each of `sets` is a union of parts.

    Two values of one cell are told apart by none of the sets, so one value of each stands for all.

    >>> cells(Spans([(0, 100)]), [Spans([(10, 20)]), Spans([(15, TOP)])])
    ([0, 10), [10, 15), [15, 20), [20, 100))
    """
    parts: dict[tuple[bool, ...], Spans] = {}
    all_sets = [*sets]
    bounds: set[Bound] = {BOTTOM, TOP}
    for found in (domain, *all_sets):
        bounds.update(found.cuts)
    ordered: list[Bound] = sorted(bounds, key=_Sort)
    for low, high in pairwise(ordered):
        piece = Spans([(low, high)])
        if piece & domain:
            signature = tuple(piece <= s for s in all_sets)
            parts[signature] = parts.get(signature, NOTHING) | piece
    return tuple(parts.values())


def representative(cell: Spans) -> Key:
    """One key of a non-empty cell."""
    low, high = cell.cuts[0], cell.cuts[1]
    if low is BOTTOM:
        if high is TOP or isinstance(high, str):
            return "" if isinstance(high, str) else 0
        return high - 1  # type: ignore[operator]
    return low  # type: ignore[return-value]
