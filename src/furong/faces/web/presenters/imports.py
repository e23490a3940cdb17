"""The steps of an import as pages: what was found in the file, what will happen to each row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from furong.apps.base.models import StoredFile
from furong.apps.directory.models import User
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.importing import Planned, Verdict
from furong.apps.registry.mapping import (
    ADDRESS,
    IDENTIFIER,
    NAME,
    NUMBER,
    OPENED_ON,
    STREET,
    ZONES,
    Proposal,
    Target,
    propose_mapping,
    targets_of,
)
from furong.apps.registry.models import ImportBatch
from furong.apps.registry.sources import sources_of_tables
from furong.apps.registry.tables.reader import Table
from furong.apps.registry.tables.worker import MAX_ROWS
from furong.faces.web import running
from furong.faces.web.cursor import slice_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.import_pages import (
    BatchRow,
    ColumnRow,
    MappingPage,
    PreviewPage,
    PreviewRow,
    ProgressPage,
    ResultPage,
    UploadPage,
)
from furong.faces.web.presenters.parts import Badge, Kpi, Option, Text, chip

LABELS: dict[str, Text] = {
    NAME: gettext_lazy("名称"),
    NUMBER: gettext_lazy("对象编号"),
    ADDRESS: gettext_lazy("地址"),
    STREET: gettext_lazy("街道"),
    ZONES: gettext_lazy("所属园区"),
    OPENED_ON: gettext_lazy("成立日期"),
    IDENTIFIER + USCC: gettext_lazy("统一社会信用代码"),
}
"""What a column can mean besides a fact, by target; facts have their packs' words."""

SAMPLES = 3
RECENT = 10
BADGES = {
    Verdict.NEW: Badge(gettext_lazy("新增"), "jade", "check"),
    Verdict.UPDATE: Badge(gettext_lazy("更新"), "blue"),
    Verdict.DISPUTED: Badge(gettext_lazy("有争议"), "violet", "question"),
    Verdict.SAME: Badge(gettext_lazy("无变化")),
    Verdict.INVALID: Badge(gettext_lazy("不导入"), "hibiscus", "close"),
}


def upload_page(user: User, megabytes: int, *, at: datetime, error: str = "") -> UploadPage:
    known = catalogue()
    return UploadPage(
        kinds=[Option(kind.id, kind.label) for kind in known.pack.kinds.values()],
        sources=[Option(source.value, source.label) for source in sources_of_tables(user, at=at)],
        batches=[_batch_row(batch, known) for batch in _recent(user)],
        limit=_("xlsx 或 csv，不超过 %(size)d MB、%(rows)s 行")
        % {"size": megabytes, "rows": figures.count(MAX_ROWS)},
        error=error,
    )


def _recent(user: User) -> Iterable[ImportBatch]:
    return ImportBatch.objects.filter(started_by=user).order_by("-started_at")[:RECENT]


def _batch_row(batch: ImportBatch, known: Catalogue) -> BatchRow:
    return BatchRow(
        file=batch.file_name,
        kind=_kind(batch.kind, known),
        at=figures.moment(batch.started_at),
        by=batch.started_by.name if batch.started_by else "",
        status=_status(batch),
        counts=" · ".join(
            f"{BADGES[verdict].text} {figures.count(batch.counts[verdict])}"
            for verdict in Verdict
            if batch.counts.get(verdict)
        ),
        url=reverse("import_result", args=[batch.pk]),
    )


def _status(batch: ImportBatch) -> Badge:
    if batch.finished_at:
        return Badge(_("已导入"), "jade", "check")
    if running.is_running(str(batch.file_id)):
        return Badge(_("正在导入"), "blue")
    return Badge(_("已中断，可接着导入"), "amber", "alert")


def _kind(kind: str, known: Catalogue) -> str:
    return known.pack.kinds[kind].label if kind in known.pack.kinds else kind


def mapping_page(
    file: StoredFile,
    kind: str,
    table: Table,
    chosen: Mapping[str, str],
    *,
    problem: str = "",
) -> MappingPage:
    """The columns with what each is taken for: as chosen before, else as proposed."""
    known = catalogue()
    targets = targets_of(kind, known)
    proposals = propose_mapping(table.columns, targets)
    first = list(islice(table.rows(), SAMPLES))
    columns = [
        _column(proposal, targets, chosen, [row.cell(proposal.column.place) for row in first])
        for proposal in proposals
    ]
    return MappingPage(
        id=str(file.pk),
        file=file.name,
        kind=_kind(kind, known),
        sheet=_("工作表“%s”") % table.sheet,
        header=_("表头到第 %d 行为止；其下的合计行、附注行和重复的表头已跳过") % table.heading_ends,
        rows=sum(1 for _row in table.rows()),
        columns=columns,
        unmapped=sum(not any(o.selected and o.value for o in column.options) for column in columns),
        problems=[problem] if problem else [],
    )


def _column(
    proposal: Proposal,
    targets: Sequence[Target],
    chosen: Mapping[str, str],
    cells: Iterable[object],
) -> ColumnRow:
    column = proposal.column
    now = chosen.get(str(column.place), "") if chosen else proposal.target or ""
    options = [Option("", _("不导入"), not now)]
    options += [
        Option(one.key, LABELS.get(one.key, one.words[0]), one.key == now) for one in targets
    ]
    notes = [proposal.reason]
    if column.factor != 1:
        notes.append(_("金额按表头单位换算，乘以 %s") % figures.plain(column.factor))
    tone = "violet" if not proposal.target else "amber" if proposal.likeness < 1 else ""
    samples = [str(cell) for cell in cells if cell is not None]
    return ColumnRow(column.place, column.heading, samples, options, _("；").join(notes), tone)


def preview_page(
    file: StoredFile, kind: str, planned: Sequence[Planned], wanted: str, *, after: str, before: str
) -> PreviewPage:
    """The verdict on every row; `wanted`: the verdict to show alone, "" for all."""
    counts = Counter(one.verdict.value for one in planned)
    shown = [one for one in planned if not wanted or one.verdict == wanted]
    page = slice_of(shown, after=after, before=before, total=len(shown))
    invalid = counts[Verdict.INVALID]
    every = chip("v", "", _("全部"), now=wanted, count=len(planned))
    return PreviewPage(
        id=str(file.pk),
        file=file.name,
        kind=_kind(kind, catalogue()),
        kpis=_kpis(counts),
        filters=[
            every,
            *(
                chip("v", verdict, BADGES[verdict].text, now=wanted, count=counts[verdict])
                for verdict in Verdict
                if counts[verdict]
            ),
        ],
        rows=[_preview_row(one) for one in page.rows],
        pages=page.pages,
        valid=len(planned) - invalid,
        invalid=invalid,
    )


def _kpis(counts: Mapping[str, int]) -> list[Kpi]:
    tones = {Verdict.NEW: "jade", Verdict.DISPUTED: "violet", Verdict.INVALID: "hibiscus"}
    return [
        Kpi(
            BADGES[verdict].text,
            figures.count(counts.get(verdict, 0)),
            ngettext("行", "行", counts.get(verdict, 0)),
            tone=tones.get(verdict, "") if counts.get(verdict) else "",
        )
        for verdict in Verdict
    ]


def _preview_row(one: Planned) -> PreviewRow:
    reading = one.reading
    return PreviewRow(
        line=reading.row.number,
        name=reading.name or (one.subject.name if one.subject else ""),
        code=reading.identifiers.get(USCC) or reading.number,
        verdict=BADGES[one.verdict],
        reason=one.reason,
        changes=_("；").join(one.notes),
    )


def progress_page(
    file: StoredFile, done: int, total: int, *, is_running: bool, why: str
) -> ProgressPage:
    return ProgressPage(str(file.pk), file.name, min(done, total), total, is_running, why)


def result_page(batch: ImportBatch, file: StoredFile | None) -> ResultPage:
    """What became of a batch; `file`: where its invalid rows can still be told from."""
    return ResultPage(
        id=str(file.pk) if file else "",
        file=batch.file_name,
        kind=_kind(batch.kind, catalogue()),
        at=figures.moment(batch.finished_at or batch.started_at),
        by=batch.started_by.name if batch.started_by else "",
        kpis=_kpis(batch.counts),
        invalid=batch.counts.get(Verdict.INVALID, 0),
        digest=file.sha256 if file else "",
        finished=batch.finished_at is not None,
        is_running=running.is_running(str(batch.file_id)),
        done=batch.rows_done,
    )
