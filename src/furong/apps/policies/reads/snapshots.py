"""Snapshots of standings as arrays: how subjects stood at the beginning of a day."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from uuid import UUID

import numpy as np
from django.db.models import Min
from numpy.typing import NDArray

from furong.apps.policies.models import StandingDay

SINCE = np.dtype("<i4")
"""Ordinals of days, as they are kept."""


@dataclass(frozen=True)
class Snapshot:
    """One kind's subjects on a day. ids: as text, in the order of the columns of the arrays.

    policies: id → row and version. codes, since: policies × subjects (`StandingDay`).
    """

    kind: str
    day: date
    taken_at: datetime
    sequence: int
    policies: dict[str, tuple[int, int]]
    ids: tuple[str, ...]
    codes: NDArray[np.uint8]
    since: NDArray[np.int32]

    @cached_property
    def place(self) -> dict[str, int]:
        """Each subject's column."""
        return {one: place for place, one in enumerate(self.ids)}

    def columns_of(self, ids: tuple[str, ...]) -> NDArray[np.intp]:
        """The columns of subjects, -1 for those that were not there."""
        if ids == self.ids:
            return np.arange(len(ids))
        return np.array([self.place.get(one, -1) for one in ids], np.intp)


def latest(at: datetime, *, on: date | None = None) -> dict[str, Snapshot]:
    """By kind the last snapshot taken by a moment, or that of one day; none where none was taken."""
    rows = StandingDay.objects.taken_by(at)
    day = on or rows.values_list("day", flat=True).first()
    found = rows.filter(day=day).select_related("roll") if day else rows.none()
    return {row.kind: snapshot(row) for row in found}


def days(at: datetime, *, limit: int = 14) -> dict[date, datetime]:
    """The days of which there are snapshots, the latest first, and when they were taken."""
    rows = StandingDay.objects.taken_by(at).values("day").annotate(first=Min("taken_at"))
    return dict(rows.order_by("-day").values_list("day", "first")[:limit])


def snapshot(row: StandingDay) -> Snapshot:
    """The arrays of a row."""
    return _read(row, bool(row.since))


@lru_cache(maxsize=48)
def _read(row: StandingDay, _whole: bool) -> Snapshot:  # rows are alike by their keys
    raw = zlib.decompress(row.roll.subjects)
    ids = tuple(str(UUID(bytes=raw[at : at + 16])) for at in range(0, len(raw), 16))
    shape = (len(row.policies), len(ids))
    since = zlib.decompress(row.since) if row.since else bytes(4 * shape[0] * shape[1])
    return Snapshot(
        kind=row.kind,
        day=row.day,
        taken_at=row.taken_at,
        sequence=row.sequence,
        policies={code: (place, version) for place, (code, version) in enumerate(row.policies)},
        ids=ids,
        codes=np.frombuffer(zlib.decompress(row.codes), np.uint8).reshape(shape),
        since=np.frombuffer(since, SINCE).reshape(shape),
    )
