"""All subjects with what the policies in force say of each, in a few numbers: to list, filter, sort.

It is made from the sweeps and kept as long as they are, so that a page of a list judges nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from furong.apps.policies.reads.counted import EVERYBODY
from furong.apps.policies.reads.library import day_of, edition
from furong.apps.policies.reads.sweeps import SIZE, Swept, sweeps
from furong.apps.policies.reads.verdicts import STANDINGS, Standing, concerning
from furong.engines.rules.values import Encoded

INDUSTRY = "industry"
"""The fact by which subjects are told apart by trade, where the pack declares it."""

UNSIZED = "-"
"""The size to filter by of those whose size is not known for certain."""

type Number = Literal["eligible", "unknown", "decides", "total", "size"]
type SortKey = Number | Literal["industry"]


@dataclass(frozen=True, slots=True)
class Size:
    """What is known of a subject's size: one word, or (not `certain`) the possible ones."""

    words: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One subject in the overview. total: fen that it is certain to get, the highest alone of
    policies that exclude each other; 0 for none. size: None for kinds that have none.
    """

    counts: Mapping[Standing, int] = field(default_factory=lambda: dict.fromkeys(STANDINGS, 0))
    total: int = 0
    industry: str = ""
    size: Size | None = None


NOTHING = Line()
"""Of a subject that was entered a moment ago."""


type Rows = NDArray[np.intp]
"""Places of subjects in the overview."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; "" and None narrow nothing.

    section: a letter of the classification of industries. size: a size's code, or UNSIZED.
    eligible, unknown: the least and the greatest number of policies.
    """

    section: str = ""
    size: str = ""
    eligible: tuple[int, int] | None = None
    unknown: tuple[int, int] | None = None

    @property
    def everything(self) -> bool:
        return self == Wanted()


class Overview:
    """All subjects, one row each: their lines, and columns to narrow and sort by."""

    def __init__(self, parts: Sequence[Swept], policies: Mapping[str, Sequence[str]]) -> None:
        """policies: those that count, by kind."""
        self._parts = [_Part(part, policies[part.kind]) for part in parts]
        self._kinds = [part.kind for part in parts]
        self._kind = np.repeat(np.arange(len(parts)), [part.columns.count for part in parts])
        self._starts = np.cumsum([0, *(part.columns.count for part in parts)])
        self._ids = [_hex(one) for part in parts for one in part.columns.ids]
        self._place = {one: row for row, one in enumerate(self._ids)}
        counts = np.concatenate([part.counts for part in self._parts])
        self._industries = np.concatenate([part.industries for part in self._parts])
        self._numbers: dict[Number, NDArray[np.int64]] = {
            "eligible": counts[:, STANDINGS.index("eligible")],
            "unknown": counts[:, STANDINGS.index("unknown")],
            "decides": counts[:, STANDINGS.index("decides")],
            "total": np.concatenate([part.totals for part in self._parts]),
            "size": np.concatenate([part.sizes for part in self._parts]),
        }

    def line(self, subject: UUID) -> Line:
        """What is told of one subject."""
        row = self._place.get(subject.hex)
        if row is None:
            return NOTHING
        part = int(self._kind[row])
        return self._parts[part].line(row - int(self._starts[part]))

    def rows(self, ids: Iterable[str]) -> Rows:
        """The rows of subjects, whose ids are given as text, in their order."""
        places = (self._place.get(_hex(one)) for one in ids)
        return np.fromiter((row for row in places if row is not None), np.intp)

    def ids(self, rows: Iterable[int]) -> list[UUID]:
        """The ids of the subjects in these rows."""
        return [UUID(self._ids[row]) for row in rows]

    def narrowed(self, rows: Rows, wanted: Wanted) -> Rows:
        """Those of the rows that are wanted, in their order."""
        for chosen in self._conditions(wanted):
            rows = rows[chosen[rows]]
        return rows

    def sorted(self, rows: Rows, key: SortKey, *, descending: bool = False) -> Rows:
        """The rows by a column; those that are equal in it stay in their order."""
        column = self._industries if key == "industry" else self._numbers[key]
        if descending:  # a stable sort of the reverse, reversed
            rows = rows[::-1]
        ordered: Rows = rows[np.argsort(column[rows], kind="stable")]
        return ordered[::-1] if descending else ordered

    def by_kind(self, rows: Rows) -> dict[str, int]:
        """How many of the rows are of each kind that has any."""
        counts = np.bincount(self._kind[rows], minlength=len(self._kinds))
        return {kind: int(n) for kind, n in zip(self._kinds, counts, strict=True) if n}

    def _conditions(self, wanted: Wanted) -> Iterator[NDArray[np.bool_]]:
        if wanted.section:
            yield np.strings.startswith(self._industries, wanted.section)
        if wanted.size:
            yield np.concatenate([part.of_size(wanted.size) for part in self._parts])
        for numbers, limits in (
            (self._numbers["eligible"], wanted.eligible),
            (self._numbers["unknown"], wanted.unknown),
        ):
            if limits is not None:
                yield np.array((limits[0] <= numbers) & (numbers <= limits[1]), np.bool_)


def _hex(key: str) -> str:
    """An id as text without its dashes, as some databases have it."""
    return key if len(key) == UUID_DIGITS else key.replace("-", "")


UUID_DIGITS = 32


class _Part:
    """The subjects of one kind."""

    def __init__(self, swept: Swept, policies: Sequence[str]) -> None:
        self.swept = swept
        fact = swept.edition.book.facts.get(SIZE)
        declared = swept.edition.known.facts_of(swept.kind)
        self.size = fact if any(one.key == SIZE for one in declared) else None
        self.counts = self._counts(policies)
        self.totals = self._totals(policies)
        self.sizes = self._sizes()
        self.industries = self._industries()

    def line(self, row: int) -> Line:
        counts = map(int, self.counts[row])
        return Line(
            dict(zip(STANDINGS, counts, strict=True)),
            int(self.totals[row]),
            str(self.industries[row]),
            self._size(row),
        )

    def of_size(self, code: str) -> NDArray[np.bool_]:
        if self.size is None:
            return np.zeros(self.swept.columns.count, np.bool_)
        codes = [*self.size.values]
        wanted = [*codes, UNSIZED].index(code) if code in {*codes, UNSIZED} else -1
        return np.array(self.sizes == wanted, np.bool_)

    def _counts(self, policies: Sequence[str]) -> NDArray[np.int64]:
        found = np.zeros((self.swept.columns.count, len(STANDINGS)), np.int64)
        rows = np.arange(len(found))
        for policy in policies:
            found[rows, self.swept.codes(policy)] += 1
        return found

    def _totals(self, policies: Sequence[str]) -> NDArray[np.int64]:
        """Of the policies of one exclusive group the highest sum alone (就高不重复)."""
        count = self.swept.columns.count
        groups: dict[str, NDArray[np.int64]] = {}
        for policy in policies:
            paid = self.swept.sweep.payable.get(policy)
            if paid is None:
                continue
            sums = np.zeros(count, np.int64)
            sums[paid.rows] = paid.amounts
            group = self.swept.edition.texts[policy].policy.group
            name = f"group {group.id}" if group else policy
            groups[name] = np.maximum(groups[name], sums) if name in groups else sums
        return sum(groups.values(), np.zeros(count, np.int64))

    def _sizes(self) -> NDArray[np.int64]:
        """Places among the sizes; after all of them: not known; last: of a kind that has none."""
        groups = self.swept.sizes
        if self.size is None:
            return np.full(self.swept.columns.count, len(groups.names) + 1, np.int64)
        return groups.positions.astype(np.int64)

    def _size(self, row: int) -> Size | None:
        if self.size is None:
            return None
        codes, place = [*self.size.values], int(self.sizes[row])
        if place < len(codes):
            return Size((self.size.values[codes[place]],), certain=True)
        return Size(self._possible(row), certain=False)

    def _possible(self, row: int) -> tuple[str, ...]:
        """The sizes that the table of sizes leaves open; none where it leaves all of them."""
        assert self.size is not None
        masks = self.swept.sweep.population.mask(SIZE)
        if masks is None:
            return ()
        table = self.swept.edition.book.derivations.scopes[SIZE].table
        keys = [*table.keys_in(int(masks[row]))]
        if len(keys) == len(table.keys):
            return ()
        return tuple(_shown(self.size.values, table.encoded(key)) for key in keys)

    def _industries(self) -> NDArray[np.str_]:
        column = self.swept.columns.get(INDUSTRY)
        if column is None:
            return np.full(self.swept.columns.count, "", np.str_)
        words = np.array([*column.dictionary, ""], np.str_)
        places = np.where(column.missing(), len(words) - 1, column.values)
        return words[places.astype(np.intp)]


def _shown(labels: Mapping[str, str], code: Encoded) -> str:
    return labels.get(str(code), str(code))


def overview(at: datetime) -> Overview:
    """The overview as of a moment; of all subjects: what is shown also comes through `visible_to`."""
    current = edition(at)
    parts = tuple(sweeps(current, EVERYBODY))
    day = day_of(at, current.known)
    policies = tuple(
        (part.kind, tuple(text.policy.id for text in concerning(part.kind, current, day)))
        for part in parts
    )
    return _made(parts, policies)


@lru_cache(maxsize=2)
def _made(parts: tuple[Swept, ...], policies: tuple[tuple[str, tuple[str, ...]], ...]) -> Overview:
    return Overview(parts, dict(policies))
