"""What holds for every calendar, moment and clock, and agreement with counting minute by minute."""

import os
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given, note, seed, settings
from hypothesis import strategies as st

from furong.engines.worktime import (
    Calendar,
    Counting,
    Duration,
    Interval,
    Limit,
    Rung,
    add,
    counted,
    due,
    elapsed,
    rungs,
    used,
    working_days,
)
from tests.engines.worktime.worlds import (
    MINUTE,
    SEED,
    World,
    exact_moments,
    moments,
    office,
    worlds,
)

MICROSECOND = timedelta(microseconds=1)
hours = st.integers(0, 400).map(lambda tenths: Duration(tenths, "h"))
days = st.integers(0, 80).map(lambda tenths: Duration(tenths, "d"))
lengths = hours | days
countings: st.SearchStrategy[Counting] = st.sampled_from(["natural", "working"])
calendars = worlds().map(World.calendar)
many = settings(max_examples=int(os.environ.get("FURONG_WORLDS", "60")), deadline=None)


@seed(SEED)
@many
@given(worlds(), moments, moments)
def test_elapsed_is_the_oracle_s(world: World, one: datetime, other: datetime) -> None:
    note(f"FURONG_SEED={SEED}")
    start, end = sorted([one, other])
    assert elapsed(start, end, world.calendar(), "working") == world.worked(start, end) * MINUTE


@seed(SEED)
@many
@given(worlds(), moments, st.integers(1, 1500))
def test_add_ends_with_the_oracle_s_last_minute(world: World, start: datetime, n: int) -> None:
    note(f"FURONG_SEED={SEED}")
    working = world.minutes(start)
    for _ in range(n):
        last = next(working)
    assert add(start, Duration(10 * n, "m"), world.calendar(), "working") == last + MINUTE


@seed(SEED)
@many
@given(worlds(), moments, st.integers(1, 8))
def test_days_are_counted_by_days(world: World, start: datetime, n: int) -> None:
    """Whole days lead to the same share of the hours of a later day, by the oracle's minutes."""
    note(f"FURONG_SEED={SEED}")
    calendar = world.calendar()
    end = add(start, Duration(10 * n, "d"), calendar, "working")
    assert 0 <= working_days(start, end, calendar) - n < Fraction(1, 10**9)  # a microsecond's share

    def share(moment: datetime) -> Fraction:
        local = moment.astimezone(calendar.zoneinfo)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        next_midnight = (midnight + timedelta(days=1)).astimezone(UTC)
        whole = world.worked(midnight, next_midnight)
        return Fraction(world.worked(midnight, moment), whole) if whole else Fraction(0)

    floor = end.replace(second=0, microsecond=0)
    assert share(floor) % 1 <= share(start) % 1 or share(start) % 1 == 0
    assert share(floor + MINUTE) >= share(start) % 1


@seed(SEED)
@many
@given(calendars, st.lists(exact_moments, min_size=3, max_size=3), countings)
def test_elapsed_is_additive(calendar: Calendar, three: list[datetime], counting: Counting) -> None:
    note(f"FURONG_SEED={SEED}")
    a, b, c = sorted(three)
    parts = elapsed(a, b, calendar, counting) + elapsed(b, c, calendar, counting)
    assert parts == elapsed(a, c, calendar, counting)
    halves = working_days(a, b, calendar) + working_days(b, c, calendar)
    assert halves == working_days(a, c, calendar)


@seed(SEED)
@many
@given(calendars, exact_moments, hours, countings)
def test_add_and_elapsed_are_inverse(
    calendar: Calendar, start: datetime, length: Duration, counting: Counting
) -> None:
    note(f"FURONG_SEED={SEED}")
    end = add(start, length, calendar, counting)
    assert elapsed(start, end, calendar, counting) == timedelta(hours=1) * length.tenths / 10
    if length.tenths:  # and no earlier moment would do
        before = elapsed(start, end - MICROSECOND, calendar, counting)
        assert before < timedelta(hours=1) * length.tenths / 10


@seed(SEED)
@many
@given(calendars, exact_moments, exact_moments, lengths, lengths, countings)
def test_add_is_monotone(
    calendar: Calendar, a: datetime, b: datetime, x: Duration, y: Duration, counting: Counting
) -> None:
    note(f"FURONG_SEED={SEED}")
    early, late = sorted([a, b])
    end = add(early, x, calendar, counting)
    assert early <= end <= add(late, x, calendar, counting)
    if x.unit == y.unit:
        short, long = sorted([x, y], key=lambda length: length.tenths)
        assert add(early, short, calendar, counting) <= add(early, long, calendar, counting)


@seed(SEED)
@many
@given(worlds(), exact_moments, lengths, st.integers(0, 50))
def test_a_day_off_never_brings_a_deadline_forward(
    world: World, start: datetime, length: Duration, ahead: int
) -> None:
    """And a day made working never puts one off (what django-helpdesk had the wrong way round)."""
    note(f"FURONG_SEED={SEED}")
    day = (start + timedelta(days=ahead)).date().isoformat()
    off = add(start, length, world.calendar(**{day: True}), "working")
    on = add(start, length, world.calendar(**{day: False}), "working")
    assert on <= add(start, length, world.calendar(), "working") <= off


@seed(SEED)
@many
@given(calendars, exact_moments, exact_moments)
def test_natural_time_is_the_difference_of_the_clocks(
    calendar: Calendar, one: datetime, other: datetime
) -> None:
    note(f"FURONG_SEED={SEED}")
    start, end = sorted([one, other])
    shown = start.astimezone(calendar.zoneinfo), end.astimezone(calendar.zoneinfo)
    assert elapsed(*shown, calendar, "natural") == end - start


# --- clocks ---------------------------------------------------------------------------------------

ladder = [
    Rung("half", 50),
    Rung("nearly", 80),
    Rung("due", 100),
    Rung("over", overdue=Duration(10, "d")),
]


@st.composite
def clocks(draw: st.DrawFn) -> list[Interval]:
    """One to four intervals, the last with or without a stop."""
    marks = sorted(draw(st.lists(exact_moments, min_size=2, max_size=8, unique=True)))
    intervals = [Interval(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    if draw(st.booleans()):
        intervals[-1] = Interval(intervals[-1].start)
    return intervals


@seed(SEED)
@many
@given(clocks(), calendars, lengths, lengths, countings, exact_moments)
def test_a_changed_limit_keeps_what_has_elapsed(
    clock: list[Interval],
    calendar: Calendar,
    x: Duration,
    y: Duration,
    counting: Counting,
    now: datetime,
) -> None:
    """GLPI forgot it; here the limit is no part of what is counted."""
    note(f"FURONG_SEED={SEED}")
    one, other = Limit(x, calendar, counting), Limit(y, calendar, counting)
    shares = used(clock, one, now), used(clock, other, now)
    if x.unit == y.unit and None not in shares:
        assert shares[0] * x.tenths == shares[1] * y.tenths  # type: ignore[operator]


@seed(SEED)
@many
@given(calendars, st.lists(exact_moments, min_size=3, max_size=3, unique=True), hours, countings)
def test_a_pause_moves_the_due_time_by_what_it_counts(
    calendar: Calendar, three: list[datetime], length: Duration, counting: Counting
) -> None:
    note(f"FURONG_SEED={SEED}")
    start, stop, again = sorted(three)
    limit = Limit(length, calendar, counting)
    without = due([Interval(start)], limit, again)
    paused = due([Interval(start, stop), Interval(again)], limit, again)
    assert without is not None
    assert paused is not None
    if without <= stop:
        assert paused == without
        return
    pause = elapsed(stop, again, calendar, counting)
    assert elapsed(without, paused, calendar, counting) == pause


@seed(SEED)
@many
@given(clocks(), calendars, lengths, countings, st.lists(exact_moments, min_size=2, max_size=6))
def test_a_ladder_replayed_gives_each_rung_once(
    clock: list[Interval],
    calendar: Calendar,
    length: Duration,
    counting: Counting,
    ticks: list[datetime],
) -> None:
    note(f"FURONG_SEED={SEED}")
    limit = Limit(length, calendar, counting)
    first, *later = sorted({*ticks, datetime(2020, 3, 1, tzinfo=UTC)})
    if not later:
        return
    at_once = rungs(clock, limit, ladder, since=first, until=later[-1])
    in_steps = [
        fall
        for since, until in pairwise([first, *later])
        for fall in rungs(clock, limit, ladder, since=since, until=until)
    ]
    assert in_steps == at_once
    assert len({fall.rung.name for fall in at_once}) == len(at_once)
    for fall in at_once:  # none while the clock stands
        assert any(i.start <= fall.at and (not i.stop or fall.at <= i.stop) for i in clock)


@seed(SEED)
@many
@given(clocks(), calendars, lengths, countings, exact_moments)
def test_due_and_share_agree(
    clock: list[Interval], calendar: Calendar, length: Duration, counting: Counting, now: datetime
) -> None:
    note(f"FURONG_SEED={SEED}")
    limit = Limit(length, calendar, counting)
    share, end = used(clock, limit, now), due(clock, limit, now)
    if share is not None:
        assert (share >= 1) == (end is not None and end <= now)


@seed(SEED)
@many
@given(clocks(), worlds(), moments)
@example([Interval(datetime(2020, 3, 6, tzinfo=UTC))], office(), datetime(2020, 3, 6, tzinfo=UTC))
def test_counted_is_the_sum_of_its_intervals(
    clock: list[Interval], world: World | Calendar, now: datetime
) -> None:
    note(f"FURONG_SEED={SEED}")
    calendar = world if isinstance(world, Calendar) else world.calendar()
    parts = [
        elapsed(i.start, min(i.stop or now, now), calendar, "working")
        for i in clock
        if i.start <= now
    ]
    assert counted(clock, now, calendar, "working") == sum(parts, timedelta())
