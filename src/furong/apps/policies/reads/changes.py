"""Who came to qualify since a past day, and who ceased to: the snapshot of then beside the sweeps of now.

What the snapshot cannot tell stays unknown: a day without one has no changes, and a change for which
no statement since then accounts has no cause.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from furong.apps.policies.reads.counted import DISTRICT, EVERYBODY, Counted
from furong.apps.policies.reads.library import Edition, Text, day_of, edition
from furong.apps.policies.reads.reaching import listed
from furong.apps.policies.reads.snapshots import Snapshot, latest
from furong.apps.policies.reads.sweeps import Swept, sweep_of
from furong.apps.policies.reads.verdicts import STANDINGS, Standing, concerning
from furong.apps.registry.models import FactEntry
from furong.engines.rules import Rulebook

type Cause = Literal["", "begun", "revised", "ended"]
"""What became of a policy itself since: it came into force, has another version, is over."""

ELIGIBLE = STANDINGS.index("eligible")
ABSENT = len(STANDINGS)
"""Instead of a standing: the subject, or the policy, was not there."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """How many came to qualify for a policy, how many ceased to, and what became of the policy.

    lost: of a policy that is over, all who still qualified when the snapshot was taken.
    """

    policy: str
    gained: int
    lost: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Changed:
    """One subject that came to qualify (gained) or ceased to. before: None where it was not there.

    now: None where the policy is over. kind: of the subject.
    """

    subject: UUID
    kind: str
    policy: str
    gained: bool
    before: Standing | None
    now: Standing | None


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes since a snapshot, gained before lost, and policies in the order of their ids."""

    day: date
    taken_at: datetime
    policies: tuple[PolicyChange, ...]
    rows: tuple[Changed, ...]
    sequences: Mapping[str, int]

    def causes(self, rows: Iterable[Changed], at: datetime) -> list[list[FactEntry]]:
        """For each row the statements since the snapshot of facts that its policy reads."""
        shown = [*rows]
        first = min(self.sequences.values(), default=0)
        entries: dict[UUID, list[FactEntry]] = {}
        for entry in (
            FactEntry.objects.filter(sequence__gt=first, recorded_at__lte=at)
            .filter(subject__in=listed({row.subject for row in shown}))
            .select_related("reporter")
            .order_by("sequence")
        ):
            entries.setdefault(entry.subject_id, []).append(entry)
        book = edition(at).book
        read = {code: _read_by(book, code) for code in {row.policy for row in shown}}
        return [
            [
                entry
                for entry in entries.get(row.subject, ())
                if entry.fact in read[row.policy] and entry.sequence > self.sequences[row.kind]
            ]
            for row in shown
        ]


def changes(on: date, at: datetime, counted: Counted = DISTRICT) -> Changes | None:
    """What changed since the beginning of a day, for the subjects counted.

    None where no snapshot of that day was taken.
    """
    held = latest(at, on=on)
    if not held:
        return None
    current = edition(at)
    parts = [
        part
        for snapshot in held.values()
        if counted.kind(snapshot.kind, current.known)
        for part in _of_kind(snapshot, current, counted, at)
    ]
    rows = [row for part in parts for row in part]
    rows.sort(key=lambda row: (not row.gained, row.policy))
    return Changes(
        on,
        max(snapshot.taken_at for snapshot in held.values()),
        tuple(_by_policy(rows, held.values(), current)),
        tuple(rows),
        {snapshot.kind: snapshot.sequence for snapshot in held.values()},
    )


def _of_kind(
    snapshot: Snapshot, current: Edition, counted: Counted, at: datetime
) -> Iterator[list[Changed]]:
    """The changes under each policy, in force then or now."""
    swept = sweep_of(current, snapshot.kind, EVERYBODY)
    texts = {
        text.policy.id: text
        for text in concerning(snapshot.kind, current, day_of(at, current.known))
    }
    ids = tuple(swept.columns.ids)
    places = snapshot.columns_of(ids)
    seen = _seen(ids, counted)
    for code in dict.fromkeys([*snapshot.policies, *texts]):
        before = _before(snapshot, code, places)
        now = swept.codes(code) if code in texts else np.full(len(ids), ABSENT, np.uint8)
        yield [*_rows(swept, code, before, now, seen)]


def _seen(ids: Sequence[str], counted: Counted) -> NDArray[np.bool_]:
    if counted.within is None:
        return np.ones(len(ids), np.bool_)
    return np.array([one in counted.within for one in ids], np.bool_)


def _before(snapshot: Snapshot, code: str, places: NDArray[np.intp]) -> NDArray[np.uint8]:
    """How the subjects of now stood then."""
    if code not in snapshot.policies or not snapshot.ids:
        return np.full(places.size, ABSENT, np.uint8)
    held = snapshot.codes[snapshot.policies[code][0]]
    return np.where(places >= 0, held[places], ABSENT).astype(np.uint8)


def _rows(
    swept: Swept,
    code: str,
    before: NDArray[np.uint8],
    now: NDArray[np.uint8],
    seen: NDArray[np.bool_],
) -> Iterator[Changed]:
    changed = ((before == ELIGIBLE) != (now == ELIGIBLE)) & seen
    for row in np.flatnonzero(changed):
        yield Changed(
            UUID(swept.columns.ids[int(row)]),
            swept.kind,
            code,
            bool(now[row] == ELIGIBLE),
            _standing(before[row]),
            _standing(now[row]),
        )


def _standing(code: int) -> Standing | None:
    return STANDINGS[code] if code < ABSENT else None


def _by_policy(
    rows: Sequence[Changed], held: Collection[Snapshot], current: Edition
) -> Iterator[PolicyChange]:
    versions = {code: one[1] for snapshot in held for code, one in snapshot.policies.items()}
    for code in sorted({row.policy for row in rows}):
        mine = [row for row in rows if row.policy == code]
        gained = sum(row.gained for row in mine)
        ended = any(row.now is None for row in mine)
        cause = "ended" if ended else _cause(current.texts[code], versions.get(code))
        yield PolicyChange(code, gained, len(mine) - gained, cause)


def _cause(text: Text, version: int | None) -> Cause:
    if version is None:
        return "begun"
    return "" if version == text.policy.version else "revised"


def _read_by(book: Rulebook, code: str) -> frozenset[str]:
    return book.only([code]).used
