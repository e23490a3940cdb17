"""Lists as files: subjects with chosen facts, and the rows that an import could not take.

No cell is ever a formula. Text that a spreadsheet would read as one gets an apostrophe before it,
which the import takes off again.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import PersonalValue
from furong.apps.base.personal import open_value
from furong.apps.directory.models import User
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.models import Identifier, Subject
from furong.apps.registry.planning import Planned
from furong.apps.registry.tables.heading import Column
from furong.apps.registry.values import from_plain
from furong.engines.rules import Fact, show_value

type Format = Literal["xlsx", "csv"]
type ExportCell = str | int | Decimal | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EXACT = Decimal(10) ** 15
"""A spreadsheet's number holds 15 digits; a longer one goes out as text."""


@transaction.atomic
def export_subjects(
    subjects: models.QuerySet[Subject],
    facts: Sequence[str],
    *,
    file_format: Format,
    reason: str = "",
    by: User,
    at: datetime,
) -> bytes:
    """A file of those of the subjects that the person may export, with the chosen facts.

    Natural persons are never in it. Personal facts are filled in only for a reason, and only of
    subjects that the person may see them of (`subject.view_personal`). The export is journaled.
    """
    known = catalogue()
    chosen = [known.fact(key) for key in facts]
    personal = [fact for fact in chosen if known.is_personal(fact.key)]
    if personal and not reason.strip():
        raise Refusal(_("导出%s须写明事由") % "、".join(fact.label for fact in personal))
    allowed = Subject.objects.open_to(by, "subject.export", at).filter(personal=False)
    rows = list(subjects.filter(pk__in=allowed.values("pk")).select_related("street", "projection"))
    revealed = _revealed(rows, personal, by, at) if personal else {}
    journal.record(
        "subject.export",
        by=by,
        at=at,
        about=("registry.subject", "several"),
        payload={"count": len(rows), "facts": list(facts), "reason": reason.strip()},
    )
    headings = [_("编号"), _("名称"), _("类别"), _("街道"), _("地址"), _("统一社会信用代码")]
    return write_table(
        [*headings, *(_heading(fact) for fact in chosen)],
        _rows(rows, chosen, known, revealed),
        file_format,
    )


def invalid_rows(columns: Sequence[Column], invalid: Iterable[Planned]) -> bytes:
    """The rows that were not imported, as they came, with the reason in the last column (xlsx)."""
    headings = [column.heading for column in columns]
    rows = (
        [*(_as_text(one.reading.row.cell(column.place)) for column in columns), one.reason]
        for one in invalid
    )
    return write_table([*headings, _("未导入原因")], rows, "xlsx")


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[ExportCell]], file_format: Format
) -> bytes:
    """A file of one table; CSV with the mark that makes spreadsheets read it as UTF-8."""
    return _xlsx(headings, rows) if file_format == "xlsx" else _csv(headings, rows)


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> neutral("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _xlsx(headings: Sequence[str], rows: Iterable[Sequence[ExportCell]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False}
    ) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, neutral(heading), bold)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, neutral(cell))
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    return target.getvalue()


def _csv(headings: Sequence[str], rows: Iterable[Sequence[ExportCell]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    for row in (headings, *rows):
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _heading(fact: Fact) -> str:
    """Amounts go out in yuan, percentages as fractions: the heading says so."""
    unit = _("元") if fact.type == "money" else "" if fact.unit == "%" else fact.unit
    return f"{fact.label}（{unit}）" if unit else fact.label


def _rows(
    subjects: Sequence[Subject],
    facts: Sequence[Fact],
    known: Catalogue,
    revealed: dict[tuple[Any, str], str],
) -> Iterator[list[ExportCell]]:
    codes = dict(
        Identifier.objects.filter(subject__in=subjects, scheme="uscc", valid_to=None)
        .order_by("-id")
        .values_list("subject_id", "value")
    )
    for subject in subjects:
        row: list[ExportCell] = [
            subject.number,
            subject.name,
            known.kind(subject.kind).label,
            subject.street.name if subject.street else None,
            subject.address or None,
            codes.get(subject.pk),
        ]
        held = subject.projection.facts
        for fact in facts:
            one = held.get(fact.key)
            if one is None or "sealed" in one:
                row.append(revealed.get((subject.pk, fact.key)))
            else:
                row.append(_cell(fact, one["v"]))
        yield row


def _cell(fact: Fact, value: Any) -> ExportCell:
    """Numbers as numbers, dates in ISO 8601, everything else by its label."""
    if fact.type in {"integer", "decimal", "money"}:
        number = Decimal(value)
        return number if abs(number) < _EXACT else str(value)
    return value if fact.type == "date" else show_value(fact, from_plain(fact, value))


def _revealed(
    subjects: Sequence[Subject], facts: Sequence[Fact], by: User, at: datetime
) -> dict[tuple[Any, str], str]:
    """The personal facts that the person may see, by subject and fact."""
    open_to = Subject.objects.open_to(by, "subject.view_personal", at)
    allowed = set(open_to.filter(pk__in=[s.pk for s in subjects]).values_list("pk", flat=True))
    ids = {
        (subject.pk, fact.key): one["sealed"]
        for subject in subjects
        if subject.pk in allowed
        for fact in facts
        if (one := subject.projection.facts.get(fact.key)) and "sealed" in one
    }
    held = PersonalValue.objects.filter(pk__in=ids.values(), erased_at=None)
    values = {str(row.pk): str(open_value(row)) for row in held}
    return {place: values[pk] for place, pk in ids.items() if pk in values}


def _as_text(cell: object) -> str | None:
    return None if cell is None else str(cell)
