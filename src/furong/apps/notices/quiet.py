"""Quiet hours: when nothing that is not urgent leaves the platform. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")
NONE = "none"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until just before `end`, local time; over midnight where end is not later."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """`22:00-07:00`, or `none`. Raises ValueError, saying what to write."""
        if text.strip().lower() == NONE:
            return None
        found = _SPAN.fullmatch(text.strip())
        if found is None or found[1].zfill(2) + found[2] == found[3].zfill(2) + found[4]:
            raise ValueError(
                f"FURONG_QUIET_HOURS={text!r}: write a span of local time such as 22:00-07:00, "
                f"or {NONE}."
            )
        hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
        return cls(time(hour, minute), time(last_hour, last_minute))

    def end_after(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours around a moment end (aware, UTC); None outside of them."""
        local = at.astimezone(zone)
        now, over_midnight = local.time(), self.start >= self.end
        evening = now >= self.start and (over_midnight or now < self.end)
        morning = over_midnight and now < self.end
        if not evening and not morning:
            return None
        day = local.date() + timedelta(days=1 if evening and over_midnight else 0)
        return datetime.combine(day, self.end, tzinfo=zone).astimezone(UTC)
