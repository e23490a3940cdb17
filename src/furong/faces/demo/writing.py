"""Writing a population to a file that `furong match` reads: first the id, then a column a fact.

Only facts that the pack declares are columns. An empty cell is unknown; a set that is known to be
empty is `|`.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from furong.apps.base.errors import Refusal
from furong.engines.rules import Fact
from furong.engines.rules.columns import Columns
from furong.engines.rules.values import Encoded, plain
from furong.faces.demo.population import Population, decoded

ID = "id"
EMPTY_SET = "|"
XLSX_ROWS = 1_048_575
_BITE = 5_000  # rows that are Python values at a time

type Told = Callable[[int], object]
"""Told how many subjects are written."""


def write(population: Population, size: int, out: Path, told: Told) -> None:
    """Writes a population of this size as .csv, .xlsx or .parquet; the file is whole or not there.

    Raises Refusal for another ending, too many rows for a sheet, or a missing library.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise Refusal(f"不认识的文件类型 {out.name}。请以 {'、'.join(_WRITERS)} 结尾")
    part = out.with_name(f".{out.name}.part")
    try:
        writer(population, size, part, told)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _facts(columns: Columns) -> list[Fact]:
    return [column.fact for column in columns.values()]


def _bites(columns: Columns) -> Iterator[list[list[Encoded | None]]]:
    """Encoded values of a few thousand rows at a time, a list for each column."""
    for start in range(0, columns.count, _BITE):
        rows = slice(start, min(start + _BITE, columns.count))
        yield [decoded(column, rows) for column in columns.values()]


def _rows(
    population: Population, size: int, cell: Callable[[Fact, Encoded | None], Any], told: Told
) -> Iterator[Sequence[Any]]:
    """The heading, then the rows."""
    done, headed = 0, False
    for columns in population.chunks(size):
        facts = _facts(columns)
        if not headed:
            yield [ID, *(fact.key for fact in facts)]
            headed = True
        ids = iter(columns.ids)
        for values in _bites(columns):
            cells = [
                [cell(fact, value) for value in column]
                for fact, column in zip(facts, values, strict=True)
            ]
            yield from zip(islice(ids, len(cells[0])), *cells, strict=True)
            done += len(cells[0])
            told(done)


def _text(fact: Fact, value: Encoded | None) -> object:
    shown = plain(fact, value)
    if isinstance(shown, bool):
        return "true" if shown else "false"
    if isinstance(shown, list):
        return "|".join(shown) or EMPTY_SET
    return "" if shown is None else shown


def _write_csv(population: Population, size: int, out: Path, told: Told) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_rows(population, size, _text, told))


def _write_xlsx(population: Population, size: int, out: Path, told: Told) -> None:
    if size > XLSX_ROWS:
        raise Refusal(
            f"一张工作表最多 {XLSX_ROWS:,} 行，放不下 {size:,} 家。请改写 .csv 或 .parquet"
        )
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(_rows(population, size, _cell, told)):
            sheet.write_row(place, 0, row)


def _cell(fact: Fact, value: Encoded | None) -> object:
    """What a spreadsheet holds: numbers as numbers, all else as text."""
    if isinstance(value, int) and not isinstance(value, bool) and fact.type != "date":
        return value if not fact.digits else float(Decimal(value).scaleb(-fact.digits))
    return _text(fact, value)


def _write_parquet(population: Population, size: int, out: Path, told: Told) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Refusal("写 parquet 需要 pyarrow。请安装：pip install 'furong[parquet]'") from error
    done = 0
    with _closing(pq.ParquetWriter) as opened:
        for columns in population.chunks(size):
            facts = _facts(columns)
            names = [ID, *(fact.key for fact in facts)]
            schema = pa.schema(
                zip(names, [pa.string(), *(_arrow_type(pa, fact) for fact in facts)], strict=True)
            )
            arrays = [pa.array(list(columns.ids), pa.string())]
            for column, kind in zip(columns.values(), schema.types[1:], strict=True):
                values = [_native(column.fact, v) for v in decoded(column, slice(0, columns.count))]
                arrays.append(pa.array(values, kind))
            opened(out, schema).write_table(pa.table(arrays, schema=schema))
            done += columns.count
            told(done)


@contextmanager
def _closing(make: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Gives a writer that is made at its first use and closed at the end."""
    made: list[Any] = []

    def opened(*args: Any) -> Any:
        if not made:
            made.append(make(*args))
        return made[0]

    try:
        yield opened
    finally:
        for one in made:
            one.close()


def _arrow_type(pa: Any, fact: Fact) -> Any:
    match fact.type:
        case "boolean":
            return pa.bool_()
        case "integer":
            return pa.int64()
        case "decimal" | "money":
            return pa.decimal128(18, fact.digits)
        case "date":
            return pa.date32()
        case "set":
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _native(fact: Fact, value: Encoded | None) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if value is None or isinstance(value, bool | str):
        return value
    if fact.type == "date":
        return date.fromordinal(value)
    return Decimal(value).scaleb(-fact.digits) if fact.digits else value


_WRITERS: dict[str, Callable[[Population, int, Path, Told], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".parquet": _write_parquet,
}
