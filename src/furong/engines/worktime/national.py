"""China's statutory days off and made-up working days, from the package chinesecalendar.

The package holds what the State Council announced for each year; a year that was not announced when
it was released is not in it.
"""

from datetime import date
from functools import cache
from typing import Final

from chinese_calendar import Holiday
from chinese_calendar import holidays as _off
from chinese_calendar import workdays as _made_up

from furong.engines.worktime.model import DayRule

YEARS: Final = frozenset(day.year for day in _off)
"""The years that the package knows: 2004 to 2026 in its release 1.11."""


@cache
def days(year: int) -> tuple[DayRule, ...]:
    """What differs from Monday to Friday in a year of `YEARS`, with its feast; in order."""
    off = ((day, True, name) for day, name in _off.items() if day.year == year)
    made_up = ((day, False, name) for day, name in _made_up.items() if day.year == year)
    return tuple(
        DayRule(day, is_off, _by(day, name, is_off))
        for day, is_off, name in sorted([*off, *made_up])
    )


def _by(day: date, name: str, off: bool) -> str:
    feast = Holiday(name).chinese
    return f"{day.year} 年全国节假日安排 {feast}{'' if off else '调休'}"
