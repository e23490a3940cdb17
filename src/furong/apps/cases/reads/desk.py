"""Many cases as a desk works them: everybody's inbox, and a queue with its filters."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Assignment, Case, Clock, Request
from furong.apps.cases.models.case import LIVE, CaseQuerySet, Category
from furong.apps.cases.units import units_within
from furong.apps.directory.access import Coverage, held_by
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

    rows: not filtered by category, which follows from the state; so an index alone answers. An inbox's
    are few and live anyhow, and are counted as they are: "".
    """
    wanted: Collection[str] = (Category.CLOSED,) if category == Category.CLOSED else LIVE
    if category:
        states = {
            name
            for machine in machines.values()
            for name, state in machine.procedure.states.items()
            if state.category in wanted
        }
        rows = rows.filter(procedure__in=[*machines], state__in=states)
    found: dict[tuple[str, str], int] = defaultdict(int)
    # Not of a column, for which a database that has all in an index would still go to the rows.
    for one in rows.order_by().values("procedure", "state").annotate(n=Count("*")):
        machine = machines[one["procedure"]]
        if machine.state(one["state"]).category in wanted:
            found[machine.procedure.procedure, one["state"]] += one["n"]
    return dict(found)


def inbox(user: User, at: datetime) -> CaseQuerySet:
    """What waits for the person: states that a role of theirs owns, requests that they may answer,
    and assignments that their unit still owes. The next due first.

    Each way in is a query of its own, which goes by an index: with all of them in one condition, a
    database goes through every case that there ever was.
    """
    first, *others = [*_ways(user, at)] or [Case.objects.none().values_list("pk")]
    # Not `live`, by which SQLite would go through all live cases rather than these ways.
    rows = Case.objects.filter(pk__in=first.union(*others)).exclude(category=Category.CLOSED)
    return rows.with_all().by_deadline()


def _ways(user: User, at: datetime) -> Iterator[QuerySet[Any, Any]]:
    """The keys of what waits, by each way in; roles that look at the same cases go together."""
    theirs: dict[object, Q] = {}
    owned: dict[object, Q] = defaultdict(lambda: Q(pk__in=[]))
    asked: dict[object, Q] = defaultdict(lambda: Q(pk__in=[]))
    owed = Q(pk__in=[])
    for part in _parts(user, at):
        theirs[part.key] = part.theirs
        if part.owned:
            owned[part.key] |= Q(procedure=part.version, state__in=part.owned)
        if part.asked:
            asked[part.key] |= Q(name__in=part.asked, case__procedure=part.version)
        if part.owes:
            owed |= part.owing
    for key, states in owned.items():
        yield Case.objects.filter(states, theirs[key]).values_list("pk")
    for key, names in asked.items():
        requests = Request.objects.pending().delivered().filter(names)
        cases = Case.objects.filter(theirs[key], pk__in=requests.values("case"))
        yield cases.values_list("pk")
    if owed:
        yield Assignment.objects.pending().filter(owed).values_list("case")


def own_dues(user: User, at: datetime) -> dict[UUID, datetime]:
    """Until when cases of an inbox wait for the person, where that is no limit of the case:
    a request is theirs to answer, or an assignment is owed by their unit. Whoever also has the case
    in hand is told the earlier of both.
    """
    owned, asked, owed = Q(pk__in=[]), Q(pk__in=[]), Q(pk__in=[])
    for part in _parts(user, at):
        theirs = Q(procedure=part.version) & part.theirs
        owned |= theirs & Q(state__in=part.owned)
        if part.asked:  # few are pending: each is looked up, and not all of the person's cases read
            among = Case.objects.filter(theirs, pk=OuterRef("case"))
            asked |= Q(Exists(among), name__in=part.asked)
        if part.owes:
            owed |= part.owing
    running = Clock.objects.running()
    requests = Request.objects.pending().delivered().filter(asked)
    assignments = Assignment.objects.pending().filter(owed)
    found: dict[UUID, datetime] = {}
    for clocks in (
        running.filter(request__in=requests),
        running.filter(assignment__in=assignments),
    ):
        for case, due in clocks.values_list("case", "due_at"):
            if due is not None:
                found[case] = min(found.get(case, due), due)
    in_hand = Case.objects.filter(owned, pk__in=[*found]) if found else Case.objects.none()
    for case, due in in_hand.values_list("pk", "due_at"):
        if due is not None:
            found[case] = min(found[case], due)
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """A role that the person has. where: its cases; None where they are those that `units` hold.

    key: the same for roles that look at the same cases.
    """

    version: UUID
    machine: Machine
    name: str
    role: Role
    where: Q | None
    units: frozenset[UUID]
    key: object

    @property
    def theirs(self) -> Q:
        """The cases that the role looks at."""
        if self.where is not None:
            return self.where
        holding = Assignment.objects.held().filter(kind=self.kind, organisation__in=self.units)
        return Q(pk__in=holding.values("case"))

    @property
    def owing(self) -> Q:
        """The assignments that its units still owe, among those that are pending."""
        return Q(kind=self.kind, organisation__in=self.units, case__procedure=self.version)

    @property
    def kind(self) -> str:
        """The assignment by which units come into it; empty for a role that is none of units."""
        return self.role.scope.assignment if isinstance(self.role.scope, Assigned) else ""

    @property
    def owned(self) -> list[str]:
        states = self.machine.procedure.states
        return [name for name, held in states.items() if held.owner == self.name]

    @property
    def asked(self) -> list[str]:
        requests = self.machine.procedure.requests
        return [name for name, held in requests.items() if self.name in held.answered_by]

    @property
    def owes(self) -> bool:
        """Whether the unit's own assignment has a limit that its clerks keep."""
        if not self.kind or self.role.capacity != "clerk":
            return False
        return self.machine.procedure.assignments[self.kind].clock is not None


def _parts(user: User, at: datetime) -> Iterator[_Part]:
    held = [(grant.capacity, grant.scope) for grant in held_by(user, at)]
    units_of = lru_cache(units_within)
    for version, machine in every_machine().items():
        for name, role in machine.procedure.roles.items():
            scopes = frozenset(scope for capacity, scope in held if capacity == role.capacity)
            if not scopes:
                continue
            if isinstance(role.scope, Assigned):
                if mine := frozenset(unit.pk for unit in units_of(scopes)):
                    key: object = (role.scope.assignment, mine)
                    yield _Part(version, machine, name, role, None, mine, key)
            elif (where := _where(role, scopes, units_of)) is not None:
                key = scopes if where else ()  # no condition: all cases of the district
                yield _Part(version, machine, name, role, where, frozenset(), key)


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
