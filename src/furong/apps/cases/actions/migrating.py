"""Moving open cases to a newer version of their procedure, by the state map that the version carries.

Each case goes in a transaction of its own, so that a run that breaks off has moved what it has moved
and the next one goes on. A case that cannot go stays under its version, and is named with the reason.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.compiled import Kept
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.cases.engine.doing import Ask, Doing
from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import every_machine, machine_of
from furong.apps.cases.engine.moving import Due, Moved, move, parts
from furong.apps.cases.engine.performing import go_on, write
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.engine.taking import lock
from furong.apps.cases.engine.words import shown_due
from furong.apps.cases.models import (
    Assignment,
    Case,
    Clock,
    Event,
    ProcedureVersion,
    Request,
    Step,
    Telling,
)
from furong.apps.cases.models.case import LIVE
from furong.apps.cases.reads.versions import left_behind
from furong.apps.directory.access import require_of
from furong.apps.directory.models import User
from furong.packs.procedures import Act

MIGRATE = "procedure.migrate"
"""The action that lets somebody do it."""

SHOWN = 20
"""Cases whose new limits a preview shows one by one."""

_AT_A_TIME = 200
_MIGRATING = Act(("actions", "migrate"), MIGRATION, "", (), (), (), None, (), ())


@dataclass(frozen=True, slots=True)
class Stays:
    """A case that stays under its version, and why."""

    case: Case
    why: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a run did: how many it moved, and which stay."""

    moved: int
    stays: tuple[Stays, ...] = ()


@dataclass
class Preview:
    """What a migration would do, were it done now. flows: (version, state, new state) → how many.

    sooner, later: cases whose earliest limit would move; overdue: that would be over at once.
    shifts: some of them, with the limits before and after.
    """

    version: ProcedureVersion
    total: int = 0
    flows: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    sooner: int = 0
    later: int = 0
    overdue: int = 0
    withdrawn: int = 0
    waived: int = 0
    shifts: list[tuple[Case, tuple[Due, ...]]] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)

    @property
    def movable(self) -> int:
        return self.flows.total()


def version_of(code: str, number: int) -> ProcedureVersion:
    """An installed version. Raises Refusal naming those that there are."""
    rows = ProcedureVersion.objects.filter(code=code).order_by("version")
    found = next((one for one in rows if one.version == number), None)
    if found is not None:
        return found
    if not rows:
        codes = sorted(set(ProcedureVersion.objects.values_list("code", flat=True)))
        raise Refusal(
            _("没有安装“%(code)s”这个办理流程；已安装的：%(codes)s")
            % {"code": code, "codes": _("、").join(codes) or _("无")}
        )
    versions = _("、").join(str(one.version) for one in rows)
    raise Refusal(
        _("%(code)s 没有安装第 %(number)d 版；已安装的：%(versions)s。请先安装带有这一版的内容包")
        % {"code": code, "number": number, "versions": versions}
    )


def preview(version: ProcedureVersion, *, by: Actor, at: datetime) -> Preview:
    """What `migrate` would do now. Nothing is written, and no case is held up."""
    require_of(by, MIGRATE, at=at)
    made, machines = Preview(version), every_machine()
    for case in _fetched(version):
        made.total += 1
        try:
            old, new = machines[case.procedure_id], machines[version.pk]
            moved = move(case, version, old, new, at=at)
        except Refusal as why:
            made.stays.append(Stays(_untouched(case), str(why)))
        else:
            _count(made, moved, at)
    return made


def _fetched(version: ProcedureVersion) -> Iterator[Case]:
    """By turns, with all that a move reads: a dozen queries for some hundred cases."""
    pks = [*left_behind(version).order_by("procedure__version", "pk").values_list("pk", flat=True)]
    for start in range(0, len(pks), _AT_A_TIME):
        rows = Case.objects.filter(pk__in=pks[start : start + _AT_A_TIME]).with_all()
        yield from rows.order_by("procedure__version", "pk").prefetch_related(*parts())


def _untouched(case: Case) -> Case:
    """As it stands in the database: a refused move has begun to change it."""
    return Case.objects.select_related("procedure").get(pk=case.pk)


def _count(made: Preview, moved: Moved, at: datetime) -> None:
    case, before, after = moved.case, moved.due_before, moved.case.due_at
    made.flows[moved.old.procedure.version, moved.from_state, case.state] += 1
    made.withdrawn += bool(moved.withdrawn)
    made.waived += bool(moved.waived)
    if before != after:
        is_sooner = after is not None and (before is None or after < before)
        made.sooner += is_sooner
        made.later += not is_sooner
        was_over = before is not None and before <= at
        made.overdue += after is not None and after <= at and not was_over
    if moved.dues and len(made.shifts) < SHOWN:
        made.shifts.append((case, tuple(moved.dues)))


def migrate(
    version: ProcedureVersion,
    *,
    by: Actor,
    at: datetime,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Migrated:
    """Moves every open case of earlier versions that can go, each in a transaction of its own.

    told: called with how many were looked at, of how many. A run that broke off is simply run again.
    """
    require_of(by, MIGRATE, at=at)
    waiting = [
        *left_behind(version).order_by("procedure__version", "pk").values_list("pk", flat=True)
    ]
    moved, stays = 0, []
    for place, pk in enumerate(waiting, 1):
        try:
            moved += migrate_case(pk, version, by=by, at=at)
        except Refusal as why:
            stays.append(Stays(Case.objects.select_related("procedure").get(pk=pk), str(why)))
        told(place, len(waiting))
    if moved:
        with transaction.atomic():
            journal.record(
                MIGRATE,
                by=by,
                at=at,
                about=version,
                payload={
                    "code": version.code,
                    "version": version.version,
                    "moved": moved,
                    "stay": len(stays),
                },
            )
    return Migrated(moved, tuple(stays))


@transaction.atomic
def migrate_case(pk: UUID, version: ProcedureVersion, *, by: Actor, at: datetime) -> bool:
    """Moves one case. False, and nothing changes, where it is closed or there already.

    Raises Refusal saying why it stays under its version; then nothing is written.
    """
    require_of(by, MIGRATE, at=at)
    case = lock(pk)
    held = case.procedure
    if held.code != version.code or held.version >= version.version or case.category not in LIVE:
        return False
    prefetch_related_objects([case], *parts())
    kept = Kept(case)
    moved = move(case, version, machine_of(held), machine_of(version), at=at)
    doing = _doing(moved, kept, by, at)
    _record(doing, moved)
    _write_parts(moved)
    if moved.is_noticed:
        _tell(doing, moved)
    go_on(doing)
    write(doing)
    return True


def _doing(moved: Moved, kept: Kept, by: Actor, at: datetime) -> Doing:
    held = [one for one in moved.assignments if one.state not in Assignment.GONE]
    return Doing(
        machine=moved.new,
        case=moved.case,
        act=_MIGRATING,
        ask=Ask(MIGRATION),
        by=by,
        at=at,
        parties=Parties(moved.new, moved.case, at, assignments=held),
        clocks=moved.clocks,
        known=Known(moved.new, moved.case),
        requests=[one for one in moved.pending if one.settled_at is None],
        kept=kept,
        standing=Standing("system"),
    )


def _record(doing: Doing, moved: Moved) -> None:
    """One journal entry and one event of the timeline."""
    case, at = moved.case, doing.at
    case.revision += 1
    versions = {"from": moved.old.procedure.version, "to": moved.new.procedure.version}
    doing.entry = journal.record(
        "case.migrate",
        by=doing.by if isinstance(doing.by, User) else str(doing.by),
        at=at,
        about=case,
        payload={
            "number": case.number,
            "sequence": case.revision,
            "procedure": moved.new.procedure.procedure,
            **versions,
            "from_state": moved.from_state,
            "to_state": case.state,
            "withdrawn": len(moved.withdrawn),
            "waived": len(moved.waived),
        },
    )
    doing.event = Event.objects.create(
        case=case,
        sequence=case.revision,
        act=MIGRATION,
        cycle=case.cycle,
        from_state=moved.from_state,
        to_state=case.state,
        by=doing.by if isinstance(doing.by, User) else None,
        fields={
            **versions,
            "dues": [[one.label, *map(_iso, (one.before, one.after))] for one in moved.dues],
            "withdrawn": moved.withdrawn,
            "waived": moved.waived,
            "limits": moved.limits,
        },
        occurred_at=at,
        recorded_at=at,
        entry=doing.entry,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _write_parts(moved: Moved) -> None:
    """What hangs on the case, but for its clocks' limits and intervals."""
    requests = [*moved.case.requests.all()]
    Assignment.objects.bulk_update(moved.assignments, ["kind", "state", "ended_at"])
    Request.objects.bulk_update(requests, ["name", "settled_at", "delivered_at", "waits_for"])
    for place, row in enumerate(moved.clock_names):  # names may be exchanged: none is taken twice
        Clock.objects.filter(pk=row.pk).update(name=f"~{place}")
    Clock.objects.bulk_update(moved.clock_names, ["name"])
    for clock, names in moved.rungs.items():
        steps = [*Step.objects.filter(clock=clock)]
        for step in steps:
            step.rung = names.get(step.rung, step.rung)
        Step.objects.filter(clock=clock).delete()  # likewise
        Step.objects.bulk_create(steps)


def _tell(doing: Doing, moved: Moved) -> None:
    """Who has it in hand hears of another state or limit."""
    case, machine = moved.case, moved.new
    zone, state = machine.calendar.zoneinfo, machine.state(case.state)
    due = shown_due(case.due_at, zone) if case.due_at else _("（时限未定）")
    words = _("“%(title)s”改按办理流程第 %(version)d 版办理，现为“%(state)s”，时限 %(due)s。") % {
        "title": case.title,
        "version": machine.procedure.version,
        "state": state.label,
        "due": due,
    }
    doing.said.append(
        Telling(
            case=case,
            event=doing.event,
            roles=[state.owner],
            words=words[:1000],
            urgent=case.kind == "urgent",
            said_at=doing.at,
        )
    )
