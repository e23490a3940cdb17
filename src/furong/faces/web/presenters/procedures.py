"""Versions of procedures, and what a migration would do, as the administrator reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from furong.apps.cases.actions import Preview, Stays
from furong.apps.cases.models import ProcedureVersion
from furong.apps.cases.reads import Version
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Kpi, Text

SHOWN = 100
"""Cases that stay which a page names; the command line names all."""

type Labels = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """behind: how many open cases of earlier versions may come here; 0 where the version has no map."""

    code: str
    version: int
    state: Badge
    open: str
    closed: str
    origin: str
    installed: str
    behind: int


@dataclass(frozen=True, slots=True)
class ProcedureGroup:
    title: str
    code: str
    rows: Sequence[VersionRow]


@dataclass(frozen=True, slots=True)
class Flow:
    start: int
    state: str
    target: str
    count: str


@dataclass(frozen=True, slots=True)
class Shift:
    number: str
    label: str
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class StaysRow:
    number: str
    version: int
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """more: how many cases that stay are not named here."""

    title: str
    code: str
    version: int
    kpis: Sequence[Kpi]
    movable: int
    flows: Sequence[Flow]
    shifts: Sequence[Shift]
    ends: Sequence[Text]
    stays: Sequence[StaysRow]
    more: int
    error: str
    total: int


@dataclass(frozen=True, slots=True)
class ProgressPage:
    title: str
    code: str
    version: int
    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def list_page(found: Sequence[Version]) -> list[ProcedureGroup]:
    groups: dict[str, list[VersionRow]] = {}
    titles: dict[str, str] = {}
    for one in found:
        row = one.row
        titles.setdefault(row.code, row.title)  # the latest version's comes first
        latest = Badge(_("新登记的按此版办理"), "jade") if one.is_latest else Badge(_("以前的版本"))
        groups.setdefault(row.code, []).append(
            VersionRow(
                code=row.code,
                version=row.version,
                state=latest,
                open=figures.count(one.open),
                closed=figures.count(one.closed),
                origin=row.origin,
                installed=figures.moment(row.installed_at),
                behind=one.behind if one.starts else 0,
            )
        )
    return [ProcedureGroup(titles[code], code, rows) for code, rows in groups.items()]


def version_page(made: Preview, *, came: int, labels: Labels, error: str) -> VersionPage:
    version = made.version
    return VersionPage(
        title=version.title,
        code=version.code,
        version=version.version,
        kpis=_kpis(made, came),
        movable=made.movable,
        flows=[
            Flow(start, labels[start][state], labels[version.version][target], figures.count(n))
            for (start, state, target), n in made.flows.items()
        ],
        shifts=[
            Shift(case.number, due.label, _moment(due.before), _moment(due.after))
            for case, dues in made.shifts
            for due in dues
        ],
        ends=[*_ends(made)],
        stays=[_stays(one, labels) for one in made.stays[:SHOWN]],
        more=max(len(made.stays) - SHOWN, 0),
        error=error,
        total=made.total,
    )


def _kpis(made: Preview, came: int) -> list[Kpi]:
    def kpi(label: Text, number: int, tone: str = "") -> Kpi:
        unit = npgettext("cases", "件", "件", number)
        return Kpi(label, figures.count(number), unit, tone=tone if number else "")

    return [
        kpi(_("已迁来"), came, "jade"),
        kpi(_("可以迁移"), made.movable, "blue"),
        kpi(_("留在旧版"), len(made.stays), "amber"),
        kpi(_("时限提前"), made.sooner, "amber"),
        kpi(_("时限推后"), made.later),
        kpi(_("迁移后即超时"), made.overdue, "hibiscus"),
    ]


def _ends(made: Preview) -> list[Text]:
    """What some cases lose on the way."""
    found: list[Text] = []
    if made.withdrawn:
        told = ngettext(
            "%s 件有未答复的请示，新版没有此项，随之撤销",
            "%s 件有未答复的请示，新版没有此项，随之撤销",
            made.withdrawn,
        )
        found.append(told % figures.count(made.withdrawn))
    if made.waived:
        told = ngettext(
            "%s 件有单位在新版里不再承办，记为免办",
            "%s 件有单位在新版里不再承办，记为免办",
            made.waived,
        )
        found.append(told % figures.count(made.waived))
    return found


def _stays(one: Stays, labels: Labels) -> StaysRow:
    case = one.case
    held = case.procedure.version
    return StaysRow(case.number, held, labels[held][case.state], one.why)


def _moment(moment: datetime | None) -> Text:
    return figures.moment(moment) if moment else _("不计时")


def progress_page(version: ProcedureVersion, done: int, left: int) -> ProgressPage:
    return ProgressPage(version.title, version.code, version.version, done, done + left)
