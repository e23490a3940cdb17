"""What a calendar is made of."""

from dataclasses import dataclass
from datetime import date, datetime, time

from furong.engines.worktime.durations import Counting

type Hours = tuple[tuple[time, time], ...]
"""The spans of a working day by the wall clock, in order, each from its begin up to its end."""


@dataclass(frozen=True, slots=True)
class DayRule:
    """A day that somebody made free (`off`) or a working day, and by which document."""

    date: date
    off: bool
    by: str


@dataclass(frozen=True, slots=True)
class OtherHours:
    """Other hours for some months (夏令作息), some weekdays, or both; None and () mean all."""

    hours: Hours
    start: date | None = None
    end: date | None = None
    weekdays: tuple[int, ...] = ()
    by: str = ""

    def cover(self, day: date) -> bool:
        """Whether they hold on a day; `start` and `end` are both included, Monday is 0."""
        return (
            (self.start is None or self.start <= day)
            and (self.end is None or day <= self.end)
            and (not self.weekdays or day.weekday() in self.weekdays)
        )


@dataclass(frozen=True, slots=True)
class Regime:
    """From when on limits count natural or working time; `start` has no zone: it is the calendar's."""

    start: datetime
    count: Counting
    by: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One calendar as it is written, on top of others; None is "as below".

    years: whose days off it lists in full. national: also those of a country, where no layer lists
    the year.
    """

    name: str
    days: tuple[DayRule, ...] = ()
    weekend: tuple[int, ...] | None = None
    hours: Hours | None = None
    other_hours: tuple[OtherHours, ...] = ()
    regimes: tuple[Regime, ...] | None = None
    years: tuple[int, ...] = ()
    national: str | None = None


@dataclass(frozen=True, slots=True)
class WorkDay:
    """One day of a calendar: its working hours, none where it is off, and by which document."""

    date: date
    hours: Hours
    by: str = ""

    @property
    def working(self) -> bool:
        return bool(self.hours)
