"""The worktime engine: deadlines and clocks, on natural or on working time.

Pure functions over immutable, versioned calendars; no Django, no database, no clock of its own.
docs/reference/worktime.md says what is counted, and how.
"""

from furong.engines.worktime.calendar import Calendar
from furong.engines.worktime.clocks import (
    Fall,
    Interval,
    Limit,
    Rung,
    counted,
    due,
    foreseen,
    raw,
    rungs,
    used,
)
from furong.engines.worktime.counting import (
    add,
    elapsed,
    next_working_moment,
    remaining,
    working_days,
)
from furong.engines.worktime.durations import (
    END_OF_DAY,
    PATTERN,
    Counting,
    Duration,
    EndOfDay,
    Length,
    Until,
    read_duration,
)
from furong.engines.worktime.model import DayRule, Layer, OtherHours, Regime, WorkDay
from furong.engines.worktime.problems import CalendarEnds, WorktimeError

__all__ = [
    "END_OF_DAY",
    "PATTERN",
    "Calendar",
    "CalendarEnds",
    "Counting",
    "DayRule",
    "Duration",
    "EndOfDay",
    "Fall",
    "Interval",
    "Layer",
    "Length",
    "Limit",
    "OtherHours",
    "Regime",
    "Rung",
    "Until",
    "WorkDay",
    "WorktimeError",
    "add",
    "counted",
    "due",
    "elapsed",
    "foreseen",
    "next_working_moment",
    "raw",
    "read_duration",
    "remaining",
    "rungs",
    "used",
    "working_days",
]
