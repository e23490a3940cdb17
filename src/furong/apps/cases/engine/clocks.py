"""The clocks of a case while an act is under way: started and stopped by where the case stands.

A clock of the case runs exactly in the states that it names; one of an assignment until the unit is
done; one of a request from delivery to answer. All stand while the case is suspended, but for those
that run in that state. What ran is kept as intervals; due times are computed from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading, insert, update
from furong.apps.base.errors import Refusal
from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Case, Clock, Interval, Request
from furong.apps.cases.models.case import Category
from furong.engines import worktime
from furong.engines.worktime import CalendarEnds, Length, Until, WorktimeError, read_duration
from furong.packs.models.procedures import Limit
from furong.packs.models.procedures import Rung as PackRung

LOOK_AGAIN = timedelta(days=1)
"""After this a clock is looked at anew whose calendar does not know a year that it needs."""


_RUNS = Reading(
    lambda case, cycle: (
        Interval.objects.filter(Q(clock__running=True) | Q(clock__cycle=cycle), clock__case=case)
        .select_related("clock")
        .order_by("clock", "pk")
    ),
    "case",
    "cycle",
)
"""The intervals of a case's clocks, with them: a clock that never ran is not there."""


type Done = set[tuple[UUID, str]]
"""The rungs on which somebody acted: clock and rung."""


class NoCalendar(Refusal):
    """A limit cannot be counted: the calendar does not know the year."""


def length_of(limit: Limit, kind: str, counting: str) -> Length | None:
    """What a procedure writes for a class, in one way of counting; None where it writes none."""
    written = limit.natural if counting == "natural" else limit.working
    text = written.get(kind) if isinstance(written, dict) else written
    return None if text is None else read_duration(text)


def rung_name(index: int, rung: PackRung) -> str:
    """A rung by its place on the ladder and when it falls: `0:80%`, `2:overdue`."""
    return f"{index}:{rung.at or 'overdue'}"


def limit_of(row: Clock, machine: Machine, at: datetime) -> worktime.Limit:
    """What a clock runs against, as it was at a time."""
    moment = row.moment(at)
    length: Length = Until(moment) if moment else read_duration(row.length)
    counting: worktime.Counting = "natural" if row.counting == "natural" else "working"
    return worktime.Limit(length, machine.calendar, counting)


@dataclass
class Clocks:
    """rows: the clocks that run, and those of the present cycle, with their intervals."""

    machine: Machine
    case: Case
    at: datetime
    rows: list[Clock] = field(default_factory=list)
    _runs: dict[UUID, list[Interval]] = field(default_factory=dict)
    _made: list[Clock] = field(default_factory=list)
    _begun: list[Interval] = field(default_factory=list)
    _ended: list[Interval] = field(default_factory=list)
    _changed: dict[UUID, Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, machine: Machine, case: Case, at: datetime) -> "Clocks":
        known = machine.procedure.clocks  # an earlier version of the procedure may have had others
        made = cls(machine, case, at)
        for interval in _RUNS.all(case=case.pk, cycle=case.cycle):
            if interval.clock.name not in known:
                continue
            if interval.clock_id not in made._runs:
                made.rows.append(interval.clock)
            made._runs.setdefault(interval.clock_id, []).append(interval)
        return made

    # --- as the case stands -------------------------------------------------------------------

    def follow(
        self, assignments: Sequence[Assignment], requests: Sequence[Request], cause: str
    ) -> None:
        """Starts and stops clocks so that they agree with the case, its assignments and requests."""
        for name, clock in self.machine.procedure.clocks.items():
            if clock.runs_in:
                wanted = self.case.state in clock.runs_in
                self._let(name, wanted, cause)
        for assignment in assignments:
            declared = self.machine.procedure.assignments.get(assignment.kind)
            if declared is not None and declared.clock is not None:
                owed = assignment.state in Assignment.OWED and self._goes_on
                self._let(declared.clock, owed, cause, assignment=assignment)
        for request in requests:
            asked = self.machine.procedure.requests.get(request.name)
            if asked is not None:
                waits = request.settled_at is None and request.delivered_at is not None
                waits = waits and self.case.category != Category.CLOSED
                self._let(asked.clock, waits, cause, request=request)
        for row in self.rows:
            if row.running and row.cycle != self.case.cycle:
                self._stop(row)

    @property
    def _goes_on(self) -> bool:
        return self.case.category == Category.OPEN

    def _let(
        self,
        name: str,
        wanted: bool,
        cause: str,
        *,
        assignment: Assignment | None = None,
        request: Request | None = None,
    ) -> None:
        row = self.find(name, assignment=assignment, request=request)
        if not wanted:
            if row is not None and row.running:
                self._stop(row)
        elif row is None:
            row = self._make(name, assignment=assignment, request=request)
            self._start(row, cause)
        elif not row.running:
            self._start(row, cause)

    def find(
        self, name: str, *, assignment: Assignment | None = None, request: Request | None = None
    ) -> Clock | None:
        """A clock of the present cycle; of the case where no assignment and no request is named."""
        mine = (assignment and assignment.pk, request and request.pk)
        for row in self.rows:
            present = request is not None or row.cycle == self.case.cycle
            if present and row.name == name and (row.assignment_id, row.request_id) == mine:
                return row
        return None

    def _make(self, name: str, *, assignment: Assignment | None, request: Request | None) -> Clock:
        limit, calendar = self.machine.procedure.clocks[name].limit, self.machine.calendar
        row = Clock(
            case=self.case,
            name=name,
            cycle=self.case.cycle,
            assignment=assignment,
            request=request,
            counting="natural",
            calendar=calendar.name,
            calendar_version=calendar.version,
        )
        if limit.until is not None:
            moment = self._moment(limit.until, request)
            if moment is None:
                raise Refusal(
                    _("没有写明“%s”，时限无从算起，请填写")
                    % self.machine.view.every_field[limit.until].label
                )
            row.until = moment
        else:
            self._set_length(row, limit)
        self.rows.append(row)
        self._runs[row.pk] = []
        self._made.append(row)
        return row

    def _set_length(self, row: Clock, limit: Limit) -> None:
        natural = length_of(limit, self.case.kind, "natural")
        working = length_of(limit, self.case.kind, "working")
        started = self._runs.get(row.pk)
        begun = started[0].started_at if started else self.at
        chosen = worktime.Limit.under(
            self.machine.calendar, begun, natural=natural, working=working
        )
        row.counting, row.length = chosen.counting, str(chosen.length)

    def _moment(self, name: str, request: Request | None) -> datetime | None:
        held = (request.fields if request else {}).get(name) or self.case.fields.get(name)
        return datetime.fromisoformat(held) if isinstance(held, str) else None

    # --- start, stop, move --------------------------------------------------------------------

    def _start(self, row: Clock, cause: str) -> None:
        ran = self._runs[row.pk]
        last = ran[-1].stopped_at if ran else None
        begin = max(self.at, last) if last else self.at  # the server's clock may be set back
        interval = Interval(clock=row, started_at=begin, cause=cause[:64])
        self._runs[row.pk].append(interval)
        self._begun.append(interval)
        row.running = True
        self._changed[row.pk] = row

    def _stop(self, row: Clock) -> None:
        interval = self._runs[row.pk][-1]
        interval.stopped_at = max(self.at, interval.started_at)
        self._ended.append(interval)
        row.running = False
        self._changed[row.pk] = row

    def reclassify(self, *, to: str, answered: Request | None) -> None:
        """The case's class changed: limits are those of the new one, and what has run stays run.

        What the same act brings to its end is judged by the class under which it ran. to: the state
        into which the case goes; answered: the request that is answered.
        """
        for row in self.rows:
            clock = self.machine.procedure.clocks[row.name]
            ends = (
                to not in clock.runs_in
                if clock.runs_in
                else row.request_id is not None
                and (answered is not None and row.request_id == answered.pk)
            )
            limit = clock.limit
            if row.running and not ends and limit.until is None and not row.moves:
                self._set_length(row, limit)
                self._changed[row.pk] = row

    def move(self, row: Clock, until: datetime, *, at_most_limits: object = None) -> None:
        """Extends a clock to a moment. Raises Refusal where that is no extension, or too long."""
        limit = self.limit(row)
        now_due = self._due(row)
        if until <= self.at:
            raise Refusal(_("延至的时间已经过了，请重填"))
        if now_due is not None and until <= now_due:
            raise Refusal(
                _("现在的时限是 %(due)s，延至的时间须在其后") % {"due": self._shown(now_due)}
            )
        if at_most_limits is not None and now_due is not None and row.length:
            share = str(at_most_limits)
            latest = self._after(now_due, limit, share)
            if until > latest:
                raise Refusal(
                    _("最多延至 %(latest)s（原时限的 %(share)s 倍）；确需更久的，请再次提请")
                    % {"latest": self._shown(latest), "share": share}
                )
        self._put(row, until)

    def set_due(self, row: Clock, until: datetime) -> None:
        """A due time that somebody who may has named, earlier or later than the limit."""
        if until <= self.at:
            raise Refusal(_("要求办结的时间已经过了，请重填"))
        self._put(row, until)

    def _put(self, row: Clock, until: datetime) -> None:
        row.moves = [*row.moves, [self.at.isoformat(), until.isoformat()]]
        self._changed[row.pk] = row

    def _after(self, start: datetime, limit: worktime.Limit, share: str) -> datetime:
        whole = worktime.elapsed(
            self.at,
            worktime.add(self.at, limit.length, limit.calendar, limit.counting),
            limit.calendar,
            limit.counting,
        )
        tenths = int(whole.total_seconds() * float(share) // 360)  # tenths of an hour
        return worktime.add(
            start, worktime.Duration(max(tenths, 1), "h"), limit.calendar, limit.counting
        )

    # --- what follows -------------------------------------------------------------------------

    def limit(self, row: Clock) -> worktime.Limit:
        return limit_of(row, self.machine, self.at)

    def intervals(self, row: Clock) -> list[worktime.Interval]:
        return [worktime.Interval(one.started_at, one.stopped_at) for one in self._runs[row.pk]]

    def _due(self, row: Clock) -> datetime | None:
        try:
            return worktime.due(self.intervals(row), self.limit(row), self._now(row))
        except WorktimeError as error:
            raise NoCalendar(str(error)) from error

    def _now(self, row: Clock) -> datetime:
        """The moment of the act, or of the clock's start where that lies ahead: the server's own clock
        was set back since, and the case goes on as if it stood still meanwhile.
        """
        ran = self._runs[row.pk]
        return max(self.at, ran[-1].started_at) if ran else self.at

    def _shown(self, moment: datetime) -> str:
        return words.shown_due(moment, self.machine.calendar.zoneinfo)

    def refresh(self) -> None:
        """Due times anew where something changed; the case's own from its running clocks."""
        for row in self._changed.values():
            row.due_at = self._due(row) if row.running else None
        running = [
            row for row in self.rows
            if row.running and row.due_at and not row.assignment_id and not row.request_id
        ]  # fmt: skip
        first = min(running, key=lambda row: row.due_at or self.at, default=None)
        self.case.due_at = first.due_at if first else None
        self.case.due_clock = first.name if first else ""

    def last_due(self) -> datetime | None:
        """Until when the case is to be through the state in which it is."""
        found = [
            row.due_at for row in self.rows
            if row.running and row.due_at and not row.assignment_id and not row.request_id
        ]  # fmt: skip
        return max(found, default=None)

    def save(self) -> None:
        """Writes what was made, started, stopped and moved."""
        insert(self._made)
        new = {id(one) for one in self._begun}
        ended = [one for one in self._ended if id(one) not in new]
        update(ended, "stopped_at")  # first: a clock has one open interval
        insert(self._begun)
        made = {row.pk for row in self._made}
        changed = [row for key, row in self._changed.items() if key not in made]
        update(changed, "running", "due_at", "until", "moves", "length", "counting")
        self._made, self._begun, self._ended, self._changed = [], [], [], {}

    # --- ladders ------------------------------------------------------------------------------

    def rungs(self, row: Clock) -> Sequence[PackRung]:
        ladder = self.machine.procedure.clocks[row.name].ladder
        return self.machine.procedure.ladders.get(ladder or "", ())

    def ladder(self, row: Clock) -> list[worktime.Rung]:
        """The rungs of a clock as the engine knows them, named by their place."""
        return [*self._engine_rungs(row)]

    def _engine_rungs(self, row: Clock) -> Iterator[worktime.Rung]:
        for index, rung in enumerate(self.rungs(row)):
            if rung.at is not None:
                yield worktime.Rung(rung_name(index, rung), int(rung.at.rstrip("%")))
            elif rung.overdue is not None:
                over = rung.overdue
                text = (over.natural if row.counting == "natural" else over.working) or (
                    over.natural or over.working
                )
                assert text is not None, "checked when the pack was loaded"
                yield worktime.Rung(rung_name(index, rung), overdue=read_duration(text))

    def next_fall(self, done: Done) -> datetime | None:
        """When the next rung of any running clock falls, if all goes on as it is.

        done: (clock id, rung) of those that fell already.
        """
        falls = []
        for row in self.rows:
            if not row.running:
                continue
            waiting = [r for r in self.ladder(row) if (row.pk, r.name) not in done]
            try:
                falls += [
                    fall.at
                    for fall in worktime.foreseen(
                        self.intervals(row), self.limit(row), waiting, self._now(row)
                    )
                ]
            except CalendarEnds:
                falls.append(self.at + LOOK_AGAIN)
        return min(falls, default=None)

    def fallen(self, done: Done) -> list[tuple[Clock, worktime.Fall]]:
        """The rungs of running clocks that have fallen by now and were not acted on, in order."""
        found = []
        for row in self.rows:
            if row.running:
                waiting = [r for r in self.ladder(row) if (row.pk, r.name) not in done]
                falls = worktime.rungs(self.intervals(row), self.limit(row), waiting, until=self.at)
                found += [(row, fall) for fall in falls]
        return sorted(found, key=lambda pair: pair[1].at)
