"""Under which version of its procedure each event of a case happened, once a case has changed versions.

A case is told by the version that it is under; what happened before it came there is told by the
version of that day. The migrations among its events say from when.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, Event, ProcedureVersion

MIGRATION = "migration"
"""The act of the event by which a case came to a newer version; its fields name both."""


@dataclass
class History:
    """moves: the sequence of each migration, and the version from which it led."""

    now: Machine
    moves: tuple[tuple[int, int], ...] = ()
    _known: dict[int, Machine] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> "History":
        """Of a case; without a query where no case can have come to its version from another."""
        now = machine_of(case.procedure)
        if not now.procedure.migrates:
            return cls(now)
        rows = Event.objects.filter(case=case, act=MIGRATION).order_by("sequence")
        return cls(
            now, tuple((at, made["from"]) for at, made in rows.values_list("sequence", "fields"))
        )

    def machine(self, event: Event) -> Machine:
        """The version under which an event happened; of a migration, the one to which it led."""
        later = (start for at, start in self.moves if event.sequence < at)
        return self._version(next(later, self.now.procedure.version))

    def key(self, event: Event) -> str:
        """What the act of an event is called in the version that the case is under."""
        key = event.act
        ways = [start for at, start in self.moves if event.sequence < at]
        for start, to in pairwise([*ways, self.now.procedure.version]):
            key = renamed(key, self._version(to), start)
        return key

    def _version(self, version: int) -> Machine:
        if version == self.now.procedure.version:
            return self.now
        if version not in self._known:
            code = self.now.procedure.procedure
            row = ProcedureVersion.objects.get(code=code, version=version)
            self._known[version] = machine_of(row)
        return self._known[version]


def renamed(key: str, to: Machine, start: int) -> str:
    """An act of an earlier version by the name that a state map gives it."""
    one = to.procedure.map_from(start)
    section, _dot, rest = key.partition(".")
    if one is None or not rest:
        return key
    name, dot, code = rest.partition(".")
    named = one.named("requests" if section in ("requests", "answers") else "acts", name)
    return key if named is None else f"{section}.{named}{dot}{code}"


def machine_naming(
    case: Case, section: Literal["requests", "openings"], names: Iterable[str]
) -> Machine:
    """The case's version; where that has dropped one of the names, the latest that has them all."""
    now = machine_of(case.procedure)
    wanted = {*names}
    if wanted <= getattr(now.procedure, section).keys():
        return now
    rows = ProcedureVersion.objects.filter(
        code=now.procedure.procedure, version__lt=now.procedure.version
    )
    earlier = (machine_of(row) for row in rows.order_by("-version"))
    return next((one for one in earlier if wanted <= getattr(one.procedure, section).keys()), now)
