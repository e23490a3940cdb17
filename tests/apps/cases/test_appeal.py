"""An appeal goes its way: collected, assigned, solved, fed back, closed."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base import journal
from furong.apps.cases.actions import act, answer, ask
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import Case, Clock, Event, Step, Telling
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.notices.models import Delivery
from tests.apps.cases.conftest import dispatch, run

REPLY = {
    "genuine": True,
    "in_remit": True,
    "solved": True,
    "account": "已协调",
    "answer": "已增设临时停车位",
}

pytestmark = pytest.mark.usefixtures("everybody")


def to_feedback(case: Case, clerk: User, head: User, at: datetime) -> Case:
    act(case, "sign", by=clerk, at=at)
    act(
        case,
        "contact",
        {"contacted": True, "contacted_at": at.isoformat(), "contacted_by": "电话"},
        by=clerk,
        at=at,
    )
    act(case, "reply", REPLY, by=clerk, at=at)
    return act(case, "approve", {"answer": "已增设临时停车位"}, by=head, at=at)


def test_the_whole_way(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    at: datetime,
) -> None:
    assert (appeal.number, appeal.state, appeal.title) == ("SQ202000001", "triage", "员工停车难")
    case = dispatch(appeal, by=dispatcher_he, at=at)
    assert case.state == "dispatched"
    case = to_feedback(case, clerk_tan, head_xu, at + timedelta(hours=3))
    assert case.state == "feedback"
    case = act(
        case,
        "confirm",
        {"confirmed_solved": True, "satisfaction": "satisfied"},
        by=owner_wang,
        at=at + timedelta(hours=5),
    )
    assert (case.state, case.category, case.closure) == ("closed", "closed", "solved")
    assert case.closed_at == at + timedelta(hours=5)
    acts = [event.act for event in Event.objects.filter(case=case).order_by("sequence")]
    assert acts == [
        "openings.collect",
        "actions.dispatch",
        "actions.sign",
        "actions.contact",
        "actions.reply",
        "actions.approve",
        "actions.confirm",
    ]
    assert not Clock.objects.filter(case=case, running=True).exists()
    journal.seal(at=at)
    assert not journal.verify().findings


def test_clocks_run_with_the_states(
    appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    def running(case: Case) -> set[str]:
        return set(Clock.objects.filter(case=case, running=True).values_list("name", flat=True))

    assert running(appeal) == {"accept"}
    assert appeal.due_at == at + timedelta(minutes=30)
    later = at + timedelta(minutes=10)
    case = dispatch(appeal, by=dispatcher_he, at=later)
    assert running(case) == {"sign", "contact", "resolve"}
    resolve = Clock.objects.get(case=case, name="resolve")
    assert resolve.due_at == later + timedelta(hours=24)
    assert case.due_at == later + timedelta(minutes=30)
    case = act(case, "sign", by=clerk_tan, at=later + timedelta(minutes=5))
    assert running(case) == {"contact", "resolve"}
    resolve.refresh_from_db()
    assert resolve.due_at == later + timedelta(hours=24), "signing resets nothing"


def test_who_has_no_role_is_denied_and_nothing_is_written(
    appeal: Case, clerk_tan: User, owner_wang: User, stranger_zhou: User, at: datetime
) -> None:
    for user in (clerk_tan, owner_wang, stranger_zhou):
        with pytest.raises(Denied):
            dispatch(appeal, by=user, at=at)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.revision) == ("triage", 1)


def test_a_stale_form_is_told_what_happened(
    appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    with pytest.raises(NotNow) as told:
        act(
            appeal,
            "refuse",
            {"reason": "重复", "where_to": "无"},
            closure="not_accepted",
            revision=1,
            by=dispatcher_he,
            at=at,
        )
    assert "已是“已交办”（何调度刚刚办理“交办”）" in str(told.value)
    assert [event.act for event in told.value.since] == ["actions.dispatch"]


def test_missing_and_bad_answers_are_all_named(
    appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    with pytest.raises(InvalidAnswers) as told:
        act(
            appeal,
            "dispatch",
            {"class": "soon", "lead": "nobody", "helpers": ["police", "x"], "shoe": 1},
            by=dispatcher_he,
            at=at,
        )
    assert told.value.problems == {
        "shoe": "本表没有“shoe”这一项，未保存",
        "class": "办理类别：请选择：一般、紧急、疑难（跨单位）",
        "lead": "承办单位：没有这个单位：nobody；请从列表中选择",
        "helpers": "协办单位：没有这个单位：x；请从列表中选择",
        "appeal_category": "请填写“诉求类别”",
        "duty": "请填写“交办依据（职责清单条目）”",
    }
    appeal.refresh_from_db()
    assert appeal.revision == 1


def test_a_reply_waits_for_the_co_handlers(
    appeal: Case, dispatcher_he: User, clerk_tan: User, clerk_pan: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])
    act(case, "sign", by=clerk_tan, at=at)
    act(case, "contact", {"contacted": True, "contacted_at": at.isoformat()}, by=clerk_tan, at=at)
    with pytest.raises(Exception, match=r"还有协办单位未办结.*公安分局"):
        act(case, "reply", REPLY, by=clerk_tan, at=at)
    act(case, "help_sign", by=clerk_pan, at=at)
    act(case, "help_done", {"words": "已腾出泊位"}, by=clerk_pan, at=at)
    case = act(case, "reply", REPLY, by=clerk_tan, at=at)
    assert case.state == "review"


def test_who_replied_does_not_approve_and_who_handles_does_not_close(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_tang: User,
    owner_wang: User,
    at: datetime,
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    act(case, "sign", by=clerk_tan, at=at)
    act(case, "contact", {"contacted": True, "contacted_at": at.isoformat()}, by=clerk_tan, at=at)
    act(case, "reply", REPLY, by=clerk_tan, at=at)
    with pytest.raises(Exception, match="“报办结”是您办的，这一步请由另一人办理"):
        act(case, "approve", {"answer": "好"}, by=clerk_tan, at=at)
    case = act(case, "approve", {"answer": "好"}, by=clerk_tang, at=at)
    with pytest.raises(Denied):
        act(
            case,
            "confirm",
            {"confirmed_solved": True, "satisfaction": "satisfied"},
            by=clerk_tan,
            at=at,
        )


def test_solved_and_satisfied_are_two_facts(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    at: datetime,
) -> None:
    case = to_feedback(dispatch(appeal, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
    case = act(
        case,
        "confirm",
        {"confirmed_solved": False, "satisfaction": "satisfied"},
        by=owner_wang,
        at=at,
    )
    assert case.closure == "explained"
    assert case.facts["satisfaction"] == "satisfied"


def test_words_reach_those_who_hold_the_roles(
    appeal: Case, dispatcher_he: User, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    run(at)
    inbox = Delivery.objects.filter(channel=Delivery.Channel.INBOX)
    told = {
        user.username: [d.notice.title for d in inbox.filter(recipient=user)]
        for user in User.objects.all()
    }
    assert told["tan"] == [
        "SQ202000001（东街停车服务有限公司：员工停车难）已交由你单位办理，2月4日 08:00 前办结"
    ]
    assert told["tang"] == told["tan"]
    assert any("已受理" in title for title in told["wang"])
    assert not told["xu"]
    assert not Telling.objects.filter(told_at=None).exists()


def test_words_are_told_although_the_next_act_says_none(
    appeal: Case, dispatcher_he: User, clerk_tan: User, owner_wang: User, at: datetime
) -> None:
    """Before the worker came to them: they must neither wait for the next rung nor be lost."""
    case = dispatch(appeal, by=dispatcher_he, at=at)
    act(case, "sign", by=clerk_tan, at=at)
    run(at)
    assert not Telling.objects.filter(told_at=None).exists()
    inbox = Delivery.objects.filter(channel=Delivery.Channel.INBOX, recipient=clerk_tan)
    assert inbox.count() == 1


def test_the_ladder_climbs_once(
    appeal: Case, dispatcher_he: User, clerk_tan: User, head_xu: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    run(at + timedelta(minutes=31))
    case.refresh_from_db()
    assert case.state == "signed", "deemed signed when the time to sign is over"
    assert case.assignments.get().deemed
    run(at + timedelta(hours=25))
    run(at + timedelta(hours=25))
    assert case.supervisions.count() == 1
    steps = [f"{step.clock.name} {step.rung}" for step in step_rows(case)]
    assert sorted(steps) == [
        "contact 0:80%",
        "contact 1:100%",
        "resolve 0:50%",
        "resolve 1:80%",
        "resolve 2:100%",
        "sign 0:50%",
        "sign 1:80%",
        "sign 2:100%",
    ]


def step_rows(case: Case) -> list[Step]:
    return [*Step.objects.filter(clock__case=case).select_related("clock")]


def test_a_return_is_put_once_and_granted_or_refused(
    appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    asked = ask(
        case,
        "return",
        {"return_ground": "duty", "clause": "停车泊位由公安交警施划"},
        by=clerk_tan,
        at=at,
    )
    case.refresh_from_db()
    assert case.state == "dispatched", "a request is no state"
    case = answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)
    assert case.state == "triage"
    with pytest.raises(Exception, match="城管执法局本轮已经退单"):
        dispatch(case, by=dispatcher_he, at=at)
    case = dispatch(case, by=dispatcher_he, at=at, lead="police")
    assert [(a.organisation.code, a.state) for a in case.assignments.all()] == [
        ("urban", "returned"),
        ("police", "pending"),
    ]


def test_silence_on_a_return_is_a_refusal(
    appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    asked = ask(
        case, "return", {"return_ground": "duty", "clause": "不归我管"}, by=clerk_tan, at=at
    )
    run(at + timedelta(hours=2, minutes=1))
    asked.refresh_from_db()
    assert (asked.answer, asked.silent) == ("refused", True)


@pytest.mark.parametrize(
    "given",
    [
        {"lead": "urb\x00an"},
        {"lead": ["urban"]},
        {"helpers": ["police\x00x"]},
        {"class": ["general"]},
        {"class": "gene\x00ral"},
    ],
)
def test_a_hostile_answer_is_refused_before_it_reaches_the_database(
    given: dict[str, object], appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    with pytest.raises(InvalidAnswers):
        dispatch(appeal, by=dispatcher_he, at=at, **given)  # type: ignore[arg-type]
    appeal.refresh_from_db()
    assert (appeal.state, appeal.revision) == ("triage", 1)
