"""Putting columns of several populations together, and taking subjects out of one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules import Fact
from furong.engines.rules.columns import Column, Columns

type Array = NDArray[Any]


def join(facts: Mapping[str, Fact], parts: Sequence[Columns]) -> Columns:
    """All subjects of the parts, in their order; a fact that a part lacks is missing there."""
    parts = [part for part in parts if part.count]
    if len(parts) == 1:
        return parts[0]
    held = [key for key in facts if any(key in part for part in parts)]
    joined = {key: _join(facts[key], parts) for key in held}
    return Columns(sum(part.count for part in parts), joined, [one for p in parts for one in p.ids])


def without(columns: Columns, ids: Collection[str]) -> Columns:
    """The columns without some subjects."""
    kept = np.array([one not in ids for one in columns.ids], bool)
    if kept.all():
        return columns
    left = {
        key: Column(column.fact, column.values[kept], column.dictionary)
        for key, column in columns.items()
    }
    return Columns(int(kept.sum()), left, [one for one in columns.ids if one not in ids])


def _join(fact: Fact, parts: Sequence[Columns]) -> Column:
    columns = [part.get(fact.key) or Column.of(fact, [None] * part.count) for part in parts]
    if fact.type == "code":
        return _join_codes(fact, columns)
    if fact.type in {"boolean", "choice", "set"}:
        return Column(fact, np.concatenate([column.values for column in columns]))
    return Column(fact, _join_numbers(columns))


def _join_numbers(columns: Sequence[Column]) -> Array:
    """In the widest type among them; "missing" is each type's own least value."""
    widest = max((column.values.dtype for column in columns), key=lambda dtype: dtype.itemsize)
    least = widest.type(np.iinfo(widest).min)
    return np.concatenate(
        [np.where(column.missing(), least, column.values.astype(widest)) for column in columns]
    )


def _join_codes(fact: Fact, columns: Sequence[Column]) -> Column:
    """With one dictionary for all: the positions in the old ones are looked up in the new one."""
    words = sorted({word for column in columns for word in column.dictionary})
    place = {word: position for position, word in enumerate(words)}
    blank = Column.of(fact, [*words, None])  # its type fits all positions, its last item is missing
    found = []
    for column in columns:
        moved = np.array([place[word] for word in column.dictionary] or [0], blank.values.dtype)
        missing = column.missing()
        positions = moved[np.where(missing, 0, column.values)]
        found.append(np.where(missing, blank.values[-1], positions).astype(blank.values.dtype))
    return Column(fact, np.concatenate(found), blank.dictionary)
