"""District time is real, runs from a start, or stands still; changing it is an act."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from furong.apps.base import clock
from furong.apps.base.actions import install
from furong.apps.base.models import DistrictClock, Entry, Installation, NotInstalled

pytestmark = pytest.mark.django_db


def district(at: datetime, *, demo: bool = True, zone: str = "Asia/Shanghai") -> Installation:
    return install(
        pack="sample",
        version="1.0.0",
        digest="0" * 64,
        timezone=zone,
        currency="CNY",
        district="示例区",
        short="示例",
        demo=demo,
        by="test",
        at=at,
    )


def test_is_real_as_long_as_nobody_set_it() -> None:
    before = timezone.now()
    assert before <= clock.now() <= timezone.now()


def test_stands_still_when_frozen(at: datetime) -> None:
    clock.set_clock(mode="frozen", anchor=at, by="demo", at=at)
    assert clock.now() == clock.now() == at


def test_runs_on_from_where_it_was_set(at: datetime) -> None:
    before = timezone.now()
    clock.set_clock(mode="running", anchor=at, rate=60, by="demo", at=at)
    elapsed = clock.now() - at
    assert timedelta(0) <= elapsed <= 60 * (timezone.now() - before)


def test_a_minute_outside_is_rate_minutes_inside(at: datetime) -> None:
    real = datetime(2030, 1, 1, tzinfo=UTC)
    running = DistrictClock(mode="running", anchor=at, set_at=real, rate=60)
    assert running.reading(real + timedelta(minutes=1)) == at + timedelta(hours=1)


def test_can_be_made_real_again(at: datetime) -> None:
    clock.set_clock(mode="frozen", anchor=at, by="demo", at=at)
    clock.set_clock(mode="real", by="demo", at=at)
    assert clock.now() >= timezone.now() - timedelta(minutes=1)


def test_setting_it_is_in_the_journal(at: datetime) -> None:
    clock.set_clock(mode="frozen", anchor=at, by="demo", at=at)
    entry = Entry.objects.get(verb="clock.set")
    assert entry.payload == {"mode": "frozen", "anchor": "2020-02-03T00:00:00.000000Z", "rate": 1}


@pytest.mark.parametrize(
    ("mode", "anchored", "rate", "words"),
    [
        ("backwards", True, 1, "real、running、frozen"),
        ("frozen", False, 1, "给出时刻"),
        ("real", True, 1, "不能给"),
        ("running", True, 0, "至少为 1"),
    ],
)
def test_an_impossible_setting_is_explained(
    at: datetime, mode: str, anchored: bool, rate: int, words: str
) -> None:
    with pytest.raises(clock.ClockRefused, match=words):
        clock.set_clock(mode=mode, anchor=at if anchored else None, rate=rate, by="demo", at=at)
    assert not DistrictClock.objects.exists()


def test_a_time_without_zone_is_refused(at: datetime) -> None:
    with pytest.raises(clock.ClockRefused, match="时区"):
        clock.set_clock(mode="frozen", anchor=at.replace(tzinfo=None), by="demo", at=at)


def test_only_a_demonstration_leaves_real_time(at: datetime) -> None:
    district(at, demo=False)
    with pytest.raises(clock.ClockRefused, match="演示系统"):
        clock.set_clock(mode="frozen", anchor=at, by="demo", at=at)
    clock.set_clock(mode="real", by="demo", at=at)


def test_today_is_the_date_in_the_district(at: datetime) -> None:
    clock.set_clock(
        mode="frozen", anchor=datetime(2020, 2, 3, 16, 30, tzinfo=UTC), by="demo", at=at
    )
    assert clock.today() == date(2020, 2, 3)  # no pack yet: the storage zone
    district(at)
    assert clock.zone().key == "Asia/Shanghai"
    assert clock.today() == date(2020, 2, 4)


def test_before_a_pack_is_applied_the_remedy_is_named() -> None:
    with pytest.raises(NotInstalled, match="furong pack apply"):
        Installation.current()


def test_applying_a_newer_pack_keeps_one_installation(at: datetime) -> None:
    district(at)
    district(at, zone="Asia/Urumqi")
    assert Installation.current().timezone == "Asia/Urumqi"
    assert Installation.objects.count() == 1
    assert Entry.objects.filter(verb="pack.apply").count() == 2
