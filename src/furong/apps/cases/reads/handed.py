"""Lists as their readers work them, and requests that one may answer for another from paper."""

from dataclasses import dataclass
from datetime import datetime

from furong.apps.cases.engine.machine import Machine, every_machine, machine_of
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.lists import acted_on
from furong.apps.cases.models import Case, Clock, Handover, HandoverLine, Request
from furong.apps.directory.access import held_by
from furong.apps.directory.models import Grant, User
from furong.packs.models.procedures import OfOrganisation

MOST = 100
"""Requests that are shown for entering; those that wait longest."""


@dataclass(frozen=True, slots=True)
class Progress:
    """On how many of its cases the reader has acted since a list was handed over."""

    acted: int
    of: int


def progress(handed: Handover) -> Progress:
    return Progress(len(acted_on(handed)), handed.lines.count())


def lines_of(handed: Handover) -> list[HandoverLine]:
    rows = handed.lines.select_related("case__procedure", "case__subject__street", "request")
    return [*rows.order_by("place")]


def clock_of(request: Request) -> Clock | None:
    """The clock that runs until a request is answered; none before it is delivered."""
    return request.clocks.first()


def enters_for_others(user: User, at: datetime) -> bool:
    """Whether the person belongs to an organisation that may enter what others decided on paper."""
    held = held_by(user, at)
    codes = {one.scope_id for one in held if one.scope_kind == Grant.Scope.ORGANISATION}
    return bool(codes) and any(codes & _entering(one) for one in every_machine().values())


def _entering(machine: Machine) -> set[str]:
    """The organisations whose people may enter a request's answer for another."""
    one = machine.procedure
    roles = [one.roles[held.proxy.role] for held in one.requests.values() if held.proxy]
    return {role.scope.organisation for role in roles if isinstance(role.scope, OfOrganisation)}


def requests_for_others(user: User, at: datetime) -> list[Request]:
    """Pending requests whose answer the person may enter for who decides, the oldest first."""
    seen = Case.objects.visible_to(user, at)
    rows = Request.objects.pending().filter(case__in=seen).order_by("asked_at")
    rows = rows.select_related("case__procedure", "case__subject__street", "asked_by")
    found: list[Request] = []
    for request in rows.iterator():
        machine = machine_of(request.case.procedure)
        proxy = machine.procedure.requests[request.name].proxy
        if proxy is None:
            continue
        mine = {one.role for one in Parties(machine, request.case, at).standings(user)}
        if proxy.role in mine:
            found.append(request)
        if len(found) == MOST:
            break
    return found


def answerers(request: Request, at: datetime) -> list[User]:
    """Whose decision it is."""
    machine = machine_of(request.case.procedure)
    roles = machine.procedure.requests[request.name].answered_by
    return Parties(machine, request.case, at).holders(roles)
