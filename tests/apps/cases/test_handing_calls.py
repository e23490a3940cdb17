"""What a caller has left goes to others of the team, once and whole."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.cases import reads
from furong.apps.cases.actions import (
    CallPlan,
    hand_over_calls,
    open_calls,
    record_call,
    withdraw_calls,
)
from furong.apps.cases.models import CallList
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import run
from tests.apps.cases.test_calls import case_of, firms, plan  # noqa: F401 - fixture
from tests.apps.cast import person

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture
def ill(clerk_tan: User, at: datetime) -> User:
    """Of the same team as Tan."""
    return person("bing", "病假", "clerk", ("organisation", "urban"), at=at)


@pytest.fixture
def third(at: datetime) -> User:
    return person("san", "三号", "clerk", ("organisation", "urban"), at=at)


@pytest.fixture
def planned(firms: list[Subject], dispatcher_he: User, ill: User, at: datetime) -> CallList:  # noqa: F811
    """Six firms, all of them for who falls ill."""
    given = CallPlan("复工核对", "您好", ["staff"], "urban", callers=[ill.pk], percent=0)
    return plan(firms, dispatcher_he, at, given)


def start(made: CallList, by: User, at: datetime) -> None:
    open_calls(made, by=by, at=at)
    run(at)


def holders(made: CallList) -> dict[str, int]:
    return {one.caller.username: one.left for one in reads.shares_of(made)}


def test_what_is_left_is_shared_out_and_what_was_called_stays(
    planned: CallList,
    firms: list[Subject],  # noqa: F811 - the fixture
    dispatcher_he: User,
    clerk_tan: User,
    ill: User,
    third: User,
    at: datetime,
) -> None:
    start(planned, dispatcher_he, at)
    assert holders(planned) == {"bing": 6}
    answered = {"call_result": "answered", "record_agrees": True, "found": {"staff": "1"}}
    missed = case_of(planned, firms[1])
    record_call(missed, {"call_result": "no_reply"}, by=ill, at=at)
    record_call(case_of(planned, firms[0]), {**answered, "needs_help": False}, by=ill, at=at)
    assert hand_over_calls(planned, ill.pk, [clerk_tan.pk, third.pk], by=dispatcher_he, at=at) == 5
    left = holders(planned)
    assert left.pop("bing") == 0
    assert sorted(left) == ["san", "tan"]
    assert sorted(left.values()) == [2, 3]
    assert reads.next_call(planned, ill, at) is None
    missed.refresh_from_db()
    assert (missed.state, missed.call_line.caller == ill) == ("redial", False), "is called again"
    assert reads.next_call(planned, clerk_tan, at) is not None
    (entry,) = Entry.objects.filter(verb="calls.hand_over")
    assert (entry.payload["from"], entry.payload["lines"]) == (str(ill.pk), 5)
    with pytest.raises(Refusal, match="没有待拨打的"):
        hand_over_calls(planned, ill.pk, [clerk_tan.pk], by=dispatcher_he, at=at)


def test_a_list_that_is_not_opened_yet_is_handed_over_too(
    planned: CallList,
    dispatcher_he: User,
    clerk_tan: User,
    ill: User,
    at: datetime,
) -> None:
    assert hand_over_calls(planned, ill.pk, [clerk_tan.pk], by=dispatcher_he, at=at) == 6
    start(planned, dispatcher_he, at)
    assert holders(planned) == {"tan": 6}


def test_what_cannot_be_handed_over_says_why_and_stays(
    planned: CallList,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_pan: User,
    ill: User,
    at: datetime,
) -> None:
    start(planned, dispatcher_he, at)
    for to, why in (
        ([], "请选择转交给谁"),
        ([ill.pk], "请选择转交给谁"),
        ([clerk_pan.pk], "不是.*的经办人员"),
        ([clerk_tan.pk, uuid4()], "不是.*的经办人员"),
    ):
        with pytest.raises(Refusal, match=why):
            hand_over_calls(planned, ill.pk, to, by=dispatcher_he, at=at)
    with pytest.raises(Refusal, match="没有待拨打的"):
        hand_over_calls(planned, UUID(int=0), [ill.pk], by=dispatcher_he, at=at)
    with pytest.raises(Denied):
        hand_over_calls(planned, ill.pk, [clerk_tan.pk], by=clerk_tan, at=at)
    assert holders(planned) == {"bing": 6}
    withdraw_calls(planned, reason="名单有误", by=dispatcher_he, at=at)
    with pytest.raises(Refusal, match="已经撤回"):
        hand_over_calls(planned, ill.pk, [clerk_tan.pk], by=dispatcher_he, at=at)
    assert not Entry.objects.filter(verb="calls.hand_over").exists()
