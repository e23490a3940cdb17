"""calendars/*.yaml: working days and hours, with the decree that moved them."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from furong.packs.models.base import ClockTime, Day, Entry, Fault, Items, Moment, Text, Word

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class CalendarDay(Entry):
    """A day that a decree made free, or a working day."""

    date: Day = Field(description="哪一天")
    off: bool = Field(description="true 为放假，false 为上班")
    by: Text = Field(description="依据哪个文件")


type Hours = Annotated[tuple[ClockTime, ClockTime], Field(strict=False)]
"""A stretch of working time, written `["08:30", "12:00"]`."""


class OtherHours(Entry):
    """Other hours in some months, on some weekdays, or both."""

    start: Day | None = Field(None, alias="from", description="从哪一天起，含当日")
    end: Day | None = Field(None, alias="to", description="到哪一天止，含当日")
    weekdays: Items[Weekday] = Field((), description="只在星期几；不写为每天")
    hours: Items[Hours] = Field(min_length=1, description="上班时间")
    by: Text = Field(description="依据哪个文件")

    def faults(self) -> Iterator[Fault]:
        if not (self.start or self.end or self.weekdays):
            yield Fault(
                (), "没有写在什么时候", "请写 from、to 或 weekdays；全年每天的写在 hours 下"
            )
        if self.start and self.end and self.start > self.end:
            yield Fault(("to",), f"终止日 {self.end} 早于起始日 {self.start}", "请核对两个日期")
        yield from hours_faults(self.hours)


class Regime(Entry):
    """From when on limits count natural hours (战时), or working time (平时), by whose decree."""

    start: Moment = Field(alias="from", description="从何时起")
    count: Literal["natural", "working"] = Field(
        description="natural 战时，按自然时间；working 平时，按工作时间"
    )
    by: Text = Field(description="依据哪个文件；尚无文件的照实写")


class Calendar(Entry):
    """calendars/*.yaml: one calendar a file."""

    calendar: Word = Field(description="编号，与文件同名")
    extends: Word | None = Field(None, description="在哪个日历之上")
    days: Items[CalendarDay] = Field((), description="放假和调休")
    weekend: Items[Weekday] | None = Field(None, description="周末")
    hours: Items[Hours] | None = Field(None, min_length=1, description="上班时间")
    other_hours: Items[OtherHours] = Field(
        (), description="另有上班时间的月份（如夏令作息）或星期；后写的优先"
    )
    national: Literal["cn"] | None = Field(
        None, description="cn：没有列在 years 的年份，用全国法定节假日数据（2004 年起）"
    )
    years: Items[Annotated[int, Field(ge=1900, le=2199)]] = Field(
        (), description="哪几年的放假安排已在 days 中写全"
    )
    regimes: Items[Regime] | None = Field(
        None, description="战时、平时从何时起；不写则同所扩展的日历，都不写为平时"
    )
    note: str = Field("", description="备注")

    def faults(self) -> Iterator[Fault]:
        seen: set[date] = set()
        for index, day in enumerate(self.days):
            if day.date in seen:
                yield Fault(("days", index, "date"), f"{day.date} 前面已经写过", "请删去其中一个")
            seen.add(day.date)
        for index, (one, other) in enumerate(pairwise(self.regimes or ()), 1):
            if other.start <= one.start:
                yield Fault(
                    ("regimes", index, "from"),
                    f"{other.start.isoformat()} 不晚于前一项",
                    "请从早到晚写",
                )
        yield from hours_faults(self.hours or ())


def hours_faults(hours: Iterable[tuple[time, time]]) -> Iterator[Fault]:
    """Spans of a day that are reversed, overlap or stand in the wrong order."""
    end = time.min
    for index, (begin, finish) in enumerate(hours):
        if begin < end or finish <= begin:
            yield Fault(
                ("hours", index), "上班时间颠倒或重叠", '请从早到晚写，如 ["08:30", "12:00"]'
            )
        end = finish
