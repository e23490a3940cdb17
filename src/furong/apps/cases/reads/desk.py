"""Many cases as a desk works them: everybody's inbox, and a queue with its filters."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Assignment, Case, Request
from furong.apps.cases.models.case import LIVE, CaseQuerySet, Category, holding_scopes
from furong.apps.directory.access import Coverage, grants_of
from furong.apps.directory.models import Grant, Organisation, User, Zone
from furong.apps.registry.models import Subject
from furong.packs.models.procedures import Assigned, OfOrganisation, Role

type Scope = tuple[str, str]
type UnitsOf = Callable[[frozenset[Scope]], tuple[Organisation, ...]]


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


def counts(
    rows: CaseQuerySet, machines: Mapping[UUID, Machine], *, category: str = "live"
) -> dict[tuple[str, str], int]:
    """(procedure, state) → how many, of the states of a category ("live": open or suspended).

    rows: not filtered by category, which follows from the state; so an index alone answers.
    """
    wanted = (Category.CLOSED,) if category == Category.CLOSED else LIVE
    states = {
        name
        for machine in machines.values()
        for name, state in machine.procedure.states.items()
        if state.category in wanted
    }
    rows = rows.filter(procedure__in=[*machines], state__in=states)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for one in rows.order_by().values("procedure", "state").annotate(n=Count("pk")):
        machine = machines[one["procedure"]]
        if machine.state(one["state"]).category in wanted:
            found[machine.procedure.procedure, one["state"]] += one["n"]
    return dict(found)


def inbox(user: User, at: datetime) -> CaseQuerySet:
    """What waits for the person: states that a role of theirs owns, requests that they may answer,
    and assignments that their unit still owes. The next due first.
    """
    held = [(grant.capacity, grant.scope) for grant in grants_of(user, at)]
    units_of = lru_cache(_units)
    wanted, of_units = Q(pk__in=[]), dict[tuple[str, frozenset[UUID]], Q]()
    for version, machine in every_machine().items():
        for name, role in machine.procedure.roles.items():
            scopes = frozenset(scope for capacity, scope in held if capacity == role.capacity)
            if not scopes:
                continue
            if isinstance(role.scope, Assigned):
                if mine := frozenset(unit.pk for unit in units_of(scopes)):
                    waiting = Q(procedure=version) & _waiting(machine, name, role, mine)
                    key = (role.scope.assignment, mine)
                    of_units[key] = of_units.get(key, Q(pk__in=[])) | waiting
            elif (where := _where(role, scopes, units_of)) is not None:
                wanted |= Q(procedure=version) & _waiting(machine, name, role) & where
    for (kind, mine), waiting in of_units.items():  # one way in for each kind, however many roles
        holding = Assignment.objects.held().filter(kind=kind, organisation__in=mine)
        wanted |= Q(pk__in=holding.values("case")) & waiting
    return Case.objects.filter(wanted).live().with_all().by_deadline()


def _waiting(machine: Machine, name: str, role: Role, units: Iterable[UUID] = ()) -> Q:
    """units: those for which the person has the role, where it is one of units."""
    one = machine.procedure
    owned = [state for state, held in one.states.items() if held.owner == name]
    found = Q(state__in=owned)
    asked = [request for request, held in one.requests.items() if name in held.answered_by]
    if asked:
        pending = Request.objects.pending().delivered().filter(name__in=asked)
        found |= Q(Exists(pending.filter(case=OuterRef("pk"))))
    if isinstance(role.scope, Assigned):
        kind = role.scope.assignment
        if one.assignments[kind].clock is not None and role.capacity == "clerk":
            owed = Assignment.objects.pending().filter(kind=kind, organisation__in=units)
            found |= Q(Exists(owed.filter(case=OuterRef("pk"))))
    return found


def _where(role: Role, scopes: frozenset[Scope], units_of: UnitsOf) -> Q | None:
    """The cases in which these scopes give a role of a subject, of the district or of one named
    organisation; None where they give it in none.
    """
    everywhere = (str(Grant.Scope.ALL), "") in scopes
    match role.scope:
        case "subject":
            if everywhere:
                return Q()
            coverage = _coverage(scopes)
            return Q(subject__in=Subject.objects.covered(coverage).values("pk"))
        case OfOrganisation(organisation=code):
            return Q() if any(unit.code == code for unit in units_of(scopes)) else None
        case _:
            return Q() if everywhere else None


def _coverage(scopes: Iterable[Scope]) -> Coverage:
    found = frozenset((str(kind), value) for kind, value in scopes)
    codes = {value for kind, value in found if kind == Grant.Scope.ZONE}
    return Coverage(found, frozenset(Zone.objects.within(codes)) if codes else frozenset())


def _units(scopes: frozenset[Scope]) -> tuple[Organisation, ...]:
    """The organisations for which these scopes make somebody act."""
    codes = {value for kind, value in scopes if kind == Grant.Scope.ORGANISATION}
    zones = {value for kind, value in scopes if kind == Grant.Scope.ZONE}
    if not codes and not zones:
        return ()
    rows = Organisation.objects.select_related("zone").filter(
        Q(code__in=codes) | Q(zone__code__in=zones)
    )
    return tuple(one for one in rows if scopes & holding_scopes(one))
