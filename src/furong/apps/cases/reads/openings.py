"""How somebody can raise something: the openings of the installed procedures that are open to a capacity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import ProcedureVersion
from furong.packs.models.procedures import FormItem


@dataclass(frozen=True, slots=True)
class Openable:
    """An opening of a procedure's latest version. name: as `open_case` takes it.

    requests: those that the same capacity can put as soon as the case is there, by name.
    """

    machine: Machine
    name: str
    requests: Sequence[str]

    @property
    def procedure(self) -> str:
        return self.machine.procedure.procedure

    @property
    def label(self) -> str:
        return self.machine.procedure.openings[self.name].label

    @property
    def items(self) -> Sequence[FormItem]:
        return self.machine.view.items(self.machine.procedure.openings[self.name].form)

    @property
    def classes(self) -> Mapping[str, str]:
        """Those that a case raised so can have; none where the opening settles it, or its form asks."""
        opening = self.machine.procedure.openings[self.name]
        asked = any(getattr(item, "type", "") == "class" for item in self.items)
        return {} if opening.kind or asked else self.machine.procedure.classes

    def takes(self, kind: str) -> bool:
        """Whether it is for subjects of a kind."""
        return kind in self.machine.procedure.subject.kinds


def openable(capacity: str) -> list[Openable]:
    """The openings that a capacity has about a subject; whether for a certain one, its grants decide."""
    return [
        Openable(machine, name, _requests(machine, opening.to, mine))
        for machine, mine in _machines(capacity)
        for name, opening in machine.procedure.openings.items()
        if mine & set(opening.by)
    ]


def procedures_of(capacity: str) -> list[str]:
    """The codes of the procedures that give a capacity a role about a subject."""
    return [machine.procedure.procedure for machine, mine in _machines(capacity) if mine]


def _machines(capacity: str) -> Iterator[tuple[Machine, set[str]]]:
    """Each procedure, and the roles that the capacity has in it through a subject."""
    for code in ProcedureVersion.objects.order_by("code").values_list("code", flat=True).distinct():
        version = ProcedureVersion.objects.latest_of(code)
        if version is None:
            continue
        machine = machine_of(version)
        roles = machine.procedure.roles.items()
        yield (
            machine,
            {name for name, role in roles if (role.capacity, role.scope) == (capacity, "subject")},
        )


def _requests(machine: Machine, state: str, mine: set[str]) -> list[str]:
    return [
        act.name
        for _key, act in machine.acts_in(state)
        if act.path[0] == "requests" and mine & set(act.by)
    ]
