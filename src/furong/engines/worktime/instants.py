"""Moments as whole microseconds since 1970 (UTC): exact, and free of wall clocks.

Two aware datetimes of one zone are subtracted by their wall clocks in Python, which is wrong across
a change of summer time; so every difference here is one of integers.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from furong.engines.worktime.problems import WorktimeError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def instant(moment: datetime) -> int:
    """Microseconds since 1970. Raises WorktimeError for a moment without a zone."""
    try:
        past = moment - EPOCH
    except TypeError:
        raise WorktimeError(f"时刻 {moment.isoformat()} 没有时区", "请给出带时区的时刻") from None
    return past.days * DAY + past.seconds * 1_000_000 + past.microseconds


def moment_at(instant: int, zone: ZoneInfo) -> datetime:
    """The moment as the clocks of a zone show it."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def span(microseconds: int) -> timedelta:
    """An exact length of time."""
    return timedelta(microseconds=microseconds)
