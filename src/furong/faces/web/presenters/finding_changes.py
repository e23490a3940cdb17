"""Changes of eligibility as their page and their file show them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.policies import reads
from furong.apps.policies.reads.changes import Changed, Changes, PolicyChange
from furong.apps.policies.reads.covering import officers_of
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import ExportCell, write_table
from furong.apps.registry.models import FactEntry, Subject
from furong.apps.registry.reads import shown as in_words
from furong.apps.registry.values import from_plain
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.finding import tabs
from furong.faces.web.presenters.finding_pages import (
    ChangedPolicy,
    ChangeRow,
    ChangesPage,
    Statement,
)
from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Text, chip
from furong.faces.web.presenters.sheets import as_of
from furong.faces.web.presenters.verdicts import BADGES

CAUSES: Mapping[str, Badge] = {
    "begun": Badge(gettext_lazy("政策新施行"), "blue"),
    "revised": Badge(gettext_lazy("政策新版"), "blue"),
    "ended": Badge(gettext_lazy("政策到期或废止"), "amber"),
}
ABSENT = Badge(gettext_lazy("当时没有"), "")
OVER = Badge(gettext_lazy("政策已不施行"), "")
POLICIES = 12  # as many as the page lists above the subjects


def changes_page(
    found: Changes | None,
    page: Page[Changed] | None,
    *,
    on: date,
    days: Mapping[date, datetime],
    chosen: Mapping[str, str],
    whose: Text,
    may_export: bool,
    at: datetime,
) -> ChangesPage:
    """found: None where no snapshot of the day was taken."""
    return ChangesPage(
        whose=whose,
        as_of=figures.moment(at),
        since=figures.moment(found.taken_at) if found else "",
        tabs=tabs("finding_changes"),
        days=_days(days, on, at),
        ways=_ways(found, chosen["way"]) if found else (),
        policies=_policies(found, chosen["policy"], at) if found else (),
        rows=_rows(found, page.rows, at) if found and page else (),
        pages=page.pages if page else None,
        kpis=_kpis(found) if found else (),
        missing="" if found else _missing(on, days),
        may_export=may_export and found is not None,
    )


def _missing(on: date, days: Mapping[date, datetime]) -> str:
    told = _("%s 没有留下资格快照，这一天以来的变化无从得知") % figures.day(on)
    remedy = (
        _("请改选有快照的日期")
        if days
        else _("快照每天零点后自动留存，明天起可看到变化；如一直没有，请联系系统管理员检查定时任务")
    )
    return _("%(told)s。%(remedy)s。") % {"told": told, "remedy": remedy}


def _days(days: Mapping[date, datetime], on: date, at: datetime) -> list[Chip]:
    """Since which snapshots one may ask: to the minute, for what changed just before is not told."""
    today = timezone.localdate(at)
    words = {0: _("今日 %s 以来"), 1: _("昨日 %s 以来")}
    return [
        chip(
            "since",
            day.isoformat(),
            words[(today - day).days] % f"{timezone.localtime(taken_at):%H:%M}"
            if (today - day).days in words
            else _("%s以来") % figures.moment(taken_at),
            now=on.isoformat(),
        )
        for day, taken_at in days.items()
    ]


def _ways(found: Changes, now: str) -> list[Chip]:
    gained = sum(one.gained for one in found.policies)
    lost = sum(one.lost for one in found.policies)
    return [
        chip("way", "", _("全部"), now=now, count=gained + lost),
        chip("way", "gained", _("新符合"), now=now, count=gained),
        chip("way", "lost", _("不再符合"), now=now, count=lost),
    ]


def _kpis(found: Changes) -> list[Kpi]:
    gained = sum(one.gained for one in found.policies)
    lost = sum(one.lost for one in found.policies)
    subjects = len({row.subject for row in found.rows})
    return [
        Kpi(_("新符合"), figures.count(gained), _("项次"), tone="jade"),
        Kpi(_("不再符合"), figures.count(lost), _("项次"), tone="hibiscus"),
        Kpi(_("涉及"), figures.count(subjects), _("家")),
    ]


def _policies(found: Changes, now: str, at: datetime) -> list[ChangedPolicy]:
    most = sorted(found.policies, key=lambda one: (-(one.gained + one.lost), one.policy))
    texts = reads.edition(at).texts
    return [_policy(one, now, texts) for one in most[:POLICIES]]


def _policy(one: PolicyChange, now: str, texts: Mapping[str, reads.Text]) -> ChangedPolicy:
    return ChangedPolicy(
        id=one.policy,
        title=texts[one.policy].policy.title,
        gained=one.gained,
        lost=one.lost,
        cause=CAUSES.get(one.cause),
        chip=chip("policy", "" if now == one.policy else one.policy, one.policy, now=now),
    )


def _rows(found: Changes, rows: Sequence[Changed], at: datetime) -> list[ChangeRow]:
    subjects = _subjects(rows)
    causes, texts = {one.policy: one.cause for one in found.policies}, reads.edition(at).texts
    return [
        _row(row, subjects[row.subject], entries, causes[row.policy], texts[row.policy])
        for row, entries in zip(rows, found.causes(rows, at), strict=True)
    ]


def _subjects(rows: Sequence[Changed]) -> dict[UUID, Subject]:
    return Subject.objects.select_related("street").in_bulk({row.subject for row in rows})


def _row(
    row: Changed, subject: Subject, entries: Sequence[FactEntry], cause: str, text: reads.Text
) -> ChangeRow:
    told, known = _cause(row, entries, cause)
    return ChangeRow(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        street=subject.street.name if subject.street else "",
        policy=row.policy,
        title=text.policy.title,
        gained=row.gained,
        before=BADGES[row.before] if row.before else ABSENT,
        now=BADGES[row.now] if row.now else OVER,
        statements=[_statement(entry) for entry in entries],
        cause=told,
        cause_known=known,
    )


def _cause(row: Changed, entries: Sequence[FactEntry], cause: str) -> tuple[Text, bool]:
    """What accounts for a change besides statements, and whether anything does."""
    if cause in CAUSES:
        return CAUSES[cause].text, True
    if row.before is None and not entries:
        return _("新登记的服务对象"), True
    if entries:
        return "", True
    return _("原因未知：这段时间没有相关信息的新记录"), False


def _statement(entry: FactEntry) -> Statement:
    fact = catalogue().facts[entry.fact]
    if entry.sealed_id:
        shown = "******"
    elif entry.value is None:
        shown = _("撤回")
    else:
        shown = in_words(fact, from_plain(fact, entry.value))
    source = [str(entry.get_source_display()), entry.reporter.name if entry.reporter else ""]
    return Statement(
        text=_("%(fact)s：%(value)s") % {"fact": fact.label, "value": shown},
        source=" · ".join(filter(None, [*source, figures.moment(entry.recorded_at)])),
        url=reverse("fact_history", args=[entry.subject_id, entry.fact]),
    )


def changes_sheet(found: Changes, rows: Sequence[Changed], whose: Text, at: datetime) -> bytes:
    """All changes as a table."""
    headings = [
        *(_("编号"), _("名称"), _("街道"), _("联络员"), _("政策编号"), _("政策"), _("变化")),
        *(_("原判定"), _("现判定"), _("由来")),
    ]
    people = officers_of(_subjects(rows).values(), at)

    def cells(row: ChangeRow) -> list[ExportCell]:
        told = [f"{one.text}（{one.source}）" for one in row.statements]  # zh: brackets of a cell
        return [
            row.number,
            row.name,
            str(row.street) or None,
            _("、").join(person.name for person in people[UUID(row.id)]) or None,
            row.policy,
            str(row.title),
            _("新符合") if row.gained else _("不再符合"),
            str(row.before.text),
            str(row.now.text),
            _("；").join(filter(None, [str(row.cause), *told])) or None,
        ]

    since = _("自 %s 以来") % figures.moment(found.taken_at)
    title = as_of(_("资格变化"), f"{whose} · {since}", at)
    return write_table(headings, map(cells, _rows(found, rows, at)), "xlsx", title=title)
