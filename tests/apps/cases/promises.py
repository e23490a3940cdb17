"""What holds of every case at every moment, whoever did what."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from furong.apps.base.models import Timer
from furong.apps.cases.engine.clocks import Clocks, limit_of
from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.performing import TIMER
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Assignment, Case, Clock, Event, Step, Telling
from furong.apps.cases.models.case import LIVE
from furong.engines import worktime

type Ran = list[tuple[datetime, datetime | None]]


@dataclass
class Seen:
    """What the last look at a clock saw."""

    ran: dict[UUID, Ran] = field(default_factory=lambda: defaultdict(list))
    limits: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    events: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


def hold(case: Case, seen: Seen, at: datetime) -> None:
    """Raises AssertionError naming the promise that is broken."""
    machine = machine_of(case.procedure)
    events = [*Event.objects.filter(case=case).order_by("sequence").select_related("by")]
    clocks = [*Clock.objects.filter(case=case).prefetch_related("intervals")]
    assert [one.sequence for one in events] == [*range(1, case.revision + 1)], "events are gapless"
    assert case.category == machine.state(case.state).category
    assert events[-1].to_state == case.state, "the last event tells the state"
    _somebody_has_it(machine, case, clocks, at)
    _requests_are_where_they_may_be(machine, case)
    _no_circle(case)
    _nobody_judges_themselves(case, events)
    fresh = events[seen.events[case.pk] :]
    for clock in clocks:
        _clock_is_true(machine, clock, seen, at)
        _limit_moved_by_right(machine, clock, seen, fresh)
    _is_watched(machine, case, clocks, at)
    seen.events[case.pk] = len(events)


def _somebody_has_it(machine: Machine, case: Case, clocks: list[Clock], at: datetime) -> None:
    own = [c for c in clocks if c.running and c.assignment_id is None and c.request_id is None]
    if case.category not in LIVE:
        assert not [c for c in clocks if c.running], "a closed case has no clock that runs"
        assert case.due_at is None
        return
    owner = machine.state(case.state).owner
    assert owner is not None
    assert own, f"no clock of a live case runs in {case.state}"
    parties = Parties(machine, case, at)
    assert parties.holders([owner]) or parties.fallback(), f"nobody is {owner} of {case.state}"
    due = [c.due_at for c in own if c.due_at is not None]
    assert case.due_at == min(due, default=None)


def _requests_are_where_they_may_be(machine: Machine, case: Case) -> None:
    for request in case.requests.filter(settled_at=None):
        assert case.state in machine.procedure.requests[request.name].during, request.name
    names = [one.name for one in case.requests.filter(settled_at=None)]
    assert len(names) == len(set(names)), "a request is pending once"


def _no_circle(case: Case) -> None:
    seen, one = {case.pk}, case.merged_into
    assert (one is not None) == (case.closure == "merged")
    while one is not None:
        assert one.pk not in seen, "merged in a circle"
        seen.add(one.pk)
        one = one.merged_into


def _nobody_judges_themselves(case: Case, events: list[Event]) -> None:
    """Who closes is of no unit that handled it when they did."""
    for event in events:
        if event.act not in ("actions.confirm", "actions.call_back") or event.by is None:
            continue
        units = {
            one.organisation.code
            for one in Assignment.objects.filter(case=case).select_related("organisation")
            if one.assigned_at <= event.recorded_at
            and (one.ended_at is None or one.ended_at > event.recorded_at)
        }
        mine = {scope for kind, scope in (g.scope for g in event.by.grants.all())}
        assert not units & mine, f"{event.by} closed their own case"


def _clock_is_true(machine: Machine, clock: Clock, seen: Seen, at: datetime) -> None:
    ran: Ran = [(one.started_at, one.stopped_at) for one in clock.intervals.order_by("pk")]
    assert ran
    assert all(stop is not None for _start, stop in ran[:-1])
    assert clock.running == (ran[-1][1] is None)
    for (_a, stop), (start, _b) in pairwise(ran):
        assert stop is not None
        assert stop <= start, "intervals never overlap"
    before = seen.ran[clock.pk]
    for old, new in zip(before, ran, strict=False):
        assert old[0] == new[0], "an interval is never rewritten"
        assert old[1] in (None, new[1])
    assert len(before) <= len(ran)
    seen.ran[clock.pk] = ran
    intervals = [worktime.Interval(*one) for one in ran]
    limit = limit_of(clock, machine, max(at, ran[-1][0]))
    now = max(at, ran[-1][0])
    if clock.running:
        assert clock.due_at == worktime.due(intervals, limit, now), clock.name
    _additive(intervals, limit, ran[0][0], now)
    for step in Step.objects.filter(clock=clock):
        assert any(a <= step.fell_at and (b is None or step.fell_at <= b) for a, b in ran), (
            "a rung falls only while its clock runs"
        )


def _additive(
    runs: list[worktime.Interval], limit: worktime.Limit, start: datetime, now: datetime
) -> None:
    def counted(upto: datetime) -> timedelta:
        return worktime.counted(runs, upto, limit.calendar, limit.counting)

    middle = start + (now - start) / 2
    parts = timedelta()
    for one in runs:
        stop = one.stop if one.stop is not None and one.stop <= now else now
        parts += worktime.counted([one], max(stop, one.start), limit.calendar, limit.counting)
    assert counted(now) == parts, "elapsed is the sum of what ran"
    assert timedelta() <= counted(middle) <= counted(now)


def _limit_moved_by_right(machine: Machine, clock: Clock, seen: Seen, fresh: list[Event]) -> None:
    """A limit changes only by an act whose effects move it, or that says another class."""
    now = (clock.length, clock.until, clock.counting, len(clock.moves))
    before = seen.limits.get(clock.pk)
    seen.limits[clock.pk] = now
    if before is None or before == now:
        return
    assert fresh, f"{clock.name} changed its limit by itself"
    if any(one.act == MIGRATION for one in fresh):
        assert now[2:] == before[2:], f"{clock.name} counts another way in another version"
        return
    acts = [machine.act(one.act) for one in fresh if one.act.partition(".")[2]]
    moved = {
        call.args.get("clock") for one in acts for call in one.effects if call.name == "move_due"
    }
    if now[3] != before[3]:
        assert clock.name in moved
    if now[:3] != before[:3]:
        kinds = {"class"} & {
            item.type for one in acts for item in machine.view.fields(one).values()
        }
        assert kinds, f"{clock.name} has another length without another class"


def _is_watched(machine: Machine, case: Case, clocks: list[Clock], at: datetime) -> None:
    """A timer waits while anything is to be told or to fall; and none of them fails."""
    assert not Timer.objects.failing().exists(), Timer.objects.failing()[0].error
    if Timer.objects.waiting().filter(name=TIMER, key=str(case.pk)).exists():
        return
    assert not Telling.objects.filter(case=case, told_at=None).exists(), "words that wait untold"
    kept = Clocks.of(machine, case, at)
    for clock in clocks:
        fell = set(Step.objects.filter(clock=clock).values_list("rung", flat=True))
        if clock.running:
            assert {one.name for one in kept.ladder(clock)} == fell, f"{clock.name} is unwatched"
