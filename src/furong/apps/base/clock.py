"""District time: what the platform takes for now. Sessions and signed links use real time.

The only place that asks the machine for the time of day; elsewhere time is an argument.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.compiled import Reading
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import DistrictClock, Installation
from furong.apps.base.models.installation import THE_ONE

_CLOCK = Reading(lambda: DistrictClock.objects.filter(pk=1), shared=True)


class ClockRefused(Refusal):
    """The clock cannot be set like that."""


def now() -> datetime:
    """District time, aware, in UTC."""
    clock = _CLOCK.first()
    return clock.reading(real()) if clock else real()


def real() -> datetime:
    """Real time, aware, in UTC: for what protects the real system, such as sign-in and sessions."""
    return timezone.now()


def zone() -> ZoneInfo:
    """The district's time zone; the storage zone as long as no pack named one."""
    installation = THE_ONE.first()
    return ZoneInfo(installation.timezone if installation else settings.TIME_ZONE)


def today() -> date:
    """The date in the district."""
    return now().astimezone(zone()).date()


@transaction.atomic
def set_clock(
    *, mode: str, anchor: datetime | None = None, rate: int = 1, by: Actor, at: datetime
) -> DistrictClock:
    """Let district time be real, run on from `anchor` at `rate`, or stand at `anchor`.

    rate: district seconds to a real second. Only a demonstration may leave real time: deadlines of
    real cases hang on it.
    """
    _require_settable(mode, anchor, rate)
    clock, _created = DistrictClock.objects.update_or_create(
        pk=1,
        defaults={"mode": mode, "anchor": anchor, "rate": rate, "set_at": real()},
    )
    journal.record(
        "clock.set",
        by=by,
        at=at,
        about=clock,
        payload={"mode": mode, "anchor": anchor, "rate": rate},
    )
    return clock


def _require_settable(mode: str, anchor: datetime | None, rate: int) -> None:
    real_time = DistrictClock.Mode.REAL
    if mode not in DistrictClock.Mode:
        raise ClockRefused(_("时钟没有 %s 这种走法，只有 real、running、frozen") % mode)
    if (anchor is None) != (mode == real_time):
        raise ClockRefused(_("从起点走或停在一刻要给出时刻，真实时间则不能给"))
    if anchor and anchor.tzinfo is None:
        raise ClockRefused(_("时刻 %s 没有时区") % anchor.isoformat())
    if rate < 1:
        raise ClockRefused(_("时钟只能向前走，倍率至少为 1"))
    if mode != real_time and Installation.objects.filter(demo=False).exists():
        raise ClockRefused(_("正式运行的系统只用真实时间；要改时钟，请另装一套演示系统"))
