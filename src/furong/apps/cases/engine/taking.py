"""Taking a case in hand: locked, with everything that an act on it needs."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from furong.apps.base.journal import Actor
from furong.apps.base.timers import Later
from furong.apps.cases.engine.clocks import Clocks
from furong.apps.cases.engine.doing import Ask, Bearer, Doing
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.packs.procedures import Act

WATCHING = Act(("actions", "watch"), "watch", "", (), (), (), None, (), ())
"""What the system does with a case when nobody acts on it."""


def lock(pk: UUID | str) -> Case:
    """The case, held until the transaction ends."""
    return _rows().get(pk=pk)


def lock_unless_held(pk: UUID | str) -> Case:
    """As `lock`, for timers. Raises Later where somebody has the case in hand."""
    case = _rows(skip_locked=True).filter(pk=pk).first()
    if case is None:
        raise Later
    return case


def _rows(*, skip_locked: bool = False) -> CaseQuerySet:
    """Locked but for its key, to which a row of another case may refer meanwhile."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    return rows.select_related("procedure", "subject__street")


def begin(pk: UUID, asked: Ask, *, by: Actor | Bearer, at: datetime) -> Doing:
    """An act on a case, which is locked from now on; its request as it is now, None if settled."""
    doing = _doing(lock(pk), None, asked, by=by, at=at)
    if asked.request is not None:
        wanted = asked.request.pk
        held = next((one for one in doing.requests if one.pk == wanted), None)
        doing.ask = replace(asked, request=held)
    return doing


def begin_watch(case: Case, *, at: datetime) -> Doing:
    """A turn of the system on a case that is locked."""
    doing = _doing(case, WATCHING, Ask("actions.watch"), by="cases", at=at)
    doing.standing = Standing("system")
    return doing


def _doing(case: Case, act: Act | None, asked: Ask, *, by: Actor | Bearer, at: datetime) -> Doing:
    machine = machine_of(case.procedure)
    return Doing(
        machine=machine,
        case=case,
        act=act or machine.act(asked.key),
        ask=asked,
        by=by,
        at=at,
        parties=Parties(machine, case, at),
        clocks=Clocks.of(machine, case, at),
        known=Known(machine, case),
        requests=[*case.requests.filter(settled_at=None).select_related("organisation")],
    )
