"""Clocks. Each of the first tests is a fault that other systems had (their issue in the docstring)."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from furong.engines.worktime import (
    END_OF_DAY,
    Calendar,
    CalendarEnds,
    DayRule,
    Duration,
    Interval,
    Layer,
    Limit,
    Regime,
    Rung,
    Until,
    WorktimeError,
    counted,
    due,
    raw,
    read_duration,
    rungs,
    used,
)
from tests.engines.worktime.worlds import OFFICE, at, office

CALENDAR = office()
LADDER = [
    Rung("half", 50),
    Rung("nearly", 80),
    Rung("due"),
    Rung("over", overdue=Duration(10, "d")),
]


def ran(*pairs: str) -> list[Interval]:
    """`ran("02-24T10:00 02-25T10:00", "02-27T10:00")`, of 2020."""
    made = []
    for pair in pairs:
        start, _, stop = pair.partition(" ")
        made.append(Interval(at(f"2020-{start}"), at(f"2020-{stop}") if stop else None))
    return made


def limit(text: str, calendar: Calendar = CALENDAR) -> Limit:
    return Limit(read_duration(text), calendar, "working")


def when(moment: datetime | None) -> str | None:
    return f"{moment:%m-%d %H:%M}" if moment else None


def ladder(intervals: list[Interval], of: Limit, until: str) -> dict[str, str | None]:
    falls = rungs(intervals, of, LADDER, until=at(f"2020-{until}"))
    return {fall.rung.name: when(fall.at) for fall in falls}


# --- what others had wrong ------------------------------------------------------------------------


def test_days_off_lengthen_the_wait() -> None:
    """django-helpdesk subtracts them twice: four of five days off, and one day was enough."""
    feast = office(*(DayRule(date(2020, 2, d), True, "X") for d in (25, 26, 27, 28)))
    clock = ran("02-24T17:30")
    assert when(due(clock, limit("5d"), at("2020-02-25T00:00"))) == "03-02 17:30"
    assert when(due(clock, limit("5d", feast), at("2020-02-25T00:00"))) == "03-06 17:30"


def test_waiting_for_feedback_is_not_charged() -> None:
    """DIGIT counts by the wall from creation: the time until a reopening eats the department's."""
    clock = ran("02-24T10:00 02-25T10:00", "03-16T10:00")
    assert when(due(clock, limit("2d"), at("2020-03-16T11:00"))) == "03-17 10:00"
    assert counted(clock, at("2020-03-16T11:00"), CALENDAR, "working") == timedelta(hours=8.5)


def test_a_changed_limit_keeps_the_pause() -> None:
    """GLPI #15605, #6902: a new SLA forgot the time on hold."""
    clock = ran("02-24T10:00 02-25T10:00", "02-27T10:00")
    now = at("2020-02-27T11:00")
    assert when(due(clock, limit("2d"), now)) == "02-28 10:00"
    assert when(due(clock, limit("4d"), now)) == "03-03 10:00"
    assert when(due(clock, limit("15h"), now)) == "02-28 10:00"  # from days to hours as well


def test_nothing_is_due_and_nobody_is_warned_while_it_stands() -> None:
    """GLPI #7946, #24481: overdue notices while pending."""
    clock = ran("02-24T10:00 02-25T09:00")
    assert due(clock, limit("1d"), at("2020-03-31T10:00")) is None
    assert ladder(clock, limit("1d"), "03-31T10:00") == {
        "half": "02-24 15:15",
        "nearly": "02-24 17:30",
    }


def test_two_spans_a_day() -> None:
    """Frappe #2212: one span a day, so that there was no lunch."""
    assert when(due(ran("02-24T11:00"), limit("2h"), at("2020-02-24T11:00"))) == "02-24 14:30"


def test_a_reassignment_resets_nothing() -> None:
    """The next holder's interval is the next of the same cycle, without a gap."""
    one = ran("02-24T10:00")
    handed_over = ran("02-24T10:00 02-25T15:00", "02-25T15:00")
    now = at("2020-02-26T10:00")
    assert due(handed_over, limit("3d"), now) == due(one, limit("3d"), now)
    assert used(handed_over, limit("3d"), now) == used(one, limit("3d"), now) == Fraction(2, 3)
    assert ladder(handed_over, limit("3d"), "03-31T10:00") == ladder(
        one, limit("3d"), "03-31T10:00"
    )


def test_a_pause_launders_no_time() -> None:
    clock = ran("02-24T10:00 02-24T11:00", "02-27T10:00")
    now = at("2020-02-27T10:30")
    assert raw(clock, now) == timedelta(days=3, minutes=30)
    assert counted(clock, now, CALENDAR, "natural") == timedelta(hours=1.5)
    assert raw(clock, at("2020-02-26T10:00")) == timedelta(days=2)  # while it stands, too


# --- refusals -------------------------------------------------------------------------------------


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(WorktimeError, match="在起始之前就停止"):
        ran("02-24T10:00 02-24T09:00")


@pytest.mark.parametrize(
    "pairs", [("02-24T10:00", "02-25T10:00"), ("02-24T10:00 02-26T10:00", "02-25T10:00")]
)
def test_intervals_that_overlap_are_refused(pairs: tuple[str, ...]) -> None:
    with pytest.raises(WorktimeError, match="与前一个重叠"):
        raw(ran(*pairs), at("2020-03-01T00:00"))


def test_a_limit_of_nothing_said_is_refused() -> None:
    with pytest.raises(WorktimeError, match="时限没有写多长"):
        Limit.under(CALENDAR, at("2020-02-24T10:00"))


def test_a_due_time_beyond_the_known_years_is_refused_but_not_the_ladder_so_far() -> None:
    clock = [Interval(at("2021-12-30T10:00"))]
    with pytest.raises(CalendarEnds, match="没有 2022 年"):
        due(clock, limit("5d"), at("2021-12-31T10:00"))
    falls = rungs(clock, limit("2d"), LADDER, until=at("2021-12-31T12:00"))
    assert [fall.rung.name for fall in falls] == ["half"]


# --- as of ----------------------------------------------------------------------------------------


def test_a_clock_that_has_not_started() -> None:
    later = ran("02-24T10:00")
    before = at("2020-02-24T09:59")
    for clock in ([], later):
        assert due(clock, limit("1d"), before) is None
        assert used(clock, limit("1d"), before) is None
        assert raw(clock, before) == timedelta()
        assert counted(clock, before, CALENDAR, "working") == timedelta()
        assert rungs(clock, limit("1d"), LADDER, until=before) == []


def test_what_came_later_was_not_known() -> None:
    clock = ran("02-24T10:00 02-25T10:00", "02-27T10:00")
    assert when(due(clock, limit("2d"), at("2020-02-25T09:59"))) == "02-26 10:00"
    assert due(clock, limit("2d"), at("2020-02-25T10:00")) is None
    assert when(due(clock, limit("2d"), at("2020-02-27T10:00"))) == "02-28 10:00"


def test_what_was_overdue_before_it_stopped_stays_so() -> None:
    clock = ran("02-24T10:00 02-26T10:00")
    assert when(due(clock, limit("1d"), at("2020-03-31T10:00"))) == "02-25 10:00"
    assert used(clock, limit("1d"), at("2020-03-31T10:00")) == 2


# --- ladders --------------------------------------------------------------------------------------


def test_every_rung_at_its_time() -> None:
    assert ladder(ran("02-24T10:00"), limit("5d"), "03-31T10:00") == {
        "half": "02-26 15:15",
        "nearly": "02-28 10:00",
        "due": "03-02 10:00",
        "over": "03-03 10:00",
    }


def test_a_window_leaves_its_begin_out_and_takes_its_end_in() -> None:
    clock, of = ran("02-24T10:00"), limit("1d")
    tick, next_tick = at("2020-02-25T10:00"), at("2020-02-25T10:01")
    (fall,) = rungs(clock, of, [Rung("due")], since=at("2020-02-25T09:59"), until=tick)
    assert when(fall.at) == "02-25 10:00"
    assert rungs(clock, of, [Rung("due")], since=tick, until=next_tick) == []


def test_the_overdue_rung_waits_while_the_clock_stands() -> None:
    clock = ran("02-24T10:00 02-25T12:00", "03-02T08:30")
    assert ladder(clock, limit("1d"), "03-31T10:00")["over"] == "03-02 15:30"


def test_a_shorter_limit_puts_its_rungs_into_the_past() -> None:
    """So whoever changes it asks without `since`, and fires late rather than never."""
    now = "02-27T10:00"
    assert ladder(ran("02-24T10:00"), limit("5d"), now) == {"half": "02-26 15:15"}
    assert [*ladder(ran("02-24T10:00"), limit("1d"), now)] == ["half", "nearly", "due", "over"]


def test_hours_overdue_on_a_limit_of_days() -> None:
    over = Rung("over", overdue=Duration(40, "h"))
    (fall,) = rungs(ran("02-24T10:00"), limit("1d"), [over], until=at("2020-03-01T00:00"))
    assert when(fall.at) == "02-25 15:30"


# --- other limits ---------------------------------------------------------------------------------


def test_the_end_of_the_day_moves_with_a_pause() -> None:
    of = Limit(END_OF_DAY, CALENDAR, "working")
    assert when(due(ran("02-24T15:30"), of, at("2020-02-24T15:30"))) == "02-24 17:30"
    clock = ran("02-24T15:30 02-24T16:30", "02-26T08:30")
    assert when(due(clock, of, at("2020-02-26T09:00"))) == "02-26 09:30"


def test_a_named_moment_does_not_move() -> None:
    of = Limit(Until(at("2020-02-28T12:00")), CALENDAR, "working")
    clock = ran("02-24T12:00 02-25T12:00", "02-27T12:00")
    assert when(due(clock, of, at("2020-02-27T12:00"))) == "02-28 12:00"
    assert due(clock, of, at("2020-02-26T12:00")) is None
    assert used(clock, of, at("2020-02-27T12:00")) == Fraction(3, 4)
    assert ladder(clock, of, "02-28T13:00") == {
        "half": "02-27 12:00",  # at half, the clock stood
        "nearly": "02-27 16:48",
        "due": "02-28 12:00",
    }


def test_a_named_moment_that_is_past_is_due_at_once() -> None:
    of = Limit(Until(at("2020-02-20T12:00")), CALENDAR, "natural")
    assert when(due(ran("02-24T12:00"), of, at("2020-02-24T12:00"))) == "02-20 12:00"
    assert ladder(ran("02-24T12:00"), of, "02-24T12:00")["due"] == "02-24 12:00"


# --- regimes --------------------------------------------------------------------------------------

WARTIME = Calendar.of(
    [
        Layer(
            "district",
            hours=OFFICE,
            years=(2020,),
            regimes=(
                Regime(datetime(2020, 2, 3), "natural", "第 1 号令"),
                Regime(datetime(2020, 3, 16, 9), "working", "第 8 号令"),
            ),
        )
    ],
    "Asia/Shanghai",
)


@pytest.mark.parametrize(
    ("started", "counting"),
    [
        ("2020-02-02T23:59:59.999999", "working"),
        ("2020-02-03T00:00", "natural"),
        ("2020-03-16T08:59", "natural"),
        ("2020-03-16T09:00", "working"),
    ],
)
def test_the_regime_in_force_when_the_cycle_started_counts(started: str, counting: str) -> None:
    chosen = Limit.under(
        WARTIME, at(started), natural=Duration(240, "h"), working=Duration(50, "d")
    )
    assert chosen.counting == counting


def test_a_clock_keeps_the_regime_under_which_it_started() -> None:
    started = at("2020-03-14T10:00")
    of = Limit.under(WARTIME, started, natural=Duration(720, "h"), working=Duration(50, "d"))
    assert when(due([Interval(started)], of, at("2020-03-16T12:00"))) == "03-17 10:00"


def test_a_limit_that_has_one_way_of_counting_keeps_it() -> None:
    peace, war = at("2020-01-06T10:00"), at("2020-02-10T10:00")
    assert Limit.under(WARTIME, peace, natural=Duration(10, "h")).counting == "natural"
    assert Limit.under(WARTIME, war, working=Duration(10, "h")).counting == "working"
