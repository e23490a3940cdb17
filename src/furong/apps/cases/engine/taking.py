"""Taking a case in hand: locked, with everything that an act on it needs."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from furong.apps.base.compiled import Kept, Reading
from furong.apps.base.journal import Actor
from furong.apps.base.timers import Later
from furong.apps.cases.engine.clocks import Clocks
from furong.apps.cases.engine.doing import Ask, Bearer, Doing
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.models import Case, Request
from furong.packs.procedures import Act

WATCHING = Act(("actions", "watch"), "watch", "", (), (), (), None, (), ())
"""What the system does with a case when nobody acts on it."""


def lock(pk: UUID) -> Case:
    """The case, held until the transaction ends. Raises Case.DoesNotExist."""
    case = _hold(pk, _LOCKED)
    if case is None:
        raise Case.DoesNotExist(f"There is no case {pk}.")
    return case


def lock_unless_held(pk: UUID | str) -> Case:
    """As `lock`, for timers. Raises Later where somebody has the case in hand."""
    case = _hold(UUID(str(pk)), _FREE)
    if case is None:
        raise Later
    return case


def _hold(pk: UUID, key: "Reading[tuple[UUID]]") -> Case | None:
    """Locked by its key, then read.

    In one statement PostgreSQL would join the row that it waited for with what belonged to the row as
    it was before: a case whose procedure changed meanwhile would vanish, one whose subject did lose it.
    """
    if connection.features.has_select_for_update and key.first(pk=pk) is None:
        return None
    return _CASE.first(pk=pk)


def _key(pk: UUID, *, skip_locked: bool = False) -> "QuerySet[Case, tuple[UUID]]":
    """Locked but for its key, to which a row of another case may refer meanwhile."""
    rows = Case.objects.select_for_update(no_key=True, skip_locked=skip_locked)
    return rows.filter(pk=pk).values_list("pk")


_FREE = Reading(lambda pk: _key(pk, skip_locked=True), "pk")
_LOCKED = Reading(_key, "pk")
_CASE = Reading(lambda pk: Case.objects.with_all().filter(pk=pk), "pk")
_REQUESTS = Reading(
    lambda case: Request.objects.pending().filter(case=case).select_related("organisation"), "case"
)


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
        requests=_REQUESTS.all(case=case.pk),
        kept=Kept(case),
    )
