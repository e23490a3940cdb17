"""A file that somebody sent, as rows of a policy sheet: xlsx, xls or CSV, headings in any order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.texts import clean
from furong.apps.policies.sheets import columns, examples
from furong.apps.policies.sheets.cells import numeral
from furong.apps.policies.sheets.words import CASES, EVERY, HELP, LIST, REASON
from furong.apps.registry.tables.heading import Cell, Row
from furong.apps.registry.tables.reader import SheetNotChosen, Table, read_table
from furong.packs.models.base import plain_number

MOST: Final = 1000
"""Policies in one file; a province's whole collection is some hundreds."""
MOST_EXAMPLES: Final = 20_000

_FORMULA_STARTS = ("'=", "'+", "'-", "'@")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row. number: its place in the sheet, from 1. cells: by the column's name."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PolicySheet:
    """What a file holds. unread: headings that nothing is known by, and which were passed over.

    examples: the rows of worked cases, if the file has a sheet of them; None: it has none.
    """

    rows: tuple[SheetRow, ...]
    unread: tuple[str, ...]
    examples: tuple[SheetRow, ...] | None


def read_policies(path: Path) -> PolicySheet:
    """Raises Unreadable for what is no table, Refusal for one that is no list of policies."""
    try:
        with read_table(path) as table:
            return PolicySheet(*_policies(table), None)
    except SheetNotChosen as several:
        if HELP in several.sheets and LIST not in several.sheets:
            raise _nothing_listed() from None
        if LIST not in several.sheets:
            raise
        with read_table(path, sheet=LIST) as table:
            rows, unread = _policies(table)
        return PolicySheet(rows, unread, _examples(path) if CASES in several.sheets else None)


def _nothing_listed() -> Refusal:
    return Refusal(_("工作表“%s”里没有数据行，没有读入；请在表头之下每行写一项政策") % LIST)


def _policies(table: Table) -> tuple[tuple[SheetRow, ...], tuple[str, ...]]:
    if table.sheet == HELP:
        raise _nothing_listed()
    places: dict[str, int] = {}
    factors: dict[str, Decimal] = {}
    unread = []
    for column in table.columns:
        name = columns.meant(column)
        if name is None or name in places:
            unread += [column.heading] if column.heading else []
            continue
        places[name] = column.place
        if column.factor != 1:
            factors[name] = column.factor
    needed = (columns.CODE.name, columns.TITLE.name)
    if missing := [name for name in needed if name not in places]:
        raise Refusal(
            _("工作表“%(sheet)s”里没有“%(names)s”这一列，没有读入；请用“下载模板”得到的表头")
            % {"sheet": table.sheet, "names": EVERY.join(missing)}
        )
    places.pop(REASON, None)
    held = _counted(table, MOST, _("政策"))
    return tuple(_row(row, places, factors) for row in held), tuple(unread)


def _examples(path: Path) -> tuple[SheetRow, ...]:
    with read_table(path, sheet=CASES) as table:
        places = {
            name: column.place
            for column in reversed(table.columns)
            if (name := examples.meant(column))
        }
        if missing := [
            one for one in (examples.CODE, examples.TITLE, examples.VERDICT) if one not in places
        ]:
            raise Refusal(
                _("工作表“%(sheet)s”里没有“%(names)s”这一列，没有读入；请用“下载模板”得到的表头")
                % {"sheet": table.sheet, "names": EVERY.join(missing)}
            )
        held = _counted(table, MOST_EXAMPLES, _("样例"))
        return tuple(_row(row, places, {}) for row in held)


def _counted(table: Table, most: int, what: str) -> Iterator[Row]:
    count = sum(1 for _row in table.rows())
    if count > most:
        raise Refusal(
            _("工作表“%(sheet)s”有 %(n)d 行，一次最多 %(most)d 行%(what)s；请拆成几个文件分别导入")
            % {"sheet": table.sheet, "n": count, "most": most, "what": what}
        )
    return table.rows()


def _row(row: Row, places: Mapping[str, int], factors: Mapping[str, Decimal]) -> SheetRow:
    read = {name: text_of(row.cell(place)) for name, place in places.items()}
    for name, factor in factors.items():
        if (number := numeral(read[name])) is not None:
            read[name] = plain_number(number * factor)
    return SheetRow(row.number, {name: text for name, text in read.items() if text})


def text_of(cell: Cell) -> str:
    """A cell as text: 是 and 否 for its own booleans, without the mark that an export protects by and
    without signs that nobody sees.
    """
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"  # zh: of uploaded tables
        case float():
            return plain_number(Decimal(repr(cell)))
        case str() if cell.startswith(_FORMULA_STARTS):
            return clean(cell[1:])
        case _:
            return clean(str(cell))
