"""Reading messages and categories from files: csv, csv.gz, yaml."""

import csv
import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from furong.apps.base.errors import Refusal
from furong.engines.text.grams import Message
from furong.engines.text.taxonomy import Label, Taxonomy, TaxonomyProblem

MOST_ROWS = 500_000
LONGEST = 1_000_000
"""Characters of a cell."""

LARGEST = 2**30
"""Characters of an unpacked file."""

LARGEST_LABELS = 4 * 2**20


class Row(NamedTuple):
    """A message of a file. line: where its row begins. label and group: "" where there is none."""

    line: int
    id: str
    message: Message
    label: str
    group: str


class BadMessages(Refusal):
    """A file that cannot be used; the message names the file, the line, the cause and the remedy."""


def messages(path: Path, *, labelled: bool) -> list[Row]:
    """All rows of a csv or csv.gz with the columns title, text and, where asked, label.

    Columns id and group are read where they are, others not. Raises BadMessages.
    """
    found = []
    for line, cells in _rows(path, ("title", "text", *(("label",) if labelled else ()))):
        label = cells.get("label", "").strip()
        if labelled and not label:
            raise BadMessages(f"{path.name} 第 {line} 行没有类别（label）。请补上，或者删去这一行")
        message = Message(cells["title"], cells["text"])
        if not (message.title.strip() or message.body.strip()):
            raise BadMessages(f"{path.name} 第 {line} 行标题和正文都是空的。请补上，或者删去这一行")
        found.append(Row(line, cells.get("id", ""), message, label, cells.get("group", "")))
    if not found:
        raise BadMessages(f"{path.name} 里没有数据行。请在表头之下每行写一件")
    return found


def labels(path: Path, only: Collection[str] = ()) -> Taxonomy:
    """Categories with their words, from yaml or csv. only: names to keep. Raises BadMessages.

    yaml: `labels: [{id, name, words}]`. csv: the first column is the category, every other cell of
    its rows a word.
    """
    found = _from_csv(path) if ".csv" in path.suffixes else _from_yaml(path)
    if missing := [one for one in only if one not in {label.id for label in found}]:
        raise BadMessages(f"{path.name} 里没有类别 {'、'.join(missing)}。请核对 --only 的写法")
    try:
        return Taxonomy(tuple(label for label in found if not only or label.id in only))
    except TaxonomyProblem as problem:
        raise BadMessages(f"{path.name}：{problem}") from problem


def _from_csv(path: Path) -> list[Label]:
    words: dict[str, dict[str, None]] = {}
    for line, cells in _rows(path, ()):
        name, *others = cells.values()
        if not name.strip():
            raise BadMessages(f"{path.name} 第 {line} 行的第一列是空的，应是类别。请补上")
        words.setdefault(name.strip(), {}).update(
            dict.fromkeys(word for cell in others if (word := cell.strip()))
        )
    return [Label(name, name, tuple(its)) for name, its in words.items()]


def _from_yaml(path: Path) -> list[Label]:
    how = "请写成 labels: [{id: loan, name: 贷款融资, words: [贷款, 续贷]}] 的样子"
    try:
        if path.stat().st_size > LARGEST_LABELS:
            raise BadMessages(f"{path.name} 超过 4 MB，不像类别表。请核对文件")
        read: Any = YAML(typ="safe", pure=True).load(path.read_text("utf-8-sig"))
    except OSError:
        raise BadMessages(f"读不了 {path}。请核对路径和权限") from None
    except (YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadMessages(f"{path.name} 不是 YAML：{str(error)[:200]}。{how}") from error
    entries = read.get("labels") if isinstance(read, dict) else None
    if not isinstance(entries, list):
        raise BadMessages(f"{path.name} 没有 labels 一列。{how}")
    found = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
            raise BadMessages(f"{path.name} 的第 {number} 个类别没有 id。{how}")
        name, words = entry.get("name", entry["id"]), entry.get("words") or []
        if (
            not isinstance(name, str)
            or not isinstance(words, list)
            or not all(isinstance(word, str) for word in words)
        ):
            raise BadMessages(f"{path.name} 的类别 {entry['id']} 写得不对。{how}")
        found.append(Label(entry["id"], name, tuple(words)))
    return found


def _rows(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row as heading → cell, with the number of its first line."""
    if not path.is_file():
        raise BadMessages(f"没有文件 {path}。请核对路径")
    csv.field_size_limit(LONGEST)
    line = 1
    try:
        with _opened(path) as file:
            reader = csv.reader(_limited(file, path), strict=True)
            headings = [heading.strip() for heading in next(reader, [])]
            if missing := [heading for heading in wanted if heading not in headings]:
                raise BadMessages(
                    f"{path.name} 缺少列 {'、'.join(missing)}。第一行应是表头：title,text,label"
                )
            if len(set(headings)) < len(headings):
                raise BadMessages(f"{path.name} 的表头有重复的列。请删去一列")
            line = reader.line_num + 1
            for count, cells in enumerate(reader, 1):
                if count > MOST_ROWS:
                    raise BadMessages(f"{path.name} 超过 {MOST_ROWS:,} 行。请分成几个文件")
                if any(cells):
                    if len(cells) != len(headings):
                        raise BadMessages(
                            f"{path.name} 第 {line} 行有 {len(cells)} 格，表头有 {len(headings)} 列。"
                            "请检查引号和逗号"
                        )
                    yield line, dict(zip(headings, cells, strict=True))
                line = reader.line_num + 1
    except csv.Error as error:
        raise BadMessages(f"{path.name} 第 {line} 行读不下去（{error}）。请检查引号") from error
    except UnicodeDecodeError:
        raise BadMessages(
            f"{path.name} 第 {line} 行以后不是 UTF-8。请另存为“CSV UTF-8（逗号分隔）”"
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise BadMessages(f"读不了 {path.name}（{error}）。请核对文件是否完整") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file


def _limited(file: IO[str], path: Path) -> Iterator[str]:
    """Lines, as long as the file and its lines are no bombs."""
    left = LARGEST
    while line := file.readline(2 * LONGEST):
        left -= len(line)
        if left < 0 or len(line) >= 2 * LONGEST:
            raise BadMessages(f"{path.name} 解开后太大，或者有一行太长。请分成几个文件")
        yield line
