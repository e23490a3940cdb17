"""Links for who has no account: a co-handling unit, a party that is asked, who raised the case."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.cases.actions import (
    act,
    answer_question,
    bearer_of,
    invitation_of,
    invite,
    revoke_invitation,
)
from furong.apps.cases.models import Case, Invitation
from furong.apps.cases.reads import possible, timeline
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Organisation, User
from tests.apps.cases.conftest import dispatch

pytestmark = pytest.mark.usefixtures("everybody")
REAL = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


@pytest.fixture
def case(appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    return dispatch(appeal, by=dispatcher_he, at=at, helpers=["bank"])


def test_a_unit_acts_through_its_link(case: Case, clerk_tan: User, at: datetime) -> None:
    bank = Organisation.objects.get(code="bank")
    made = invite(
        case, "unit", label="示例银行 王经理", organisation=bank, by=clerk_tan, at=at, real=REAL
    )
    held = invitation_of(made.token, REAL + timedelta(days=6))
    assert held == made.invitation
    assert made.token not in str([*Entry.objects.values_list("payload", flat=True)])
    bearer = bearer_of(made.invitation)
    assert {one.name for one in possible(case, bearer, at)} == {"help_sign", "help_done"}
    act(case, "help_sign", by=bearer, at=at)
    act(case, "help_done", {"words": "已对接"}, by=bearer, at=at)
    assert case.assignments.get(organisation=bank).state == "done"
    assert timeline(case)[-1].who == "示例银行 王经理"
    with pytest.raises(Denied):
        act(case, "sign", by=bearer, at=at)


def test_a_link_ends_by_time_and_by_hand(case: Case, clerk_tan: User, at: datetime) -> None:
    made = invite(
        case,
        "party",
        label="车库业主",
        question="是否同意？",
        days=2,
        by=clerk_tan,
        at=at,
        real=REAL,
    )
    assert invitation_of(made.token, REAL + timedelta(days=2)) is None
    assert invitation_of("x" + made.token, REAL) is None
    revoke_invitation(made.invitation, by=clerk_tan, at=at)
    assert invitation_of(made.token, REAL) is None
    with pytest.raises(Refusal, match="链接已经失效"):
        answer_question(made.invitation, agrees=True, words="", at=at, real=REAL)


def test_a_party_answers_once_and_no_needs_a_reason(
    case: Case, clerk_tan: User, at: datetime
) -> None:
    made = invite(
        case,
        "party",
        label="车库业主",
        question="是否同意以优惠价提供 150 个车位？",
        by=clerk_tan,
        at=at,
        real=REAL,
    )
    with pytest.raises(Refusal, match="请写明原因"):
        answer_question(made.invitation, agrees=False, words=" ", at=at, real=REAL)
    answer_question(made.invitation, agrees=True, words="每月 200 元", at=at, real=REAL)
    with pytest.raises(Refusal, match="已经答复过"):
        answer_question(made.invitation, agrees=False, words="反悔", at=at, real=REAL)
    told = timeline(case)[-1]
    assert told.said == (
        ("请其答复", "是否同意以优惠价提供 150 个车位？"),
        ("答复", "同意。每月 200 元"),
    )


def test_who_has_no_part_in_the_case_makes_no_link(
    case: Case, clerk_deng: User, owner_wang: User, stranger_zhou: User, at: datetime
) -> None:
    for user in (clerk_deng, owner_wang, stranger_zhou):
        with pytest.raises(Denied):
            invite(case, "reporter", label="某人", by=user, at=at, real=REAL)
    assert not Invitation.objects.exists()


def test_a_unit_that_does_not_hold_the_case_gets_no_link(
    case: Case, clerk_tan: User, at: datetime
) -> None:
    police = Organisation.objects.get(code="police")
    with pytest.raises(Refusal, match="没有承办或协办本件"):
        invite(case, "unit", label="某人", organisation=police, by=clerk_tan, at=at, real=REAL)
    with pytest.raises(Refusal, match="有效期请填 1 到 30 天"):
        invite(case, "reporter", label="某人", days=31, by=clerk_tan, at=at, real=REAL)
