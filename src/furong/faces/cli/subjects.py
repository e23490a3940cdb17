"""Reading subjects from a file, a chunk at a time: csv, xlsx, parquet or jsonl."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path

from furong.apps.base.errors import Refusal
from furong.engines.rules import Fact, Rulebook, ValueProblem, read_value
from furong.engines.rules.problems import nearest
from furong.engines.rules.values import Encoded

CHUNK = 20_000
SHOWN = 20  # faults

type Row = dict[str, Encoded | None]
type Raw = tuple[Sequence[str], Iterator[tuple[int, Sequence[object]]]]
"""Column headings, and rows with their number in the file."""


class BadInput(Refusal):
    """A file that cannot be used; the message names the thing, the cause and the remedy."""


@dataclass
class Subjects:
    """The subjects of one file, read against the facts of a rulebook.

    ignored: headings that the pack does not declare, with the nearest name. faults: unusable cells
    so far; with `lenient` they count as unknown, otherwise reading on ends in BadInput.
    """

    path: Path
    book: Rulebook
    sheet: str | None = None
    lenient: bool = False
    ignored: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    count: int = 0

    def chunks(self) -> Iterator[tuple[list[str], list[Row]]]:
        """Subjects' ids and encoded facts. Raises BadInput."""
        headings, rows = _READERS[self._kind()](self)
        columns = self._columns(headings)
        seen: dict[str, int] = {}
        for batch in batched(rows, CHUNK):
            ids, facts = [], []
            for number, cells in batch:
                subject = _text(cells[0] if cells else None)
                if not subject and not any(_text(cell) for cell in cells):
                    continue
                self._check_id(subject, number, seen)
                ids.append(subject)
                facts.append(self._row(subject, number, cells, columns))
            if self.fault_count and not self.lenient:
                continue  # go on reading: say all that is wrong, not the first thing
            self.count += len(ids)
            yield ids, facts
        if self.fault_count and not self.lenient:
            more = f"\n……另有 {self.fault_count - SHOWN} 处" if self.fault_count > SHOWN else ""
            raise BadInput(
                f"{self.path.name} 有 {self.fault_count} 个单元格不能用，未写出结果：\n"
                + "\n".join(self.faults)
                + more
                + "\n请改正后重试；或加 --lenient，把它们当作未知"
            )
        if not self.count:
            raise BadInput(f"{self.path.name} 里没有数据行。请在表头之下每行写一个对象")

    def _kind(self) -> str:
        if not self.path.is_file():
            raise BadInput(f"没有文件 {self.path}。请核对路径")
        kind = self.path.suffix.lower().removeprefix(".")
        if kind not in _READERS:
            raise BadInput(f"不认识的文件类型 {self.path.name}。请用 csv、xlsx、parquet 或 jsonl")
        return kind

    def _check_id(self, subject: str, number: int, seen: dict[str, int]) -> None:
        if not subject:
            raise BadInput(f"{self.path.name} 第 {number} 行的第一列是空的，应是对象的编号。请补上")
        if subject in seen:
            raise BadInput(
                f"{self.path.name} 第 {number} 行的编号 {subject} 与第 {seen[subject]} 行重复。"
                "一个对象只能有一行，请合并或删去一行"
            )
        seen[subject] = number

    def _fault(self, message: str) -> None:
        self.fault_count += 1
        if len(self.faults) < SHOWN:
            self.faults.append(message)

    def _columns(self, headings: Sequence[str]) -> list[tuple[int, str, "_Reader"]]:
        facts = {**self.book.facts, **self.book.judgements}
        by_label = {fact.label: key for key, fact in self.book.facts.items() if fact.label}
        found: dict[str, int] = {}
        columns = []
        for place, heading in enumerate(headings[1:], start=1):
            key = heading if heading in facts else by_label.get(heading, "")
            if not key:
                if heading:
                    self.ignored[heading] = nearest(heading, [*facts, *by_label])
                continue
            if key in found:
                raise BadInput(
                    f"{self.path.name} 有两列都是 {key}（第 {found[key]}、{place + 1} 列）。请删去一列"
                )
            found[key] = place + 1
            columns.append((place, key, _Reader(facts[key])))
        if not columns:
            raise BadInput(
                f"{self.path.name} 没有一列是内容包声明的事实。"
                f"第一行应是事实的名称，如 {'、'.join([*self.book.facts][:5])}"
            )
        return columns

    def _row(
        self,
        subject: str,
        number: int,
        cells: Sequence[object],
        columns: "list[tuple[int, str, _Reader]]",
    ) -> Row:
        row: Row = {}
        for place, key, read in columns:
            if place < len(cells):
                try:
                    row[key] = read(cells[place])
                except ValueProblem as problem:
                    self._fault(f"第 {number} 行（{subject}）：{problem}")
        return row


class _Reader:
    """Reads the cells of one column; a value seen before is not read again."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.seen: dict[object, Encoded | None] = {}

    def __call__(self, cell: object) -> Encoded | None:
        if cell is None or isinstance(cell, list):
            return read_value(self.fact, cell)
        key = (cell, type(cell))
        if key not in self.seen:
            value = read_value(self.fact, cell)
            if len(self.seen) < 100_000:
                self.seen[key] = value
            return value
        return self.seen[key]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _from_csv(subjects: Subjects) -> Raw:
    head = subjects.path.read_bytes()[: 1 << 20]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(head) - 4:  # a character cut in two
                break
            continue
        break
    else:
        raise BadInput(f"{subjects.path.name} 的文字编码不明。请另存为 UTF-8 编码的 CSV")
    rows = _csv_rows(subjects.path, encoding)
    _, headings = next(rows, (0, []))
    return [_text(cell) for cell in headings], rows


def _csv_rows(path: Path, encoding: str) -> Iterator[tuple[int, Sequence[object]]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file)
        try:
            for row in reader:
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadInput(
                f"{path.name} 第 {reader.line_num + 1} 行读不下去（{error}）。请重新导出为 UTF-8 编码的 CSV"
            ) from error


def _from_xlsx(subjects: Subjects) -> Raw:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
    from furong.apps.registry.tables.reader import read_table

    def rows() -> Iterator[tuple[int, Sequence[object]]]:
        with read_table(subjects.path, sheet=subjects.sheet) as table:
            yield 0, [column.heading for column in table.columns]
            for row in table.rows():
                yield row.number, row.cells

    found = rows()
    _, headings = next(found)
    return [_text(cell) for cell in headings], found


def _from_parquet(subjects: Subjects) -> Raw:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise BadInput("读 parquet 需要 pyarrow。请安装：pip install 'furong[parquet]'") from error
    try:
        file = pq.ParquetFile(subjects.path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{subjects.path.name} 不是 parquet 文件（{error}）。请重新导出") from error

    def rows() -> Iterator[tuple[int, Sequence[object]]]:
        number = 0
        for batch in file.iter_batches(CHUNK):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, cells

    return list(file.schema_arrow.names), rows()


def _from_jsonl(subjects: Subjects) -> Raw:
    """The first line's first key is the id; keys that come up later are read too."""
    headings: dict[str, None] = {}
    with subjects.path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                headings.update(dict.fromkeys(_object(subjects.path, number, line)))
    names = [*headings]

    def rows() -> Iterator[tuple[int, Sequence[object]]]:
        with subjects.path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    held = _object(subjects.path, number, line)
                    yield number, [held.get(name) for name in names]

    return names, rows()


def _object(path: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        held = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} 第 {number} 行不是 JSON（{error}）") from error
    if not isinstance(held, dict):
        raise BadInput(f"{path.name} 第 {number} 行不是对象。请每行写一个 {{…}}")
    return held


_READERS: dict[str, Callable[[Subjects], Raw]] = {
    "csv": _from_csv,
    "xlsx": _from_xlsx,
    "parquet": _from_parquet,
    "jsonl": _from_jsonl,
}
