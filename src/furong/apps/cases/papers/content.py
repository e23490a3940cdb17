"""What stands on a list's paper. Every text is shown as it is: it is data, never markup."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A request that waits for its reader. told: label → words; choices: the answers it may have.

    answered: what was answered, "" as long as it waits.
    """

    place: int
    number: str
    subject: str
    title: str
    told: Sequence[tuple[str, str]]
    due: str
    choices: Sequence[str]
    answered: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A case to know of. turn: who has it and until when."""

    place: int
    number: str
    subject: str
    title: str
    state: str
    turn: str
    late: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What stands on the list for one reason: boxes to answer, or rows to read."""

    heading: str
    boxes: Sequence[Box] = ()
    rows: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class ListContent:
    """One person's list.

    place: the district's name; to: whose it is; about: the day, the cut and how many; words: the
    headings of columns and lines; mark: printed on a demonstration's papers; foot: small print.
    """

    place: str
    title: str
    to: str
    about: str
    sections: Sequence[Section]
    words: dict[str, str]
    mark: str
    foot: str
