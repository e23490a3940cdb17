"""The units that people act for and belong to: their grants and memberships, read for a moment."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from furong.apps.base.remembering import remembered
from furong.apps.cases.models.case import holding_scopes
from furong.apps.directory.access import Capacity, held_by
from furong.apps.directory.models import Grant, Membership, Organisation, User

type Scope = tuple[str, str]

OFFICE = (Capacity.CLERK, Capacity.HEAD)
"""The capacities in which somebody speaks for a unit."""


def units_within(scopes: Collection[Scope]) -> tuple[Organisation, ...]:
    """The organisations for which these scopes make somebody act."""
    held = frozenset(scopes)
    return remembered((units_within, held), lambda: _units_within(held))


def _units_within(scopes: frozenset[Scope]) -> tuple[Organisation, ...]:
    codes = {value for kind, value in scopes if kind == Grant.Scope.ORGANISATION}
    zones = {value for kind, value in scopes if kind == Grant.Scope.ZONE}
    if not codes and not zones:
        return ()
    rows = Organisation.objects.select_related("zone").filter(
        Q(code__in=codes) | Q(zone__code__in=zones)
    )
    return tuple(one for one in rows if scopes & holding_scopes(one))


def units_of(user: User, at: datetime) -> tuple[Organisation, ...]:
    """The units for which a person speaks, as their clerk or their head."""
    return units_within({one.scope for one in held_by(user, at) if one.capacity in OFFICE})


def speaks_for(user: User, unit: Organisation, at: datetime) -> bool:
    return any(one.pk == unit.pk for one in units_of(user, at))


def belongs_to(user: User, unit: Organisation, at: datetime) -> bool:
    """Whether a person works for a unit, in whatever capacity."""
    if Membership.objects.in_force(at).filter(user=user, organisation=unit).exists():
        return True
    own = holding_scopes(unit)
    return any(one.scope in own for one in held_by(user, at))


def people_of(unit: Organisation, at: datetime) -> list[User]:
    """Those who speak for a unit, with working accounts."""
    own = holding_scopes(unit)
    grants = Grant.objects.in_force(at).filter(
        capacity__in=OFFICE, user__is_active=True, scope_id__in={value for _kind, value in own}
    )
    found = {one.user for one in grants.select_related("user") if one.scope in own}
    return sorted(found, key=lambda user: user.username)
