"""Lists that are handed over at a fixed time: the problem list on a leader's desk each morning.

A list is cut at a time of day and handed over at another, both the district's. It holds what was
recorded before the cut; requests that wait for it are delivered with it, and their clocks start then.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal, timers
from furong.apps.base.models import Timer
from furong.apps.base.timers import handles
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.performing import write
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.engine.taking import begin_watch, lock
from furong.apps.cases.models import (
    Case,
    Event,
    Handover,
    HandoverLine,
    ProcedureVersion,
    Request,
)
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.notices.actions import NobodyToTell, notify
from furong.packs.models.procedures import Posted

TIMER = "cases.list"
Why = HandoverLine.Why
ORDER = (Why.ASKED, Why.OVERDUE, Why.DUE, Why.OPENED)
"""What stands first on a list; a case stands once, for the first reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case for a list, and why."""

    case: Case
    why: str
    request: Request | None = None


def begin(at: datetime) -> None:
    """Appoints the next handing-over of every list of the installed procedures."""
    for machine in _machines():
        for name, posted in machine.procedure.lists.items():
            _appoint(machine, name, posted, after=at)


def _machines() -> Iterator[Machine]:
    codes = ProcedureVersion.objects.values_list("code", flat=True).distinct()
    for code in sorted(set(codes)):
        version = ProcedureVersion.objects.latest_of(code)
        if version is not None:
            yield machine_of(version)


def _appoint(machine: Machine, name: str, posted: Posted, *, after: datetime) -> None:
    due = next_at(posted.hand_over, after, machine.calendar.zoneinfo)
    timers.schedule(TIMER, f"{machine.procedure.procedure}:{name}", due_at=due)


def next_at(of_day: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after another at which the district's clocks show a time of day."""
    local = after.astimezone(zone)
    found = datetime.combine(local.date(), of_day, zone)
    return found if found > after else datetime.combine(local.date() + timedelta(1), of_day, zone)


def last_at(of_day: time, upto: datetime, zone: ZoneInfo) -> datetime:
    """The last moment up to another at which the district's clocks showed a time of day."""
    local = upto.astimezone(zone)
    found = datetime.combine(local.date(), of_day, zone)
    return found if found <= upto else datetime.combine(local.date() - timedelta(1), of_day, zone)


@handles(TIMER)
def hand_over_by_timer(timer: Timer, at: datetime) -> None:
    """One list, to everybody whom it is for; and the appointment for the next day."""
    code, _sep, name = timer.key.partition(":")
    version = ProcedureVersion.objects.latest_of(code)
    if version is None:
        return
    machine = machine_of(version)
    posted = machine.procedure.lists.get(name)
    if posted is None:  # a newer version has no such list any more
        return
    latest = last_at(posted.hand_over, at, machine.calendar.zoneinfo)
    hand_over(machine, name, due_at=max(timer.due_at, latest), at=at)  # after downtime today's
    _appoint(machine, name, posted, after=max(at, timer.due_at))


@transaction.atomic
def hand_over(machine: Machine, name: str, *, due_at: datetime, at: datetime) -> list[Handover]:
    """Hands a list over: one to each person, empty ones left out. Twice for one day changes nothing.

    due_at: when it should have been; the cut is the last one before it.
    """
    posted = machine.procedure.lists[name]
    zone = machine.calendar.zoneinfo
    cut = last_at(posted.cut, due_at, zone)
    by_person: dict[UUID, list[Line]] = defaultdict(list)
    people: dict[UUID, User] = {}
    for line in _lines(machine, posted, cut):
        for person in _for_whom(machine, posted, line, at):
            people[person.pk] = person
            by_person[person.pk].append(line)
    made = []
    for pk, lines in by_person.items():
        handed = _hand(machine, name, posted, people[pk], _ordered(lines), cut=cut, at=at)
        made += [handed] if handed else []
    for request in _waiting(machine, name, cut):
        _deliver(request, at)
    return made


def _waiting(machine: Machine, name: str, cut: datetime) -> list[Request]:
    wanted = machine.procedure.lists[name].delivers
    rows = Request.objects.pending().filter(
        case__procedure__code=machine.procedure.procedure,
        name__in=wanted,
        waits_for=name,
        delivered_at=None,
        asked_at__lt=cut,
    )
    return [*rows]


def _deliver(request: Request, at: datetime) -> None:
    """The request is before who answers it: its clock starts."""
    doing = begin_watch(lock(request.case_id), at=at)
    held = next((one for one in doing.requests if one.pk == request.pk), None)
    if held is None:
        return
    held.delivered_at = at
    held.save(update_fields=["delivered_at"])
    journal.record(
        "request.deliver",
        by="cases",
        at=at,
        about=held,
        payload={"case": held.case_id, "name": held.name},
    )
    doing.follow_clocks()
    write(doing)


def _lines(machine: Machine, posted: Posted, cut: datetime) -> Iterator[Line]:
    """What the list holds, before it is parted by people; a case once for each reason."""
    cases = Case.objects.filter(procedure__code=machine.procedure.procedure).with_all()
    live, holds = cases.live().filter(opened_at__lt=cut), set(posted.holds)
    if Why.ASKED in holds:
        asked = Request.objects.pending().filter(
            case__procedure__code=machine.procedure.procedure,
            name__in=posted.delivers,
            asked_at__lt=cut,
        )
        for request in asked.select_related("case__procedure", "case__subject__street"):
            yield Line(request.case, Why.ASKED, request)
    if Why.OVERDUE in holds:
        yield from (Line(one, Why.OVERDUE) for one in live.filter(due_at__lte=cut))
    if Why.DUE in holds:
        day = cut + timedelta(days=1)
        yield from (Line(one, Why.DUE) for one in live.filter(due_at__gt=cut, due_at__lte=day))
    if Why.OPENED in holds:
        since = cut - timedelta(days=1)
        opened = cases.filter(opened_at__gte=since, opened_at__lt=cut)
        yield from (Line(one, Why.OPENED) for one in opened)


def _for_whom(machine: Machine, posted: Posted, line: Line, at: datetime) -> list[User]:
    roles = posted.to
    if line.request is not None:
        answered_by = machine.procedure.requests[line.request.name].answered_by
        roles = tuple(role for role in posted.to if role in answered_by)
    return Parties(machine, line.case, at).holders(roles)


def _ordered(lines: Iterable[Line]) -> list[Line]:
    first: dict[UUID, Line] = {}
    for line in sorted(lines, key=lambda one: ORDER.index(Why(one.why))):
        first.setdefault(line.case.pk, line)
    return [*first.values()]


def _hand(
    machine: Machine,
    name: str,
    posted: Posted,
    person: User,
    lines: list[Line],
    *,
    cut: datetime,
    at: datetime,
) -> Handover | None:
    code = machine.procedure.procedure
    handed, made = Handover.objects.get_or_create(
        procedure=code,
        name=name,
        person=person,
        cut_at=cut,
        defaults={"label": posted.label, "handed_at": at},
    )
    if not made:
        return None
    HandoverLine.objects.bulk_create(
        HandoverLine(handover=handed, case=one.case, why=one.why, request=one.request, place=place)
        for place, one in enumerate(lines, start=1)
    )
    journal.record(
        "list.hand_over",
        by="cases",
        at=at,
        about=handed,
        payload={"list": f"{code}:{name}", "person": person.pk, "cut": cut, "lines": len(lines)},
    )
    asked = sum(one.why == Why.ASKED for one in lines)
    with contextlib.suppress(NobodyToTell):  # the list is there all the same
        notify(
            [person],
            title=_("%(label)s：%(count)d 件") % {"label": posted.label, "count": len(lines)},
            body=_("其中 %d 件吹哨待您报到。") % asked if asked else "",
            path=f"/lists/{handed.pk}/",
            about=handed,
            by="cases",
            at=at,
        )
    return handed


@transaction.atomic
def mark_list_read(handed: Handover, *, by: User, at: datetime) -> Handover:
    """The person has opened their list. A second time changes nothing."""
    held = Handover.objects.select_for_update().get(pk=handed.pk)
    if held.person_id != by.pk:
        raise Denied("case.view")
    if held.read_at is None:
        held.read_at = at
        held.save(update_fields=["read_at"])
        journal.record("list.read", by=by, at=at, about=held)
    return held


def acted_on(handed: Handover) -> dict[UUID, Event]:
    """The person's last act on each case of a list since it was handed over."""
    rows = Event.objects.filter(
        case__in=handed.lines.values("case"), by=handed.person, recorded_at__gte=handed.handed_at
    ).order_by("recorded_at")
    return {event.case_id: event for event in rows}
