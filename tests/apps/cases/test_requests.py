"""Requests beside the case: extend, suspend and resume, rule finally; and what comes after closing."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import act, answer, ask, open_case
from furong.apps.cases.models import Case, Clock, Request
from furong.apps.cases.reads import running, timeline
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cases.test_appeal import to_feedback

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture
def handling(appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime) -> Case:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    act(case, "sign", by=clerk_tan, at=at)
    return act(
        case, "contact", {"contacted": True, "contacted_at": at.isoformat()}, by=clerk_tan, at=at
    )


def resolve(case: Case) -> Clock:
    return Clock.objects.get(case=case, name="resolve", cycle=case.cycle)


def test_an_extension_is_asked_before_the_limit_and_goes_no_further_than_it_may(
    handling: Case, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    later = at + timedelta(hours=20)
    asked = ask(
        handling,
        "extend",
        {"until": (at + timedelta(hours=100)).isoformat(), "reason": "等待设备"},
        by=clerk_tan,
        at=later,
    )
    with pytest.raises(Refusal, match="最多延至 2月5日 08:00（原时限的 1 倍）"):
        answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=later)
    answer(asked, "refused", {"opinion": "太久"}, by=dispatcher_he, at=later)
    asked = ask(
        handling,
        "extend",
        {"until": (at + timedelta(hours=40)).isoformat(), "reason": "等待设备"},
        by=clerk_tan,
        at=later,
    )
    answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=later)
    assert resolve(handling).due_at == at + timedelta(hours=40)
    with pytest.raises(Refusal, match="“延期”已有 1 次，不能再办"):
        ask(
            handling,
            "extend",
            {"until": (at + timedelta(hours=50)).isoformat(), "reason": "再等"},
            by=clerk_tan,
            at=later,
        )


def test_after_the_limit_no_extension_can_be_asked(
    handling: Case, clerk_tan: User, at: datetime
) -> None:
    late = at + timedelta(hours=25)
    with pytest.raises(Refusal, match="“办结时限”已过，不能再提出"):
        ask(
            handling,
            "extend",
            {"until": (late + timedelta(hours=5)).isoformat(), "reason": "来不及"},
            by=clerk_tan,
            at=late,
        )


def test_a_suspended_case_stands_is_mute_and_resumes_by_itself(
    handling: Case, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    start = at + timedelta(hours=4)
    resume = at + timedelta(days=5)
    asked = ask(
        handling,
        "suspend",
        {"resume_at": resume.isoformat(), "reason": "厂家未复工"},
        by=clerk_tan,
        at=start,
    )
    case = answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=start)
    assert (case.state, case.category) == ("suspended", "suspended")
    assert resolve(case).due_at is None
    run(resume - timedelta(minutes=1))
    assert not case.supervisions.exists(), "no ladder climbs while it stands"
    run(resume)
    case.refresh_from_db()
    assert case.state == "handling"
    assert resolve(case).due_at == resume + timedelta(hours=20), "four hours had run"
    shown = next(one for one in running(case, resume) if one.name == "resolve")
    assert (shown.raw, shown.counted) == (timedelta(days=5), timedelta(hours=4))


def test_a_suspension_has_its_most(handling: Case, clerk_tan: User, at: datetime) -> None:
    with pytest.raises(Refusal, match="挂账合计最多到 3月4日 08:00（"):
        ask(
            handling,
            "suspend",
            {"resume_at": (at + timedelta(days=31)).isoformat(), "reason": "等"},
            by=clerk_tan,
            at=at,
        )


def test_a_second_return_is_ruled_on_finally(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_pan: User,
    head_gu: User,
    at: datetime,
) -> None:
    ground = {"return_ground": "duty", "clause": "职责清单未列"}
    case = dispatch(appeal, by=dispatcher_he, at=at)
    first = ask(case, "return", ground, by=clerk_tan, at=at)
    case = answer(first, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)
    case = dispatch(case, by=dispatcher_he, at=at, lead="police")
    with pytest.raises(Refusal, match="“退单”已有 1 次"):
        ask(case, "return", ground, by=clerk_pan, at=at)
    ruling = ask(case, "ruling", ground, by=clerk_pan, at=at)
    case = answer(ruling, "upheld", {"opinion": "维持"}, by=head_gu, at=at)
    with pytest.raises(Refusal, match="不再退单"):
        ask(case, "ruling", ground, by=clerk_pan, at=at)


def test_unsolved_goes_round_again_and_time_between_is_nobodys(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    at: datetime,
) -> None:
    case = to_feedback(dispatch(appeal, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
    case = act(
        case, "dispute", {"reason": "还是没有车位"}, by=owner_wang, at=at + timedelta(hours=9)
    )
    assert (case.state, case.cycle) == ("triage", 2)
    again = at + timedelta(hours=10)
    case = dispatch(case, by=dispatcher_he, at=again)
    assert resolve(case).due_at == again + timedelta(hours=24)
    old = Clock.objects.get(case=case, name="resolve", cycle=1)
    assert not old.running
    assert [one.organisation.code for one in case.assignments.held()] == ["urban"]


def test_reopened_twice_then_supervised(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    supervisor_du: User,
    at: datetime,
) -> None:
    case = appeal
    judged = {"confirmed_solved": True, "satisfaction": "satisfied"}
    for _turn in range(2):
        case = to_feedback(dispatch(case, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
        act(case, "confirm", judged, by=owner_wang, at=at)
        case = act(case, "reopen", {"reason": "又出现"}, by=owner_wang, at=at)
    case = to_feedback(dispatch(case, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
    act(case, "confirm", judged, by=owner_wang, at=at)
    with pytest.raises(Refusal, match="“重新打开”已有 2 次"):
        act(case, "reopen", {"reason": "第三次"}, by=owner_wang, at=at)
    case = act(case, "supervise", {"reason": "多次未解决"}, by=supervisor_du, at=at)
    assert case.state == "triage"
    assert [one.number for one in case.supervisions.all()] == ["DB20200001"]


def test_a_closed_case_is_reopened_within_ten_days(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    at: datetime,
) -> None:
    case = to_feedback(dispatch(appeal, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
    act(case, "confirm", {"confirmed_solved": True, "satisfaction": "fairly"}, by=owner_wang, at=at)
    late = at + timedelta(days=10, minutes=1)
    with pytest.raises(Refusal, match="已超过 02-13 08:00，不能再“重新打开”"):
        act(case, "reopen", {"reason": "又出现"}, by=owner_wang, at=late)


def test_silence_is_no_answer_and_never_satisfied(
    appeal: Case, dispatcher_he: User, clerk_tan: User, head_xu: User, at: datetime
) -> None:
    case = to_feedback(dispatch(appeal, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
    run(at + timedelta(hours=48))
    case.refresh_from_db()
    assert (case.closure, case.facts.get("satisfaction")) == ("no_answer", None)


def test_cases_merge_and_part_again_but_not_in_a_circle(
    appeal: Case, east_firm: Subject, liaison_li: User, dispatcher_he: User, at: datetime
) -> None:
    other = open_case(
        "appeal", "collect", subject=east_firm, answers={"title": "停车"}, by=liaison_li, at=at
    )
    act(appeal, "merge", {"main": other.number}, by=dispatcher_he, at=at)
    with pytest.raises(Refusal, match="SQ202000001 已并入本件，不能互相并案"):
        act(other, "merge", {"main": appeal.number}, by=dispatcher_he, at=at)
    with pytest.raises(Refusal, match="SQ202000002 已并入本件"):
        act(other, "merge", {"main": other.number}, by=dispatcher_he, at=at)
    case = act(appeal, "unmerge", {"reason": "不是一件事"}, by=dispatcher_he, at=at)
    assert (case.state, case.merged_into) == ("triage", None)


def test_a_case_is_split_into_linked_ones(appeal: Case, dispatcher_he: User, at: datetime) -> None:
    act(appeal, "split", {"matters": "路边停车\n车库停车"}, by=dispatcher_he, at=at)
    made = Case.objects.exclude(pk=appeal.pk).order_by("number")
    assert [one.title for one in made] == ["路边停车", "车库停车"]
    assert {link.other_id for one in made for link in one.links.all()} == {appeal.pk}


def test_a_request_is_withdrawn_when_the_case_moves_on(
    appeal: Case, dispatcher_he: User, clerk_tan: User, owner_wang: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    asked = ask(case, "return", {"return_ground": "duty", "clause": "无"}, by=clerk_tan, at=at)
    act(case, "withdraw", {"reason": "自己解决了"}, by=owner_wang, at=at)
    asked.refresh_from_db()
    assert (asked.answer, asked.settled_at) == ("", at)
    with pytest.raises(Refusal):
        answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)


def test_the_same_request_is_not_put_twice(
    appeal: Case, dispatcher_he: User, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    ground = {"return_ground": "duty", "clause": "无"}
    ask(case, "return", ground, by=clerk_tan, at=at)
    with pytest.raises(Refusal):
        ask(case, "return", ground, by=clerk_tang, at=at)
    assert Request.objects.count() == 1
    assert sum(told.label == "退单" for told in timeline(case)) == 1
