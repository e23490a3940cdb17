"""Several worksheets as one xlsx file. No cell is a formula; what would be read as one is protected."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import xlsxwriter

from furong.apps.policies.sheets.words import CONDITION, REASON
from furong.apps.registry.exporting import ExportCell, neutral

WIDE, NARROW = 36, 14  # columns, in digits
FROZEN: Final = 1
"""Columns that stay in sight: the code, or the name of a case."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One worksheet. title: a line above the headings. wide: headings of columns of long text."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[ExportCell]]
    title: str = ""
    wide: frozenset[str] = frozenset()

    def width(self, heading: str) -> int:
        long = heading in self.wide or heading.startswith((CONDITION, REASON))
        return WIDE if long else min(max(NARROW, 2 * len(heading) + 2), WIDE)


def write_book(leaves: Iterable[Leaf]) -> bytes:
    """An xlsx file, headings frozen, long text wrapped."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for leaf in leaves:
            sheet = book.add_worksheet(leaf.name)
            top = 1 if leaf.title else 0
            if leaf.title:
                sheet.write_string(0, 0, neutral(leaf.title), bold)
            for place, heading in enumerate(leaf.headings):
                sheet.set_column(place, place, leaf.width(heading))
                sheet.write_string(top, place, neutral(heading), bold)
            sheet.freeze_panes(top + 1, FROZEN)
            for number, cells in enumerate(leaf.rows, start=top + 1):
                for place, cell in enumerate(cells):
                    if isinstance(cell, str):
                        if cell:
                            sheet.write_string(number, place, neutral(cell), wrap)
                    elif cell is not None:
                        sheet.write_number(number, place, cell)
    return target.getvalue()
