"""An instruction goes to several units, each with its own clock."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import act, answer, ask, open_case
from furong.apps.cases.models import Case, Clock
from furong.apps.directory.models import User
from tests.apps.cases.conftest import run
from tests.apps.cast import person

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture
def commander_hou(at: datetime) -> User:
    return person("hou", "侯指挥长", "leader", at=at)


@pytest.fixture
def signed(dispatcher_he: User, commander_hou: User, at: datetime) -> Case:
    case = open_case(
        "instruction",
        "draft",
        subject=None,
        answers={
            "instruction_origin": "oral",
            "title": "摸清停车问题",
            "words": "请逐户了解",
            "class": "urgent",
            "recipients": ["urban", "police"],
            "due_at": (at + timedelta(days=2)).isoformat(),
        },
        by=dispatcher_he,
        at=at,
    )
    case = act(case, "submit", by=dispatcher_he, at=at)
    return act(case, "sign_off", {"remark": "照办"}, by=commander_hou, at=at)


def test_each_unit_signs_and_reports_and_the_case_moves_when_all_have(
    signed: Case, clerk_tan: User, clerk_pan: User, dispatcher_he: User, at: datetime
) -> None:
    case = act(signed, "receive", by=clerk_tan, at=at)
    assert case.state == "issued"
    case = act(case, "receive", by=clerk_pan, at=at)
    assert case.state == "handling", "automatic, once all have received"
    done = {"instruction_result": "done", "account": "已了解"}
    case = act(case, "report_done", done, by=clerk_tan, at=at + timedelta(hours=3))
    clocks = {
        clock.assignment.organisation.code: clock.running
        for clock in Clock.objects.filter(case=case, name="finish").select_related(
            "assignment__organisation"
        )
        if clock.assignment
    }
    assert clocks == {"urban": False, "police": True}
    case = act(case, "report_done", done, by=clerk_pan, at=at + timedelta(hours=4))
    assert case.state == "review"
    case = act(case, "accept", done, by=dispatcher_he, at=at + timedelta(hours=5))
    assert (case.state, case.closure) == ("closed", "done")


def test_who_drafted_does_not_sign_off(
    dispatcher_he: User, commander_hou: User, at: datetime
) -> None:
    from furong.apps.directory.actions import grant

    grant(dispatcher_he, "leader", source="兼任", by="test", at=at)
    case = open_case(
        "instruction",
        "draft",
        subject=None,
        answers={
            "instruction_origin": "oral",
            "title": "事项",
            "words": "内容",
            "class": "routine",
            "recipients": ["urban"],
            "due_at": (at + timedelta(days=2)).isoformat(),
        },
        by=dispatcher_he,
        at=at,
    )
    act(case, "submit", by=dispatcher_he, at=at)
    with pytest.raises(Refusal, match="“报请签发”是您办的，这一步请由另一人办理"):
        act(case, "sign_off", by=dispatcher_he, at=at)


def test_units_that_do_not_sign_are_taken_to_have(signed: Case, at: datetime) -> None:
    run(at + timedelta(minutes=31))
    signed.refresh_from_db()
    assert signed.state == "handling"
    assert {one.deemed for one in signed.assignments.all()} == {True}


def test_a_unit_is_released_and_another_is_extended(
    signed: Case, clerk_tan: User, clerk_pan: User, commander_hou: User, at: datetime
) -> None:
    asked = ask(signed, "return", {"clause": "与本单位无关"}, by=clerk_pan, at=at)
    case = answer(asked, "granted", {"reason": "同意"}, by=commander_hou, at=at)
    assert [one.organisation.code for one in case.assignments.held()] == ["urban"]
    until = at + timedelta(days=3)
    asked = ask(
        case, "extend", {"until": until.isoformat(), "reason": "还差两家"}, by=clerk_tan, at=at
    )
    answer(asked, "granted", {"reason": "同意"}, by=commander_hou, at=at)
    due = dict(Clock.objects.filter(case=case, running=True).values_list("name", "due_at"))
    assert due["finish"] == until
    assert due["fulfil"] == until
