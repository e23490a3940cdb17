"""What is wrong with a pack, by file, line and column, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from furong.engines.rules.problems import nearest

__all__ = ["PackErrors", "PathInFile", "Problem", "nearest", "show_path", "shown"]

type PathInFile = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in one file. Lines and columns count from 1; `path` is the place in the file.

    kind: of a fault of form, what pydantic calls it, for who says it in words of their own.
    """

    file: Path
    line: int
    column: int
    path: str
    message: str
    remedy: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} — {self.remedy}"


class PackErrors(Exception):
    """A pack that cannot be used; `problems` holds every fault found, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def show_path(path: PathInFile) -> str:
    """`("policies", 3, "criteria", 0, "when")` as an author reads it.

    >>> show_path(("policies", 3, "criteria", 0, "when"))
    'policies[3].criteria[0].when'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """A value of a file as its author wrote it: `true`, not `True`."""
    if isinstance(value, list | dict):
        return "这一组值"
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
