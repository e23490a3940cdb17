"""Many cases as a desk works them: everybody's inbox, and a queue with its filters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Assignment, Case, Request
from furong.apps.cases.models.case import CaseQuerySet, Category, holding_scopes
from furong.apps.directory.access import Coverage, grants_of
from furong.apps.directory.models import Grant, Organisation, User, Zone
from furong.apps.registry.models import Subject
from furong.packs.models.procedures import Assigned, OfOrganisation, Role


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's filters, as a page or a program gives them. state: `handling`; due: overdue, today."""

    text: str = ""
    procedure: str = ""
    state: str = ""
    category: str = "live"
    kind: str = ""
    unit: str = ""
    street: str = ""
    due: str = ""
    fact: tuple[str, str] = ("", "")  # a case's choice: ("appeal_category", "traffic")
    order: str = "due"


ORDERS: Mapping[str, tuple[str, ...]] = {
    "due": (),
    "opened": ("-opened_at", "-pk"),
    "oldest": ("opened_at", "pk"),
    "number": ("number",),
}


def queue(
    user: User, at: datetime, wanted: Queue, *, day_ends: datetime | None = None
) -> CaseQuerySet:
    """The cases that the person may see, filtered and in order. day_ends: of the district's day."""
    rows = Case.objects.visible_to(user, at).with_all()
    return filtered(rows, wanted, at, day_ends=day_ends)


def filtered(
    rows: CaseQuerySet, wanted: Queue, at: datetime, *, day_ends: datetime | None = None
) -> CaseQuerySet:
    if wanted.category == "live":
        rows = rows.live()
    elif wanted.category in Category.values:
        rows = rows.filter(category=wanted.category)
    for name, value in (
        ("procedure__code", wanted.procedure),
        ("state", wanted.state),
        ("kind", wanted.kind),
        ("subject__street__code", wanted.street),
    ):
        if value:
            rows = rows.filter(**{name: value})
    if wanted.unit:
        held = Assignment.objects.held().filter(organisation__code=wanted.unit)
        rows = rows.filter(pk__in=held.values("case"))
    if wanted.fact[0]:
        rows = rows.filter(**{f"facts__{wanted.fact[0]}": wanted.fact[1]})
    if wanted.due == "overdue":
        rows = rows.overdue(at)
    elif wanted.due == "today" and day_ends is not None:
        rows = rows.open().filter(due_at__gt=at, due_at__lte=day_ends)
    if text := wanted.text.strip():
        found = Q(number__icontains=text) | Q(title__icontains=text)
        found |= Q(external_number=text) | Q(subject__in=Subject.objects.search(text).values("pk"))
        rows = rows.filter(found)
    order = ORDERS.get(wanted.order, ())
    return rows.order_by(*order) if order else rows.by_deadline()


def counts(rows: CaseQuerySet) -> dict[tuple[str, str], int]:
    """(procedure, state) → how many."""
    grouped = rows.order_by().values("procedure__code", "state").annotate(n=Count("pk"))
    return {(one["procedure__code"], one["state"]): one["n"] for one in grouped}


def inbox(user: User, at: datetime) -> CaseQuerySet:
    """What waits for the person: states that a role of theirs owns, requests that they may answer,
    and assignments that their unit still owes. The next due first.
    """
    wanted = Q(pk__in=[])
    held = [(grant.capacity, grant.scope) for grant in grants_of(user, at)]
    for version, machine in every_machine().items():
        for name, role in machine.procedure.roles.items():
            scopes = {scope for capacity, scope in held if capacity == role.capacity}
            if scopes and (where := _where(role, scopes)) is not None:
                wanted |= Q(procedure=version) & where & _waiting(machine, name, role)
    return Case.objects.filter(wanted).live().with_all().by_deadline()


def _waiting(machine: Machine, name: str, role: Role) -> Q:
    one = machine.procedure
    owned = [state for state, held in one.states.items() if held.owner == name]
    found = Q(state__in=owned)
    asked = [request for request, held in one.requests.items() if name in held.answered_by]
    if asked:
        pending = Request.objects.pending().delivered().filter(name__in=asked)
        found |= Q(pk__in=pending.values("case"))
    if isinstance(role.scope, Assigned):
        declared = one.assignments[role.scope.assignment]
        if declared.clock is not None and role.capacity == "clerk":
            owed = Assignment.objects.pending().filter(kind=role.scope.assignment)
            found |= Q(pk__in=owed.values("case"))
    return found


def _where(role: Role, scopes: set[tuple[str, str]]) -> Q | None:
    """The cases in which these scopes give the role; None where they give it in none."""
    everywhere = (str(Grant.Scope.ALL), "") in scopes
    match role.scope:
        case "subject":
            if everywhere:
                return Q()
            coverage = _coverage(scopes)
            return Q(subject__in=Subject.objects.covered(coverage).values("pk"))
        case "district":
            return Q() if everywhere else None
        case Assigned(assignment=kind):
            units = [unit.pk for unit in _units(scopes)]
            if not units:
                return None
            held = Assignment.objects.held().filter(kind=kind, organisation__in=units)
            return Q(pk__in=held.values("case"))
        case OfOrganisation(organisation=code):
            own = any(unit.code == code for unit in _units(scopes))
            return Q() if own else None


def _coverage(scopes: Iterable[tuple[str, str]]) -> Coverage:
    found = frozenset((str(kind), value) for kind, value in scopes)
    codes = {value for kind, value in found if kind == Grant.Scope.ZONE}
    return Coverage(found, frozenset(Zone.objects.within(codes)) if codes else frozenset())


def _units(scopes: set[tuple[str, str]]) -> Iterator[Organisation]:
    codes = {value for kind, value in scopes if kind == Grant.Scope.ORGANISATION}
    zones = {value for kind, value in scopes if kind == Grant.Scope.ZONE}
    if not codes and not zones:
        return
    rows = Organisation.objects.select_related("zone").filter(
        Q(code__in=codes) | Q(zone__code__in=zones)
    )
    yield from (one for one in rows if scopes & holding_scopes(one))
