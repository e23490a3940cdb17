"""Quiet hours across midnight, in the district's zone, and where clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from furong.apps.notices.quiet import QuietHours

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def local(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("text", ["", "22-7", "22:00", "25:00-07:00", "22:60-07:00", "7:00-07:00"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="22:00-07:00"):
        QuietHours.parse(text)


def test_none_is_no_quiet_at_all() -> None:
    assert QuietHours.parse("none") is None


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ((2020, 2, 29, 21, 59), None),
        ((2020, 2, 29, 22, 0), (2020, 3, 1, 7, 0)),  # over the leap day's midnight
        ((2020, 3, 1, 0, 0), (2020, 3, 1, 7, 0)),
        ((2020, 3, 1, 6, 59), (2020, 3, 1, 7, 0)),
        ((2020, 3, 1, 7, 0), None),
        ((2020, 12, 31, 23, 0), (2021, 1, 1, 7, 0)),
    ],
)
def test_a_night_ends_in_the_morning(moment: tuple[int, ...], end: tuple[int, ...] | None) -> None:
    hours = QuietHours.parse("22:00-07:00")
    assert hours is not None
    found = hours.end_after(local(SHANGHAI, *moment), SHANGHAI)
    assert found == (local(SHANGHAI, *end) if end else None)


def test_hours_within_one_day_do_not_wrap() -> None:
    hours = QuietHours.parse("12:00-14:00")
    assert hours is not None
    assert hours.end_after(local(SHANGHAI, 2020, 3, 1, 11, 59), SHANGHAI) is None
    noon = hours.end_after(local(SHANGHAI, 2020, 3, 1, 12, 30), SHANGHAI)
    assert noon == local(SHANGHAI, 2020, 3, 1, 14, 0)
    assert hours.end_after(local(SHANGHAI, 2020, 3, 1, 23, 0), SHANGHAI) is None


def test_it_is_the_districts_clock_that_counts() -> None:
    hours = QuietHours.parse("22:00-07:00")
    assert hours is not None
    moment = datetime(2020, 3, 1, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai, 16:00 in Berlin
    assert hours.end_after(moment, SHANGHAI) == local(SHANGHAI, 2020, 3, 2, 7, 0)
    assert hours.end_after(moment, BERLIN) is None


def test_a_night_in_which_clocks_change_ends_at_seven_all_the_same() -> None:
    hours = QuietHours.parse("22:00-07:00")
    assert hours is not None
    end = hours.end_after(local(BERLIN, 2020, 3, 28, 23, 0), BERLIN)
    assert end == datetime(2020, 3, 29, 5, 0, tzinfo=UTC)  # seven hours of night, not eight
