"""Who is entitled to what and does not receive it yet (应享未享).

A subject is in the list once for each policy in force that it is eligible under, unless it has
taken up that policy, or another one of the same exclusive group, or is closed. The list is made of
the sweeps' bitmaps and kept as long as they are; a page of it judges nobody.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from furong.apps.policies.models import Application, Decision
from furong.apps.policies.reads.counted import DISTRICT, Counted
from furong.apps.policies.reads.library import Edition, day_of, edition
from furong.apps.policies.reads.snapshots import Snapshot, latest
from furong.apps.policies.reads.sweeps import Groups, Swept, sweeps
from furong.apps.policies.reads.verdicts import concerning
from furong.apps.registry.models import Subject

UNKNOWN = -1
"""The amount of an eligible subject for which it is not known."""

type Flags = NDArray[np.bool_]
type Places = NDArray[np.intp]
"""Of pairs in the list."""
type Pairs = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]
"""Rows of subjects, numbers of policies, amounts."""

NOBODY: Pairs = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Since:
    """The day since which a subject has qualified. exact: else it may have been longer."""

    day: date
    exact: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A subject and a policy that it could take up. amount: fen, None where it is not known.

    since: None where no snapshot tells it.
    """

    subject: UUID
    policy: str
    amount: int | None
    since: Since | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the list is wanted: "" and None leave it whole. subjects: ids as text.

    size: a code, or "-" for those of unknown size.
    """

    policy: str = ""
    door: str = ""
    street: str = ""
    size: str = ""
    subjects: frozenset[str] | None = None


EVERYTHING = Wanted()


class Entitled:
    """The list, as arrays over its pairs of a subject and a policy, the largest amount first."""

    def __init__(
        self,
        parts: Sequence[Swept],
        policies: Mapping[str, Sequence[str]],
        taken: Collection[tuple[UUID, str]],
        closed: Collection[UUID],
    ) -> None:
        """policies: those that count, by kind. taken: subjects with what they have taken up."""
        self.parts = parts
        self.codes = [*dict.fromkeys(code for part in parts for code in policies[part.kind])]
        self._texts = parts[0].edition.texts if parts else {}
        self._number = {code: number for number, code in enumerate(self.codes)}
        self.ids = [one for part in parts for one in part.columns.ids]
        self._place = {one: place for place, one in enumerate(self.ids)}
        found = [*self._pairs(policies)] or [NOBODY]
        rows, policy, amounts = (np.concatenate(column) for column in zip(*found, strict=True))
        open_ = ~(self._closed(closed)[rows] | self._taken(rows, policy, taken))
        rows, policy, amounts = rows[open_], policy[open_], amounts[open_]
        order = np.lexsort((policy, rows, -amounts))
        self.rows: NDArray[np.intp] = rows[order]
        self.policy: NDArray[np.intp] = policy[order]
        self.amounts: NDArray[np.int64] = amounts[order]

    def _pairs(self, policies: Mapping[str, Sequence[str]]) -> Iterator[Pairs]:
        """All who are eligible, by kind and policy."""
        start = 0
        for part in self.parts:
            for code in policies[part.kind]:
                rows = part.rows(code, "eligible")
                amounts = np.full(part.columns.count, UNKNOWN, np.int64)
                if (paid := part.sweep.payable.get(code)) is not None:
                    amounts[paid.rows] = paid.amounts
                yield rows + start, np.full(rows.size, self._number[code]), amounts[rows]
            start += part.columns.count

    def _closed(self, closed: Collection[UUID]) -> Flags:
        """Of each subject whether it is closed."""
        shut = np.zeros(len(self.ids), np.bool_)
        shut[[self._place[one] for one in map(str, closed) if one in self._place]] = True
        return shut

    def _taken(self, rows: Places, policy: Places, taken: Collection[tuple[UUID, str]]) -> Flags:
        """The pairs that are taken up already, by themselves or by another policy of the group."""
        alike = {code: self._alike(code) for code in {code for _subject, code in taken}}
        width = len(self.codes)
        cells = {
            place * width + other
            for subject, code in taken
            if (place := self._place.get(str(subject))) is not None
            for other in alike[code]
        }
        return np.isin(rows * width + policy, [*cells])

    def _alike(self, code: str) -> list[int]:
        """The numbers of the policy and of those that exclude each other with it."""
        if code not in self._texts:
            return []
        name = self._group(code)
        return [number for number, one in enumerate(self.codes) if self._group(one) == name]

    def __len__(self) -> int:
        return self.rows.size

    def chosen(self, wanted: Wanted = EVERYTHING) -> Places:
        """The places of the pairs that are wanted, the largest amount first, unknown ones last."""
        kept = np.ones(len(self), np.bool_)
        if wanted.policy:
            kept &= self._of([code for code in self.codes if code == wanted.policy])
        if wanted.door:
            kept &= self._of(
                [
                    code
                    for code in self.codes
                    if (self._texts[code].policy.door or "-") == wanted.door
                ]
            )
        if wanted.street:
            kept &= (self._streets == wanted.street)[self.rows]
        if wanted.size:
            kept &= (self._sizes == wanted.size)[self.rows]
        if wanted.subjects is not None:
            covered = np.array([one in wanted.subjects for one in self.ids], np.bool_)
            kept &= covered[self.rows]
        return np.flatnonzero(kept)

    def by_amount(self, places: Places) -> Places:
        """The pairs with the smallest amount first, unknown ones last."""
        known = self.amounts[places] != UNKNOWN
        return np.concatenate([places[known][::-1], places[~known]])

    def by_age(self, places: Places, at: datetime, *, latest_first: bool = False) -> Places:
        """The pairs that have qualified longest first, or last; those of unknown age last."""
        ages = np.abs(self._ages(places, at))
        known = ages != 0
        order = np.argsort(-ages[known] if latest_first else ages[known], kind="stable")
        return np.concatenate([places[known][order], places[~known]])

    def listed(self, places: Places | Sequence[int], at: datetime) -> list[Entitlement]:
        """What is told of these pairs."""
        places = np.asarray(places, np.intp)
        ages = self._ages(places, at)
        return [
            Entitlement(
                UUID(self.ids[self.rows[place]]),
                self.codes[self.policy[place]],
                int(self.amounts[place]) if self.amounts[place] != UNKNOWN else None,
                Since(date.fromordinal(abs(int(age))), exact=bool(age > 0)) if age else None,
            )
            for place, age in zip(places, ages, strict=True)
        ]

    def subjects(self, places: Places) -> int:
        """How many subjects these pairs are of."""
        return int(np.unique(self.rows[places]).size)

    def counts(self, places: Places) -> dict[str, int]:
        """How many of these pairs each policy has, the most first; policies without any left out."""
        found = np.bincount(self.policy[places], minlength=len(self.codes))
        order = np.argsort(-found, kind="stable")
        return {self.codes[one]: int(found[one]) for one in order if found[one]}

    def total(self, places: Places) -> int:
        """What these pairs come to (fen); of policies that exclude each other the highest alone."""
        amounts = np.maximum(self.amounts[places], 0)
        cells = self.rows[places] * (len(self._groups) + 1) + self._group_of[self.policy[places]]
        _first, whose = np.unique(cells, return_inverse=True)
        highest = np.zeros(_first.size, np.int64)
        np.maximum.at(highest, whose, amounts)
        return int(highest.sum())

    def _of(self, codes: Collection[str]) -> Flags:
        return np.isin(self.policy, [self._number[code] for code in codes])

    @cached_property
    def _groups(self) -> list[str]:
        """A name for each set of policies of which one alone is paid."""
        return [*dict.fromkeys(self._group(code) for code in self.codes)]

    @cached_property
    def _group_of(self) -> NDArray[np.intp]:
        return np.array([self._groups.index(self._group(code)) for code in self.codes], np.intp)

    def _group(self, code: str) -> str:
        group = self._texts[code].policy.group
        return f"group {group.id}" if group else code

    @cached_property
    def _streets(self) -> NDArray[np.str_]:
        return self._words([part.streets for part in self.parts], "")

    @cached_property
    def _sizes(self) -> NDArray[np.str_]:
        return self._words([part.sizes for part in self.parts], "-")

    def _words(self, groups: Sequence[Groups], none: str) -> NDArray[np.str_]:
        found = [np.array([*one.names, none], np.str_)[one.positions] for one in groups]
        return np.concatenate(found) if found else np.empty(0, np.str_)

    def _ages(self, places: Places, at: datetime) -> NDArray[np.int64]:
        """The ordinals of the days since which these pairs hold, as `StandingDay.since` has them."""
        held = latest(at)
        found = np.zeros(places.size, np.int64)
        rows, policy = self.rows[places], self.policy[places]
        start = 0
        for part in self.parts:
            end = start + part.columns.count
            inside = np.flatnonzero((rows >= start) & (rows < end))
            if inside.size and part.kind in held:
                ids = tuple(self.ids[row] for row in rows[inside])
                codes = [self.codes[one] for one in policy[inside]]
                found[inside] = _told(held[part.kind], ids, codes, part.edition, at)
            start = end
        return found


def _told(
    held: Snapshot, ids: tuple[str, ...], codes: Sequence[str], current: Edition, at: datetime
) -> NDArray[np.int64]:
    """What a snapshot tells of pairs; of those that came to qualify after it, only if it is today's."""
    columns = held.columns_of(ids)
    today = day_of(at, current.known)
    new = today.toordinal() if held.day == today else 0
    return np.array(
        [
            int(held.since[held.policies[code][0], column]) or new
            if column >= 0 and code in held.policies
            else new
            for column, code in zip(columns, codes, strict=True)
        ],
        np.int64,
    )


def entitled(at: datetime, counted: Counted = DISTRICT) -> Entitled:
    """The list of those that are counted, by what is known now."""
    current = edition(at)
    parts = tuple(sweeps(current, counted))
    day = day_of(at, current.known)
    policies = tuple(
        (part.kind, tuple(text.policy.id for text in concerning(part.kind, current, day)))
        for part in parts
    )
    closed = Subject.objects.filter(status=Subject.Status.CLOSED).values_list("pk", flat=True)
    return _made(parts, policies, frozenset(taken_up()), frozenset(closed))


@lru_cache(maxsize=16)
def _made(
    parts: tuple[Swept, ...],
    policies: tuple[tuple[str, tuple[str, ...]], ...],
    taken: frozenset[tuple[UUID, str]],
    closed: frozenset[UUID],
) -> Entitled:
    return Entitled(parts, dict(policies), taken, closed)


def taken_up() -> Iterator[tuple[UUID, str]]:
    """Subjects and policies with an application that is live or a decision that grants."""
    pair = ("subject_id", "version__policy__code")
    yield from Application.objects.live().values_list(*pair)
    yield from Decision.objects.filter(outcome=Decision.Outcome.GRANTED).values_list(*pair)
