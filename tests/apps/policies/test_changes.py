"""Daily snapshots of standings, and who came to qualify or ceased to since one."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from furong.apps.base import timers
from furong.apps.base.models import Entry, Timer
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_pack, repeal_policy, take_standings
from furong.apps.policies.actions.standings import TIMER
from furong.apps.policies.models import Policy, StandingDay, StandingRoll
from furong.apps.policies.reads.changes import Changes, changes
from furong.apps.policies.reads.counted import Counted
from furong.apps.policies.reads.finding import entitled
from furong.apps.policies.reads.snapshots import days, latest
from furong.apps.registry.actions import merge, state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST, firm
from tests.apps.policies.sample import edit

DAY = timedelta(days=1)
NEW_CODE = "91990101MA00000035"
SECOND = """\
- id: T03
  version: 2
  title: 未复工一次性补助
  kinds: [enterprise]
  valid: {from: 2020-02-04}
  criteria:
  - {id: resumed, label: 尚未复工, when: NOT resumed}
  benefit: {kind: reward, amount: 10000}
  cases:
  - {title: 已复工, facts: {resumed: true}, verdict: ineligible}
  - {title: 未复工, facts: {resumed: false}, verdict: eligible, amount: 10000}
  group: {id: resume, label: 复工补贴}
"""
TODAY = date(2020, 2, 3)


def state(subject: Subject, at: datetime, **values: object) -> None:
    state_facts(subject, values, source="statistics", by="test", at=at)


def told(found: Changes | None) -> list[tuple[str, bool, str | None, str | None]]:
    assert found is not None
    return [(row.policy, row.gained, row.before, row.now) for row in found.rows]


@pytest.fixture
def taken(east_firm: Subject, at: datetime) -> None:
    """A snapshot this morning: of the east firm it is known that it works again."""
    state(east_firm, at, resumed=True)
    take_standings(by="test", at=at)


def test_who_came_to_qualify_is_told_with_the_statement_that_did_it(
    taken: None, east_firm: Subject, at: datetime
) -> None:
    later = at + DAY
    state(east_firm, later, staff=30, size_class="small")
    found = changes(TODAY, later)
    assert told(found) == [("T01", True, "unknown", "eligible")]
    assert found is not None
    (entries,) = found.causes(found.rows, later)
    assert {entry.fact for entry in entries} == {"staff", "size_class"}
    assert [(one.policy, one.gained, one.lost, one.cause) for one in found.policies] == [
        ("T01", 1, 0, "")
    ]


def test_who_ceased_to_qualify_is_told(taken: None, east_firm: Subject, at: datetime) -> None:
    state(east_firm, at + DAY, resumed=False)
    assert told(changes(TODAY, at + DAY)) == [("T03", False, "eligible", "ineligible")]


def test_what_was_stated_before_the_snapshot_is_no_cause_of_what_came_after(
    taken: None, east_firm: Subject, at: datetime
) -> None:
    state(east_firm, at + DAY, resumed=False)
    found = changes(TODAY, at + DAY)
    assert found is not None
    (entries,) = found.causes(found.rows, at + DAY)
    assert [entry.value for entry in entries] == [False]


def test_a_day_without_a_snapshot_is_unknown_and_not_empty(taken: None, at: datetime) -> None:
    assert changes(TODAY - DAY, at) is None
    assert changes(TODAY, at) is not None
    assert [*days(at)] == [TODAY]


def test_nothing_is_known_before_the_first_snapshot(district: Pack, at: datetime) -> None:
    assert (latest(at), days(at), changes(TODAY, at)) == ({}, {}, None)


def test_a_snapshot_that_was_taken_later_is_not_known_yet(taken: None, at: datetime) -> None:
    assert changes(TODAY, at - timedelta(minutes=1)) is None


def test_a_firm_that_was_entered_since_was_not_there(taken: None, at: datetime) -> None:
    new = firm("新开小店", EAST, NEW_CODE, at=at + DAY)
    state(new, at + DAY, resumed=True)
    assert told(changes(TODAY, at + DAY)) == [("T03", True, None, "eligible")]


def test_a_merged_firm_has_not_lost_anything(
    taken: None, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    merge(east_firm, into=west_firm, reason="重复", by="test", at=at + DAY)
    assert [row for row in told(changes(TODAY, at + DAY)) if not row[1]] == []


def test_a_policy_that_ended_is_lost_to_all_who_qualified(
    taken: None, policy_sun: User, at: datetime
) -> None:
    policy = Policy.objects.get(code="T03")
    last = TODAY + DAY
    repeal_policy(policy, last_day=last, number="3 号", reason="期满", by=policy_sun, at=at)
    assert told(changes(TODAY, at + DAY)) == []
    found = changes(TODAY, at + 2 * DAY)
    assert told(found) == [("T03", False, "eligible", None)]
    assert found is not None
    assert found.policies[0].cause == "ended"


def test_a_new_version_is_told_as_the_cause(
    taken: None, folder: Path, east_firm: Subject, at: datetime
) -> None:
    """From the next day those are paid who do not work again yet."""
    edit(
        folder,
        "policies/t-resume.yaml",
        (
            "  kinds: [enterprise]\n",
            "  kinds: [enterprise]\n  valid: {from: 2020-02-03, to: 2020-02-03}\n",
        ),
    )
    with (folder / "policies" / "t-resume.yaml").open("a", encoding="utf-8") as file:
        file.write(SECOND)
    edit(folder, "pack.yaml", ("version: 1.0.0", "version: 1.0.1"))
    apply_pack(folder, by="test", at=at + DAY)
    found = changes(TODAY, at + DAY)
    assert told(found) == [("T03", False, "eligible", "ineligible")]
    assert found is not None
    assert [(one.policy, one.cause) for one in found.policies] == [("T03", "revised")]


def test_a_person_is_told_of_their_own_subjects_alone(
    taken: None, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    for one in (east_firm, west_firm):
        state(one, at + DAY, resumed=False, staff=1, size_class="micro")
    own = changes(TODAY, at + DAY, Counted(frozenset({str(west_firm.pk)})))
    assert own is not None
    assert {row.subject for row in own.rows} == {west_firm.pk}


class TestSince:
    def days(self, at: datetime) -> list[tuple[str, date | None, bool | None]]:
        found = entitled(at)
        rows = found.listed(found.chosen(), at)
        return [
            (
                row.policy,
                row.since.day if row.since else None,
                row.since.exact if row.since else None,
            )
            for row in rows
        ]

    def test_the_first_snapshot_says_or_longer(self, taken: None, at: datetime) -> None:
        assert self.days(at + 3 * DAY) == [("T03", TODAY, False)]

    def test_who_came_to_qualify_between_two_nights_did_on_that_day(
        self, taken: None, west_firm: Subject, at: datetime
    ) -> None:
        state(west_firm, at + timedelta(hours=5), resumed=True)
        take_standings(by="test", at=at + timedelta(hours=16, minutes=5))
        assert self.days(at + 3 * DAY) == [("T03", TODAY, False), ("T03", TODAY, True)]

    def test_after_a_standstill_it_says_or_longer(
        self, taken: None, west_firm: Subject, at: datetime
    ) -> None:
        state(west_firm, at + timedelta(hours=5), resumed=True)
        take_standings(by="test", at=at + 4 * DAY)
        assert ("T03", TODAY + 4 * DAY, False) in self.days(at + 4 * DAY)

    def test_who_came_to_qualify_after_todays_snapshot_did_today(
        self, taken: None, west_firm: Subject, at: datetime
    ) -> None:
        state(west_firm, at + timedelta(hours=1), resumed=True)
        assert ("T03", TODAY, True) in self.days(at + timedelta(hours=1))

    def test_after_an_old_snapshot_nobody_knows(
        self, taken: None, west_firm: Subject, at: datetime
    ) -> None:
        state(west_firm, at + 3 * DAY, resumed=True)
        assert ("T03", None, None) in self.days(at + 3 * DAY)


class TestTheTimer:
    def test_installing_sets_it_for_shortly_after_midnight_in_the_district(
        self, district: Pack, at: datetime
    ) -> None:
        timer = Timer.objects.waiting().get(name=TIMER)
        assert timer.due_at.isoformat() == "2020-02-03T16:05:00+00:00"  # 00:05 on 4 February

    def test_it_takes_the_snapshot_and_sets_itself(self, east_firm: Subject, at: datetime) -> None:
        night = Timer.objects.waiting().get(name=TIMER).due_at
        timers.tick(night)
        assert {one.day for one in StandingDay.objects.all()} == {date(2020, 2, 4)}
        assert Timer.objects.waiting().get(name=TIMER).due_at == night + DAY

    def test_after_a_standstill_it_takes_one_and_makes_none_up(
        self, east_firm: Subject, at: datetime
    ) -> None:
        late = at + 5 * DAY
        timers.tick(late)
        timers.tick(late)
        assert {one.day for one in StandingDay.objects.all()} == {date(2020, 2, 8)}
        assert Timer.objects.waiting().get(name=TIMER).due_at > late

    def test_taken_twice_a_day_it_stays_the_first(
        self, taken: None, east_firm: Subject, at: datetime
    ) -> None:
        state(east_firm, at, resumed=False)
        assert take_standings(by="test", at=at + timedelta(hours=1)) == []
        assert told(changes(TODAY, at + timedelta(hours=1))) == [
            ("T03", False, "eligible", "ineligible")
        ]
        assert Entry.objects.filter(verb="standings.take").count() == 1

    def test_days_on_which_nobody_was_entered_share_their_roll(
        self, taken: None, at: datetime
    ) -> None:
        take_standings(by="test", at=at + DAY)
        assert StandingDay.objects.filter(kind="enterprise").count() == 2
        assert StandingRoll.objects.count() == 1

    def test_without_subjects_there_is_nothing_to_keep(self, district: Pack, at: datetime) -> None:
        assert take_standings(by="test", at=at) == []
        assert not StandingDay.objects.exists()
