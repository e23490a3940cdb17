"""Ends of authorisations as people say them: a last day, in the district."""

from datetime import UTC, date, datetime, time, timedelta

from furong.apps.base import clock


def end_of(day: date) -> datetime:
    """The moment after a last day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.zone()).astimezone(UTC)


def last_day(end: datetime) -> date:
    """The last day before an end: one at midnight is that of the day before."""
    return (end - timedelta(microseconds=1)).astimezone(clock.zone()).date()
