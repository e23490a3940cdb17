"""From the calendars of a pack to those that the worktime engine counts by."""

from collections.abc import Mapping
from typing import Final, get_args

from furong.engines import worktime
from furong.engines.worktime import DayRule, Layer
from furong.packs.models.calendars import Calendar, Weekday

_WEEKDAYS: Final[Mapping[str, int]] = {
    name: number for number, name in enumerate(get_args(Weekday))
}


def calendar_of(calendars: Mapping[str, Calendar], name: str, timezone: str) -> worktime.Calendar:
    """The calendar `name` with all that it extends.

    Raises KeyError for an unknown name, WorktimeError where no calendar of the chain says the hours.
    """
    return worktime.Calendar.of([layer(one) for one in chain(calendars, name)], timezone)


def chain(calendars: Mapping[str, Calendar], name: str) -> list[Calendar]:
    """A calendar and those that it extends, base first; it must not run in a circle."""
    below = calendars[name].extends
    return [*(chain(calendars, below) if below else ()), calendars[name]]


def layer(written: Calendar) -> Layer:
    """One calendar as the engine reads it."""
    return Layer(
        name=written.calendar,
        days=tuple(DayRule(day.date, day.off, day.by) for day in written.days),
        weekend=None if written.weekend is None else _numbers(written.weekend),
        hours=written.hours,
        other_hours=tuple(
            worktime.OtherHours(o.hours, o.start, o.end, _numbers(o.weekdays), o.by)
            for o in written.other_hours
        ),
        regimes=None
        if written.regimes is None
        else tuple(worktime.Regime(r.start, r.count, r.by) for r in written.regimes),
        years=written.years,
        national=written.national,
    )


def _numbers(weekdays: tuple[Weekday, ...]) -> tuple[int, ...]:
    return tuple(_WEEKDAYS[day] for day in weekdays)
