"""The installed versions of the procedures, how many cases run under each, and who came over."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.machine import every_machine
from furong.apps.cases.models import Case, Event, ProcedureVersion
from furong.apps.cases.models.case import LIVE, CaseQuerySet


@dataclass(frozen=True, slots=True)
class Version:
    """An installed version. open: cases under it that are not closed. starts: from which versions it
    takes cases over. behind: open cases under earlier versions of the procedure.
    """

    row: ProcedureVersion
    open: int
    closed: int
    starts: tuple[int, ...]
    behind: int
    is_latest: bool


def versions() -> list[Version]:
    """All, by procedure, the latest first."""
    held: Counter[tuple[UUID, bool]] = Counter()
    counted = Case.objects.order_by().values_list("procedure", "category").annotate(Count("pk"))
    for version, category, number in counted:
        held[version, category in LIVE] += number
    rows, machines = [*ProcedureVersion.objects.order_by("code", "version")], every_machine()
    last = {row.code: row.version for row in rows}
    behind_of: Counter[str] = Counter()
    found = []
    for row in rows:
        found.append(
            Version(
                row,
                held[row.pk, True],
                held[row.pk, False],
                tuple(one.start for one in machines[row.pk].procedure.migrates),
                behind_of[row.code],
                row.version == last[row.code],
            )
        )
        behind_of[row.code] += held[row.pk, True]
    return sorted(found, key=lambda one: (one.row.code, -one.row.version))


def states_of(code: str) -> Mapping[int, Mapping[str, str]]:
    """By version: the labels of the states."""
    return {
        one.procedure.version: {name: state.label for name, state in one.procedure.states.items()}
        for one in every_machine().values()
        if one.procedure.procedure == code
    }


def left_behind(version: ProcedureVersion) -> CaseQuerySet:
    """The cases that are not closed and under an earlier version."""
    rows = Case.objects.filter(procedure__code=version.code, procedure__version__lt=version.version)
    return rows.live()


def came_over(version: ProcedureVersion) -> int:
    """How many cases came to a version from earlier ones."""
    rows = Event.objects.filter(case__procedure=version, act=MIGRATION)
    cases: set[UUID] = {
        case for case, made in rows.values_list("case", "fields") if made["to"] == version.version
    }
    return len(cases)
