"""Figures of cases as of any time, from events and intervals: what was recorded up to then.

响应 (contacted in time), 解决 (the enterprise says solved) and 满意 (the enterprise is satisfied) are
three rates over three denominators; silence is in none of the last two and counted apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    Interval,
    ProcedureVersion,
    Supervision,
)
from furong.apps.cases.models.case import CaseQuerySet, Category
from furong.engines import worktime


@dataclass(slots=True)
class Rate:
    """numerator of denominator; missing: those that belong to it and of which it is not known yet."""

    of: int = 0
    hit: int = 0
    missing: int = 0

    @property
    def percent(self) -> float | None:
        """In per cent, None without a denominator."""
        return 100 * self.hit / self.of if self.of else None


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


@dataclass(slots=True)
class Known:
    """A case as it was known at a time."""

    case: UUID
    machine: Machine
    subject: UUID | None
    street: str
    opened_at: datetime
    state: str = ""
    category: Category = Category.OPEN
    closure: str = ""
    cycle: int = 1
    returned: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    units: tuple[str, ...] = ()


type Group = Callable[[Known], Iterable[str]]

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
    _count_clocks(made, known, group, at)
    for case in _supervised(known, at):
        for name in group(known[case]):
            made[name].supervised += 1
    return dict(made)


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
    for rate, fact, good in (
        (into.solved, "confirmed_solved", (True,)),
        (into.satisfied, "satisfaction", ("satisfied", "fairly")),
    ):
        if fact in one.facts and one.facts[fact] is not None:
            rate.of += 1
            rate.hit += one.facts[fact] in good
        else:
            rate.missing += 1


def _known(
    cases: CaseQuerySet, procedure: str, since: datetime | None, at: datetime
) -> dict[UUID, Known]:
    machines = {v.pk: machine_of(v) for v in ProcedureVersion.objects.filter(code=procedure)}
    rows = cases.filter(procedure__in=machines, opened_at__lte=at)
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    found = {
        pk: Known(pk, machines[version], subject, street or "", opened)
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
    columns = ("case", "act", "to_state", "closure", "cycle", "facts")
    for case, act, to_state, closure, cycle, facts in (
        events.order_by("case", "sequence").values_list(*columns).iterator()
    ):
        one = found.get(case)
        if one is None:
            continue
        one.state, one.cycle = to_state, max(one.cycle, cycle)
        one.category = Category(one.machine.state(to_state).category)
        one.closure = closure if one.category == Category.CLOSED else ""
        one.facts.update(facts)
        one.returned += act == "answers.return.granted"


def _hold(found: Mapping[UUID, Known], at: datetime) -> None:
    """Which units held the cases at a time, of the kinds that every case must have."""
    rows = Assignment.objects.filter(assigned_at__lte=at).exclude(ended_at__lte=at).order_by("pk")
    for case, kind, unit in rows.values_list("case", "kind", "organisation__code").iterator():
        one = found.get(case)
        if one is None:
            continue
        declared = one.machine.procedure.assignments.get(kind)
        needed = declared is not None and declared.count in (1, "1..")
        if needed and unit not in one.units:
            one.units = (*one.units, unit)


def _count_clocks(
    made: dict[str, Figures], known: Mapping[UUID, Known], group: Group, at: datetime
) -> None:
    for clock, intervals in _clocks(known, at):
        one = known[clock.case_id]
        runs = [worktime.Interval(start, _until(stop, at)) for start, stop in intervals]
        limit = limit_of(clock, one.machine, at)
        due = worktime.due(runs, limit, at)
        stopped = runs[-1].stop is not None and one.category != Category.SUSPENDED
        late = due is not None and due <= (runs[-1].stop or at)
        for name in group(one):
            into = made[name]
            if late and not stopped and clock.assignment_id is None and clock.request_id is None:
                into.overdue += clock.name == "resolve"
            rate = into.on_time.setdefault(clock.name, Rate())
            if stopped or late:
                rate.of += 1
                rate.hit += not late
            else:
                rate.missing += 1


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
