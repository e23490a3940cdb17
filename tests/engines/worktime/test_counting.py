"""Time added, elapsed and left: refusals, edges, other hours, summer time."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from furong.engines.worktime import (
    END_OF_DAY,
    Calendar,
    CalendarEnds,
    DayRule,
    Duration,
    EndOfDay,
    Layer,
    OtherHours,
    Until,
    WorktimeError,
    add,
    elapsed,
    next_working_moment,
    read_duration,
    remaining,
    working_days,
)
from tests.engines.worktime.worlds import OFFICE, at, office

OFFICE_HOURS = office()


def after(start: str, length: str, calendar: Calendar = OFFICE_HOURS) -> str:
    return f"{add(at(start), read_duration(length), calendar, 'working'):%m-%d %H:%M}"


def between(start: str, end: str, calendar: Calendar = OFFICE_HOURS) -> timedelta:
    return elapsed(at(start), at(end), calendar, "working")


# --- refusals -------------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(WorktimeError) as refusal:
        add(datetime(2020, 2, 3, 8), Duration(10, "h"), OFFICE_HOURS, "natural")
    assert str(refusal.value) == "时刻 2020-02-03T08:00:00 没有时区。请给出带时区的时刻"


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(WorktimeError) as refusal:
        between("2020-02-04T08:00", "2020-02-03T08:00")
    assert str(refusal.value) == (
        "终止时刻 2020-02-03T08:00:00+08:00 早于起始时刻 2020-02-04T08:00:00+08:00。"
        "请核对两个时刻的先后"
    )


@pytest.mark.parametrize(
    "text", ["", "5", "d", "1.25h", "-1h", "5w", "12345h", "1 d", "End_of_day"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(WorktimeError, match="不是时长"):
        read_duration(text)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(WorktimeError, match="不能是负的"):
        Duration(-1, "h")


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(WorktimeError, match="时区 Asia/Changsha 不存在"):
        office(zone="Asia/Changsha")


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(WorktimeError, match="没有写上班时间"):
        Calendar.of([Layer("bare", years=(2020,))], "UTC")


def test_data_of_another_country_are_refused() -> None:
    with pytest.raises(WorktimeError, match="没有 fr 的法定节假日数据"):
        Calendar.of([Layer("fr", hours=OFFICE, national="fr")], "UTC")


def test_working_time_beyond_the_known_years_is_refused() -> None:
    with pytest.raises(CalendarEnds) as refusal:
        after("2021-12-31T10:00", "1d")
    assert (refusal.value.calendar, refusal.value.year) == ("office", 2022)
    with pytest.raises(CalendarEnds, match="没有 2022 年的放假安排（现有：2019—2021）"):
        between("2021-12-31T10:00", "2022-01-04T10:00")
    with pytest.raises(CalendarEnds, match="没有 2018 年"):
        between("2018-12-31T10:00", "2019-01-04T10:00")
    with pytest.raises(CalendarEnds, match="没有 2022 年"):
        after("2021-12-31T18:00", "end_of_day")


def test_natural_time_needs_no_calendar_of_the_year() -> None:
    end = add(at("2031-12-31T10:00"), Duration(10, "d"), OFFICE_HOURS, "natural")
    assert end == at("2032-01-01T10:00")


def test_a_gap_between_known_years_is_refused() -> None:
    calendar = Calendar.of([Layer("gap", hours=OFFICE, years=(2018, 2020, 2021))], "Asia/Shanghai")
    assert between("2020-12-31T10:00", "2021-01-01T10:00", calendar) == timedelta(hours=7.5)
    with pytest.raises(CalendarEnds, match="没有 2019 年的放假安排（现有：2018、2020—2021）"):
        between("2018-12-31T10:00", "2020-01-02T10:00", calendar)


# --- durations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["30m", "4h", "0.5d", "15d", "end_of_day"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert str(read_duration(text)) == text


def test_words_for_people() -> None:
    assert read_duration("0.5d").words == "0.5 天"
    assert END_OF_DAY.words == "当日"
    assert isinstance(read_duration("end_of_day"), EndOfDay)


# --- edges ----------------------------------------------------------------------------------------


def test_a_day_leads_to_the_same_time_of_the_next_working_day() -> None:
    assert after("2020-02-24T10:00", "1d") == "02-25 10:00"
    assert after("2020-02-28T10:00", "1d") == "03-02 10:00"


def test_what_ends_with_work_ends_then_and_not_the_next_morning() -> None:
    assert after("2020-02-28T16:30", "1h") == "02-28 17:30"
    assert after("2020-02-28T11:00", "1h") == "02-28 12:00"
    assert after("2020-02-24T08:30", "1d") == "02-24 17:30"


def test_what_begins_outside_working_time_begins_with_work() -> None:
    assert after("2020-02-29T20:47", "1h") == "03-02 09:30"
    assert after("2020-02-24T12:30", "1h") == "02-24 14:30"
    assert after("2020-02-24T17:30", "1h") == "02-25 09:30"
    assert after("2020-02-24T03:00", "1d") == "02-24 17:30"


def test_nothing_ends_where_it_starts() -> None:
    assert after("2020-02-29T20:47", "0h") == "02-29 20:47"
    assert after("2020-02-29T20:47", "0d") == "02-29 20:47"


def test_lunch_is_no_working_time() -> None:
    assert between("2020-02-24T12:00", "2020-02-24T13:30") == timedelta()
    assert between("2020-02-24T11:59", "2020-02-24T13:31") == timedelta(minutes=2)


def test_microseconds_are_kept() -> None:
    start = at("2020-02-24T17:29:59.999999")
    end = add(start, Duration(1, "m"), OFFICE_HOURS, "working")
    assert end == at("2020-02-25T08:30:05.999999")
    assert elapsed(start, end, OFFICE_HOURS, "working") == timedelta(seconds=6)


def test_the_next_working_moment() -> None:
    def following(text: str) -> datetime:
        return next_working_moment(at(text), OFFICE_HOURS)

    assert following("2020-02-24T08:30") == at("2020-02-24T08:30")
    assert following("2020-02-24T10:00:00.000001") == at("2020-02-24T10:00:00.000001")
    assert following("2020-02-24T12:00") == at("2020-02-24T13:30")
    assert following("2020-02-28T17:30") == at("2020-03-02T08:30")


def test_time_left_is_negative_when_it_is_over() -> None:
    due = at("2020-02-28T17:00")
    assert remaining(at("2020-02-28T16:00"), due, OFFICE_HOURS, "working") == timedelta(hours=1)
    assert remaining(at("2020-03-02T09:00"), due, OFFICE_HOURS, "working") == timedelta(hours=-1)


def test_until_a_moment_is_that_moment() -> None:
    named = at("2020-02-29T03:00")
    assert add(at("2020-02-28T17:00"), Until(named), OFFICE_HOURS, "working") == named
    assert add(at("2020-03-28T17:00"), Until(named), OFFICE_HOURS, "working") == named


def test_the_end_of_a_day_off_is_that_of_the_next_working_day() -> None:
    assert after("2020-02-29T10:00", "end_of_day") == "03-02 17:30"
    natural = add(at("2020-02-29T10:00"), END_OF_DAY, OFFICE_HOURS, "natural")
    assert natural == at("2020-03-01T00:00")


def test_days_are_those_of_the_calendar_s_zone() -> None:
    """Sunday evening in New York is Monday morning in Shanghai."""
    start = datetime(2020, 2, 23, 20, 0, tzinfo=ZoneInfo("America/New_York"))
    assert add(start, Duration(10, "h"), OFFICE_HOURS, "working") == at("2020-02-24T10:00")


# --- days that are not alike ----------------------------------------------------------------------

SUMMER = Calendar.of(
    [
        Layer(
            "summer",
            hours=OFFICE,
            other_hours=(
                OtherHours(((time(8), time(12)), (time(15), time(18))), date(2020, 7, 1), date(2020, 9, 30)),
                OtherHours(((time(8), time(11)),), weekdays=(5,)),
            ),
            weekend=(6,),
            years=(2020,),
        )
    ],
    "Asia/Shanghai",
)  # fmt: skip


def test_a_working_day_is_a_day_however_long_it_is() -> None:
    """Tuesday 30 June has 7.5 hours, Wednesday 1 July has 7, a Saturday three."""
    assert after("2020-06-30T08:30", "1d", SUMMER) == "06-30 17:30"
    assert after("2020-06-30T12:15", "1d", SUMMER) == "07-01 11:16"  # 7/15 of 7 h: 3 h 16 min
    assert after("2020-07-03T18:00", "1d", SUMMER) == "07-04 11:00"
    assert after("2020-07-03T18:00", "5d", SUMMER) == "07-09 18:00"
    assert after("2020-07-03T18:00", "0.5d", SUMMER) == "07-04 09:30"


def test_hours_are_hours_however_long_the_day_is() -> None:
    assert after("2020-07-03T18:00", "7h", SUMMER) == "07-06 12:00"
    assert working_days(at("2020-07-03T18:00"), at("2020-07-06T12:00"), SUMMER) == Fraction(11, 7)


def test_a_share_that_is_no_whole_microsecond_ends_at_the_next_one() -> None:
    start = at("2020-06-30T08:30:00.000001")
    end = add(start, Duration(10, "d"), SUMMER, "working")
    assert end == at("2020-07-01T08:00:00.000001")
    days = working_days(start, end, SUMMER)
    assert 1 <= days < 1 + Fraction(1, 10**9)


# --- decrees --------------------------------------------------------------------------------------


def test_a_day_off_decreed_later_moves_what_is_due() -> None:
    longer = office(DayRule(date(2020, 2, 25), True, "第 3 号令"))
    assert after("2020-02-24T10:00", "2d") == "02-26 10:00"
    assert after("2020-02-24T10:00", "2d", longer) == "02-27 10:00"
    assert longer.version != OFFICE_HOURS.version


def test_a_sunday_made_up_is_worked_like_any_day() -> None:
    made_up = office(DayRule(date(2020, 3, 1), False, "调休"))
    assert after("2020-02-28T10:00", "1d", made_up) == "03-01 10:00"
    assert made_up.is_working_day(date(2020, 3, 1))
    assert not made_up.is_working_day(date(2020, 2, 29))


# --- summer time ----------------------------------------------------------------------------------

NEW_YORK = ZoneInfo("America/New_York")


def test_a_natural_day_is_24_hours_also_when_the_clock_changes() -> None:
    calendar = office(zone="America/New_York")
    start = at("2020-03-07T12:00", NEW_YORK)
    end = add(start, Duration(10, "d"), calendar, "natural")
    assert end.isoformat() == "2020-03-08T13:00:00-04:00"
    assert elapsed(start, end, calendar, "natural") == timedelta(hours=24)
    midnight = add(at("2020-03-08T01:00", NEW_YORK), END_OF_DAY, calendar, "natural")
    assert midnight.isoformat() == "2020-03-09T00:00:00-04:00"


def test_office_hours_follow_the_wall_clock() -> None:
    calendar = office(zone="America/New_York")
    end = add(at("2020-03-06T10:00", NEW_YORK), Duration(10, "d"), calendar, "working")
    assert end.isoformat() == "2020-03-09T10:00:00-04:00"


@pytest.mark.parametrize(
    ("day", "hours"), [("2020-03-07", 6), ("2020-03-08", 5), ("2020-11-01", 7)]
)
def test_a_night_on_which_the_clock_changes_is_shorter_or_longer(day: str, hours: int) -> None:
    """Six hours by the clock; yet one working day each, as its hours are all there is."""
    nights = Calendar.of(
        [Layer("nights", hours=((time(0), time(6)),), weekend=(), years=(2020,))],
        "America/New_York",
    )
    start = at(f"{day}T00:00", NEW_YORK)
    end = add(start, Duration(10, "d"), nights, "working")
    assert end == at(f"{day}T06:00", NEW_YORK)
    assert elapsed(start, end, nights, "working") == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "begin", "end", "minutes"),
    [
        ("2020-03-08", "01:00", "02:30", 60),  # the clock jumps from 02:00 to 03:00
        ("2020-03-08", "02:30", "04:00", 60),
        ("2020-03-08", "02:15", "02:45", 0),
        ("2020-11-01", "01:30", "03:00", 150),  # 01:00 to 02:00 comes twice
        ("2020-11-01", "00:00", "01:30", 150),
    ],
)
def test_a_span_that_begins_or_ends_where_the_clock_changes(
    day: str, begin: str, end: str, minutes: int
) -> None:
    shift = ((time.fromisoformat(begin), time.fromisoformat(end)),)
    calendar = Calendar.of(
        [Layer("shift", hours=shift, weekend=(), years=(2020,))], "America/New_York"
    )
    midnight = at(f"{day}T00:00", NEW_YORK)
    worked = elapsed(midnight, midnight.replace(hour=12), calendar, "working")
    assert worked == timedelta(minutes=minutes)
