"""Who may act in a case, and who is told: roles are capacities over scopes, and grants alone give them.

May act: whoever's grant covers the scope, however wide. Is told: those who hold the role at the
narrowest scope at which anybody does, so that a subject without a leader of its own is never
nobody's, and a leader of the whole district is not told of every firm that has its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Case
from furong.apps.cases.models.case import holding_scopes
from furong.apps.directory.access import Capacity, grants_of
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.registry.models import Subject
from furong.packs.models.procedures import Assigned, OfOrganisation, Role

type Scope = tuple[str, str]

ALL: Scope = (str(Grant.Scope.ALL), "")


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in a case. organisation: the unit that they act for, where the role has one."""

    role: str
    organisation: Organisation | None = None


class Parties:
    """The roles of one case at a moment, from few queries.

    assignments: those that hold the case now.
    """

    def __init__(
        self,
        machine: Machine,
        case: Case,
        at: datetime,
        assignments: Sequence[Assignment] | None = None,
    ) -> None:
        self._machine, self._case, self._at = machine, case, at
        self._subject_scopes: set[Scope] | None = None
        self._held: dict[object, list[tuple[str, Scope]]] = {}
        self._units: dict[str, Organisation | None] = {}
        self.assignments = (
            [*case.assignments.held().select_related("organisation__zone")]
            if assignments is None
            else assignments
        )

    def standings(self, user: User) -> list[Standing]:
        """What a person is in the case, in the order of the procedure's roles."""
        held = self._grants(user)
        capacities = {capacity for capacity, _scope in held}
        found: list[Standing] = []
        for name, role in self._machine.procedure.roles.items():
            if role.capacity not in capacities:
                continue
            scopes = {scope for capacity, scope in held if capacity == role.capacity}
            found += [
                Standing(name, organisation)
                for organisation, covering in self._covering(role)
                if scopes & covering
            ]
        return found

    def _grants(self, user: User) -> list[tuple[str, Scope]]:
        """A person's capacities and their scopes, read once."""
        if user.pk not in self._held:
            rows = grants_of(user, self._at).values_list("capacity", "scope_kind", "scope_id")
            self._held[user.pk] = [(capacity, (kind, of)) for capacity, kind, of in rows]
        return self._held[user.pk]

    def _unit(self, code: str) -> Organisation | None:
        if code not in self._units:
            rows = Organisation.objects.select_related("zone").filter(code=code)
            self._units[code] = rows.first()
        return self._units[code]

    def holders(self, roles: Iterable[str]) -> list[User]:
        """The people who are told what is said to these roles, each once."""
        found: dict[object, User] = {}
        for name in roles:
            role = self._machine.procedure.roles.get(name)
            if role is not None:
                for ladder in self._ladders(role):
                    if people := self._people(role.capacity, ladder):
                        found.update((one.pk, one) for one in people)
        return [*found.values()]

    def fallback(self) -> list[User]:
        """Who is told where nobody holds a role of a unit: the dispatchers, the nearest first."""
        subject = self._case.subject
        return self._people(Capacity.DISPATCHER, _outward(subject) if subject else [{ALL}])

    def empty(self, roles: Iterable[str]) -> list[Role]:
        """Those of the roles that a unit should hold and nobody does: no account, leave, dissolved."""
        found = [self._machine.procedure.roles.get(name) for name in roles]
        return [
            role
            for role in found
            if role is not None and isinstance(role.scope, Assigned | OfOrganisation)
            if not any(self._people(role.capacity, ladder) for ladder in self._ladders(role))
        ]

    def _covering(self, role: Role) -> list[tuple[Organisation | None, set[Scope]]]:
        """The scopes of the grants that give the role, by the unit that one then acts for."""
        match role.scope:
            case "subject":
                return [(None, {ALL, *self._subject()})]
            case "district":
                return [(None, {ALL})]
            case Assigned(assignment=kind):
                return [
                    (one.organisation, holding_scopes(one.organisation))
                    for one in self.assignments
                    if one.kind == kind
                ]
            case OfOrganisation(organisation=code):
                own = self._unit(code)
                return [(own, holding_scopes(own))] if own else []

    def _subject(self) -> set[Scope]:
        if self._subject_scopes is None:
            subject = self._case.subject
            self._subject_scopes = {(str(k), v) for k, v in subject.scopes()} if subject else set()
        return self._subject_scopes

    def _ladders(self, role: Role) -> list[list[set[Scope]]]:
        """For each unit or subject that the role looks at, its scopes from the narrowest outward."""
        match role.scope:
            case "subject":
                subject = self._case.subject
                return [_outward(subject) if subject else [{ALL}]]
            case "district":
                return [[{ALL}]]
            case _:
                return [
                    [{(str(Grant.Scope.ORGANISATION), one.code)}, holding_scopes(one)]
                    for one, _scopes in self._covering(role)
                    if one is not None
                ]

    def _people(self, capacity: str, ladder: list[set[Scope]]) -> list[User]:
        wanted = set().union(*ladder)
        grants = [
            (grant.scope, grant.user)
            for grant in Grant.objects.in_force(self._at)
            .filter(
                capacity=capacity,
                user__is_active=True,
                scope_id__in={scope_id for _kind, scope_id in wanted},
            )
            .select_related("user")
        ]
        for scopes in ladder:
            if people := [user for scope, user in grants if scope in scopes]:
                return people
        return []


def _outward(subject: Subject) -> list[set[Scope]]:
    """A subject's scopes, the narrowest first: itself, its zones outward, its kind, the district."""
    steps: list[set[Scope]] = [{(str(Grant.Scope.SUBJECT), str(subject.pk))}]
    zones = [*([subject.street] if subject.street else []), *subject.zones.all()]
    while zones:
        steps.append({(str(Grant.Scope.ZONE), zone.code) for zone in zones})
        zones = [zone.parent for zone in zones if zone.parent]
    return [*steps, {(str(Grant.Scope.KIND), subject.kind)}, {ALL}]
