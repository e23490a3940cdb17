"""A policy sheet that was sent in: what will become of each row, and what each list of policies says."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from furong.apps.base.models import StoredFile
from furong.apps.policies.models import Draft, Opinion, Stage
from furong.apps.policies.sheets.leaves import Leaf
from furong.apps.policies.sheets.planning import TAKEN, Planned, Verdict, orphans
from furong.apps.policies.sheets.reading import PolicySheet
from furong.apps.registry.exporting import ExportCell
from furong.faces.web.cursor import slice_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Pages, Text, chip

BADGES = {
    Verdict.NEW: Badge(gettext_lazy("新草稿"), "jade", "plus"),
    Verdict.REVISION: Badge(gettext_lazy("修订草稿"), "blue", "pen"),
    Verdict.HELD: Badge(gettext_lazy("已有草稿，不动")),
    Verdict.SAME: Badge(gettext_lazy("与现行一致，不动")),
    Verdict.INVALID: Badge(gettext_lazy("有误"), "hibiscus", "close"),
}


TITLE = 80  # characters of a title that the list shows
OPENED = Badge(gettext_lazy("已新开草稿"), "jade", "check")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row of the sheet. faults: which cell, why, what to write; draft: the open one, if any."""

    line: int
    code: str
    title: Text
    verdict: Badge
    faults: Sequence[Text]
    notes: Sequence[Text]
    draft: str


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """valid: rows that become drafts; opened: those that this file became already."""

    id: str
    file: str
    kpis: Sequence[Kpi]
    filters: Sequence[Chip]
    rows: Sequence[SheetLine]
    pages: Pages
    unread: str
    orphans: str
    valid: int
    invalid: int
    opened: int


@dataclass(frozen=True, slots=True)
class SheetProgress:
    """why: what stopped it, where that is known."""

    id: str
    file: str
    done: int
    total: int
    is_running: bool
    why: Text = ""

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def sheet_preview(
    file: StoredFile,
    sheet: PolicySheet,
    planned: Sequence[Planned],
    *,
    opened: Iterable[str],
    query: Mapping[str, str],
) -> SheetPreview:
    """opened: codes that were taken over from this file. query: `v`, the verdict to show alone; cursors."""
    counts = Counter(one.verdict for one in planned)
    wanted = query.get("v", "")
    shown = [one for one in planned if not wanted or one.verdict == wanted]
    page = slice_of(
        shown, after=query.get("after", ""), before=query.get("before", ""), total=len(shown)
    )
    taken = set(opened)
    return SheetPreview(
        id=str(file.pk),
        file=file.name,
        kpis=[_kpi(verdict, counts[verdict]) for verdict in Verdict],
        filters=[
            chip("v", "", _("全部"), now=wanted, count=len(planned)),
            *(
                chip("v", verdict, BADGES[verdict].text, now=wanted, count=counts[verdict])
                for verdict in Verdict
                if counts[verdict]
            ),
        ],
        rows=[_line(one, taken) for one in page.rows],
        pages=page.pages,
        unread=_("、").join(sheet.unread),
        orphans=_("、").join(
            _("%(code)s（%(n)d 个）") % {"code": code or _("没有编号"), "n": n}
            for code, n in orphans(sheet).items()
        ),
        valid=sum(counts[verdict] for verdict in TAKEN),
        invalid=counts[Verdict.INVALID],
        opened=sum(one.draft is not None and one.code in taken for one in planned),
    )


def _kpi(verdict: Verdict, count: int) -> Kpi:
    tone = BADGES[verdict].tone if count else ""
    return Kpi(BADGES[verdict].text, figures.count(count), ngettext("行", "行", count), tone=tone)


def _line(one: Planned, taken: Collection[str]) -> SheetLine:
    opened = one.draft is not None and one.code in taken
    return SheetLine(
        line=one.row.number,
        code=one.code,
        title=Truncator(one.title).chars(TITLE) or _("（未命名）"),
        verdict=OPENED if opened else BADGES[one.verdict],
        faults=[str(fault) for fault in one.faults],
        notes=one.notes,
        draft=str(one.draft.pk) if one.draft else "",
    )


# What goes out.


def as_of(title: str, count: int, at: datetime) -> str:
    """The line above a list: 政策清单 · 70 项 · 截至 2020年3月2日 09:42."""
    told = ngettext("%s 项", "%s 项", count) % figures.count(count)
    return _("%(title)s · %(count)s · 截至 %(when)s") % {
        "title": title,
        "count": told,
        "when": figures.moment(at),
    }


def draft_leaves(drafts: Sequence[Draft], at: datetime) -> list[Leaf]:
    """The drafts as a list, and the opinions on them."""
    opinions = Opinion.objects.filter(draft__in=drafts).select_related("draft", "given_by")
    return [
        Leaf(
            _("草稿"),
            [
                *(_("编号"), _("名称"), _("版本"), _("阶段"), _("修改次数"), _("起草人")),
                *(_("起草时间"), _("最后修改"), _("修改时间")),
            ],
            [_draft_row(draft) for draft in drafts],
            as_of(_("政策草稿"), len(drafts), at),
        ),
        Leaf(
            _("审查意见"),
            [
                *(_("编号"), _("版本"), _("环节"), _("结论"), _("审查单位"), _("意见"), _("文号")),
                *(_("登记人"), _("时间"), _("针对第几次修改")),
            ],
            [_opinion_row(one) for one in opinions],
            as_of(_("审查意见"), len(opinions), at),
        ),
    ]


def _draft_row(draft: Draft) -> list[ExportCell]:
    return [
        draft.code,
        draft.title,
        draft.version,
        str(Stage(draft.stage).label),
        draft.revision,
        str(draft.opened_by),
        figures.moment(draft.opened_at),
        str(draft.changed_by),
        figures.moment(draft.changed_at),
    ]


def _opinion_row(one: Opinion) -> list[ExportCell]:
    return [
        one.draft.code,
        one.draft.version,
        str(Stage(one.stage).label),
        str(Opinion.Outcome(one.outcome).label),
        one.unit,
        one.text,
        one.number,
        str(one.given_by),
        figures.moment(one.given_at),
        one.revision,
    ]
