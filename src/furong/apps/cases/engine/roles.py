"""Who may act in a case, and who is told: roles are capacities over scopes, and grants alone give them.

May act: whoever's grant covers the scope, however wide. Is told: those who hold the role at the
narrowest scope at which anybody does, so that a subject without a leader of its own is never
nobody's, and a leader of the whole district is not told of every firm that has its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from furong.apps.base.compiled import Reading
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Case
from furong.apps.cases.models.case import holding_scopes
from furong.apps.directory.access import Capacity, Held, held_by
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


_UNIT = Reading(lambda code: Organisation.objects.select_related("zone").filter(code=code), "code")
_HELD = Reading(
    lambda case: Assignment.objects.held().filter(case=case).select_related("organisation__zone"),
    "case",
)


_GRANTED = Reading(
    lambda capacity, kind, of, at: (
        Grant.objects.in_force(at)
        .filter(capacity=capacity, scope_kind=kind, scope_id=of, user__is_active=True)
        .select_related("user")
    ),
    "capacity",
    "kind",
    "of",
    "at",
)


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
        self._held: dict[object, list[Held]] = {}
        self._units: dict[str, Organisation | None] = {}
        self._steps: list[set[Scope]] | None = None
        self._found: dict[tuple[str, Scope], list[User]] = {}
        self.assignments: Sequence[Assignment] = (
            _HELD.all(case=case.pk) if assignments is None else assignments
        )

    def standings(self, user: User) -> list[Standing]:
        """What a person is in the case, in the order of the procedure's roles."""
        held = self._grants(user)
        capacities = {one.capacity for one in held}
        found: list[Standing] = []
        for name, role in self._machine.procedure.roles.items():
            if role.capacity not in capacities:
                continue
            scopes = {one.scope for one in held if one.capacity == role.capacity}
            found += [
                Standing(name, organisation)
                for organisation, covering in self._covering(role)
                if scopes & covering
            ]
        return found

    def _grants(self, user: User) -> list[Held]:
        """A person's capacities and their scopes, read once."""
        if user.pk not in self._held:
            self._held[user.pk] = held_by(user, self._at)
        return self._held[user.pk]

    def unit(self, code: str) -> Organisation | None:
        """An organisation, read once."""
        if code not in self._units:
            self._units[code] = _UNIT.first(code=code)
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
        return self._people(Capacity.DISPATCHER, self._outward(subject) if subject else [{ALL}])

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
                own = self.unit(code)
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
                return [self._outward(subject) if subject else [{ALL}]]
            case "district":
                return [[{ALL}]]
            case _:
                return [
                    [{(str(Grant.Scope.ORGANISATION), one.code)}, holding_scopes(one)]
                    for one, _scopes in self._covering(role)
                    if one is not None
                ]

    def _outward(self, subject: Subject) -> list[set[Scope]]:
        """A subject's scopes, the narrowest first: itself, its zones outward, its kind, the district."""
        if self._steps is None:
            steps: list[set[Scope]] = [{(str(Grant.Scope.SUBJECT), str(subject.pk))}]
            zones = subject.lies_in()
            while zones:
                steps.append({(str(Grant.Scope.ZONE), zone.code) for zone in zones})
                zones = [zone.parent for zone in zones if zone.parent]
            self._steps = [*steps, {(str(Grant.Scope.KIND), subject.kind)}, {ALL}]
        return self._steps

    def _people(self, capacity: str, ladder: list[set[Scope]]) -> list[User]:
        for scopes in ladder:
            if people := [one for scope in scopes for one in self._at_scope(capacity, scope)]:
                return people
        return []

    def _at_scope(self, capacity: str, scope: Scope) -> list[User]:
        """Those whose grant of the capacity names the scope, read once."""
        if (capacity, scope) not in self._found:
            kind, of = scope
            rows = _GRANTED.all(capacity=capacity, kind=kind, of=of, at=self._at)
            self._found[capacity, scope] = [one.user for one in rows]
        return self._found[capacity, scope]
