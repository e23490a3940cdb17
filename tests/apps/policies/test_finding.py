"""Who is entitled and does not receive; and what to ask whom."""

from datetime import datetime, timedelta

import pytest

from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, User
from furong.apps.policies.actions import (
    Ruling,
    apply_for,
    decide_application,
    decide_without_application,
    withdraw_application,
)
from furong.apps.policies.actions.releasing import release
from furong.apps.policies.reads import counted_for
from furong.apps.policies.reads.counted import DISTRICT, Counted
from furong.apps.policies.reads.covering import covered_by, officers, officers_of
from furong.apps.policies.reads.finding import Entitled, Wanted, entitled
from furong.apps.policies.reads.settling import about_all, by_question, sheets
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.cast import WEST


@pytest.fixture
def told(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    """East is small with 30 staff and works again; of west only is known that it works again."""
    state(east_firm, at, staff=30, size_class="small", resumed=True)
    state(west_firm, at, resumed=True)


def state(subject: Subject, at: datetime, **values: object) -> None:
    state_facts(subject, values, source="statistics", by="test", at=at)


def pairs(
    found: Entitled, at: datetime, wanted: Wanted | None = None
) -> list[tuple[str, str, int | None]]:
    names = dict(Subject.objects.values_list("pk", "name"))
    rows = found.listed(found.chosen(wanted or Wanted()), at)
    return [(names[row.subject][:2], row.policy, row.amount) for row in rows]


def test_it_lists_who_is_eligible_under_the_policies_in_force_the_most_money_first(
    told: None, at: datetime
) -> None:
    assert pairs(entitled(at), at) == [
        ("东街", "T01", 15_000_00),
        ("东街", "T03", 10_000_00),
        ("西街", "T03", 10_000_00),
    ]  # neither T05, which is over, nor X01, which is another district's


def test_of_policies_that_exclude_each_other_the_sum_counts_the_highest(
    told: None, at: datetime
) -> None:
    found = entitled(at)
    assert found.total(found.chosen()) == 15_000_00 + 10_000_00
    assert found.subjects(found.chosen()) == 2
    assert found.counts(found.chosen()) == {"T03": 2, "T01": 1}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(policy="T01"), [("东街", "T01")]),
        (Wanted(policy="T05"), []),
        (Wanted(policy="nothing"), []),
        (Wanted(door="automatic"), [("东街", "T01")]),
        (Wanted(door="-"), [("东街", "T03"), ("西街", "T03")]),
        (Wanted(street=WEST), [("西街", "T03")]),
        (Wanted(size="small"), [("东街", "T01"), ("东街", "T03")]),
        (Wanted(size="-"), [("西街", "T03")]),
        (Wanted(subjects=frozenset()), []),
    ],
)
def test_it_is_filtered(
    told: None, wanted: Wanted, found: list[tuple[str, str]], at: datetime
) -> None:
    assert [one[:2] for one in pairs(entitled(at), at, wanted)] == found


def test_what_is_applied_for_leaves_it_with_its_group_and_comes_back_when_withdrawn(
    told: None, east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    applied = apply_for(east_firm, "T03", by=owner_wang, at=at).application
    assert pairs(entitled(at), at) == [("西街", "T03", 10_000_00)]
    withdraw_application(applied, reason="填错", by=owner_wang, at=at)
    assert len(entitled(at)) == 3


def test_what_is_granted_without_an_application_leaves_it_too(
    told: None, west_firm: Subject, at: datetime, policy_sun: User
) -> None:
    grant(policy_sun, "clerk", source="任命文件", by="test", at=at)
    ruling = Ruling(granted=True, decider="园区", decided_on=at.date(), amount=10_000_00)
    decide_without_application(west_firm, "T03", ruling, by=policy_sun, at=at)
    assert "西街" not in {one[0] for one in pairs(entitled(at), at)}


def test_a_refusal_does_not_hide_that_the_rule_says_otherwise(
    told: None, east_firm: Subject, owner_wang: User, clerk_chen: User, at: datetime
) -> None:
    applied = apply_for(east_firm, "T01", by=owner_wang, at=at).application
    refusal = Ruling(
        granted=False, decider="区发改局", decided_on=at.date(), reason="名额已满", document="纪要"
    )
    assert decide_application(applied, refusal, by=clerk_chen, at=at).deviates
    assert ("东街", "T01", 15_000_00) in pairs(entitled(at), at)


def test_a_closed_firm_is_entitled_to_nothing(told: None, west_firm: Subject, at: datetime) -> None:
    Subject.objects.filter(pk=west_firm.pk).update(status="closed")
    assert {one[0] for one in pairs(entitled(at), at)} == {"东街"}


def test_a_clerk_finds_those_of_the_street_and_a_liaison_officer_their_own(
    told: None, clerk_chen: User, liaison_li: User, at: datetime
) -> None:
    for user in (clerk_chen, liaison_li):
        counted = counted_for(user, at)
        assert counted is not None
        assert {one[0] for one in pairs(entitled(at, counted), at)} == {"东街"}


def test_nobody_to_count_is_an_empty_list(told: None, at: datetime) -> None:
    found = entitled(at, Counted(frozenset()))
    assert (len(found), found.total(found.chosen()), found.listed(found.chosen(), at)) == (0, 0, [])


def test_the_smallest_first_on_demand_and_unknown_amounts_always_last(
    told: None, west_firm: Subject, at: datetime
) -> None:
    state(west_firm, at, size_class="micro", staff=0)
    found = entitled(at)
    amounts = [row.amount for row in found.listed(found.by_amount(found.chosen()), at)]
    assert amounts == sorted(amounts, key=lambda one: one or 0)


def test_without_a_snapshot_nobody_knows_since_when(told: None, at: datetime) -> None:
    found = entitled(at)
    assert {row.since for row in found.listed(found.chosen(), at)} == {None}


class TestOfficers:
    def test_they_are_told_by_the_mandates_that_cover_a_subject(
        self,
        east_firm: Subject,
        west_firm: Subject,
        liaison_li: User,
        stranger_zhou: User,
        at: datetime,
    ) -> None:
        grant(
            stranger_zhou, "liaison", scope=(Grant.Scope.ZONE, WEST), source="x", by="test", at=at
        )
        found = officers_of([east_firm, west_firm], at)
        assert found == {east_firm.pk: [liaison_li], west_firm.pk: [stranger_zhou]}
        assert {one.username for one in officers(at)} == {"li", "zhou"}

    def test_other_hats_and_past_mandates_make_nobody_an_officer(
        self, east_firm: Subject, owner_wang: User, clerk_chen: User, at: datetime
    ) -> None:
        assert officers_of([east_firm], at) == {east_firm.pk: []}
        assert covered_by(clerk_chen, at) == frozenset()

    def test_before_the_mandate_there_is_none(
        self, east_firm: Subject, liaison_li: User, at: datetime
    ) -> None:
        assert officers_of([east_firm], at - timedelta(days=1)) == {east_firm.pk: []}
        assert covered_by(liaison_li, at) == {str(east_firm.pk)}


class TestQuestions:
    def test_each_subject_is_asked_what_would_settle_its_policies(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        """East has nothing left to answer: what remains is for a department or a document."""
        state(east_firm, at, resumed=True)
        (sheet,) = sheets([east_firm, west_firm], at)
        assert (sheet.subject, sheet.settles) == (west_firm.pk, 1)
        (question,) = sheet.questions
        assert (question.facts, question.settles, question.most) == (
            ("resumed",),
            ("T03",),
            10_000_00,
        )

    def test_an_answer_takes_the_question_off_the_list(
        self, west_firm: Subject, at: datetime
    ) -> None:
        assert sheets([west_firm], at)
        state(west_firm, at, resumed=False)
        assert sheets([west_firm], at) == []

    def test_turned_round_it_says_how_many_to_ask_and_what_is_at_stake(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        (asking,) = by_question(sheets([east_firm, west_firm], at))
        assert asking.subjects == (east_firm.pk, west_firm.pk)
        assert (asking.policies, asking.settles, asking.most) == (("T03",), 2, 20_000_00)

    def test_of_the_whole_district_only_the_questions_are_told(
        self, east_firm: Subject, at: datetime
    ) -> None:
        (asking,) = about_all(at, DISTRICT)
        assert (asking.facts, asking.subjects, asking.settles) == (("resumed",), (), 1)

    def test_nobody_is_asked_about_policies_that_are_over_or_elsewhere(
        self, west_firm: Subject, at: datetime
    ) -> None:
        asked = {
            code
            for sheet in sheets([west_firm], at)
            for one in sheet.questions
            for code in one.settles
        }
        assert asked.isdisjoint({"T05", "X01"})


class TestRelease:
    def test_only_what_the_person_may_export_leaves_and_with_an_entry(
        self, east_firm: Subject, west_firm: Subject, clerk_chen: User, at: datetime
    ) -> None:
        both = [east_firm.pk, west_firm.pk]
        assert release(both, what="entitled", by=clerk_chen, at=at) == {east_firm.pk}

    def test_persons_never_leave(self, east_firm: Subject, clerk_chen: User, at: datetime) -> None:
        Subject.objects.filter(pk=east_firm.pk).update(personal=True)
        assert release([east_firm.pk], what="entitled", by=clerk_chen, at=at) == frozenset()
