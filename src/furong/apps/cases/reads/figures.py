"""Figures of cases as of any time, from events and intervals: what was recorded up to then.

响应 (contacted in time), 解决 (the enterprise says solved) and 满意 (the enterprise is satisfied) are
three rates over three denominators; silence is in none of the last two and counted apart. Beside
each rate stands what is left of it without the cases that were taken out of it (剔除).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from furong.apps.cases.engine.clocks import limit_of
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import (
    Assignment,
    Case,
    Clock,
    Event,
    Exclusion,
    ExclusionStep,
    Interval,
    ProcedureVersion,
    Supervision,
)
from furong.apps.cases.models.case import CaseQuerySet, Category
from furong.apps.cases.reads.moves import Move, as_it_ran, moves_of, rate_now
from furong.engines import worktime
from furong.packs.models.exclusions import RATES


@dataclass(slots=True)
class Rate:
    """numerator of denominator; missing: those that belong to it and of which it is not known yet.

    out: those of all three that were taken out; None where none was.
    """

    of: int = 0
    hit: int = 0
    missing: int = 0
    out: "Rate | None" = None

    @property
    def percent(self) -> float | None:
        """In per cent, None without a denominator."""
        return 100 * self.hit / self.of if self.of else None

    @property
    def taken_out(self) -> int:
        """How many were taken out, whether or not their outcome was known."""
        return self.out.of + self.out.missing if self.out else 0

    @property
    def after(self) -> "Rate":
        """The rate without those that were taken out."""
        out = self.out or Rate()
        return Rate(self.of - out.of, self.hit - out.hit, self.missing - out.missing)

    def add(self, hit: bool | None, *, out: bool) -> None:
        """Counts one; hit: None where its outcome is not known."""
        self.of += hit is not None
        self.hit += hit is True
        self.missing += hit is None
        if out:
            self.out = self.out or Rate()
            self.out.add(hit, out=False)


@dataclass(slots=True)
class Figures:
    """Of one group of cases. on_time: by clock, how many that ended or ran over ended in time.

    A clock that only stands, because its case is suspended, has not ended.
    """

    opened: int = 0
    closed: int = 0
    live: int = 0
    overdue: int = 0
    suspended: int = 0
    no_answer: int = 0
    returned: int = 0
    reopened: int = 0
    supervised: int = 0
    solved: Rate = field(default_factory=Rate)
    satisfied: Rate = field(default_factory=Rate)
    on_time: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))

    def rate(self, name: str) -> Rate:
        """A rate by the name that packs give it: solved, satisfied, or a clock."""
        if name == "solved":
            return self.solved
        return self.satisfied if name == "satisfied" else self.on_time[name]


@dataclass(slots=True)
class Known:
    """A case as it was known at a time. machine: under which version then; last: under which now.

    moves: how it came there.
    """

    case: UUID
    machine: Machine
    last: Machine
    subject: UUID | None
    street: str
    opened_at: datetime
    moves: Sequence[Move] = ()
    state: str = ""
    category: Category = Category.OPEN
    closure: str = ""
    cycle: int = 1
    returned: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case came out in one rate. hit: None where it is not known yet."""

    of: Known
    rate: str
    hit: bool | None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A case behind a rate. out: the requests by which it was taken out; none where it counts."""

    case: UUID
    hit: bool | None
    out: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What stood taken out at a time: (case, rate) → unit → the request by which it was."""

    held: Mapping[tuple[UUID, str], Mapping[str, UUID]]

    @classmethod
    def at(cls, known: Mapping[UUID, Known], at: datetime) -> "TakenOut":
        """From when it was granted, until it was revoked; in between whatever became of it later."""
        made: dict[tuple[UUID, str], dict[str, UUID]] = defaultdict(dict)
        steps = ExclusionStep.objects.filter(
            recorded_at__lte=at, state__in=[Exclusion.State.GRANTED, Exclusion.State.REVOKED]
        ).order_by("recorded_at", "pk")
        columns = (
            "state",
            "exclusion",
            "exclusion__case",
            "exclusion__rate",
            "exclusion__asked_at",
        )
        for state, pk, case, named, asked_at, unit in steps.values_list(
            *columns, "exclusion__unit__code"
        ).iterator():
            if case not in known:
                continue
            rate = rate_now(named, known[case].moves, asked_at, at)
            if state == Exclusion.State.GRANTED:
                made[case, rate][unit] = pk
            else:
                made[case, rate].pop(unit, None)
        return cls(made)

    def covers(self, found: Outcome, by: str, name: str) -> bool:
        """Whether an outcome is taken out of a group: for its unit, or else for every unit of it."""
        units = self.held.get((found.of.case, found.rate), {})
        if by == "unit":
            return name in units
        return bool(found.of.units) and all(unit in units for unit in found.of.units)

    def of(self, found: Outcome, by: str, name: str) -> tuple[UUID, ...]:
        """The requests by which an outcome is taken out."""
        units = self.held.get((found.of.case, found.rate), {})
        return tuple(pk for unit, pk in units.items() if by != "unit" or unit == name)


type Group = Callable[[Known], Iterable[str]]

GOOD: Mapping[str, tuple[object, ...]] = {"solved": (True,), "satisfied": ("satisfied", "fairly")}
"""The answers that count for a rate that goes by who raised the case."""

BY: Mapping[str, Group] = {
    "all": lambda _known: ("",),
    "unit": lambda known: known.units or ("",),
    "street": lambda known: (known.street,),
    "category": lambda known: (str(known.facts.get("appeal_category", "")),),
    "state": lambda known: (known.state,),
}
"""What figures may be parted by; several units of one case each count it."""


def figures(
    procedure: str,
    *,
    by: str = "all",
    since: datetime | None = None,
    among: CaseQuerySet | None = None,
    at: datetime,
) -> dict[str, Figures]:
    """Figures of a procedure's cases by group, as recorded up to `at`.

    since: opened from then on. among: the cases that count, where not all do: those that a person
    may see.
    """
    rows = Case.objects.all() if among is None else among
    known = _known(rows, procedure, since, at)
    made: dict[str, Figures] = defaultdict(Figures)
    group = BY[by]
    for one in known.values():
        for name in group(one):
            _count(made[name], one)
    out = TakenOut.at(known, at)
    for found in _outcomes(known, at):
        for name in group(found.of):
            made[name].overdue += found.overdue
            made[name].rate(found.rate).add(found.hit, out=out.covers(found, by, name))
    for case in _supervised(known, at):
        for name in group(known[case]):
            made[name].supervised += 1
    return dict(made)


def behind(
    procedure: str,
    rate: str,
    *,
    by: str = "all",
    name: str = "",
    since: datetime | None = None,
    among: CaseQuerySet | None = None,
    at: datetime,
) -> list[Counted]:
    """The cases behind a rate of one group, as `figures` counts them, in the order of opening."""
    rows = Case.objects.all() if among is None else among
    known = _known(rows, procedure, since, at)
    out = TakenOut.at(known, at)
    found = [
        Counted(one.of.case, one.hit, out.of(one, by, name) if out.covers(one, by, name) else ())
        for one in _outcomes(known, at)
        if one.rate == rate and name in BY[by](one.of)
    ]
    return sorted(found, key=lambda one: (known[one.case].opened_at, one.case))


def _supervised(known: Mapping[UUID, Known], at: datetime) -> set[UUID]:
    """The cases that were under a supervision order (督办)."""
    rows = Supervision.objects.filter(issued_at__lte=at).values_list("case", flat=True)
    return {case for case in rows if case in known}


def _count(into: Figures, one: Known) -> None:
    into.opened += 1
    into.returned += one.returned
    into.reopened += one.cycle > 1
    into.suspended += one.category == Category.SUSPENDED
    if one.category != Category.CLOSED:
        into.live += 1
        return
    into.closed += 1
    into.no_answer += one.closure == "no_answer"


def _known(
    cases: CaseQuerySet, procedure: str, since: datetime | None, at: datetime
) -> dict[UUID, Known]:
    machines = {v.pk: machine_of(v) for v in ProcedureVersion.objects.filter(code=procedure)}
    rows = cases.filter(procedure__in=machines, opened_at__lte=at)
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    moves = moves_of(machines)
    found = {
        pk: Known(
            pk,
            machines[version],
            machines[version],
            subject,
            street or "",
            opened,
            moves.get(pk, ()),
        )
        for pk, version, subject, street, opened in rows.values_list(
            "pk", "procedure", "subject", "subject__street__code", "opened_at"
        ).iterator()
    }
    _fold(found, machines, at)
    _hold(found, at)
    return found


def _fold(found: dict[UUID, Known], machines: Mapping[UUID, Machine], at: datetime) -> None:
    """What the events up to a time leave known."""
    events = Event.objects.filter(case__procedure__in=machines, recorded_at__lte=at)
    columns = ("case", "act", "to_state", "closure", "cycle", "facts", "sequence")
    for case, act, to_state, closure, cycle, facts, sequence in (
        events.order_by("case", "sequence").values_list(*columns).iterator()
    ):
        one = found.get(case)
        if one is None:
            continue
        later = (move.before for move in one.moves if sequence < move.sequence)
        one.machine = next(later, one.last)
        one.state, one.cycle = to_state, max(one.cycle, cycle)
        one.category = Category(one.machine.state(to_state).category)
        one.closure = closure if one.category == Category.CLOSED else ""
        one.facts.update(facts)
        one.returned += act in one.machine.returns


def _hold(found: Mapping[UUID, Known], at: datetime) -> None:
    """Which units held the cases at a time, of the kinds that every case must have."""
    rows = Assignment.objects.filter(assigned_at__lte=at).exclude(ended_at__lte=at).order_by("pk")
    for case, kind, unit in rows.values_list("case", "kind", "organisation__code").iterator():
        one = found.get(case)
        if one is None:
            continue
        # kinds are renamed with the case
        if kind in one.last.counting_kinds and unit not in one.units:
            one.units = (*one.units, unit)


def _outcomes(known: Mapping[UUID, Known], at: datetime) -> Iterator[Outcome]:
    """How every case came out in every rate that it belongs to."""
    for one in known.values():
        if one.category == Category.CLOSED:
            for rate, good in GOOD.items():
                answered = one.facts.get(RATES[rate])
                yield Outcome(one, rate, None if answered is None else answered in good)
    yield from _clocks_kept(known, at)


def _clocks_kept(known: Mapping[UUID, Known], at: datetime) -> Iterator[Outcome]:
    for held, intervals in _clocks(known, at):
        one = known[held.case_id]
        runs = [worktime.Interval(start, _until(stop, at)) for start, stop in intervals]
        stopped = runs[-1].stop is not None and one.category != Category.SUSPENDED
        clock = as_it_ran(held, one.moves, at, ended=runs[-1].stop if stopped else None)
        limit = limit_of(clock, one.machine, at)
        due = worktime.due(runs, limit, at)
        late = due is not None and due <= (runs[-1].stop or at)
        own = clock.assignment_id is None and clock.request_id is None
        overdue = late and not stopped and own and clock.name == "resolve"
        yield Outcome(one, clock.name, not late if stopped or late else None, overdue)


def _until(stop: datetime | None, at: datetime) -> datetime | None:
    return stop if stop is not None and stop <= at else None


def _clocks(
    known: Mapping[UUID, Known], at: datetime
) -> Iterator[tuple[Clock, list[tuple[datetime, datetime | None]]]]:
    runs: dict[UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Interval.objects.filter(started_at__lte=at).order_by("pk")
    for clock, start, stop in rows.values_list("clock", "started_at", "stopped_at").iterator():
        runs[clock].append((start, stop))
    for clock_row in Clock.objects.iterator():
        if clock_row.case_id in known and clock_row.pk in runs:
            yield clock_row, runs[clock_row.pk]
