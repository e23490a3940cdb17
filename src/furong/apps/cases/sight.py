"""Which cases a person may know of: by the subject they are about, or by the unit that holds them.

A case lies in the scopes of its subject and of the organisations that hold it; the subject does not
lie in the latter, so that a bank's clerk sees the cases put to the bank and not the firm's page. An
organisation that a procedure names among its roles (the supervision office) sees every case of that
procedure. Sensitive cases are left to those who work on them.
"""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from furong.apps.cases.models import Assignment, ProcedureVersion
from furong.apps.directory.access import Capacity, coverage_over, grants_for
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.registry.models import Subject

VIEW = "case.view"

INSIDE = tuple(one for one in Capacity if one != Capacity.OWNER)
"""Who reads a case from within: comments, requests and opinions that who raised it is not told."""

NEAR = (Capacity.OWNER, Capacity.LIAISON, Capacity.DISPATCHER, Capacity.LEADER)
"""Who sees also sensitive cases of the subjects that their grants cover."""


def seen_by(
    user: User | AnonymousUser, at: datetime, *, among: Collection[Capacity] | None = None
) -> Q:
    """The cases that the person's grants cover. No grant: none. among: the capacities that count."""
    held_grants = [
        (capacity, (kind, of))
        for capacity, kind, of in grants_for(user, VIEW, at=at).values_list(
            "capacity", "scope_kind", "scope_id"
        )
        if among is None or capacity in among
    ]
    if not held_grants:
        return Q(pk__in=[])
    coverage = coverage_over(scope for _capacity, scope in held_grants)
    near = coverage_over(scope for capacity, scope in held_grants if capacity in NEAR)
    if near.everything:
        return Q()
    held = _held_by(coverage.ids(Grant.Scope.ORGANISATION), coverage.zones)
    if coverage.everything:
        return Q(sensitive=False) | held
    plain = Q(sensitive=False, subject__in=Subject.objects.covered(coverage).values("pk"))
    if near.scopes:
        plain |= Q(subject__in=Subject.objects.covered(near).values("pk"))
    return plain | held


def _held_by(codes: Collection[str], zones: Collection[object]) -> Q:
    if not codes and not zones:
        return Q(pk__in=[])
    organisations = Organisation.objects.filter(
        Q(code__in=codes) | Q(zone__in=zones) & ~Q(zone__kind="district")
    )
    held = Assignment.objects.filter(organisation__in=organisations.values("pk"))
    found = Q(pk__in=held.values("case"))
    if codes and (watched := _watched_by(codes)):
        found |= Q(procedure__in=watched)
    return found


def _watched_by(codes: Collection[str]) -> list[object]:
    """The procedure versions that give one of these organisations a role of its own."""
    return [
        pk
        for pk, watchers in ProcedureVersion.objects.values_list("pk", "watchers")
        if not set(codes).isdisjoint(watchers)
    ]
