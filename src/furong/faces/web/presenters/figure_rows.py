"""The cases behind a rate: which reached it, which did not, which were taken out of it and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.cases.engine.words import unit_name
from furong.apps.cases.models import Assignment, Case, Exclusion
from furong.apps.cases.reads import Counted
from furong.apps.registry.exporting import ExportCell
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Chip, Pages, Select, Text, chip, select

SHOWN = ("hit", "missed", "unknown", "out")
ORDERS = ("", "newest", "number")


@dataclass(frozen=True, slots=True)
class TakenOutBy:
    """The request by which a case was taken out."""

    id: str
    unit: Text
    ground: Text
    words: str
    settled: Text  # by whom, when
    reason: str


@dataclass(frozen=True, slots=True)
class CountedRow:
    case: str
    number: str
    title: str
    subject: str
    units: Text
    opened: Text
    outcome: Badge
    out: Sequence[TakenOutBy]


@dataclass(frozen=True, slots=True)
class BehindPage:
    rate: Text
    group: Text
    as_of: Text
    back: str
    chips: Sequence[Chip]
    selects: Sequence[Select]
    kept: Sequence[tuple[str, str]]
    rows: Sequence[CountedRow]
    pages: Pages
    total: int


def kind_of(one: Counted) -> str:
    """Which of SHOWN a case is; what was taken out is that, however it came out."""
    if one.out:
        return "out"
    return "unknown" if one.hit is None else "hit" if one.hit else "missed"


def chips_of(found: Sequence[Counted], now: str) -> list[Chip]:
    labels = {
        "hit": _("达到"),
        "missed": _("未达到"),
        "unknown": _("未答复、计时中"),
        "out": _("已剔除"),
    }
    kinds = [kind_of(one) for one in found]
    return [
        chip("show", "", _("全部"), now=now, count=len(kinds)),
        *(chip("show", code, labels[code], now=now, count=kinds.count(code)) for code in SHOWN),
    ]


def order_select(now: str) -> Select:
    orders = [("newest", _("最近登记的在前")), ("number", _("按编号"))]
    return select("sort", _("排序"), _("最早登记的在前"), orders, now=now)


def counted_rows(page: Sequence[Counted]) -> list[CountedRow]:
    """The rows of a page, with what they show read once for all."""
    ids = [one.case for one in page]
    cases = {one.pk: one for one in Case.objects.filter(pk__in=ids).with_all()}
    units: dict[UUID, list[str]] = {}
    held = Assignment.objects.held().filter(case__in=ids).select_related("organisation")
    for one in held:
        units.setdefault(one.case_id, []).append(unit_name(one.organisation))
    wanted = [pk for one in page for pk in one.out]
    out = dict(_requests(wanted))
    return [_row(one, cases[one.case], units.get(one.case, []), out) for one in page]


def _requests(ids: Sequence[UUID]) -> Iterator[tuple[UUID, TakenOutBy]]:
    rows = Exclusion.objects.filter(pk__in=ids).select_related("unit", "decides")
    for one in rows.prefetch_related("steps__by"):
        granted = [step for step in one.steps.all() if step.state == Exclusion.State.GRANTED]
        last = granted[-1]
        told = {
            "office": unit_name(one.decides),
            "who": last.by.name,
            "when": figures.moment(last.recorded_at),
        }
        yield (
            one.pk,
            TakenOutBy(
                str(one.pk),
                unit_name(one.unit),
                one.ground_label,
                one.words,
                _("%(office)s %(who)s · %(when)s") % told,
                last.reason,
            ),
        )


def _row(
    one: Counted, case: Case, units: Sequence[str], out: Mapping[UUID, TakenOutBy]
) -> CountedRow:
    outcome = {
        None: Badge(_("未答复、计时中"), "violet"),
        True: Badge(_("达到"), "jade"),
        False: Badge(_("未达到")),
    }[one.hit]
    return CountedRow(
        case=str(case.pk),
        number=case.number,
        title=case.title,
        subject=case.subject.name if case.subject else "",
        units=_("、").join(dict.fromkeys(units)),
        opened=figures.moment(case.opened_at),
        outcome=outcome,
        out=[out[pk] for pk in one.out],
    )


def behind_page(
    page: Page[Counted],
    *,
    across: Sequence[Counted],
    rate: Text,
    group: Text,
    as_of: Text,
    back: str,
    kept: Sequence[tuple[str, str]],
    show: str,
    sort: str,
) -> BehindPage:
    return BehindPage(
        rate=rate,
        group=group,
        as_of=as_of,
        back=back,
        chips=chips_of(across, show),
        selects=[order_select(sort)],
        kept=[*kept, ("show", show)] if show else kept,
        rows=counted_rows(page.rows),
        pages=page.pages,
        total=page.pages.total or 0,
    )


def headings() -> list[str]:
    return [
        *(_("编号"), _("事由"), _("名称"), _("承办单位"), _("登记时间"), _("结果")),
        *(_("是否剔除"), _("申请单位"), _("剔除情形"), _("说明"), _("审定"), _("理由")),
    ]


def sheet(found: Sequence[Counted]) -> Iterator[list[ExportCell]]:
    for row in counted_rows(found):
        plain: list[ExportCell] = [
            row.number, row.title, row.subject or None, str(row.units), str(row.opened),
            str(row.outcome.text),
        ]  # fmt: skip
        if not row.out:
            yield [*plain, _("否"), None, None, None, None, None]
        for one in row.out:
            yield [
                *plain, _("是"), str(one.unit), str(one.ground), one.words, str(one.settled),
                one.reason,
            ]  # fmt: skip
