"""Lists as files: subjects with chosen facts, and the rows that an import could not take.

No cell is ever a formula. Text that a spreadsheet would read as one gets an apostrophe before it,
which the import takes off again.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import Any, Literal
from uuid import UUID

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

NARROWEST, WIDEST = 12, 40  # columns of an xlsx file, in digits

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EXACT = Decimal(10) ** 15
"""A spreadsheet's number holds 15 digits; a longer one goes out as text."""


@dataclass(frozen=True, slots=True)
class Added:
    """Columns before the facts. cells: for subjects, of each the cells of these columns."""

    headings: Sequence[str]
    cells: Callable[[Sequence[Subject]], Iterable[Sequence[ExportCell]]]


@transaction.atomic
def export_subjects(
    subjects: models.QuerySet[Subject],
    facts: Sequence[str],
    *,
    file_format: Format,
    title: str = "",
    added: Added | None = None,
    order: Sequence[UUID] = (),
    reason: str = "",
    by: User,
    at: datetime,
) -> bytes:
    """A file of those of the subjects that the person may export, with the chosen facts.

    Natural persons are never in it. Personal facts are filled in only for a reason, and only of
    subjects that the person may see them of (`subject.view_personal`); the journal names these.
    title: a line above the headings. order: the subjects' ids as they are to stand.
    """
    known = catalogue()
    chosen = [known.fact(key) for key in facts]
    personal = [fact for fact in chosen if known.is_personal(fact.key)]
    if personal and not reason.strip():
        raise Refusal(_("导出%s须写明事由") % _("、").join(fact.label for fact in personal))
    allowed = Subject.objects.open_to(by, "subject.export", at).filter(personal=False)
    rows = list(subjects.filter(pk__in=allowed.values("pk")).select_related("street", "projection"))
    if order:
        place = {pk: number for number, pk in enumerate(order)}
        rows.sort(key=lambda subject: place.get(subject.pk, len(place)))
    revealed = _revealed(rows, personal, by, at) if personal else {}
    journal.record(
        "subject.export",
        by=by,
        at=at,
        about=("registry.subject", "several"),
        payload={
            "count": len(rows),
            "facts": list(facts),
            "reason": reason.strip(),
            "revealed": sorted({str(subject) for subject, _fact in revealed}),
        },
    )
    headings = [_("编号"), _("名称"), _("类别"), _("街道"), _("地址"), _("统一社会信用代码")]
    cells = added.cells(rows) if added else repeat((), len(rows))
    return write_table(
        [*headings, *(added.headings if added else ()), *(_heading(fact) for fact in chosen)],
        (
            [*row[: len(headings)], *more, *row[len(headings) :]]
            for row, more in zip(_rows(rows, chosen, known, revealed), cells, strict=True)
        ),
        file_format,
        title=title,
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
    headings: Sequence[str],
    rows: Iterable[Sequence[ExportCell]],
    file_format: Format,
    *,
    title: str = "",
) -> bytes:
    """A file of one table; CSV with the mark that makes spreadsheets read it as UTF-8.

    title: a line above the headings.
    """
    above = [[title]] if title else []
    if file_format == "xlsx":
        return _xlsx(above, headings, rows)
    return _csv([*above, headings], rows)


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> neutral("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _xlsx(
    above: Sequence[Sequence[str]],
    headings: Sequence[str],
    rows: Iterable[Sequence[ExportCell]],
) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False}
    ) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, min(max(2 * len(heading) + 2, NARROWEST), WIDEST))
        heads = [*above, headings]
        sheet.freeze_panes(len(heads), 0)
        for number, row in enumerate(heads):
            for place, text in enumerate(row):
                sheet.write_string(number, place, neutral(text), bold)
        for number, cells in enumerate(rows, start=len(heads)):
            for place, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(number, place, neutral(cell))
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    return target.getvalue()


def _csv(heads: Sequence[Sequence[str]], rows: Iterable[Sequence[ExportCell]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    for row in (*heads, *rows):
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _heading(fact: Fact) -> str:
    """Amounts go out in yuan, percentages as fractions: the heading says so."""
    unit = _("元") if fact.type == "money" else "" if fact.unit == "%" else fact.unit
    return _("%(fact)s（%(unit)s）") % {"fact": fact.label, "unit": unit} if unit else fact.label


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
            elif "suspended" in one:
                row.append(_("待核实"))
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
