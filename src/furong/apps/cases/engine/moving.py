"""One case on its way to a newer version of its procedure: in memory, until somebody writes it.

A state map of the new version says where each state leads and what was renamed. What has run stays
run: a clock goes on under the new limit with the intervals that it has, in the way of counting in
which it was begun. A rung that fell has fallen, wherever it stands on the new ladder.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.cases.engine.clocks import Clocks, length_of, rung_name
from furong.apps.cases.engine.history import MIGRATION, renamed
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.engine.words import unit_name
from furong.apps.cases.models import Assignment, Case, Clock, Interval, ProcedureVersion, Request
from furong.apps.cases.models.case import Category
from furong.packs.models.procedures import AT_ONCE, Assigned, StateMap
from furong.packs.models.procedures import Rung as PackRung


def parts() -> list["Prefetch[Any, Any, Any]"]:
    """What `move` reads of a case: to be fetched with it, of many at once."""
    intervals = Prefetch("intervals", Interval.objects.order_by("pk"))
    return [
        Prefetch("requests", Request.objects.select_related("organisation")),
        Prefetch("assignments", Assignment.objects.select_related("organisation__zone")),
        Prefetch("clocks", Clock.objects.prefetch_related("steps", intervals)),
    ]


class CannotMove(Refusal):
    """Why a case stays under the version that it is under."""


@dataclass(frozen=True, slots=True)
class Due:
    """A limit before and after; None where its clock does not run."""

    label: str
    before: datetime | None
    after: datetime | None


type Ran = tuple[str, str, str | None]
"""A clock's name, length and moment, the last in ISO 8601."""


@dataclass
class Moved:
    """A case as it is under the new version. from_state: where it was, by its old name.

    clock_names: clocks that have another name now. rungs: rungs that fell, by clock: old → new name.
    withdrawn: labels of requests, waived: names of units that the new version has no place for.
    limits: under what clocks ran that have another name or limit now, by their ids.
    """

    case: Case
    old: Machine
    new: Machine
    clocks: "MovingClocks"
    from_state: str
    assignments: list[Assignment]
    pending: list[Request]
    dues: list[Due] = field(default_factory=list)
    due_before: datetime | None = None
    clock_names: list[Clock] = field(default_factory=list)
    rungs: dict[UUID, dict[str, str]] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)
    limits: dict[str, Ran] = field(default_factory=dict)

    @property
    def is_noticed(self) -> bool:
        """Whether who has the case in hand sees another state or another limit."""
        before, after = self.old.state(self.from_state), self.new.state(self.case.state)
        return before.label != after.label or self.due_before != self.case.due_at


class MovingClocks(Clocks):
    """The clocks of a case that goes over: they take the limits of the version that they come to."""

    @classmethod
    def fetched(cls, machine: Machine, case: Case, at: datetime) -> "MovingClocks":
        """Those of the present cycle and those that run, from what was fetched with the case."""
        made = cls(machine, case, at)
        made.rows = [row for row in case.clocks.all() if row.running or row.cycle == case.cycle]
        made._runs = {row.pk: [*row.intervals.all()] for row in made.rows}
        return made

    def drop(self, row: Clock) -> None:
        """The clock ends with the old version; what it ran is kept."""
        if row.running:
            self._stop(row)
        self.rows = [one for one in self.rows if one.pk != row.pk]

    def adopt(self, row: Clock, request: Request | None) -> None:
        """The limit of the new version, counted as before; an extension that was granted stays."""
        if row.moves:
            return
        limit, before = self.machine.procedure.clocks[row.name].limit, (row.until, row.length)
        if limit.until is None:
            length = length_of(limit, self.case.kind, row.counting)
            if length is None:  # excluded for sound maps of sound versions
                raise CannotMove(_("时限“%s”不能接续计算") % self._label(row))
            row.until, row.length = None, str(length)
        elif (moment := self._moment(limit.until, request)) is not None:
            row.until, row.length = moment, ""
        elif row.running:
            asked = self.machine.view.every_field[limit.until].label
            raise CannotMove(
                _("新版的“%(clock)s”要按“%(field)s”计，本件没有填过")
                % {"clock": self._label(row), "field": asked}
            )
        if (row.until, row.length) != before:
            self._changed[row.pk] = row

    def _label(self, row: Clock) -> str:
        return self.machine.procedure.clocks[row.name].label


def move(
    case: Case, version: ProcedureVersion, old: Machine, new: Machine, *, at: datetime
) -> Moved:
    """The case, fetched with its `parts`, as it will be under a newer version. Nothing is written.

    Raises CannotMove saying why it stays where it is.
    """
    one = new.procedure.map_from(old.procedure.version)
    if one is None:
        raise CannotMove(
            _("第 %(to)d 版没有写明第 %(from)d 版的在办件如何迁移")
            % {"from": old.procedure.version, "to": new.procedure.version}
        )
    _refuse_subject(case, new)
    clocks = MovingClocks.fetched(new, case, at)
    before = {row.pk: row.due_at for row in clocks.rows if row.running}
    made = Moved(case, old, new, clocks, case.state, [], [], due_before=case.due_at)
    _stand(case, version, one, old, new)
    names = _Names(one, old, new, case)
    _give(made, one, at)
    _ask(made, one, at)
    _count_on(made, names)
    if not any(row.running for row in clocks.rows):
        raise CannotMove(_("新版的“%s”不计时限，本件将无人跟进") % new.state(case.state).label)
    made.dues = _dues(made, before)
    return made


def _refuse_subject(case: Case, new: Machine) -> None:
    wanted = new.procedure.subject
    if case.subject is None:
        if wanted.required:
            raise CannotMove(_("新版只受理有服务对象的事项，本件没有"))
    elif case.subject.kind not in wanted.kinds:
        kind = new.known.kind(case.subject.kind).label
        raise CannotMove(_("新版不受理“%s”的事项") % kind)


def _stand(
    case: Case, version: ProcedureVersion, one: StateMap, old: Machine, new: Machine
) -> None:
    """Version, state and what the case keeps under names of the procedure."""
    if case.state not in one.states:
        raise CannotMove(_("没有写明状态“%s”迁移到哪个状态") % old.state(case.state).label)
    case.procedure = version
    case.state = one.states[case.state]
    case.category = Category(new.state(case.state).category)
    case.suspended_from = one.states.get(case.suspended_from, "")
    case.kind = one.named("classes", case.kind) or case.kind
    case.opening = renamed(f"openings.{case.opening}", new, one.start).partition(".")[2]
    kept = {}
    for name, value in case.fields.items():
        if (target := one.named("fields", name)) is not None:
            asked = new.view.every_field.get(target)
            is_class = asked is not None and asked.type == "class" and isinstance(value, str)
            kept[target] = one.named("classes", value) if is_class else value
    case.fields = kept


def _give(made: Moved, one: StateMap, at: datetime) -> None:
    """Who holds it: under the new names; a kind that ends lets its units go."""
    for row in made.case.assignments.all():
        kind = one.named("assignments", row.kind)
        if kind is not None:
            row.kind = kind
        elif row.state not in Assignment.GONE:
            made.waived.append(unit_name(row.organisation))
            row.state, row.ended_at = Assignment.State.WAIVED, at
        made.assignments.append(row)
    held = [row for row in made.assignments if row.state not in Assignment.GONE]
    for kind, times in Counter(row.kind for row in held).items():
        declared = made.new.procedure.assignments[kind]
        if declared.count in (1, "0..1") and times > 1:
            raise CannotMove(
                _("新版的“%(kind)s”只能有一个单位，本件有 %(times)d 个")
                % {"kind": declared.label, "times": times}
            )
    for (kind, _unit), times in Counter((row.kind, row.organisation_id) for row in held).items():
        if times > 1:
            label = made.new.procedure.assignments[kind].label
            raise CannotMove(_("同一单位在新版里会两次成为“%s”，请先理清承办单位") % label)
    _refuse_unowned(made, held)


def _refuse_unowned(made: Moved, held: Sequence[Assignment]) -> None:
    """In the new state somebody has the case in hand."""
    state = made.new.state(made.case.state)
    role = made.new.procedure.roles[state.owner or ""]
    if not isinstance(role.scope, Assigned):
        return
    wanted = role.scope.assignment
    if not any(row.kind == wanted for row in held):
        raise CannotMove(
            _("新版的“%(state)s”由%(role)s办理，本件还没有%(kind)s")
            % {
                "state": state.label,
                "role": role.label,
                "kind": made.new.procedure.assignments[wanted].label,
            }
        )


def _ask(made: Moved, one: StateMap, at: datetime) -> None:
    """Requests under their new names; one that has no place in the new state is withdrawn."""
    case, declared = made.case, made.new.procedure.requests
    for row in case.requests.all():
        name, label = one.named("requests", row.name), made.old.procedure.requests.get(row.name)
        row.name = name or row.name
        if row.settled_at is not None:
            continue
        made.pending.append(row)
        if name is None or case.state not in declared[name].during:
            row.settled_at = at
            made.withdrawn.append(label.label if label else row.name)
        elif row.delivered_at is None and not _still_waits(made, row):
            row.delivered_at, row.waits_for = at, ""


def _still_waits(made: Moved, row: Request) -> bool:
    """Whether a list of the new version will deliver it."""
    one = made.new.procedure
    told = one.requests[row.name].delivered.get(made.case.kind, AT_ONCE)
    return told == row.waits_for and row.waits_for in one.lists


# --- clocks ---------------------------------------------------------------------------------------


@dataclass
class _Names:
    """What clocks are called: the case's own by the map, others by what they are of."""

    one: StateMap
    old: Machine
    new: Machine
    case: Case

    def __post_init__(self) -> None:
        self._kinds = {row.pk: row.kind for row in self.case.assignments.all()}
        self._asked = {row.pk: row.name for row in self.case.requests.all()}

    def of(self, row: Clock) -> str | None:
        """Its name in the new version; None where it ends."""
        before, after = self.old.procedure, self.new.procedure
        if row.assignment_id is not None:
            kind = self.one.named("assignments", self._kinds[row.assignment_id])
            declared = after.assignments.get(kind or "")
            name = declared.clock if declared else None
        elif row.request_id is not None:
            asked = after.requests.get(
                self.one.named("requests", self._asked[row.request_id]) or ""
            )
            name = asked.clock if asked else None
        else:
            held = before.clocks.get(row.name)
            name = self.one.named("clocks", row.name) if held and held.runs_in else None
        return name if name in after.clocks else None


def _count_on(made: Moved, names: _Names) -> None:
    """Every clock under its new name and limit, with the rungs that fell; then as the case stands."""
    clocks, known = made.clocks, made.new.procedure.clocks
    requests = {row.pk: row for row in made.case.requests.all()}
    running = {row.pk for row in clocks.rows}
    for row in made.case.clocks.all():
        name, was, ran = names.of(row), row.name, _ran(row)
        if name is None:
            if row.pk in running:
                clocks.drop(row)
            if was in known:  # the new version means another clock by this name
                row.name = f"{was[:50]}@{made.old.procedure.version}"
        else:
            row.name = name
        if row.name != was:
            made.clock_names.append(row)
        if name is not None and row.pk in running:
            _rungs(made, row, was)
            asked = requests[row.request_id] if row.request_id else None
            if asked is None or asked.settled_at is None:
                clocks.adopt(row, asked)
        if _ran(row) != ran:
            made.limits[str(row.pk)] = ran
    clocks.follow(made.assignments, made.pending, MIGRATION)
    clocks.refresh()


def _ran(row: Clock) -> Ran:
    return row.name, row.length, row.until.isoformat() if row.until else None


def _rungs(made: Moved, row: Clock, was: str) -> None:
    fallen = [step.rung for step in row.steps.all()]
    if fallen and was in made.old.procedure.clocks:
        ladders = [
            one.procedure.ladders.get(one.procedure.clocks[name].ladder or "", ())
            for one, name in ((made.old, was), (made.new, row.name))
        ]
        now = rungs_now(*ladders, version=made.old.procedure.version)
        made.rungs[row.pk] = {name: now.get(name, name) for name in fallen}


def rungs_now(old: Sequence[PackRung], new: Sequence[PackRung], *, version: int) -> dict[str, str]:
    """The rungs of a ladder by their names on another: those that fall alike, else that say alike.

    A rung that is gone keeps its name with the version to which it belonged.
    """
    free = dict(enumerate(new))
    found: dict[int, int] = {}
    for alike in (_falls, _says):
        for index, rung in enumerate(old):
            if index in found:
                continue
            fitting = [place for place, other in free.items() if alike(rung) == alike(other)]
            if fitting:
                found[index] = fitting[0]
                del free[fitting[0]]
    return {
        rung_name(index, rung): rung_name(found[index], new[found[index]])
        if index in found
        else f"v{version}/{rung_name(index, rung)}"
        for index, rung in enumerate(old)
    }


def _falls(rung: PackRung) -> object:
    over = rung.overdue
    return (rung.at, over.natural, over.working) if over else (rung.at, None, None)


def _says(rung: PackRung) -> object:
    return rung.text, rung.do


def _dues(made: Moved, before: dict[UUID, datetime | None]) -> list[Due]:
    """The limits that are not what they were, in the new procedure's order; those that ended last."""
    procedure = made.new.procedure
    order = [*procedure.clocks]
    found = []
    for row in sorted(made.clocks.rows, key=lambda one: order.index(one.name)):
        was, now = before.get(row.pk), row.due_at if row.running else None
        if was != now:
            found.append(Due(procedure.clocks[row.name].label, was, now))
    kept = {row.pk for row in made.clocks.rows}
    for row in made.case.clocks.all():
        if row.pk in before and row.pk not in kept:
            label = made.old.procedure.clocks.get(row.name.partition("@")[0])
            found.append(Due(label.label if label else row.name, before[row.pk], None))
    return found
