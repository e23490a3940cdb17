"""How long, as procedures write it: `30m`, `4h`, `0.5d`, `end_of_day`; or up to a moment."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from furong.engines.worktime.problems import WorktimeError

type Counting = Literal["natural", "working"]
"""战时 counts natural hours, 平时 working time."""

type Unit = Literal["m", "h", "d"]

PATTERN: Final = r"\d{1,4}(\.\d)?[mhd]|end_of_day"
"""What `read_duration` takes, as a regular expression for the whole text."""

_WORDS: Final = {"m": "分钟", "h": "小时", "d": "天"}


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes, hours or days, in tenths of the unit: `Duration(5, "d")` is half a day."""

    tenths: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.tenths < 0:
            raise WorktimeError(f"时长不能是负的：{self}", "请写 30m、4h、0.5d 的样子")

    def __str__(self) -> str:
        whole, tenth = divmod(self.tenths, 10)
        return f"{whole}.{tenth}{self.unit}" if tenth else f"{whole}{self.unit}"

    @property
    def words(self) -> str:
        """`0.5 天`."""
        return f"{str(self)[:-1]} {_WORDS[self.unit]}"


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """Up to the end of the day on which one starts.

    In natural time that is midnight. In working time it is when work ends: of that day, or of the
    next working day where work is over or there is none.
    """

    def __str__(self) -> str:
        return "end_of_day"

    @property
    def words(self) -> str:
        return "当日"


@dataclass(frozen=True, slots=True)
class Until:
    """Up to a moment that somebody named; it does not move when a clock stands."""

    moment: datetime

    def __str__(self) -> str:
        return f"until {self.moment.isoformat()}"

    @property
    def words(self) -> str:
        return f"至 {self.moment:%Y-%m-%d %H:%M}"


type Length = Duration | EndOfDay | Until

END_OF_DAY: Final = EndOfDay()


def read_duration(text: str) -> Duration | EndOfDay:
    """The duration that a text says.

    >>> read_duration("0.5d")
    Duration(tenths=5, unit='d')

    Raises WorktimeError.
    """
    if not re.fullmatch(PATTERN, text):
        raise WorktimeError(f"{text} 不是时长", "请写 30m、4h、0.5d 的样子，或者 end_of_day")
    if text == "end_of_day":
        return END_OF_DAY
    whole, _, tenth = text[:-1].partition(".")
    return Duration(int(whole) * 10 + int(tenth or 0), cast("Unit", text[-1]))
