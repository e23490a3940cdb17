"""Time added, elapsed and left, in natural or in working time.

All moments must have a zone; those given back are in the calendar's. Nothing is rounded, but for
one case: a share of a working day that is no whole number of microseconds on another, shorter or
longer day ends at the next microsecond.

A moment is *working time* if it lies in a span of a working day, its begin included, its end not. A
length of working time ends at the first moment at which so much was worked: 1 h from Friday 16:30,
with work until 17:30, ends on Friday at 17:30 and not on Monday at 08:30. A length of nothing ends
where it starts, in working time or not.

In working time a *day is a working day*, whatever its hours: 1 d leads to the same share of the
next working day, so from Monday 10:00 to Tuesday 10:00 under equal hours, and from outside working
time to the end of the next working day. Hours and minutes are hours and minutes at work.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from furong.engines.worktime.calendar import Calendar
from furong.engines.worktime.durations import Counting, Duration, Length, Until
from furong.engines.worktime.instants import DAY, HOUR, MINUTE, instant, moment_at, span
from furong.engines.worktime.problems import WorktimeError
from furong.engines.worktime.ruler import NATURAL, Meter

_TENTHS = {"m": MINUTE // 10, "h": HOUR // 10, "d": DAY // 10}


def add(start: datetime, length: Length, calendar: Calendar, counting: Counting) -> datetime:
    """The moment at which a length that begins at `start` ends.

    For `Until`, its moment, even if that is past. Raises CalendarEnds where working time is asked
    of a year that the calendar does not know.
    """
    if isinstance(length, Until):
        return moment_at(instant(length.moment), calendar.zoneinfo)
    begin = instant(start)
    meter, amount = measured(length, begin, calendar, counting)
    return moment_at(meter.after(begin, amount), calendar.zoneinfo)


def elapsed(start: datetime, end: datetime, calendar: Calendar, counting: Counting) -> timedelta:
    """The natural or working time from one moment to a later one.

    Raises WorktimeError where the end is before the start, CalendarEnds as `add`.
    """
    return span(meter_of(calendar, counting).between(*_ordered(start, end)))


def working_days(start: datetime, end: datetime, calendar: Calendar) -> Fraction:
    """The working days from one moment to a later one, parts of days as shares of their hours."""
    units = calendar.working_days.between(*_ordered(start, end))
    return Fraction(units, calendar.day_unit)


def remaining(at: datetime, due: datetime, calendar: Calendar, counting: Counting) -> timedelta:
    """The time left until a moment; below zero, the time since."""
    if instant(due) < instant(at):
        return -elapsed(due, at, calendar, counting)
    return elapsed(at, due, calendar, counting)


def next_working_moment(at: datetime, calendar: Calendar) -> datetime:
    """`at` if it is working time, else the begin of the next span. Raises CalendarEnds."""
    now = instant(at)
    return moment_at(calendar.working_time.after(now, 1) - 1, calendar.zoneinfo)


# --- for clocks: the same in instants -------------------------------------------------------------


def meter_of(calendar: Calendar, counting: Counting) -> Meter:
    """What counts microseconds, natural ones or those at work."""
    return NATURAL if counting == "natural" else calendar.working_time


def measured(
    length: Length, start: int, calendar: Calendar, counting: Counting
) -> tuple[Meter, int]:
    """A length that begins at an instant: what counts it, and how much that is.

    A moment (`Until`) is counted in natural time, and is nothing if it is past.
    """
    if isinstance(length, Duration):
        if counting == "working" and length.unit == "d":
            return calendar.working_days, length.tenths * calendar.day_unit // 10
        return meter_of(calendar, counting), length.tenths * _TENTHS[length.unit]
    if isinstance(length, Until):
        return NATURAL, max(0, instant(length.moment) - start)
    natural = counting == "natural"
    end = calendar.midnight_after(start) if natural else calendar.close_after(start)
    meter = meter_of(calendar, counting)
    return meter, meter.between(start, end)


def _ordered(start: datetime, end: datetime) -> tuple[int, int]:
    begin, finish = instant(start), instant(end)
    if finish < begin:
        raise WorktimeError(
            f"终止时刻 {end.isoformat()} 早于起始时刻 {start.isoformat()}", "请核对两个时刻的先后"
        )
    return begin, finish
