"""应享未享 as its page and its file show it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.directory.models import User, Zone
from furong.apps.policies import reads
from furong.apps.policies.reads import SIZE, UNSIZED, Text
from furong.apps.policies.reads.covering import officers, officers_of
from furong.apps.policies.reads.finding import Entitled, Entitlement, Places, Since
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import ExportCell, write_table
from furong.apps.registry.models import Subject
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.finding_pages import EntitledPage, EntitledRow, Tab
from furong.faces.web.presenters.parts import Badge, Column, Kpi, Option, Select
from furong.faces.web.presenters.parts import Text as Words
from furong.faces.web.presenters.reasons import NAMED
from furong.faces.web.presenters.sheets import as_of, yuan
from furong.faces.web.presenters.subject_list import sortable

FILTERS = ("street", "size", "door", "policy", "officer")
NO_DOOR = "-"
"""The door to filter by of policies that name none."""

STATES: Mapping[str, Badge] = {
    "automatic": Badge(gettext_lazy("待确认享受"), "hibiscus"),
    "instant": Badge(gettext_lazy("未申请"), "amber"),
    "application": Badge(gettext_lazy("未申报"), "amber"),
    NO_DOOR: Badge(gettext_lazy("未办理"), "amber"),
}
"""What has not happened yet, by a policy's door."""

TABS: tuple[tuple[Words, str], ...] = (
    (gettext_lazy("应享未享"), "finding"),
    (gettext_lazy("走访问题清单"), "finding_questions"),
    (gettext_lazy("资格变化"), "finding_changes"),
)


def tabs(now: str) -> list[Tab]:
    """The pages of finding; `now` is the name of the present one."""
    return [Tab(label, reverse(name), current=name == now) for label, name in TABS]


def entitled_page(
    found: Entitled,
    page: Page[Entitlement],
    *,
    chosen: Mapping[str, str],
    kpis: Sequence[Kpi],
    whose: Words,
    own: bool,
    may_export: bool,
    may_apply: bool,
    at: datetime,
) -> EntitledPage:
    """own: the list is of the firms that the person looks after."""
    return EntitledPage(
        heading=_("我的应享未享") if own else _("应享未享"),
        whose=whose,
        as_of=figures.moment(at),
        tabs=tabs("finding"),
        kpis=kpis,
        selects=_selects(found, chosen, at, own=own),
        columns=_columns(chosen["sort"]),
        rows=[*_rows(page.rows, at, may_apply=may_apply)],
        pages=page.pages,
        filtered=any(chosen[name] for name in FILTERS),
        may_export=may_export,
        kept=[("sort", chosen["sort"])] if chosen["sort"] else (),
        note=_note(chosen["policy"], at),
    )


def kpis_of(found: Entitled, places: Places) -> list[Kpi]:
    """How many items, subjects and how much the chosen part of the list comes to."""
    total = figures.amount(found.total(places))
    return [
        Kpi(
            _("应享未享"), figures.count(len(places)), _("项次"), _("一家一条计一项次"), "hibiscus"
        ),
        Kpi(_("涉及"), figures.count(found.subjects(places)), _("家")),
        Kpi(_("合计"), total.number, total.unit, _("已能确定的；互斥政策就高计")),
    ]


def _note(policy: str, at: datetime) -> str:
    """Why a policy has nobody in the list, where it is not in force."""
    if not policy:
        return ""
    try:
        text = reads.text_of(policy, at)
    except KeyError:
        return _("没有政策“%s”，请核对编号") % policy
    if text.reference:
        return _("“%s”是外地政策，只供参考，不列应享未享") % text.policy.title
    if not text.applies_on(timezone.localdate(at)):
        return _("“%s”现在不在施行期内，不列应享未享") % text.policy.title
    return ""


def _selects(
    found: Entitled, chosen: Mapping[str, str], at: datetime, *, own: bool
) -> list[Select]:
    known = catalogue()
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    texts = {text.policy.id: text for text in reads.library(at)}
    counts = found.counts(found.chosen())
    selects = [
        select(
            "policy",
            _("政策"),
            _("全部政策"),
            [
                (code, _("%(title)s（%(n)s）") % {"title": texts[code].policy.title, "n": n})
                for code, n in counts.items()
            ],
            chosen,
        ),
        select(
            "door",
            _("办理方式"),
            _("全部办理方式"),
            [
                (
                    door,
                    _("%(door)s · %(state)s")
                    % {"door": wording.DOORS[door].text, "state": state.text},
                )
                if door != NO_DOOR
                else (door, wording.DOORS[""].text)
                for door, state in STATES.items()
            ],
            chosen,
        ),
        select("street", _("街道"), _("全部街道"), [(z.code, z.name) for z in streets], chosen),
    ]
    if SIZE in known.facts:
        sizes = [*known.facts[SIZE].values.items(), (UNSIZED, _("规模未定"))]
        selects.append(select("size", _("规模"), _("全部规模"), sizes, chosen))
    if not own:
        people = [(one.username, one.name) for one in officers(at)]
        selects.append(select("officer", _("联络员"), _("全部联络员"), people, chosen))
    return selects


def select(
    name: str,
    label: Words,
    every: Words,
    values: Sequence[tuple[str, Words]],
    chosen: Mapping[str, str],
) -> Select:
    now = chosen[name]
    options = [Option("", every, not now)]
    return Select(name, label, options + [Option(v, text, v == now) for v, text in values])


def _columns(now: str) -> list[Column]:
    return [
        Column(_("名称")),
        Column(_("政策")),
        Column(_("符合的理由")),
        sortable(_("金额"), "amount", now=now or "-amount", numeric=True),
        Column(_("状态")),
        sortable(_("已符合"), "days", now=now or "-amount", numeric=True),
        Column(_("联络员")),
    ]


def _rows(found: Sequence[Entitlement], at: datetime, *, may_apply: bool) -> Iterator[EntitledRow]:
    subjects = _subjects(found)
    people = officers_of(subjects.values(), at)
    texts = reads.edition(at).texts
    today = timezone.localdate(at)
    for one in found:
        subject, text = subjects[one.subject], texts[one.policy]
        yield EntitledRow(
            id=str(subject.pk),
            name=subject.name,
            number=subject.number,
            street=subject.street.name if subject.street else "",
            policy=one.policy,
            title=text.policy.title,
            reason=reason(text),
            amount=None if one.amount is None else figures.amount(one.amount),
            amount_note="" if one.amount is not None else amount_note(text),
            door=state_of(text),
            days=days(one.since, today),
            days_known=bool(one.since),
            officers=_names(people[subject.pk]),
            apply_url=reverse("subject_apply", args=[subject.pk, one.policy]) if may_apply else "",
        )


def _subjects(found: Sequence[Entitlement]) -> dict[UUID, Subject]:
    return Subject.objects.select_related("street").in_bulk({one.subject for one in found})


def reason(text: Text) -> str:
    """Why an eligible subject qualifies: the conditions, all of which it meets."""
    labels = [criterion.label for criterion in text.policy.criteria]
    told = _("；").join(labels[:NAMED])
    return (
        told
        if len(labels) <= NAMED
        else _("%(shown)s等 %(n)d 项") % {"shown": told, "n": len(labels)}
    )


def amount_note(text: Text) -> str:
    """What stands in the place of a sum that is not known, or that the policy does not give."""
    if wording.sum_unknown(text.policy.benefit):
        return _("金额待核")
    if text.policy.benefit.amount:
        return _("金额待补信息")
    return str(wording.KINDS[text.policy.benefit.kind])


def state_of(text: Text) -> Badge:
    return STATES[text.policy.door or NO_DOOR]


def days(since: Since | None, today: date) -> str:
    """3 天, 至少 3 天, 今日, 今日以前, 未知."""
    if since is None:
        return _("未知")
    n = (today - since.day).days
    if not since.exact:
        return _("至少 %d 天") % n if n else _("今日以前")
    return _("%d 天") % n if n else _("今日")


def _names(people: Sequence[User]) -> str:
    return _("、").join(person.name for person in people)


def entitled_sheet(found: Sequence[Entitlement], whose: Words, at: datetime) -> bytes:
    """The list as a table."""
    headings = [
        *(_("编号"), _("名称"), _("街道"), _("地址"), _("政策编号"), _("政策"), _("办理方式")),
        *(_("状态"), _("符合的理由"), _("金额（元）"), _("金额说明"), _("已符合"), _("联络员")),
    ]
    subjects = _subjects(found)
    people = officers_of(subjects.values(), at)
    texts = reads.edition(at).texts
    today = timezone.localdate(at)

    def row(one: Entitlement) -> list[ExportCell]:
        subject, text = subjects[one.subject], texts[one.policy]
        return [
            subject.number,
            subject.name,
            subject.street.name if subject.street else None,
            subject.address or None,
            one.policy,
            text.policy.title,
            str(wording.door_badge(text.policy).text),
            str(state_of(text).text),
            reason(text),
            yuan(one.amount),
            amount_note(text) if one.amount is None else None,
            days(one.since, today),
            _names(people[subject.pk]) or None,
        ]

    title = as_of(_("应享未享"), str(whose), at)
    return write_table(headings, map(row, found), "xlsx", title=title)
