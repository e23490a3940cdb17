"""Clocks: append-only intervals in which a limit runs, and what follows from them.

A clock is a sequence of `Interval`s of one cycle, in order, only the last without a stop. Everything
else is computed: nothing is stored that could disagree. So a limit that is changed keeps what has
elapsed, a reassignment resets nothing, a clock that stands has no due time, and a day off that is
decreed later moves what is due later.

An interval runs from its start up to its stop; a clock that stops and starts again at one moment
has not stood. All functions look at the clock *as of* a moment: what started later is not known yet,
and what stopped later still runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from furong.engines.worktime.calendar import Calendar
from furong.engines.worktime.counting import measured, meter_of
from furong.engines.worktime.durations import Counting, Length, Until
from furong.engines.worktime.instants import instant, moment_at, span
from furong.engines.worktime.problems import WorktimeError
from furong.engines.worktime.ruler import NATURAL, Meter


@dataclass(frozen=True, slots=True)
class Interval:
    """When a clock ran; `stop` is None while it runs. instants: both, in microseconds since 1970.

    Raises WorktimeError for a stop before the start, and for moments without a zone.
    """

    start: datetime
    stop: datetime | None = None
    instants: tuple[int, int | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        start, stop = instant(self.start), None if self.stop is None else instant(self.stop)
        object.__setattr__(self, "instants", (start, stop))
        if stop is not None and stop < start:
            assert self.stop is not None
            raise WorktimeError(
                f"时段 {self.start.isoformat()} 在起始之前就停止（{self.stop.isoformat()}）",
                "请核对两个时刻的先后",
            )


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a clock may run, on which calendar, counted how."""

    length: Length
    calendar: Calendar
    counting: Counting

    @classmethod
    def under(
        cls,
        calendar: Calendar,
        started: datetime,
        *,
        natural: Length | None = None,
        working: Length | None = None,
    ) -> "Limit":
        """The limit of a clock whose cycle started then: of two, the regime in force decides.

        Where one is given, it always counts. Raises WorktimeError where none is.
        """
        if natural is None and working is None:
            raise WorktimeError("时限没有写多长", "请写 natural、working 中至少一个")
        if natural is not None and (working is None or calendar.counting(started) == "natural"):
            return cls(natural, calendar, "natural")
        assert working is not None
        return cls(working, calendar, "working")


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: at a percentage of the limit, or a length after it is due."""

    name: str
    percent: int = 100
    overdue: Length | None = None


class Fall(NamedTuple):
    """A rung with the moment at which it fell due."""

    at: datetime
    rung: Rung


def raw(intervals: Sequence[Interval], at: datetime) -> timedelta:
    """The natural time from the clock's first start to `at`, whether it ran or stood; zero before.

    Of a clock that has ended, ask as of its end: nothing here tells it from one that only stands.
    """
    runs = _runs(intervals, at)
    return span(instant(at) - runs[0].start) if runs else timedelta()


def counted(
    intervals: Sequence[Interval], at: datetime, calendar: Calendar, counting: Counting
) -> timedelta:
    """The natural or working time in which the clock ran, up to `at`."""
    meter = meter_of(calendar, counting)
    return span(sum(meter.between(run.start, run.end) for run in _runs(intervals, at)))


def used(intervals: Sequence[Interval], limit: Limit, at: datetime) -> Fraction | None:
    """The share of the limit that has run by `at`: 1 when it is due, more when it is overdue.

    None where the clock has not started, or the limit is no time at all.
    """
    runs = _runs(intervals, at)
    if not runs:
        return None
    meter, amount = measured(limit.length, runs[0].start, limit.calendar, limit.counting)
    if isinstance(limit.length, Until):
        ran = runs[-1].end - runs[0].start
    else:
        ran = sum(meter.between(run.start, run.end) for run in runs)
    return Fraction(ran, amount) if amount else None


def due(intervals: Sequence[Interval], limit: Limit, at: datetime) -> datetime | None:
    """When the limit is reached, as far as is known at `at`.

    A past moment if it was reached before. None while the clock stands and has not reached it, and
    before it starts: then nobody can say. A limit *until* a moment is due at that moment, however
    often the clock stands in between. Raises CalendarEnds.
    """
    runs = _runs(intervals, at)
    if not runs:
        return None
    if isinstance(limit.length, Until):
        moment = instant(limit.length.moment)
        found = moment if runs[-1].open or moment <= runs[-1].end else None
    else:
        meter, amount = measured(limit.length, runs[0].start, limit.calendar, limit.counting)
        found = _reached(runs, meter, amount)
    return None if found is None else moment_at(found, limit.calendar.zoneinfo)


def rungs(
    intervals: Sequence[Interval],
    limit: Limit,
    ladder: Sequence[Rung],
    *,
    since: datetime | None = None,
    until: datetime,
) -> list[Fall]:
    """The rungs that fall due after `since`, up to and including `until`, in order of time.

    None falls while the clock stands. Successive windows give each rung once; so does asking again
    without `since` and leaving out those that fired, which is needed after a limit was changed: what
    is then past falls in the past, late rather than never. Rungs of one moment stand in the order
    of the ladder. Raises CalendarEnds only where the clock itself ran into an unknown year.
    """
    runs = [run._replace(open=False) for run in _runs(intervals, until)]
    if not runs:
        return []
    after = None if since is None else instant(since)
    found = []
    for rung in ladder:
        at = _falls(runs, limit, rung)
        if at is not None and (after is None or at > after):
            found.append(Fall(moment_at(at, limit.calendar.zoneinfo), rung))
    return sorted(found, key=lambda fall: fall.at)


def foreseen(
    intervals: Sequence[Interval], limit: Limit, ladder: Sequence[Rung], at: datetime
) -> list[Fall]:
    """When each rung falls if the clock goes on as it is at `at`, past ones included.

    None for a rung that a standing clock has not reached. In order of time. Raises CalendarEnds where
    a rung lies in an unknown year.
    """
    runs = [run._replace(end=_EVER) if run.open else run for run in _runs(intervals, at)]
    if not runs:
        return []
    found = [(_falls(runs, limit, rung), rung) for rung in ladder]
    zone = limit.calendar.zoneinfo
    falls = [Fall(moment_at(at, zone), rung) for at, rung in found if at is not None]
    return sorted(falls, key=lambda fall: fall.at)


_EVER = 1 << 62
"""An instant after all others."""


# --- in instants ----------------------------------------------------------------------------------


class _Run(NamedTuple):
    """An interval as of a moment; `open`: it still runs then, and `end` is that moment."""

    start: int
    end: int
    open: bool


def _runs(intervals: Sequence[Interval], at: datetime) -> list[_Run]:
    now = instant(at)
    runs = []
    last: int | None = None
    for index, interval in enumerate(intervals):
        start, stop = interval.instants
        if index and (last is None or start < last):
            raise WorktimeError(
                f"时段 {interval.start.isoformat()} 与前一个重叠", "请先停止前一个，再按先后排列"
            )
        last = stop
        if stop is not None and stop <= now:
            runs.append(_Run(start, stop, False))
        elif start <= now:
            runs.append(_Run(start, now, True))
    return runs


def _reached(runs: Sequence[_Run], meter: Meter, amount: int) -> int | None:
    """When the runs together have counted the amount; None where they stop before."""
    for run in runs:
        if run.open:
            return meter.after(run.start, amount)
        ran = meter.between(run.start, run.end)
        if ran >= amount:
            return meter.after(run.start, amount)
        amount -= ran
    return None


def _falls(runs: Sequence[_Run], limit: Limit, rung: Rung) -> int | None:
    start = runs[0].start
    meter, whole = measured(limit.length, start, limit.calendar, limit.counting)
    percent = 100 if rung.overdue is not None else rung.percent
    amount = -(-whole * percent // 100)
    if isinstance(limit.length, Until):
        at = _running_at(runs, NATURAL.after(start, amount))
    else:
        at = _reached(runs, meter, amount)
    if at is None or rung.overdue is None:
        return at
    later = [run._replace(start=max(run.start, at)) for run in runs if run.end >= at]
    if isinstance(rung.overdue, Until):
        return _running_at(later, instant(rung.overdue.moment))
    return _reached(later, *measured(rung.overdue, at, limit.calendar, limit.counting))


def _running_at(runs: Sequence[_Run], at: int) -> int | None:
    """A moment, or when the clock next runs after it; None where it does not."""
    return next((max(run.start, at) for run in runs if run.end >= at), None)
