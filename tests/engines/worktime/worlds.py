"""Calendars, random ones too, and a reader that knows nothing of the engine: minute by minute."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from furong.engines.worktime import Calendar, DayRule, Layer, OtherHours

SEED = int(os.environ.get("FURONG_SEED", random.randrange(10**9)))
"""Of the random tests of this folder; a failure tells it."""

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
OFFICE = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))


def office(*days: DayRule, zone: str = "Asia/Shanghai") -> Calendar:
    """Monday to Friday, 7.5 hours, in 2019 to 2021, with these days otherwise."""
    layer = Layer("office", days=days, hours=OFFICE, years=(2019, 2020, 2021))
    return Calendar.of([layer], zone)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@dataclass(frozen=True)
class World:
    """A calendar for 2020, as the engine has it and as plain data."""

    zone: str
    weekend: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    summer: tuple[tuple[time, time], ...]
    summer_from: date
    days: dict[date, bool] = field(default_factory=dict)

    def calendar(self, **changed: bool) -> Calendar:
        """The engine's; `changed` are days by ISO date, true for off."""
        days = {**self.days, **{date.fromisoformat(day): off for day, off in changed.items()}}
        layer = Layer(
            "world",
            days=tuple(DayRule(day, off, "X") for day, off in days.items()),
            weekend=tuple(self.weekend),
            hours=self.hours,
            other_hours=(OtherHours(self.summer, start=self.summer_from),),
            years=(2020,),
        )
        return Calendar.of([layer], self.zone)

    def is_off(self, day: date) -> bool:
        return self.days.get(day, day.weekday() in self.weekend)

    def works(self, moment: datetime) -> bool:
        """Whether a moment is working time, by what the clock on the wall shows."""
        local = moment.astimezone(ZoneInfo(self.zone))
        hours = self.summer if local.date() >= self.summer_from else self.hours
        return not self.is_off(local.date()) and any(
            begin <= local.time() < end for begin, end in hours
        )

    def minutes(self, start: datetime) -> Iterator[datetime]:
        """The working minutes from a whole minute on."""
        now = start.astimezone(UTC)
        while True:
            if self.works(now):
                yield now
            now += MINUTE

    def worked(self, start: datetime, end: datetime) -> int:
        """Working minutes between two whole minutes."""
        now, count = start.astimezone(UTC), 0
        while now < end:
            count += self.works(now)
            now += MINUTE
        return count


ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """One to three stretches of a day, from five in the morning on (after changes of summer time)."""
    cuts = draw(st.lists(st.integers(20, 95), min_size=2, max_size=6, unique=True))
    marks = [time(q // 4, q % 4 * 15) for q in sorted(cuts)]
    return tuple(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A calendar with odd days around the spring of 2020."""
    days = st.dates(date(2020, 3, 1), date(2020, 4, 30))
    return World(
        zone=draw(st.sampled_from(ZONES)),
        weekend=frozenset(draw(st.sets(st.integers(0, 6), max_size=3))),
        hours=draw(spans()),
        summer=draw(spans()),
        summer_from=draw(days),
        days=draw(st.dictionaries(days, st.booleans(), max_size=8)),
    )


moments = st.integers(0, 45 * 24 * 60).map(
    lambda minutes: datetime(2020, 3, 5, tzinfo=UTC) + minutes * MINUTE
)
"""Whole minutes from 5 March to 19 April 2020, across every change of summer time of `ZONES`."""

exact_moments = st.tuples(moments, st.integers(0, 59_999_999)).map(
    lambda pair: pair[0] + timedelta(microseconds=pair[1])
)
