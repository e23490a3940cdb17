"""A calendar: which days are worked, when on them, and whether limits count that at all.

Immutable; its `version` is a digest of all that it says, so that whoever counted can say by what.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from math import lcm
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from furong.engines.worktime import national
from furong.engines.worktime.durations import Counting
from furong.engines.worktime.instants import instant, moment_at
from furong.engines.worktime.model import DayRule, Hours, Layer, OtherHours, Regime, WorkDay
from furong.engines.worktime.problems import CalendarEnds, WorktimeError
from furong.engines.worktime.ruler import Ruler, WorkingMeter

_ONE_DAY: Final = timedelta(days=1)
_WEEKEND: Final = "周末"


class _Meters(NamedTuple):
    time: WorkingMeter
    days: WorkingMeter
    day_unit: int


@dataclass(frozen=True, eq=False)
class Calendar:
    """What a chain of layers says, merged. Two calendars are equal if their versions are.

    name: for people and errors. weekend: days of the week, Monday is 0. other_hours: the last one
    that covers a day holds. days: what differs from the week, by date. years: for which the days
    off are known. regimes: in order of their start.
    """

    name: str
    zone: str
    weekend: tuple[int, ...]
    hours: Hours
    other_hours: tuple[OtherHours, ...] = ()
    regimes: tuple[Regime, ...] = ()
    years: frozenset[int] = frozenset()
    days: Mapping[date, DayRule] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise WorktimeError(
                f"日历 {self.name} 的时区 {self.zone} 不存在", "请写 Asia/Shanghai 的样子"
            ) from error

    @classmethod
    def of(cls, layers: Sequence[Layer], zone: str) -> "Calendar":
        """The calendar of a chain, base first; the last layer gives its name.

        What a layer says holds before what is below it: its days one by one, its weekend, hours and
        regimes as wholes. Hours of its own end the other hours of the layers below. National days
        lie below all layers, in the years that no layer lists by itself.

        Raises WorktimeError where no layer says the hours, or an unknown country's days are wanted.
        """
        name = layers[-1].name
        weekend: tuple[int, ...] | None = None
        hours: Hours | None = None
        other: tuple[OtherHours, ...] = ()
        regimes: tuple[Regime, ...] | None = None
        for layer in layers:
            weekend = weekend if layer.weekend is None else layer.weekend
            other = layer.other_hours if layer.hours is not None else (*other, *layer.other_hours)
            hours = hours if layer.hours is None else layer.hours
            regimes = regimes if layer.regimes is None else layer.regimes
        if not hours:
            raise WorktimeError(f"日历 {name} 没有写上班时间", '请写 hours: [["08:30", "17:30"]]')
        listed = {year for layer in layers for year in layer.years}
        inherited = _national(layers, name) - listed
        rules = [rule for year in sorted(inherited) for rule in national.days(year)]
        rules += [rule for layer in layers for rule in layer.days]
        return cls(
            name=name,
            zone=zone,
            weekend=(5, 6) if weekend is None else weekend,
            hours=hours,
            other_hours=other,
            regimes=regimes or (),
            years=frozenset(listed | inherited),
            days=MappingProxyType({rule.date: rule for rule in sorted(rules, key=_date)}),
        )

    # --- which it is --------------------------------------------------------------------------

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of all that the calendar says."""
        said = [
            self.name, self.zone, self.weekend, self.hours, self.other_hours, self.regimes,
            sorted(self.years), sorted(self.days.values(), key=_date),
        ]  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    @cached_property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    # --- days ---------------------------------------------------------------------------------

    def day(self, on: date) -> WorkDay:
        """A local date with its hours and reason. Raises CalendarEnds for an unknown year."""
        if on.year not in self.years:
            raise CalendarEnds(self.name, on.year, self.known_years)
        rule = self.days.get(on)
        off = on.weekday() in self.weekend if rule is None else rule.off
        by = rule.by if rule else _WEEKEND if off else ""
        return WorkDay(on, () if off else self._hours_on(on), by)

    def is_working_day(self, on: date) -> bool:
        """Whether a local date is worked. Raises CalendarEnds for an unknown year."""
        return self.day(on).working

    def _hours_on(self, day: date) -> Hours:
        others = [other.hours for other in self.other_hours if other.cover(day)]
        return others[-1] if others else self.hours

    @property
    def known_years(self) -> str:
        """`2004—2026、2030`, for messages."""
        runs = (f"{a}—{b}" if a < b else str(a) for a, b in self._runs())
        return "、".join(runs) or "无"

    def _runs(self) -> Iterator[tuple[int, int]]:
        """First and last of each stretch of consecutive known years."""
        years = sorted(self.years)
        cuts = [i for i, (a, b) in enumerate(pairwise(years), 1) if b > a + 1]
        for begin, end in pairwise([0, *cuts, len(years)] if years else []):
            yield years[begin], years[end - 1]

    def midnight_after(self, at: int) -> int:
        """The end of the local day in which an instant lies."""
        today = moment_at(at, self.zoneinfo).date()
        return self._local(today + _ONE_DAY, time.min)

    def close_after(self, at: int) -> int:
        """When work ends on the day of an instant, or if it has, on the next working day."""
        day = moment_at(at, self.zoneinfo).date()
        while True:
            hours = self.day(day).hours
            if hours and (close := self._local(day, hours[-1][1], last=True)) > at:
                return close
            day += _ONE_DAY

    # --- regimes ------------------------------------------------------------------------------

    def counting(self, at: datetime) -> Counting:
        """What the regime in force at a moment counts; working time before the first."""
        then = instant(at)
        started = [
            r.count for r in self.regimes if self._local(r.start.date(), r.start.time()) <= then
        ]
        return started[-1] if started else "working"

    # --- meters -------------------------------------------------------------------------------

    @property
    def working_time(self) -> WorkingMeter:
        """Counts microseconds of working time."""
        return self._meters.time

    @property
    def working_days(self) -> WorkingMeter:
        """Counts working days: each is worth `day_unit`, however long its hours are."""
        return self._meters.days

    @property
    def day_unit(self) -> int:
        """What one working day is worth on `working_days`; a multiple of ten."""
        return self._meters.day_unit

    @cached_property
    def _meters(self) -> "_Meters":
        """Both meters over all known years; some 30 ms for two decades, once."""
        runs = [(*run, [*self._worked(*run)]) for run in self._runs()]
        unit = lcm(10, *(length for _, _, days in runs for length in {_length(d) for d in days}))
        plain, weighed = [], []
        for first, last, days in runs:
            begin = self._local(date(first, 1, 1), time.min)
            finish = self._local(date(last + 1, 1, 1), time.min)
            spans = [span for day in days for span in day]
            weights = [weight for d in days for weight in [unit // _length(d)] * len(d)]
            plain.append(Ruler(begin, finish, spans, [1] * len(spans)))
            weighed.append(Ruler(begin, finish, spans, weights))
        return _Meters(WorkingMeter(plain, self._ends), WorkingMeter(weighed, self._ends), unit)

    def _worked(self, first: int, last: int) -> Iterator[list[tuple[int, int]]]:
        """The spans of each working day of some years, as instants, in order."""
        day = date(first, 1, 1)
        while day.year <= last:
            spans = [
                (start, end)
                for begin, finish in self.day(day).hours
                if (start := self._local(day, begin)) < (end := self._local(day, finish, last=True))
            ]
            if spans:
                yield spans
            day += _ONE_DAY

    def _local(self, day: date, at: time, *, last: bool = False) -> int:
        """When the clocks here show a time: of two such moments the first, or the last.

        A time that the clocks skip is the moment at which they do so.
        """
        wall = datetime.combine(day, at, self.zoneinfo)
        first, second = instant(wall), instant(wall.replace(fold=1))
        if first <= second:
            return second if last else first
        skipped = range(second, first)  # PEP 495: in a gap, fold=1 is the earlier one
        shown = wall.replace(tzinfo=None)
        return second + bisect_left(
            skipped, True, key=lambda t: moment_at(t, self.zoneinfo).replace(tzinfo=None) >= shown
        )

    def _ends(self, at: int) -> CalendarEnds:
        return CalendarEnds(self.name, moment_at(at, self.zoneinfo).year, self.known_years)


def _national(layers: Sequence[Layer], name: str) -> set[int]:
    wanted = {layer.national for layer in layers} - {None}
    if unknown := sorted(country for country in wanted if country and country != "cn"):
        raise WorktimeError(f"日历 {name}：没有 {unknown[0]} 的法定节假日数据", "现有：cn")
    return set(national.YEARS) if wanted else set()


def _date(rule: DayRule) -> date:
    return rule.date


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)
