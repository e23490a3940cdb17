"""Taking a policy up, and what is decided on it beside the rule."""

from datetime import date, datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.policies.actions import (
    NotEntitled,
    Ruling,
    apply_for,
    decide_application,
    decide_without_application,
    withdraw_application,
)
from furong.apps.policies.models import Application, Decision
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject, SubjectFacts
from tests.apps.base.together import together


def state(subject: Subject, at: datetime, **values: object) -> None:
    state_facts(subject, values, source="statistics", by="test", at=at)


@pytest.fixture
def applied(east_firm: Subject, owner_wang: User, at: datetime) -> Application:
    """The east firm applies for T03: ten thousand for having resumed work."""
    state(east_firm, at, resumed=True)
    return apply_for(east_firm, "T03", by=owner_wang, at=at).application


def ruling(at: datetime, **changes: object) -> Ruling:
    given = {"granted": True, "decider": "区工信局", "decided_on": at.date(), "amount": 10_000_00}
    return Ruling(**{**given, **changes})  # type: ignore[arg-type] # the fields of a Ruling


def test_it_keeps_what_was_said_then(applied: Application, east_firm: Subject) -> None:
    assert (applied.verdict, applied.amount) == ("eligible", 10_000_00)
    assert applied.criteria == {"resumed": "true"}
    assert applied.sequence == SubjectFacts.objects.get(subject=east_firm).sequence
    assert applied.number == "2020-000001"


def test_done_twice_it_is_one(applied: Application, owner_wang: User, at: datetime) -> None:
    again = apply_for(applied.subject, "T03", by=owner_wang, at=at)
    assert (again.application, again.made) == (applied, False)
    assert Entry.objects.filter(verb="application.submit").count() == 1


def test_who_does_not_meet_a_condition_is_told_which(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    state(east_firm, at, resumed=False)
    with pytest.raises(NotEntitled, match="不符合“复工一次性奖励”的条件：已复工"):
        apply_for(east_firm, "T03", by=owner_wang, at=at)
    assert not Application.objects.exists()


def test_a_missing_fact_is_asked_for_first(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    with pytest.raises(NotEntitled, match="请先补充：已复工"):
        apply_for(east_firm, "T03", by=owner_wang, at=at)


def test_where_the_source_is_not_known_whole_nothing_can_be_applied_for(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    with pytest.raises(NotEntitled, match="原文还不完整"):
        apply_for(east_firm, "N01", by=owner_wang, at=at)


def test_what_a_department_must_decide_can_be_applied_for(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    state(east_firm, at, staff=30)
    assert apply_for(east_firm, "T02", by=owner_wang, at=at).application.verdict == "unknown"


@pytest.mark.parametrize(("policy", "told"), [("T05", "不在施行期内"), ("X01", "外地政策")])
def test_what_is_over_or_elsewhere_cannot(
    policy: str, told: str, east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match=told):
        apply_for(east_firm, policy, by=owner_wang, at=at)


def test_nobody_applies_for_a_firm_that_is_not_theirs(
    west_firm: Subject, owner_wang: User, stranger_zhou: User, at: datetime
) -> None:
    for user in (owner_wang, stranger_zhou):
        with pytest.raises(Denied):
            apply_for(west_firm, "T03", by=user, at=at)


@pytest.mark.parametrize("field", ["decider", "reason", "document"])
def test_a_decision_too_long_for_its_field_is_refused_by_name(
    field: str, applied: Application, clerk_chen: User, at: datetime
) -> None:
    named = {"decider": "决定人", "reason": "理由", "document": "依据文件"}[field]
    with pytest.raises(Refusal, match=f"“{named}”有 1001 字，最多"):
        decide_application(applied, ruling(at, **{field: "一" * 1001}), by=clerk_chen, at=at)
    made = decide_application(applied, ruling(at, **{field: "区\x00局"}), by=clerk_chen, at=at)
    assert getattr(made, field) == "区 局"


def test_a_note_too_long_is_refused_not_cut(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    with pytest.raises(Refusal, match="“说明”有 501 字，最多 500 字"):
        apply_for(east_firm, "T03", note="一" * 501, by=owner_wang, at=at)


def test_withdrawn_it_can_be_handed_in_again(
    applied: Application, owner_wang: User, at: datetime
) -> None:
    for _twice in range(2):
        assert withdraw_application(applied, reason="填错", by=owner_wang, at=at).state == (
            "withdrawn"
        )
    again = apply_for(applied.subject, "T03", by=owner_wang, at=at)
    assert again.made
    assert again.application.number == "2020-000002"


def test_the_clerk_decides_as_the_rule_says(
    applied: Application, clerk_chen: User, owner_wang: User, at: datetime
) -> None:
    made = decide_application(applied, ruling(at), by=clerk_chen, at=at)
    assert (made.deviates, made.verdict, made.due) == (False, "eligible", 10_000_00)
    applied.refresh_from_db()
    assert applied.state == "granted"
    with pytest.raises(Refusal, match="已同意"):
        withdraw_application(applied, reason="不要了", by=owner_wang, at=at)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 5_000_00},
        {"amount": None},
        {"granted": False, "amount": None, "reason": "名额已满"},
    ],
)
def test_another_decision_than_the_rules_says_why_and_on_what(
    changes: dict[str, object], applied: Application, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="一事一议"):
        decide_application(applied, ruling(at, **changes), by=clerk_chen, at=at)
    assert not Decision.objects.exists()
    whole = {"reason": "区政府专题会议决定", "document": "会议纪要〔2020〕5 号", **changes}
    made = decide_application(applied, ruling(at, **whole), by=clerk_chen, at=at)
    assert made.deviates
    assert [*Decision.objects.deviating()] == [made]


def test_an_award_to_whom_the_rule_denies_it_stands_beside_the_verdict(
    east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    """A park gives a firm ten thousand although the clause ended the day before."""
    state(east_firm, at, resumed=False)
    given = ruling(at, decider="园区", reason="未知", document="报道", decided_on=date(2020, 2, 3))
    made = decide_without_application(east_firm, "T03", given, by=clerk_chen, at=at)
    assert (made.verdict, made.outcome, made.deviates) == ("ineligible", "granted", True)
    assert (made.decider, made.reason, made.document) == ("园区", "未知", "报道")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"decider": " "}, "由谁决定"),
        ({"amount": -1}, "不能为负"),
        ({"granted": False, "amount": None}, "须写明理由"),
    ],
)
def test_a_decision_is_complete(
    changes: dict[str, object], told: str, applied: Application, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match=told):
        decide_application(applied, ruling(at, **changes), by=clerk_chen, at=at)


def test_a_decision_does_not_lie_ahead(
    applied: Application, clerk_chen: User, at: datetime
) -> None:
    tomorrow = at.date() + timedelta(days=1)
    with pytest.raises(Refusal, match="还没有到"):
        decide_application(applied, ruling(at, decided_on=tomorrow), by=clerk_chen, at=at)


def test_an_application_is_decided_in_its_own_place(
    applied: Application, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="2020-000001，办理中），请在那件申请里办理"):
        decide_without_application(applied.subject, "T03", ruling(at), by=clerk_chen, at=at)
    decide_application(applied, ruling(at), by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="2020-000001，已同意），请在那件申请里办理"):
        decide_without_application(applied.subject, "T03", ruling(at), by=clerk_chen, at=at)
    assert Decision.objects.count() == 1


def test_an_award_is_entered_once_and_not_applied_for_as_well(
    east_firm: Subject, clerk_chen: User, owner_wang: User, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    decide_without_application(east_firm, "T03", ruling(at), by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="不能重复登记"):
        decide_without_application(east_firm, "T03", ruling(at), by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="由区工信局同意，不必再申请"):
        apply_for(east_firm, "T03", by=owner_wang, at=at)
    assert Decision.objects.count() == 1


def test_who_once_handed_in_an_application_does_not_decide_without_it(
    east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    mine = apply_for(east_firm, "T03", by=clerk_chen, at=at).application
    withdraw_application(mine, reason="另办", by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="曾由您提交，须由他人决定"):
        decide_without_application(east_firm, "T03", ruling(at), by=clerk_chen, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_enter_an_award_at_once_one_does(
    east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    results = together(
        4,
        lambda _n: decide_without_application(east_firm, "T03", ruling(at), by=clerk_chen, at=at),
    )
    assert [type(one) for one in results if isinstance(one, Exception)] == [Refusal] * 3
    assert Decision.objects.count() == 1


def test_who_hands_in_does_not_decide(east_firm: Subject, clerk_chen: User, at: datetime) -> None:
    state(east_firm, at, resumed=True)
    mine = apply_for(east_firm, "T03", by=clerk_chen, at=at).application
    with pytest.raises(Refusal, match="须由他人决定"):
        decide_application(mine, ruling(at), by=clerk_chen, at=at)


def test_a_decided_application_stays_decided(
    applied: Application, clerk_chen: User, at: datetime
) -> None:
    decide_application(applied, ruling(at), by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="不能再作决定"):
        decide_application(applied, ruling(at), by=clerk_chen, at=at)
    assert Decision.objects.count() == 1


def test_a_decision_by_whom_the_rule_leaves_it_to_does_not_deviate(
    east_firm: Subject, owner_wang: User, clerk_chen: User, at: datetime
) -> None:
    state(east_firm, at, staff=30)
    applied = apply_for(east_firm, "T02", by=owner_wang, at=at).application
    made = decide_application(applied, ruling(at, amount=1), by=clerk_chen, at=at)
    assert not made.deviates
