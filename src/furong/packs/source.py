"""One YAML file as plain data, with the place of every value.

YAML 1.2 core schema, read strictly: `no` is a word, a key may stand once, no tags, no second
document. ruamel.yaml scans and parses; the tree is built here, because only here are both the
places of values and all the faults of a file kept. Numbers with a point become `Decimal`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from furong.packs.problems import PathInFile, Problem, show_path
from furong.packs.yaml_faults import explain_control_character, explain_syntax

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 200_000  # after aliases are written out: an anchor bomb stops here

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)")
_REFUSED_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_LONGEST_NUMBER = 24
_WIDE_SPACE = re.compile("[\u3000\u00a0]")


class Place(NamedTuple):
    """Where a value begins, line and column from 1.

    lead: what stands before the first character of a scalar's text (1 for a quote); None where
    the text does not stand on this one line, so that no column inside it can be named.
    """

    line: int
    column: int
    lead: int | None = None


@dataclass(slots=True)
class Source:
    """One file: its data, where each value and key stands, and the faults found so far."""

    file: Path
    data: Any = None
    value_places: dict[PathInFile, Place] = field(default_factory=dict)
    key_places: dict[PathInFile, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parsed: bool = False
    sha256: str = ""
    """Of the bytes read from the file, in hex."""

    def place(self, path: PathInFile) -> Place:
        """Where the value at `path` begins, or the nearest value around it that has a place."""
        for end in range(len(path), -1, -1):
            if found := self.value_places.get(path[:end]):
                return found
        return Place(1, 1)

    def add(
        self,
        path: PathInFile,
        message: str,
        remedy: str,
        *,
        column: int | None = None,
        at_key: bool = False,
        kind: str = "",
    ) -> None:
        """Note a fault of the value at `path`, or of its key; `column` counts inside its text."""
        place = (self.key_places.get(path) if at_key else None) or self.place(path)
        self.add_at(place, path, message, remedy, column=column, kind=kind)

    def add_at(
        self,
        place: Place,
        path: PathInFile,
        message: str,
        remedy: str,
        *,
        column: int | None = None,
        kind: str = "",
    ) -> None:
        offset = 0
        if column is not None and place.lead is not None:
            offset = place.lead + column - 1
        self.problems.append(
            Problem(
                self.file,
                place.line,
                place.column + offset,
                show_path(path),
                message,
                remedy,
                kind,
            )
        )


def read(file: Path) -> Source:
    """Read one YAML file. Nothing is raised: what is wrong stands in `problems`."""
    source = Source(file)
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        source.add((), f"读不出这个文件：{error.strerror}", "请检查文件是否存在、有没有读取权限")
        return source
    source.sha256 = hashlib.sha256(raw).hexdigest()
    if len(raw) > MAX_BYTES:
        source.add((), "文件超过 4 MiB", "请拆成几个文件")
        return source
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        source.add_at(
            place, (), "文件不是 UTF-8 编码", "请另存为 UTF-8（常见原因：存成了 GBK 或 GB18030）"
        )
        return source
    return parse(text, source)


def parse(text: str, source: Source) -> Source:
    """Build `source.data` from `text`; see `read`."""
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    try:
        _Builder(events, source).build()
    except _StopReadingError as stop:
        source.add_at(stop.place, stop.path, stop.message, stop.remedy)
    except MarkedYAMLError as error:
        place, message, remedy = explain_syntax(error, text)
        source.add_at(Place(*place), (), message, remedy)
    except ReaderError as error:
        place, message, remedy = explain_control_character(error, text)
        source.add_at(Place(*place), (), message, remedy)
    except YAMLError as error:
        source.add((), f"YAML 写法有误（{error}）", "请对照 YAML 1.2 的写法改正")
    else:
        source.parsed = source.data is not None
        if source.data is None:
            source.add((), "文件是空的", "请写上内容，或者删去这个文件")
    return source


class _StopReadingError(Exception):
    """A fault after which the rest of the file cannot be read."""

    def __init__(self, place: Place, path: PathInFile, message: str, remedy: str) -> None:
        self.place, self.path, self.message, self.remedy = place, path, message, remedy


class _Builder:
    """Makes plain data from parser events; each value is built once, aliases share it."""

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self._events = events
        self._source = source
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def build(self) -> None:
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
            elif isinstance(
                event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent
            ):
                self._source.data = self._value(event, ())

    def _check_document(self, event: DocumentStartEvent, number: int) -> None:
        place = _place(event)
        if number > 1:
            raise _StopReadingError(
                place, (), "一个文件里有两份 YAML 文档", "请去掉 ---，或者拆成两个文件"
            )
        if event.version and tuple(event.version) != (1, 2):
            raise _StopReadingError(
                place, (), "文件声明了别的 YAML 版本", "请去掉 %YAML 一行，本系统按 YAML 1.2 读"
            )

    def _value(self, event: Any, path: PathInFile) -> Any:
        place = _place(event)
        self._source.value_places[path] = place
        if isinstance(event, AliasEvent):
            return self._alias(event, path, place)
        self._count(1, path, place)
        if len(path) > MAX_DEPTH:
            raise _StopReadingError(place, path, f"嵌套超过 {MAX_DEPTH} 层", "请检查括号和缩进")
        if event.tag is not None:
            self._source.add(path, f"不接受类型标记 {event.tag}", "请去掉以 ! 开头的标记")
        before = self._nodes
        value: Any
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, path, place)
        elif isinstance(event, SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._nodes - before + 1)
        return value

    def _scalar(self, event: ScalarEvent, path: PathInFile, place: Place) -> Any:
        text: str = event.value
        if event.start_mark.line == event.end_mark.line:
            lead = 1 if event.style in ("'", '"') else 0
            self._source.value_places[path] = Place(place.line, place.column, lead)
        return text if event.style is not None else self._plain(text, path)

    def _sequence(self, path: PathInFile) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: PathInFile) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, path)
            value_event = next(self._events)
            here = (*path, key)
            if key in items:
                first = self._source.key_places[here]
                self._source.add_at(
                    _place(event), here, f"键 {key} 在第 {first.line} 行已经写过", "请删去其中一个"
                )
                self._value(value_event, (*path, f"{key}（重复）"))
                continue
            self._source.key_places[here] = _place(event)
            items[key] = self._value(value_event, here)
        return items

    def _key(self, event: Any, path: PathInFile) -> str:
        place = _place(event)
        if not isinstance(event, ScalarEvent):
            raise _StopReadingError(place, path, "键必须是文字", "请用一个词作键")
        key: str = event.value
        if event.style is None:
            self._check_plain_key(key, path, place)
        return key

    def _check_plain_key(self, key: str, path: PathInFile, place: Place) -> None:
        here = (*path, key)
        if key == "<<":
            raise _StopReadingError(place, here, "没有合并键 <<", "请把要合并的内容直接写在这里")
        if _WIDE_SPACE.search(key):
            raise _StopReadingError(
                place, here, "键里有全角空格或不间断空格", "请改成半角空格；每层缩进两个空格"
            )
        if not isinstance(self._plain(key, path), str):
            self._source.add_at(place, here, f"键 {key} 不是文字", f'请写成 "{key}"')

    def _alias(self, event: AliasEvent, path: PathInFile, place: Place) -> Any:
        if event.anchor not in self._anchors:
            raise _StopReadingError(
                place,
                path,
                f"别名 *{event.anchor} 前面没有锚点 &{event.anchor}，或者它还没有写完",
                "请直接写出内容，或者先写锚点",
            )
        value, size = self._anchors[event.anchor]
        self._count(size, path, place)
        return value

    def _count(self, nodes: int, path: PathInFile, place: Place) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _StopReadingError(
                place,
                path,
                f"文件展开后超过 {MAX_NODES} 个值",
                "请去掉层层引用的别名（*），或者拆成几个文件",
            )

    def _plain(self, text: str, path: PathInFile) -> Any:
        """An unquoted scalar by the YAML 1.2 core schema."""
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            if len(text) > _LONGEST_NUMBER:
                self._source.add(path, "数字太长", "请检查是否多写了几位；编号要加引号")
                return 0
            return int(text, 0) if text[:2] in ("0o", "0x") else _number(text)
        if _REFUSED_NUMBER.fullmatch(text):
            self._source.add(
                path, f"不接受 {text} 这种数", "请写出全部数字，不用科学计数法；文字要加引号"
            )
            return 0
        return text


def _number(text: str) -> int | Decimal:
    return Decimal(text) if "." in text else int(text)


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
