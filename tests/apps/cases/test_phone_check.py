"""The procedure of a phone check by itself: calls, calls made twice, and what becomes known when."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import act, open_case
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.models import Case, Clock, Link
from furong.apps.cases.reads import timeline
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject, SubjectFacts

pytestmark = pytest.mark.usefixtures("everybody")

HEARD = {
    "call_result": "answered",
    "record_agrees": True,
    "found": {"staff": "12"},
    "needs_help": True,
    "problem": "口罩不够",
}


def check(
    subject: Subject,
    by: User,
    at: datetime,
    *,
    sampled: bool = False,
    facts: tuple[str, ...] = ("staff",),
) -> Case:
    return open_case(
        "phone-check",
        "list",
        subject=subject,
        answers={
            "campaign": "复工核对",
            "class": "routine",
            "team": "urban",
            "script": "您好",
            "facts": [*facts],
            "phone": "0731-10000001",
            "in_sample": sampled,
        },
        by=by,
        at=at,
    )


def known(subject: Subject, fact: str) -> object:
    return SubjectFacts.objects.get(subject=subject).facts.get(fact, {}).get("v")


def test_a_call_states_facts_and_opens_an_appeal(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = check(east_firm, dispatcher_he, at)
    with pytest.raises(Refusal, match="没有抽中复核"):
        act(case, "record_for_recheck", HEARD, by=clerk_tan, at=at)
    case = act(case, "record", HEARD, by=clerk_tan, at=at)
    assert (case.state, case.closure) == ("closed", "confirmed")
    assert known(east_firm, "staff") == 12, "though the caller's grant does not cover the firm"
    (appeal,) = Case.objects.filter(procedure__code="appeal")
    assert appeal.title == "口罩不够"
    assert Link.objects.filter(relation="found_by", case=appeal, other=case).exists()


def test_two_entries_that_agree_close_a_check(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    case = check(east_firm, dispatcher_he, at, sampled=True)
    with pytest.raises(Refusal, match="抽中复核"):
        act(case, "record", HEARD, by=clerk_tan, at=at)
    case = act(case, "record_for_recheck", HEARD, by=clerk_tan, at=at)
    assert known(east_firm, "staff") is None, "not before it is known to be right"
    with pytest.raises(Refusal, match="请由另一人办理"):
        act(case, "second_same", HEARD, by=clerk_tan, at=at)
    with pytest.raises(Refusal, match="与首次登记不一致"):
        act(case, "second_same", {**HEARD, "found": {"staff": 11}}, by=clerk_tang, at=at)
    with pytest.raises(Refusal, match="与首次登记一致"):
        act(case, "second_differs", HEARD, by=clerk_tang, at=at)
    case = act(case, "second_same", {**HEARD, "problem": "缺口罩"}, by=clerk_tang, at=at)
    assert (case.state, case.closure) == ("closed", "confirmed")
    assert known(east_firm, "staff") == 12
    assert Case.objects.filter(procedure__code="appeal").count() == 1


def test_what_differs_is_settled_by_a_third(
    east_firm: Subject,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_tang: User,
    head_gu: User,
    at: datetime,
) -> None:
    case = check(east_firm, dispatcher_he, at, sampled=True)
    case = act(case, "record_for_recheck", HEARD, by=clerk_tan, at=at)
    other = {**HEARD, "found": {"staff": 15}, "record_agrees": False}
    case = act(case, "second_differs", other, by=clerk_tang, at=at)
    assert case.state == "differing"
    assert known(east_firm, "staff") is None
    settled = {**other, "found": {"staff": 14}, "reason": "三方通话核实"}
    case = act(case, "settle", settled, by=head_gu, at=at)
    assert (case.state, case.closure) == ("closed", "corrected")
    assert known(east_firm, "staff") == 14


def test_nobody_reads_the_first_entry_before_the_second_is_made(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    case = check(east_firm, dispatcher_he, at, sampled=True)
    case = act(case, "record_for_recheck", HEARD, by=clerk_tan, at=at)
    told = [said for one in timeline(case) for said in one.said]
    assert ("", "双录：复核办完以前不显示") in told
    assert not [said for _label, said in told if "12" in said or "口罩不够" in said]
    case = act(case, "second_same", HEARD, by=clerk_tang, at=at)
    told = [said for one in timeline(case) for said in one.said]
    assert ("核对所得", "期末从业人员：12 人") in told


def test_bad_answers_name_the_question(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = check(east_firm, dispatcher_he, at)
    bad: list[tuple[dict[str, object], str]] = [
        ({"staff": "很多"}, "staff"),
        ({"revenue": 1}, "revenue"),
    ]
    for found, wrong in bad:
        with pytest.raises(InvalidAnswers) as invalid:
            act(case, "record", {**HEARD, "found": found}, by=clerk_tan, at=at)
        assert [*invalid.value.problems] == [wrong]
    with pytest.raises(InvalidAnswers, match="逐项写明"):
        act(case, "record", {**HEARD, "found": "12"}, by=clerk_tan, at=at)
    assert known(east_firm, "staff") is None


def test_a_second_call_that_reaches_nobody_leaves_the_first_entry(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    case = check(east_firm, dispatcher_he, at, sampled=True)
    case = act(case, "record_for_recheck", HEARD, by=clerk_tan, at=at)
    words = {"words": "无人接听"}
    with pytest.raises(Refusal, match="满 2 次"):
        act(case, "recheck_given_up", words, by=clerk_tang, at=at)
    for _n in range(2):
        case = act(case, "recheck_missed", words, by=clerk_tang, at=at)
    case = act(case, "recheck_given_up", words, by=clerk_tang, at=at)
    assert (case.state, case.closure) == ("closed", "confirmed")
    assert known(east_firm, "staff") == 12


def test_an_appointment_moves_the_limit(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case, until = check(east_firm, dispatcher_he, at), at + timedelta(hours=9)
    case = act(case, "reschedule", {"again_at": until.isoformat()}, by=clerk_tan, at=at)
    (clock,) = Clock.objects.filter(case=case, running=True)
    assert (clock.name, clock.due_at) == ("again", until)
    assert case.facts["call_result"] == "later"


def test_three_calls_without_an_answer_send_somebody(
    east_firm: Subject, dispatcher_he: User, clerk_tan: User, liaison_li: User, at: datetime
) -> None:
    case, missed = check(east_firm, dispatcher_he, at), {"call_result": "no_reply"}
    with pytest.raises(Refusal, match="满三次未接通"):
        act(case, "hand_to_liaison", missed, by=clerk_tan, at=at)
    act(case, "no_answer", missed, by=clerk_tan, at=at)
    act(case, "no_answer", missed, by=clerk_tan, at=at)
    with pytest.raises(Refusal, match="“未接通”已有 2 次"):
        act(case, "no_answer", missed, by=clerk_tan, at=at)
    case = act(case, "hand_to_liaison", missed, by=clerk_tan, at=at)
    case = act(
        case,
        "visited",
        {"record_agrees": True, "needs_help": False, "staff": 12},
        by=liaison_li,
        at=at,
    )
    assert (case.state, case.closure) == ("closed", "confirmed")
