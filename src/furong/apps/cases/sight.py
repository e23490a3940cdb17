"""Which cases a person may know of: by the subject they are about, or by the unit that holds them.

A case lies in the scopes of its subject and of the organisations that hold it; the subject does not
lie in the latter, so that a bank's clerk sees the cases put to the bank and not the firm's page. An
organisation that a procedure names among its roles (the supervision office) sees every case of that
procedure. Sensitive cases are left to those who work on them.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from furong.apps.base.compiled import Reading
from furong.apps.cases.models import Assignment, Case, ProcedureVersion
from furong.apps.directory.access import Capacity, coverage_over, held_by
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
    grants = [one for one in held_by(user, at, VIEW) if among is None or one.capacity in among]
    if not grants:
        return Q(pk__in=[])
    coverage = coverage_over(one.scope for one in grants)
    near = coverage_over(one.scope for one in grants if one.capacity in NEAR)
    if near.everything:
        return Q()
    held = _held_by(coverage.ids(Grant.Scope.ORGANISATION), coverage.zones)
    if coverage.everything:
        return Q(sensitive=False) | held
    plain = Q(sensitive=False, subject__in=Subject.objects.covered(coverage).values("pk"))
    if near.scopes:
        plain |= Q(subject__in=Subject.objects.covered(near).values("pk"))
    return plain | held


def find(user: User | AnonymousUser, pk: UUID, at: datetime) -> Case | None:
    """The case with all, if the person may know of it."""
    case: Case | None = _CASE.first(pk=pk)
    return case if case is not None and sees(user, case, at) else None


_CASE = Reading(lambda pk: Case.objects.filter(pk=pk).with_all(), "pk")
_HOLDERS = Reading(
    lambda case: Assignment.objects.filter(case=case).select_related("organisation__zone__parent"),
    "case",
)


def sees(
    user: User | AnonymousUser,
    case: Case,
    at: datetime,
    *,
    among: Collection[Capacity] | None = None,
) -> bool:
    """Whether a case is among those of `seen_by`: the same rules, asked of one case that was read."""
    grants = [one for one in held_by(user, at, VIEW) if among is None or one.capacity in among]
    everywhere = (str(Grant.Scope.ALL), "")
    scopes = {everywhere, *case.scopes()} if grants else set()
    if any(one.scope in scopes for one in grants if not case.sensitive or one.capacity in NEAR):
        return True
    codes = {one.scope_id for one in grants if one.scope_kind == Grant.Scope.ORGANISATION}
    if not codes.isdisjoint(case.procedure.watchers):
        return True
    zones = {one.scope for one in grants if one.scope_kind == Grant.Scope.ZONE}
    return bool(codes or zones) and any(
        one.organisation.code in codes or not zones.isdisjoint(_reach(one.organisation))
        for one in _HOLDERS.all(case=case.pk)
    )


def _reach(organisation: Organisation) -> set[tuple[str, str]]:
    """The scopes of zones by which an organisation's cases are known of: a street office's."""
    zone = organisation.zone
    return zone.scopes() if zone is not None and zone.kind != "district" else set()


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
