"""From the calendars of packs to those that deadlines are counted by."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from furong.engines.worktime import CalendarEnds
from furong.packs import load
from furong.packs.models.calendars import Calendar, CalendarDay
from furong.packs.worktime import calendar_of


def written(name: str, **fields: object) -> Calendar:
    return Calendar.model_validate({"calendar": name, **fields})


BASE = written("base", hours=[["08:30", "12:00"], ["13:30", "17:30"]], national="cn")


def test_the_list_of_2020_is_the_state_council_s() -> None:
    """The hand-written list is what counts; the package must agree with it, day by day."""
    calendar = load("cn-2020").working_calendars["national-2020"]
    days = (date(2020, 1, 1) + timedelta(n) for n in range(366))
    assert {d: calendar.is_working_day(d) for d in days} == {
        d: chinese_calendar.is_workday(d)
        for d in (date(2020, 1, 1) + timedelta(n) for n in range(366))
    }
    assert calendar.day(date(2020, 2, 1)).by == "国办发明电〔2020〕1号 延长春节假期"


def test_other_years_come_from_the_national_data() -> None:
    calendar = load("furong-2020").working_calendars["furong-2020"]
    assert calendar.is_working_day(date(2021, 2, 7))  # a Sunday made up for the Spring Festival
    assert calendar.day(date(2021, 2, 11)).by == "2021 年全国节假日安排 春节"
    assert not calendar.is_working_day(date(2026, 10, 1))


def test_a_year_that_nobody_announced_is_refused_by_name_and_remedy() -> None:
    calendar = load("furong-2020").working_calendars["furong-2020"]
    with pytest.raises(CalendarEnds) as refusal:
        calendar.is_working_day(date(2027, 1, 4))
    assert str(refusal.value) == (
        "日历 furong-2020 没有 2027 年的放假安排（现有：2004—2026）。"
        "请在内容包的这个日历（或扩展它的日历）里写上 2027 年的 days，并在 years 中加上 2027"
    )


def test_a_pack_may_give_the_year_itself() -> None:
    more = written(
        "more", extends="base", years=[2027], days=[{"date": "2027-01-01", "off": True, "by": "甲"}]
    )
    calendar = calendar_of({"base": BASE, "more": more}, "more", "Asia/Shanghai")
    assert calendar.day(date(2027, 1, 1)).by == "甲"
    assert calendar.is_working_day(date(2027, 1, 4))
    assert calendar.is_working_day(date(2026, 2, 14))  # the national data, as before


def test_a_listed_year_is_the_pack_s_alone() -> None:
    alone = written("alone", extends="base", years=[2021])
    calendar = calendar_of({"base": BASE, "alone": alone}, "alone", "Asia/Shanghai")
    assert calendar.is_working_day(date(2021, 2, 11))  # no festival in the pack's 2021
    assert not calendar.is_working_day(date(2022, 2, 1))


def test_local_days_lie_over_the_national_ones() -> None:
    local = written(
        "local", extends="base", days=[{"date": "2021-02-18", "off": True, "by": "市政府"}]
    )
    calendar = calendar_of({"base": BASE, "local": local}, "local", "Asia/Shanghai")
    assert calendar.day(date(2021, 2, 18)).by == "市政府"
    assert calendar.day(date(2021, 2, 17)).by == "2021 年全国节假日安排 春节"


def test_hours_of_one_s_own_end_the_other_hours_below() -> None:
    summer = {
        "from": "2021-07-01", "to": "2021-09-30", "by": "夏令作息",
        "hours": [["08:30", "12:00"], ["15:00", "18:00"]],
    }  # fmt: skip
    city = written("city", extends="base", other_hours=[summer])
    office = written("office", extends="city", hours=[["09:00", "17:00"]])
    both = {"base": BASE, "city": city, "office": office}
    midsummer = date(2021, 8, 2)

    of_city = calendar_of(both, "city", "Asia/Shanghai").day(midsummer).hours
    of_office = calendar_of(both, "office", "Asia/Shanghai").day(midsummer).hours

    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in of_city] == ["08:30-12:00", "15:00-18:00"]
    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in of_office] == ["09:00-17:00"]


def test_the_version_changes_with_what_the_calendar_says() -> None:
    day = CalendarDay.model_validate({"date": "2021-03-01", "off": True, "by": "X"})
    one = calendar_of({"base": BASE}, "base", "Asia/Shanghai")
    same = calendar_of({"base": BASE.model_copy()}, "base", "Asia/Shanghai")
    other = calendar_of({"base": BASE.model_copy(update={"days": (day,)})}, "base", "Asia/Shanghai")
    elsewhere = calendar_of({"base": BASE}, "base", "Asia/Tokyo")
    assert one.version == same.version
    assert one == same
    assert len({one.version, other.version, elsewhere.version}) == 3


def test_regimes_are_inherited_and_read_in_the_pack_s_zone() -> None:
    calendar = load("furong-2020").working_calendars["furong-2020"]
    (regime,) = calendar.regimes
    assert (regime.count, regime.start.isoformat()) == ("natural", "2020-02-03T00:00:00")
