"""The child process that parses a file: `python -m furong.apps.registry.tables.worker KIND FILE FOLDER`.

It writes each visible sheet to FOLDER as `N.jsonl`, one row a line, `[row number, [cell, …]]`, and
then `sheets.json`. Cells are text, numbers, booleans or null; dates are ISO 8601 text. A limit that
is exceeded, or a file that the parser refuses, ends it with `failure.json`: `{"cause": …}`.

It imports no Django, so that it starts quickly, and it never writes anywhere else.
"""

import csv
import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_MEMORY = 1536 * 1024 * 1024
MAX_SECONDS = 60

type Cell = str | int | float | bool | None
type Sheet = tuple[str, Iterable[tuple[int, list[Cell]]]]
"""Name; rows by their number in the sheet, from 1."""


class Failure(Exception):
    """Why the file cannot be read: one of the causes that `reader.CAUSES` explains."""


def main(kind: str, source: Path, folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    try:
        sheets = _csv_sheets(source) if kind == "csv" else _workbook_sheets(source)
        described = [_spool(*sheet, folder / f"{n}.jsonl") for n, sheet in enumerate(sheets)]
        (folder / "sheets.json").write_text(json.dumps(described), encoding="utf-8")
    except Failure as failure:
        (folder / "failure.json").write_text(json.dumps({"cause": str(failure)}), encoding="utf-8")


def _spool(name: str, rows: Iterable[tuple[int, list[Cell]]], to: Path) -> str:
    count = 0
    with to.open("w", encoding="utf-8") as lines:
        for number, cells in rows:
            if all(cell is None for cell in cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise Failure("rows")
            if len(cells) > MAX_COLUMNS and any(c is not None for c in cells[MAX_COLUMNS:]):
                raise Failure("columns")
            lines.write(json.dumps([number, cells[:MAX_COLUMNS]], ensure_ascii=False) + "\n")
    return name


def _workbook_sheets(source: Path) -> Iterator[Sheet]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(str(source)) as workbook:
            for sheet in workbook.sheets_metadata:
                if (
                    sheet.typ == calamine.SheetTypeEnum.WorkSheet
                    and sheet.visible == calamine.SheetVisibleEnum.Visible
                ):
                    yield sheet.name, _sheet_rows(workbook.get_sheet_by_name(sheet.name))
    except calamine.PasswordError as error:
        raise Failure("password") from error
    except calamine.CalamineError as error:
        raise Failure("damaged") from error


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    """Rows by their number in the sheet, from 1. Where the cells stand is read from the cells:
    the sheet's own `dimension` record may lie."""
    if sheet.start is None:
        return
    blank: list[Cell] = [None] * sheet.start[1]  # the parser skips empty columns, but no rows
    for offset, cells in enumerate(sheet.iter_rows()):
        yield offset + 1, blank + [_cell(cell) for cell in cells]


def _cell(value: Any) -> Cell:
    match value:
        case str():
            return value.strip() or None
        case datetime():
            midnight = value.time() == time(0)
            return value.date().isoformat() if midnight else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return int(value)
        case _:
            return value  # type: ignore[no-any-return]  # int, bool, float


def _csv_sheets(source: Path) -> Iterator[Sheet]:
    text = _decode(source.read_bytes())
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        try:
            for cells in lines:
                yield lines.line_num, [_unquoted(cell) for cell in cells]
        except csv.Error as error:
            raise Failure("damaged") from error

    yield "CSV", rows()


def _decode(content: bytes) -> str:
    """UTF-8, with or without its mark, UTF-16 with its mark, or GB 18030; a NUL makes it no text."""
    encodings = (
        ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    )
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Failure("encoding")


def _delimiter(text: str) -> str:
    """Of comma, tab, semicolon and bar, the one that the first lines hold most evenly often."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return max((counts.count(count) for count in counts if count), default=0), sum(counts)

    return max(",\t;|", key=evenness)


def _unquoted(cell: str) -> Cell:
    """Text without the apostrophe that an export puts before a formula's first character."""
    text = cell.strip()
    if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"}:
        text = text[1:]
    return text or None


if __name__ == "__main__":
    csv.field_size_limit(1024 * 1024)
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
