"""Facts of many subjects as columns of small integers, in memory or mapped from files.

Numbers and dates keep their encoded value; booleans, choices and codes are positions in their
fact's order (codes: in a sorted dictionary), so that a condition is a comparison of small integers.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.model import Fact
from furong.engines.rules.spans import BOTTOM, TOP, Key, Spans
from furong.engines.rules.values import Encoded, value_of

type Array = NDArray[Any]

UNKNOWN_SET = 1 << 63  # a set's bit mask where the set is missing


@dataclass(frozen=True)
class Column:
    """One fact of all subjects.

    values, one item a subject: int32/int64 encoded numbers and date ordinals, missing = the type's
    least; uint8/16/32 positions of booleans, choices and codes, missing = the type's greatest;
    uint64 bit masks of sets, missing = bit 63. dictionary: a code's sorted values.
    """

    fact: Fact
    values: Array
    dictionary: tuple[str, ...] = ()

    @cached_property
    def missing_value(self) -> int:
        if self.fact.type == "set":
            return UNKNOWN_SET
        info = np.iinfo(self.values.dtype)
        return int(info.min if info.min < 0 else info.max)

    def missing(self, values: Array | None = None) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (
            self.values if values is None else values
        ) == self.values.dtype.type(self.missing_value)
        return found

    def ranges(self, spans: Spans) -> list[tuple[int | None, int | None]]:
        """The spans as half-open ranges of stored positions; None = unbounded (numbers only)."""
        if self.fact.type == "code":
            found = [self._positions(low, high) for low, high in spans]
        elif self.fact.type in {"boolean", "choice"}:
            size = 2 if self.fact.type == "boolean" else len(self.fact.values)
            found = [
                (0 if low is BOTTOM else _int(low), size if high is TOP else _int(high))
                for low, high in spans
            ]
        else:
            return [
                (None if low is BOTTOM else _int(low), None if high is TOP else _int(high))
                for low, high in spans
            ]
        return [(low, high) for low, high in found if low < high]

    def _positions(self, low: object, high: object) -> tuple[int, int]:
        start = 0 if low is BOTTOM else bisect_left(self.dictionary, str(low))
        end = len(self.dictionary) if high is TOP else bisect_left(self.dictionary, str(high))
        return start, end

    def key(self, position: int) -> Key | None:
        """The key of a stored item, None where it is missing."""
        if position == self.missing_value:
            return None
        return self.dictionary[position] if self.fact.type == "code" else position

    def encoded(self, row: int) -> Encoded | None:
        """The encoded value of one subject, None where it is missing."""
        item = int(self.values[row])
        if item == self.missing_value:
            return None
        if self.fact.type == "set":
            return frozenset(c for place, c in enumerate(self.fact.values) if item >> place & 1)
        key = self.key(item)
        assert key is not None
        return value_of(self.fact, key)

    @classmethod
    def of(cls, fact: Fact, values: Sequence[Encoded | None]) -> Self:
        """The column of encoded values, None where missing."""
        match fact.type:
            case "boolean" | "choice":
                size = 2 if fact.type == "boolean" else len(fact.values)
                dtype = _unsigned(size)
                missing = int(np.iinfo(dtype).max)
                place = {value_of(fact, key): key for key in range(size)}
                items = [missing if v is None else int(place[v]) for v in values]
                return cls(fact, np.array(items, dtype))
            case "code":
                words = sorted({str(v) for v in values if v is not None})
                dtype = _unsigned(len(words))
                places: dict[object, int] = {word: place for place, word in enumerate(words)}
                places[None] = int(np.iinfo(dtype).max)
                return cls(fact, np.array([places[v] for v in values], dtype), tuple(words))
            case "set":
                bits = {code: 1 << place for place, code in enumerate(fact.values)}
                masks = [
                    sum(bits[code] for code in v) if isinstance(v, frozenset) else UNKNOWN_SET
                    for v in values
                ]
                return cls(fact, np.array(masks, np.uint64))
        held = [int(v) for v in values if isinstance(v, int)]
        dtype = signed_type(min(held, default=0), max(held, default=0))
        least = int(np.iinfo(dtype).min)
        return cls(fact, np.array([least if v is None else v for v in values], dtype))


def _int(bound: object) -> int:
    assert isinstance(bound, int)
    return bound


def _unsigned(size: int) -> np.dtype[Any]:
    """The smallest type for positions below `size` and one for "missing"."""
    for dtype in (np.uint8, np.uint16):
        if size <= np.iinfo(dtype).max:
            return np.dtype(dtype)
    return np.dtype(np.uint32)


def signed_type(low: int, high: int) -> np.dtype[Any]:
    """int32 where all values from low to high fit beside its "missing", else int64."""
    small = np.iinfo(np.int32)
    return np.dtype(np.int32 if small.min < low and high <= small.max else np.int64)


class Columns(Mapping[str, Column]):
    """The columns of one population: fact key → Column. `ids`: the subjects, in row order."""

    def __init__(self, count: int, columns: Mapping[str, Column], ids: Sequence[str] = ()) -> None:
        for key, column in columns.items():
            assert len(column.values) == count, f"{key}: {len(column.values)} rows, not {count}"
        self.count, self.ids = count, ids
        self._columns = dict(columns)

    def __getitem__(self, key: str) -> Column:
        return self._columns[key]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @classmethod
    def from_rows(
        cls,
        facts: Mapping[str, Fact],
        rows: Iterable[Mapping[str, Encoded | None]],
        ids: Sequence[str] = (),
    ) -> "Columns":
        """From one mapping of encoded facts a subject. Facts that no row names have no column."""
        table = [*rows]
        names = [key for key in facts if any(key in row for row in table)]
        values = {key: [row.get(key) for row in table] for key in names}
        return cls.from_values(facts, values, len(table), ids)

    @classmethod
    def from_values(
        cls,
        facts: Mapping[str, Fact],
        values: Mapping[str, Sequence[Encoded | None]],
        count: int,
        ids: Sequence[str] = (),
    ) -> "Columns":
        """From one list of encoded values a fact, `count` long each, None where missing."""
        made = {key: Column.of(facts[key], found) for key, found in values.items()}
        return cls(count, made, ids)

    def row(self, place: int) -> dict[str, Encoded | None]:
        """The encoded facts of one subject; missing ones are left out."""
        found = {key: column.encoded(place) for key, column in self._columns.items()}
        return {key: value for key, value in found.items() if value is not None}

    def adding(self, columns: Mapping[str, Column]) -> "Columns":
        return Columns(self.count, {**self._columns, **columns}, self.ids)

    def save(self, folder: Path) -> None:
        """Write one .npy file a column and an index; `open` maps them back."""
        folder.mkdir(parents=True, exist_ok=True)
        index: dict[str, list[str]] = {}
        for place, (key, column) in enumerate(self._columns.items()):
            np.save(folder / f"{place}.npy", column.values)
            index[key] = list(column.dictionary)
        (folder / "index.json").write_text(
            json.dumps({"count": self.count, "columns": index, "ids": list(self.ids)}), "utf-8"
        )

    @classmethod
    def open(cls, folder: Path, facts: Mapping[str, Fact]) -> "Columns":
        """Map saved columns, read-only; those whose fact is no longer declared are left out."""
        index = json.loads((folder / "index.json").read_text("utf-8"))
        made = {
            key: Column(facts[key], np.load(folder / f"{place}.npy", mmap_mode="r"), tuple(words))
            for place, (key, words) in enumerate(index["columns"].items())
            if key in facts
        }
        return cls(index["count"], made, index["ids"])
