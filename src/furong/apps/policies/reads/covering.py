"""The liaison officers who look after subjects."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from furong.apps.directory.access import Capacity, coverage_of
from furong.apps.directory.models import DatedQuerySet, Grant, User, Zone
from furong.apps.registry.models import Subject


def officers_of(subjects: Iterable[Subject], at: datetime) -> dict[UUID, list[User]]:
    """The officers whose mandates cover each subject, by its id, in the order of their names."""
    rows = [*subjects]
    around = _around()
    zones = Subject.zones.through.objects.filter(subject__in=rows)
    inside: dict[UUID, set[UUID]] = {row.pk: set() for row in rows}
    for subject, zone in zones.values_list("subject_id", "zone_id"):
        inside[subject].add(zone)
    scopes = {
        row.pk: {
            (Grant.Scope.ALL.value, ""),
            (Grant.Scope.SUBJECT.value, str(row.pk)),
            (Grant.Scope.KIND.value, row.kind),
            *(
                (Grant.Scope.ZONE.value, code)
                for zone in {row.street_id, *inside[row.pk]} - {None}
                for code in around[zone]
            ),
        }
        for row in rows
    }
    wanted = {scope_id for found in scopes.values() for _kind, scope_id in found}
    grants = _mandates(at).filter(scope_id__in=wanted).select_related("user")
    held = [(grant.scope, grant.user) for grant in grants]
    return {
        pk: [*dict.fromkeys(user for scope, user in held if scope in found)]
        for pk, found in scopes.items()
    }


def officers(at: datetime) -> list[User]:
    """All who have a mandate as liaison officer, in the order of their names."""
    return [*dict.fromkeys(grant.user for grant in _mandates(at).select_related("user"))]


def covered_by(officer: User, at: datetime) -> frozenset[str]:
    """The ids of the subjects that a person looks after as liaison officer, as text."""
    coverage = coverage_of(officer, "subject.view", at=at, among=[Capacity.LIAISON])
    found = Subject.objects.current().filter(personal=False).covered(coverage)
    return frozenset(map(str, found.values_list("pk", flat=True)))


def _mandates(at: datetime) -> DatedQuerySet[Grant]:
    grants = Grant.objects.in_force(at).filter(capacity=Capacity.LIAISON, user__is_active=True)
    return grants.order_by("user__name", "user__username")


def _around() -> dict[UUID | None, list[str]]:
    """Of each zone its own code and those of the zones around it."""
    rows = Zone.objects.values_list("pk", "code", "parent_id")
    held = {pk: (code, parent) for pk, code, parent in rows}
    found: dict[UUID | None, list[str]] = {}
    for pk in held:
        codes, place = [], pk
        while place is not None:
            code, place = held[place]
            codes.append(code)
        found[pk] = codes
    return found
