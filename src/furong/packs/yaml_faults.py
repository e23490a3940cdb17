"""The parser's English complaints, as causes and remedies that an author can act on."""

import re
from typing import Final

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

type Explained = tuple[tuple[int, int], str, str]

# First match of "context: problem" gives message and remedy; order matters.
_FAULTS: Final[tuple[tuple[str, str, str], ...]] = (
    (r"character '\\t'", "这里有制表符（Tab）", "请改成空格；每层缩进两个空格"),
    (r"character '(.)' that cannot start", "值不能以 {0} 开头", "请给整个值加引号"),
    (
        r"mapping values are not allowed",
        "这里不该出现冒号",
        "值里有“: ”时请给整个值加引号；否则请检查这一行和上一行的缩进",
    ),
    (r"could not find expected ':'", "这个键后面没有冒号", "请写成“键: 值”，冒号后空一格"),
    (r"quoted scalar: found unexpected end", "引号没有收尾", "请补上收尾的引号"),
    (
        r"unknown escape character '(.)'",
        r"双引号里的 \{0} 不是转义符",
        r"请写成 \\{0}，或者改用单引号",
    ),
    (r"flow sequence: expected", "第 {line} 行的 [ 没有收尾，或者缺少逗号", "请补上 ] 或逗号"),
    (r"flow mapping: expected", "第 {line} 行的 {{ 没有收尾，或者缺少逗号", "请补上 }} 或逗号"),
    (r"expected <block end>", "缩进没有对齐", "请把同一层的键或“-”对齐在同一列"),
    (r"sequence entries are not allowed", "这里不该出现“-”", "请把“-”放到下一行，并与同层对齐"),
    (
        r"expected a single document|<document start>",
        "文件开头的写法有误",
        "请从第一行起写“键: 值”",
    ),
)

# Faults that the parser notices late: the place to mend is where the thing began.
_STARTED_EARLIER: Final = ("found unexpected end of stream", "could not find expected ':'")


_WIDE_COLON: Final = re.compile(r"\s*(?:- +)*[\w-]+(：)", re.ASCII)


def explain_syntax(error: MarkedYAMLError, text: str) -> Explained:
    """Place (line and column from 1), message and remedy of what ruamel.yaml could not parse."""
    if wide := _wide_colon(error, text):
        return wide, "键后面是全角冒号“：”", "请改成半角冒号，后面空一格：“键: 值”"
    mark = error.problem_mark or error.context_mark
    if error.problem and error.problem.startswith(_STARTED_EARLIER):
        mark = error.context_mark or mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = f"{error.context or ''}: {error.problem or ''}"
    for pattern, message, remedy in _FAULTS:
        if found := re.search(pattern, said):
            line = error.context_mark.line + 1 if error.context_mark else place[0]
            groups = found.groups()
            return place, message.format(*groups, line=line), remedy.format(*groups)
    return place, f"YAML 写法有误（{said.strip(': ')}）", "请对照 YAML 1.2 的写法改正"


def _wide_colon(error: MarkedYAMLError, text: str) -> tuple[int, int] | None:
    """Where a Chinese colon stands for the one after a key, on the line of a fault or before it."""
    lines = text.split("\n")
    for mark in (error.problem_mark, error.context_mark):
        for line in range(mark.line, max(mark.line - 2, -1), -1) if mark else ():
            if line < len(lines) and (found := _WIDE_COLON.match(lines[line])):
                return line + 1, found.start(1) + 1
    return None


def explain_control_character(error: ReaderError, text: str) -> Explained:
    """The same for a character that no YAML file may hold."""
    before = text[: error.position]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    return place, "文件里有不可见的控制字符", "请删去这个字符（常见原因：从别的文档粘贴）"
