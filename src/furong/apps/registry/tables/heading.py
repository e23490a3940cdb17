"""Where the headings of a table stand, below what titles, and which rows are not data."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice, pairwise
from typing import NamedTuple

type Cell = str | int | float | bool | None

SEARCHED = 30
"""Rows at the top among which the headings are looked for."""

_TOTAL = re.compile(r"(本页|全区|全市|全省)?(合计|小计|总计|共计|累计)(数|行)?:?")
_REMARK = re.compile(
    r"(注|备注|说明)([:：\d（(、.]|$)|(填表|填报|制表|审核|单位负责人|联系电话|报送时间)[^:：]{0,4}([:：]|$)"
)
_NUMERIC = re.compile(
    r"[+-]?[\d,]+(\.\d+)?%?|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|[0-9A-Z]{15,18}"
)
_UNIT = re.compile(r"[(\[【](?:单位:|人民币)?(千元|万元|亿元)[)\]】]")
_FACTORS = {"千元": Decimal(1_000), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


class Row(NamedTuple):
    """number: its place in the sheet, from 1, as the user sees it. cells: by column, from 0."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else None

    def filled(self) -> dict[int, Cell]:
        return {index: cell for index, cell in enumerate(self.cells) if cell is not None}


class Column(NamedTuple):
    """One column: its place from 0, its heading, the heading above it where there are two rows.

    factor: what amounts in it are multiplied by, from a unit in a heading, such as （万元）.
    """

    place: int
    label: str
    group: str = ""
    factor: Decimal = Decimal(1)

    @property
    def heading(self) -> str:
        return f"{self.group}/{self.label}" if self.group else self.label


def locate(rows: Iterable[Row]) -> tuple[tuple[Column, ...], int]:
    """The columns, and the number of the last row of headings; no columns where there is no table.

    The headings are the first row that names most of the columns in use. The row after it belongs
    to them where it names the parts of what the first one spans.
    """
    top = list(islice(rows, SEARCHED))
    width = max((len(row.filled()) for row in top), default=0)
    for upper, below in pairwise(top):
        if _is_split(upper, below):
            return _columns(upper, below), below.number
        if _is_heading(upper) and len(upper.filled()) >= 0.6 * width:
            return _columns(upper, Row(upper.number, ())), upper.number
    return (), 0


def is_total(row: Row) -> bool:
    """合计, 小计, 总计 in one of its first cells."""
    return any(_TOTAL.fullmatch(squeezed(cell)) for cell in row.cells[:4] if isinstance(cell, str))


def is_remark(row: Row) -> bool:
    """A line under the table, such as 注：… or 填表人：…, which fills three cells at most."""
    texts = list(row.filled().values())
    return len(texts) <= 3 and isinstance(texts[0], str) and bool(_REMARK.match(squeezed(texts[0])))


def is_repeat(row: Row, columns: tuple[Column, ...]) -> bool:
    """The headings once more, as on each page of a print."""
    return all(
        index < len(columns) and cell == columns[index].label
        for index, cell in row.filled().items()
    )


def squeezed(text: str) -> str:
    """Text without spaces and in its half-width form, for comparison."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _is_heading(row: Row) -> bool:
    """Nearly all of its cells are words: neither values nor 填报单位：…"""
    cells = row.filled().values()
    return sum(map(_is_word, cells)) >= 0.8 * len(cells)


def _is_word(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return False
    text = squeezed(cell)
    return not _NUMERIC.fullmatch(text) and ":" not in _UNIT.sub("", text)


def _is_split(upper: Row, below: Row) -> bool:
    """Whether two rows are one heading: below stand only the parts of what the upper one spans."""
    over, under = upper.filled(), below.filled()
    if not under or not _is_heading(upper) or not _is_heading(below):
        return False
    spans = any(index not in over for index in under)
    alone = any(index not in under for index in over)
    return (
        spans
        and alone
        and all(
            index not in over or (index + 1 in under and index + 1 not in over) for index in under
        )
    )


def _columns(upper: Row, below: Row) -> tuple[Column, ...]:
    columns = []
    group = ""
    for index in range(max(len(upper.cells), len(below.cells))):
        over, under = upper.cell(index), below.cell(index)
        group = str(over) if over is not None else group
        if under is not None:
            columns.append(_column(index, str(under), group))
        else:
            columns.append(_column(index, "" if over is None else group, ""))
    return tuple(columns)


def _column(index: int, label: str, group: str) -> Column:
    unit = _UNIT.search(squeezed(label)) or _UNIT.search(squeezed(group))
    return Column(index, label, group, _FACTORS[unit[1]] if unit else Decimal(1))
