"""What is wrong with a rule or a value, said so that its author can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is, what it is, and what to write instead.

    `where` is the path to the faulty text, such as ``("policies", "CN01", "criteria", "size",
    "when")``; `column` is the 1-based place inside that text, where the text is an expression.
    """

    where: tuple[str | int, ...]
    message: str
    remedy: str = ""
    column: int | None = None

    def __str__(self) -> str:
        place = " › ".join(str(part) for part in self.where)
        if self.column is not None:
            place += f"（第 {self.column} 字符）"
        text = f"{place}：{self.message}" if place else self.message
        return f"{text}。{self.remedy}" if self.remedy else text


class RuleErrors(Exception):
    """A rulebook that cannot be used; `problems` lists every fault found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ExpressionError(Exception):
    """One fault in one expression; whoever knows where the text stands makes it a `Problem`.

    `part`: which of several texts it is, where the reader was given several (a benefit).
    """

    part = ""

    def __init__(self, message: str, remedy: str = "", column: int | None = None) -> None:
        self.message, self.remedy, self.column = message, remedy, column
        super().__init__(message)

    def at(self, *where: str | int) -> Problem:
        return Problem(where, self.message, self.remedy, self.column)


class ValueProblem(ValueError):
    """A value that its fact cannot have: `message` names the value and the cause, `remedy` the mend."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message}。{remedy}" if remedy else message)


def nearest(word: str, known: Iterable[str]) -> str:
    """`是否想写 …？` with the known name that is nearest to `word`, or nothing."""
    names = list(known)
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return f"是否想写 {lowered[close[0]]}？" if close else ""
