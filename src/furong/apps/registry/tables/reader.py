"""A table out of a file: the sheet that holds it, its headings, its rows."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

from furong.apps.registry.tables import worker
from furong.apps.registry.tables.guard import FileKind, Unreadable, inspect
from furong.apps.registry.tables.heading import Column, Row, is_remark, is_repeat, is_total, locate

__all__ = ["Column", "Row", "Table", "Unreadable", "read_table"]


class SheetNotChosen(Unreadable):
    """Several sheets hold a table, and none was named. `sheets`: their names."""

    def __init__(self, sheets: list[str]) -> None:
        self.sheets = sheets
        super().__init__(
            _("文件里有 %(count)d 张工作表都像是名单：%(names)s；请指明导入哪一张")
            % {"count": len(sheets), "names": _("、").join(sheets)}
        )


@dataclass(frozen=True)
class Table:
    """One sheet's table. It can be read again and again while `read_table` is open."""

    sheet: str
    columns: tuple[Column, ...]
    heading_ends: int
    spool: Path

    def rows(self) -> Iterator[Row]:
        """Rows below the headings; totals, remarks and repeated headings are left out."""
        for row in _spooled(self.spool):
            if row.number > self.heading_ends and not self._is_aside(row):
                yield row

    def _is_aside(self, row: Row) -> bool:
        return is_total(row) or is_remark(row) or is_repeat(row, self.columns)


@contextmanager
def read_table(path: Path, *, sheet: str | None = None) -> Iterator[Table]:
    """The table in a file (xlsx, xls, CSV), told by its content, not by its name.

    sheet: which one, where several hold a table. Raises Unreadable, whose message is for the user,
    within seconds and without reading the file into this process.
    """
    kind = inspect(path)
    with TemporaryDirectory(prefix="furong-table-") as folder:
        names = _parse(kind, path, Path(folder))
        tables = [
            table
            for number, name in enumerate(names)
            if sheet in {None, name}
            and (table := _table(name, Path(folder) / f"{number}.jsonl")) is not None
        ]
        if len(tables) > 1:
            raise SheetNotChosen([table.sheet for table in tables])
        if not tables:
            raise _nothing_in(sheet, names)
        yield tables[0]


def _table(sheet: str, spool: Path) -> Table | None:
    table = Table(sheet, *locate(_spooled(spool)), spool)
    return table if table.columns and any(True for _row in table.rows()) else None


def _nothing_in(sheet: str | None, names: list[str]) -> Unreadable:
    if sheet is not None and sheet not in names:
        return Unreadable(
            _("文件里没有工作表“%(sheet)s”；现有：%(names)s")
            % {"sheet": sheet, "names": _("、").join(names)}
        )
    return Unreadable(_("没有找到表头和数据行；请在第一行写明各列名称，其下每行一个对象"))


def _parse(kind: FileKind, path: Path, folder: Path) -> list[str]:
    command = [sys.executable, "-P", "-m", worker.__name__, kind, str(path), str(folder)]
    try:
        subprocess.run(command, timeout=worker.MAX_SECONDS, check=False, capture_output=True)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _explain("seconds") from error
    result, failure = folder / "sheets.json", folder / "failure.json"
    if result.exists():
        names: list[str] = json.loads(result.read_text(encoding="utf-8"))
        return names
    raise _explain(json.loads(failure.read_text("utf-8"))["cause"] if failure.exists() else "crash")


def _explain(cause: str) -> Unreadable:
    messages = {
        "rows": _("超过 %d 行；请拆成几个文件分别导入") % worker.MAX_ROWS,
        "columns": _("超过 %d 列；请只保留要导入的列") % worker.MAX_COLUMNS,
        "seconds": _("读了 %d 秒还没有读完；请把数据另存为 CSV 后上传") % worker.MAX_SECONDS,
        "password": _("文件有密码；请去掉密码后另存为 xlsx 上传"),
        "damaged": _("文件已损坏，表格软件也打不开；请重新导出后上传"),
        "encoding": _(
            "不是表格，或文字编码不明；请另存为 xlsx，或 UTF-8、GB18030 编码的 CSV 后上传"
        ),
        "crash": _("文件解开后过大，已停止读取；请把数据另存为 CSV 后上传"),
    }
    return Unreadable(messages[cause])


def _spooled(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            number, cells = json.loads(line)
            yield Row(number, tuple(cells))
