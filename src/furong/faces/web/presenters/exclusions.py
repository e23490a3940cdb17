"""Requests to leave a case out of a unit's rates, as their list, their page and their form show them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.base.models import StoredFile
from furong.apps.base.models.stored_file import PASSIVE
from furong.apps.cases.actions.excluding import WORDS
from furong.apps.cases.engine.words import unit_name
from furong.apps.cases.exclusions import counting_units, denied_before, rules_of, why_not_decide
from furong.apps.cases.models import Exclusion
from furong.apps.cases.models.exclusion import ExclusionQuerySet
from furong.apps.cases.units import speaks_for, units_of
from furong.apps.directory.models import Organisation
from furong.apps.registry.exporting import ExportCell
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.asked import Asked, own
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.cases_pages import (
    ActLink,
    ExclusionRow,
)
from furong.faces.web.presenters.cases_words import FileCard, due_of, short
from furong.faces.web.presenters.parts import Badge, Chip, Pages, Select, Text, chip, select
from furong.faces.web.uploads import Kept

FILTERS = ("state", "q", "unit", "rate", "ground", "sort")
ALL, NEWEST = "all", "newest"
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("due_at", "id"),
    NEWEST: ("-asked_at", "-id"),
    "oldest": ("asked_at", "id"),
}
TONES = {
    Exclusion.State.PENDING: "amber",
    Exclusion.State.GRANTED: "jade",
    Exclusion.State.REFUSED: "hibiscus",
    Exclusion.State.REVOKED: "hibiscus",
}


@dataclass(frozen=True, slots=True)
class ExclusionList:
    total: int
    chips: Sequence[Chip]
    selects: Sequence[Select]
    kept: Sequence[tuple[str, str]]
    query: str
    rows: Sequence[ExclusionRow]
    pages: Pages
    filtered: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    state: Badge
    who: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExclusionPage:
    """key: of its forms. decides, withdraws, revokes: what the person may do; blocked: why not."""

    row: ExclusionRow
    who: str
    office: Text
    shows: Text
    files: Sequence[FileCard]
    steps: Sequence[StepRow]
    before: ExclusionRow | None
    key: str
    decides: bool
    withdraws: bool
    revokes: bool
    renews: str  # where to ask again
    blocked: Text
    typed: str


def state_of(one: Exclusion) -> Badge:
    state = Exclusion.State(one.state)
    return Badge(state.label, TONES.get(state, ""))


def row_of(one: Exclusion, at: datetime) -> ExclusionRow:
    case = one.case
    return ExclusionRow(
        id=str(one.pk),
        case=str(case.pk),
        number=case.number,
        title=case.title,
        subject=case.subject.name if case.subject else "",
        unit=unit_name(one.unit),
        rate=one.rate_label,
        ground=one.ground_label,
        words=one.words,
        state=state_of(one),
        again=one.renews_id is not None,
        asked=short(one.asked_at, at),
        due=due_of(one.due_at, at) if one.state == Exclusion.State.PENDING else None,
    )


# --- the list -------------------------------------------------------------------------------------


def exclusion_list(
    page: Page[Exclusion],
    *,
    across: ExclusionQuerySet,
    chosen: Mapping[str, str],
    at: datetime,
) -> ExclusionList:
    """A page of requests; `across` are those of every state that the other filters leave."""
    counts = {state: across.filter(state=state).count() for state in Exclusion.State.values}
    labels = [(state, Exclusion.State(state).label) for state in Exclusion.State.values]
    every = chip("state", ALL, _("全部"), now=chosen["state"], count=sum(counts.values()))
    return ExclusionList(
        total=page.pages.total or 0,
        chips=[
            *(
                chip("state", state, label, now=chosen["state"], count=counts[state])
                for state, label in labels
            ),
            every,
        ],
        selects=_selects(across, chosen),
        kept=[("state", chosen["state"])],
        query=chosen["q"],
        rows=[row_of(one, at) for one in page.rows],
        pages=page.pages,
        filtered=any(chosen[name] for name in ("q", "unit", "rate", "ground")),
        pending=chosen["state"] == Exclusion.State.PENDING,
    )


def _selects(across: ExclusionQuerySet, chosen: Mapping[str, str]) -> list[Select]:
    plain = across.order_by()
    units = Organisation.objects.filter(pk__in=plain.values("unit")).order_by("code")
    rates = dict(plain.values_list("rate", "rate_label"))
    grounds = dict(plain.values_list("ground", "ground_label"))
    orders = [(NEWEST, _("最近申请的在前")), ("oldest", _("最早申请的在前"))]
    named = [(one.code, unit_name(one)) for one in units]
    return [
        select("unit", _("申请单位"), _("全部单位"), named, now=chosen["unit"]),
        select("rate", _("指标"), _("全部指标"), sorted(rates.items()), now=chosen["rate"]),
        select(
            "ground", _("剔除情形"), _("全部情形"), sorted(grounds.items()), now=chosen["ground"]
        ),
        select("sort", _("排序"), _("最先到期的在前"), orders, now=chosen["sort"]),
    ]


def headings() -> list[str]:
    return [
        *(_("编号"), _("事由"), _("名称"), _("申请单位"), _("指标"), _("剔除情形"), _("说明")),
        *(_("佐证材料"), _("申请人"), _("申请时间"), _("审定单位"), _("审定时限"), _("状态")),
        *(_("审定人"), _("审定时间"), _("理由")),
    ]


def sheet(rows: Iterable[Exclusion], at: datetime) -> Iterator[list[ExportCell]]:
    for one in rows:
        row = row_of(one, at)
        last = one.steps.all()[len(one.steps.all()) - 1] if one.steps.all() else None
        yield [
            row.number,
            row.title,
            row.subject or None,
            str(row.unit),
            str(row.rate),
            str(row.ground),
            row.words,
            _("、").join(file.name for file in one.files.all()),
            one.asked_by.name,
            figures.moment(one.asked_at),
            unit_name(one.decides),
            figures.moment(one.due_at),
            str(row.state.text),
            last.by.name if last else None,
            figures.moment(last.recorded_at) if last else None,
            last.reason if last else None,
        ]


# --- one request ----------------------------------------------------------------------------------


def exclusion_page(one: Exclusion, viewer: Viewer, *, typed: str = "") -> ExclusionPage:
    """A request with its evidence and what became of it, and the forms for who may settle it."""
    user, at = viewer.user, viewer.at
    mine = viewer.acts and speaks_for(user, one.unit, at)
    office = viewer.acts and speaks_for(user, one.decides, at)
    pending, granted = (one.state == state for state in Exclusion.STANDING)
    blocked = why_not_decide(one, user, at) if office and (pending or granted) else ""
    rules = rules_of(viewer.machine)
    ground = rules.grounds.get(one.ground) if rules else None
    return ExclusionPage(
        row=row_of(one, at),
        who=one.asked_by.name,
        office=unit_name(one.decides),
        shows=ground.shows if ground else "",
        files=[_card(one, file) for file in one.files.all()],
        steps=[
            StepRow(
                Badge(
                    Exclusion.State(step.state).label, TONES.get(Exclusion.State(step.state), "")
                ),
                step.by.name,
                figures.moment(step.recorded_at),
                step.reason,
            )
            for step in one.steps.select_related("by")
        ],
        before=_before(one, at),
        key=uuid4().hex,
        decides=office and pending and not blocked,
        withdraws=mine and pending,
        revokes=office and granted and not blocked,
        renews=_again(one) if mine else "",
        blocked=blocked,
        typed=typed,
    )


def _card(one: Exclusion, file: StoredFile) -> FileCard:
    url = reverse("exclusion_file", args=[one.pk, file.pk])
    return FileCard(url, file.name, file.media_type in PASSIVE)


def _before(one: Exclusion, at: datetime) -> ExclusionRow | None:
    if one.renews_id is None:
        return None
    return row_of(Exclusion.objects.with_parts().get(pk=one.renews_id), at)


def _again(one: Exclusion) -> str:
    """Where a refused request can be asked again; "" where it cannot."""
    last = denied_before(one.case, one.unit, one.rate)
    if last is None or last.pk != one.pk or one.renews_id is not None:
        return ""
    standing = Exclusion.objects.filter(
        case=one.case, unit=one.unit, rate=one.rate, state__in=Exclusion.STANDING
    )
    if standing.exists():
        return ""
    return reverse("case_exclude", args=[one.case_id]) + f"?renews={one.pk}"


# --- on a case ------------------------------------------------------------------------------------


def units_asking(viewer: Viewer) -> list[Organisation]:
    """The units for which the person may ask that the case be left out."""
    if not viewer.inside or not viewer.acts or rules_of(viewer.machine) is None:
        return []
    mine = {one.pk for one in units_of(viewer.user, viewer.at)}
    if not mine:
        return []
    return [one for one in counting_units(viewer.machine, viewer.case) if one.pk in mine]


def asking_link(viewer: Viewer) -> list[ActLink]:
    """The button on the case's page, for who may ask."""
    if not units_asking(viewer):
        return []
    url = reverse("case_exclude", args=[viewer.case.pk])
    return [ActLink("exclude", _("申请剔除"), url, direct=False)]


def rows_of_case(viewer: Viewer) -> list[ExclusionRow]:
    """The requests about a case, for who reads it from within."""
    if not viewer.inside:
        return []
    rows = Exclusion.objects.filter(case=viewer.case).with_parts()
    return [row_of(one, viewer.at) for one in rows]


def asking_fields(
    viewer: Viewer,
    units: Sequence[Organisation],
    typed: Mapping[str, str],
    kept: Sequence[Kept],
    errors: Mapping[str, str],
    renews: Exclusion | None,
) -> list[Asked]:
    """The form: for which unit, from which rate, on what ground, why, and the evidence."""
    rules = rules_of(viewer.machine)
    assert rules is not None
    first = {"rate": renews.rate, "ground": renews.ground, "words": renews.words} if renews else {}
    now = {**first, **typed}
    rates = {renews.rate: renews.rate_label} if renews else dict(rules.rates)
    grounds = {
        code: _("%(label)s；附：%(shows)s") % {"label": one.label, "shows": one.shows}
        for code, one in rules.grounds.items()
    }

    def asked(key: str, label: Text, kind: str, **more: Any) -> Asked:
        values = [now[key]] if now.get(key) else []
        return own(
            key, label, kind, values=values, required="always", error=errors.get(key, ""), **more
        )

    named = {one.code: unit_name(one) for one in units}
    again = [_("再次申请须有新的佐证材料")] if renews else []
    return [
        *([asked("unit", _("申请单位"), "list", options=named)] if len(units) > 1 else []),
        asked("rate", _("剔除指标"), "choice", options=rates),
        asked("ground", _("剔除情形和须附的材料"), "choice", options=grounds),
        asked("words", _("说明"), "long", limit=WORDS, notes=[_("反映人不可见")]),
        asked("files", _("佐证材料"), "files", kept=kept, notes=again),
    ]
