"""Who runs a call list, and who calls: by grants, as everywhere."""

from datetime import datetime

from django.db.models import Q

from furong.apps.cases.calls.names import PROCEDURE
from furong.apps.cases.models import CallList, ProcedureVersion
from furong.apps.cases.models.case import holding_scopes
from furong.apps.cases.units import units_within
from furong.apps.directory.access import Capacity, held_by
from furong.apps.directory.models import Grant, Organisation, User


def run_by(user: User, at: datetime) -> Q:
    """Lists that the person planned, as a dispatcher still; all, for who dispatches for the whole
    district or heads an office that the procedure names.
    """
    held = [(one.capacity, one.scope) for one in held_by(user, at)]
    dispatches = {scope for capacity, scope in held if capacity == Capacity.DISPATCHER}
    if (str(Grant.Scope.ALL), "") in dispatches or _heads(held):
        return Q()
    return Q(planned_by=user) if dispatches else Q(pk__in=[])


def _heads(held: list[tuple[str, tuple[str, str]]]) -> bool:
    version = ProcedureVersion.objects.latest_of(PROCEDURE)
    offices = {
        scope_id
        for capacity, (kind, scope_id) in held
        if capacity == Capacity.HEAD and kind == Grant.Scope.ORGANISATION
    }
    return version is not None and not offices.isdisjoint(version.watchers)


def called_by(user: User, at: datetime) -> Q:
    """Lists of the teams for which the person is a clerk."""
    scopes = {one.scope for one in held_by(user, at) if one.capacity == Capacity.CLERK}
    if (str(Grant.Scope.ALL), "") in scopes:
        return Q()
    return Q(team__in=[one.pk for one in units_within(scopes)])


def callers_of(team: Organisation, at: datetime) -> list[User]:
    """Who can be given calls of a team: its clerks with working accounts, by name."""
    scopes = holding_scopes(team)
    grants = Grant.objects.in_force(at).filter(
        capacity=Capacity.CLERK, user__is_active=True, scope_id__in={value for _k, value in scopes}
    )
    held = {one.user for one in grants.select_related("user") if one.scope in scopes}
    return sorted(held, key=lambda user: (user.name, user.username))


def has_calls(user: User, at: datetime) -> bool:
    """Whether there is anything for a person among the call lists: they plan, oversee or call."""
    if ProcedureVersion.objects.latest_of(PROCEDURE) is None:
        return False
    held = [(one.capacity, one.scope) for one in held_by(user, at)]
    if any(capacity == Capacity.DISPATCHER for capacity, _scope in held) or _heads(held):
        return True
    return CallList.objects.called_by(user, at).exists()
