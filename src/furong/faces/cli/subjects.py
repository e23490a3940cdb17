"""Reading subjects from a file, a chunk at a time: csv, xlsx, parquet or jsonl."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, zip_longest
from operator import itemgetter
from pathlib import Path

from furong.apps.base.errors import Refusal
from furong.engines.rules import Fact, Rulebook, ValueProblem, read_value
from furong.engines.rules.problems import nearest
from furong.engines.rules.spans import HIDDEN
from furong.engines.rules.values import Encoded
from furong.faces.cli.django_setup import set_up

CHUNK = 20_000
SHOWN = 20  # faults
REMEMBERED = 100_000  # different cells of a column, from one chunk to the next

type Values = dict[str, list[Encoded | None]]
"""Encoded facts, a list a column; only columns that the file has."""

type Numbered = tuple[int, Sequence[object]]
"""A row of cells, and its number in the file."""

type Raw = tuple[Sequence[str], Iterator[Numbered]]
"""Column headings, and rows."""


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

    def chunks(self) -> Iterator[tuple[list[str], Values]]:
        """Subjects' ids and their facts, CHUNK at a time. Raises BadInput."""
        headings, rows = _READERS[self._kind()](self)
        columns = self._columns(headings)
        seen: dict[str, int] = {}
        for batch in batched(rows, CHUNK):
            kept = [row for row in batch if any(map(_text, row[1]))]
            ids = [self._id(number, cells, seen) for number, cells in kept]
            values = self._values(ids, kept, columns)
            if self.fault_count and not self.lenient:
                continue  # go on reading: say all that is wrong, not the first thing
            self.count += len(ids)
            yield ids, values
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

    def _id(self, number: int, cells: Sequence[object], seen: dict[str, int]) -> str:
        subject = _text(cells[0])
        if not subject:
            raise BadInput(f"{self.path.name} 第 {number} 行的第一列是空的，应是对象的编号。请补上")
        if HIDDEN.search(subject):
            raise BadInput(
                f"{self.path.name} 第 {number} 行的编号 {subject!r} 里有看不见的控制字符。请删去"
            )
        if subject in seen:
            raise BadInput(
                f"{self.path.name} 第 {number} 行的编号 {subject} 与第 {seen[subject]} 行重复。"
                "一个对象只能有一行，请合并或删去一行"
            )
        seen[subject] = number
        return subject

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

    def _values(
        self, ids: list[str], rows: list[Numbered], columns: "list[tuple[int, str, _Reader]]"
    ) -> Values:
        values: Values = {}
        faults: list[tuple[int, str]] = []
        cells = [*zip_longest(*(cells for _, cells in rows))]
        for place, key, reader in columns:
            if place == len(cells):
                break  # no row is as long as the heading
            values[key], problems = reader.read(cells[place])
            for row, problem in problems:
                faults.append((row, f"第 {rows[row][0]} 行（{ids[row]}）：{problem}"))
        faults.sort(key=itemgetter(0))
        self.fault_count += len(faults)
        self.faults += [told for _, told in faults[: SHOWN - len(self.faults)]]
        return values


class _Reader:
    """Reads the cells of one fact; of cells that are alike, one."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.known: dict[object, Encoded | None] = {}

    def read(
        self, cells: Sequence[object]
    ) -> tuple[list[Encoded | None], list[tuple[int, ValueProblem]]]:
        """The encoded values, and what is wrong with which of the cells."""
        if len(self.known) > REMEMBERED:
            self.known = {}
        known, problems = self.known, {}
        keys = cells if {*map(type, cells)} <= {str} else [_key(cell) for cell in cells]
        for key, cell in dict(zip(keys, cells, strict=True)).items():
            if key not in known:
                try:
                    known[key] = read_value(self.fact, cell)
                except ValueProblem as problem:
                    problems[key] = problem
        values = [*map(known.get, keys)]
        if not problems:
            return values, []
        return values, [(row, problems[key]) for row, key in enumerate(keys) if key in problems]


def _key(cell: object) -> object:
    """Equal for cells that are read alike: 1, 1.0 and True are not."""
    return cell if isinstance(cell, str) else (type(cell), repr(cell))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _from_csv(subjects: Subjects) -> Raw:
    with subjects.path.open("rb") as file:
        head = file.read(1 << 20)
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


def _csv_rows(path: Path, encoding: str) -> Iterator[Numbered]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)  # a quote left open would swallow the rest
        try:
            for row in reader:
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            line = reader.line_num + isinstance(error, UnicodeDecodeError)  # the next one, then
            raise BadInput(
                f"{path.name} 第 {line} 行读不下去（{error}）。请重新导出为 UTF-8 编码的 CSV"
            ) from error


def _from_xlsx(subjects: Subjects) -> Raw:
    set_up()  # the reader's messages are translated
    from furong.apps.registry.tables.reader import read_table

    def rows() -> Iterator[Numbered]:
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

    def rows() -> Iterator[Numbered]:
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
    for _, held in _objects(subjects.path):
        headings.update(dict.fromkeys(held))
    names = [*headings]
    rows = (
        (number, [held.get(name) for name in names]) for number, held in _objects(subjects.path)
    )
    return names, rows


def _objects(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The object of each line that is not empty, with the line's number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                held = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                raise BadInput(
                    f"{path.name} 第 {number} 行不是 UTF-8 编码的 JSON（{error}）。请重新导出"
                ) from error
            if not isinstance(held, dict):
                raise BadInput(f"{path.name} 第 {number} 行不是对象。请每行写一个 {{…}}")
            yield number, held


_READERS: dict[str, Callable[[Subjects], Raw]] = {
    "csv": _from_csv,
    "xlsx": _from_xlsx,
    "parquet": _from_parquet,
    "jsonl": _from_jsonl,
}
