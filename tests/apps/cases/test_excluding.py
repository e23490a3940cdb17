"""Leaving a case out of a rate: what is refused, who decides, and what figures then say."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import Entry, StoredFile
from furong.apps.cases.actions import (
    InvalidExclusion,
    act,
    decide_exclusion,
    exclude,
    revoke_exclusion,
    withdraw_exclusion,
)
from furong.apps.cases.models import Case, Event, Exclusion
from furong.apps.cases.reads import behind, figures, timeline
from furong.apps.cases.reads.figures import Rate
from furong.apps.directory.access import Denied
from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.notices.models import Delivery
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cast import person

pytestmark = pytest.mark.usefixtures("everybody")

type Ask = Callable[..., Exclusion]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def closed(
    appeal: Case, dispatcher_he: User, clerk_tan: User, head_xu: User, owner_wang: User,
    at: datetime,
) -> Case:  # fmt: skip
    """Urban management answered in time; the enterprise says it is not solved, and is not satisfied."""
    case = dispatch(appeal, by=dispatcher_he, at=at)
    case = act(case, "sign", by=clerk_tan, at=at)
    case = act(case, "contact", {"contacted": True, "contacted_at": at}, by=clerk_tan, at=at)
    told = {"genuine": True, "in_remit": True, "solved": True, "account": "好", "answer": "好了"}
    case = act(case, "reply", told, by=clerk_tan, at=at)
    case = act(case, "approve", {"answer": "好了"}, by=head_xu, at=at)
    judged = {"confirmed_solved": False, "satisfaction": "dissatisfied"}
    return act(case, "confirm", judged, by=owner_wang, at=at)


@pytest.fixture
def urban(district: object) -> Organisation:
    return Organisation.objects.get(code="urban")


def paper(by: User, at: datetime, text: str = "条款") -> StoredFile:
    return store(f"编号,内容\n1,{text}\n".encode(), name="依据.csv", by=by, at=at)


@pytest.fixture
def ask(closed: Case, urban: Organisation, clerk_tan: User, at: datetime) -> Ask:
    def asking(**more: Any) -> Exclusion:
        by: User = more.pop("by", clerk_tan)
        given = {
            "rate": "solved", "ground": "unreasonable", "words": "要求与消防法规不符",
            "files": [paper(by, at)], "by": by, "at": at, **more,
        }  # fmt: skip
        return exclude(
            closed, more.pop("unit", urban), **{k: v for k, v in given.items() if k != "unit"}
        )

    return asking


def solved(at: datetime, by: str = "unit") -> Rate:
    made = figures("appeal", by=by, at=at)
    return made["urban" if by == "unit" else ""].solved


# What is refused, and that nothing is written then.


@pytest.mark.parametrize(
    ("bad", "field", "why"),
    [
        ({"rate": "returned"}, "rate", "请选择剔除指标：响应率、解决率、满意率、按时办结率"),
        ({"rate": ""}, "rate", "请选择剔除指标"),
        ({"ground": "weather"}, "ground", "请选择剔除情形：诉求不合理"),
        ({"rate": "contact", "ground": "untrue"}, "ground", "请选择剔除情形：同一诉求重复登记"),
        ({"words": " \u202e "}, "words", "请说明为什么应当剔除"),
        ({"words": "长" * 1001}, "words", "说明有 1001 字，最多 1000 字"),
        ({"files": []}, "files", "请上传佐证材料：依据的法规或政策条款"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    ask: Ask, closed: Case, bad: dict[str, object], field: str, why: str
) -> None:
    before = Event.objects.count(), Entry.objects.count()
    with pytest.raises(InvalidExclusion) as refused:
        ask(**bad)
    assert refused.value.problems[field].startswith(why)
    assert not Exclusion.objects.exists()
    assert Event.objects.count() == before[0]
    assert Entry.objects.filter(verb__startswith="exclusion").count() == 0


def test_evidence_is_the_actor_s_own(ask: Ask, head_xu: User, at: datetime) -> None:
    with pytest.raises(InvalidExclusion, match="佐证材料须由本人上传"):
        ask(files=[paper(head_xu, at)])


def test_only_who_speaks_for_a_unit_that_had_the_case_asks(
    ask: Ask, closed: Case, clerk_pan: User, dispatcher_he: User, owner_wang: User, at: datetime
) -> None:
    for somebody in (clerk_pan, dispatcher_he, owner_wang):
        with pytest.raises(Denied):
            ask(by=somebody, files=[paper(somebody, at)])
    police = Organisation.objects.get(code="police")
    with pytest.raises(Denied):
        ask(unit=police, by=clerk_pan, files=[paper(clerk_pan, at)])


def test_a_unit_that_never_led_the_case_has_nothing_to_take_out(
    closed: Case, clerk_tan: User, at: datetime
) -> None:
    grant(
        clerk_tan,
        "clerk",
        scope=(Grant.Scope.ORGANISATION, "police"),
        source="兼职",
        by="test",
        at=at,
    )
    with pytest.raises(Refusal, match="本件没有由公安分局承办过"):
        exclude(
            closed, Organisation.objects.get(code="police"), rate="solved", ground="outside",
            words="不归我们管", files=[paper(clerk_tan, at)], by=clerk_tan, at=at,
        )  # fmt: skip


def test_one_stands_for_a_case_a_unit_and_a_rate(
    ask: Ask, supervisor_du: User, at: datetime
) -> None:
    first = ask()
    with pytest.raises(Refusal, match="正在等待审定，不用重复申请"):
        ask()
    ask(rate="satisfied")
    decide_exclusion(first, granted=True, reason="属实", by=supervisor_du, at=at)
    with pytest.raises(Refusal, match="已从城管执法局的“解决率”中剔除"):
        ask()


def test_nobody_of_the_asking_unit_decides(
    ask: Ask, clerk_tan: User, supervisor_du: User, dispatcher_he: User, at: datetime
) -> None:
    asked = ask()
    for somebody in (clerk_tan, dispatcher_he):
        with pytest.raises(Denied):
            decide_exclusion(asked, granted=True, reason="同意", by=somebody, at=at)
    grant(
        supervisor_du, "liaison", scope=(Grant.Scope.ORGANISATION, "urban"), source="兼职", by="test",
        at=at,
    )  # fmt: skip
    with pytest.raises(Refusal, match="您是申请单位（城管执法局）的人员，按回避规定不能审定"):
        decide_exclusion(asked, granted=True, reason="同意", by=supervisor_du, at=at)
    asked.refresh_from_db()
    assert asked.state == "pending"


def test_the_supervision_office_s_own_cases_are_decided_by_another(
    appeal: Case, dispatcher_he: User, supervisor_du: User, head_gu: User, at: datetime
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at, lead="supervision")
    own = Organisation.objects.get(code="supervision")
    asked = exclude(
        appeal, own, rate="resolve", ground="force_majeure", words="停电", files=[paper(supervisor_du, at)],
        by=supervisor_du, at=at,
    )  # fmt: skip
    assert asked.decides.code == "epidemic-headquarters"
    with pytest.raises(Denied):
        decide_exclusion(asked, granted=True, reason="同意", by=supervisor_du, at=at)
    decide_exclusion(asked, granted=True, reason="有停电通知", by=head_gu, at=at)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_decision_has_a_reason(ask: Ask, supervisor_du: User, at: datetime, reason: str) -> None:
    asked = ask()
    with pytest.raises(Refusal, match="理由"):
        decide_exclusion(asked, granted=False, reason=reason, by=supervisor_du, at=at)
    with pytest.raises(Refusal, match="只有已经剔除的才能撤销"):
        revoke_exclusion(asked, reason="有误", by=supervisor_du, at=at)


def test_what_is_settled_is_not_settled_again(
    ask: Ask, clerk_tan: User, supervisor_du: User, at: datetime
) -> None:
    asked = ask()
    withdraw_exclusion(asked, by=clerk_tan, at=at)
    with pytest.raises(Refusal, match="已经审定或者撤回"):
        decide_exclusion(asked, granted=True, reason="同意", by=supervisor_du, at=at)
    ask()  # a withdrawn one may be asked again


def test_a_refused_one_is_asked_again_once_and_with_new_evidence(
    ask: Ask, clerk_tan: User, supervisor_du: User, at: datetime
) -> None:
    first = ask()
    decide_exclusion(first, granted=False, reason="依据不足", by=supervisor_du, at=at)
    with pytest.raises(Refusal, match="有新的证据，可以就原申请再申请一次"):
        ask()
    with pytest.raises(InvalidExclusion, match="再次申请须有新的佐证材料"):
        ask(renews=first)
    again = ask(renews=first, files=[paper(clerk_tan, at, "消防意见书")])
    decide_exclusion(again, granted=False, reason="仍不足", by=supervisor_du, at=at)
    with pytest.raises(Refusal, match="已两次未获同意，不再受理"):
        ask(renews=again, files=[paper(clerk_tan, at, "第三份")])


# What it does.


def test_figures_stand_side_by_side_from_when_it_was_granted_until_it_was_revoked(
    ask: Ask, closed: Case, supervisor_du: User, at: datetime
) -> None:
    hours = [at + timedelta(hours=n) for n in range(5)]
    asked = ask(at=hours[0])
    decide_exclusion(asked, granted=True, reason="有法规依据", by=supervisor_du, at=hours[2])
    revoke_exclusion(asked, reason="条款引用有误", by=supervisor_du, at=hours[4])
    for by in ("unit", "all", "street", "category"):
        for hour, out in zip(hours, (0, 0, 1, 1, 0), strict=True):
            made = [*figures("appeal", by=by, at=hour).values()]
            rate = made[0].solved
            assert (rate.of, rate.hit, rate.taken_out, rate.after.of) == (1, 0, out, 1 - out)
            assert made[0].satisfied.taken_out == 0


def test_the_list_behind_a_figure_says_what_was_taken_out(
    ask: Ask, closed: Case, supervisor_du: User, at: datetime
) -> None:
    asked = ask()
    decide_exclusion(asked, granted=True, reason="有法规依据", by=supervisor_du, at=at)
    (one,) = behind("appeal", "solved", by="unit", name="urban", at=at)
    assert (one.case, one.hit, one.out) == (closed.pk, False, (asked.pk,))
    (other,) = behind("appeal", "satisfied", by="unit", name="urban", at=at)
    assert (other.hit, other.out) == (False, ())


def test_a_case_is_handled_as_before_and_who_raised_it_knows_nothing(
    ask: Ask, closed: Case, supervisor_du: User, at: datetime
) -> None:
    state = Case.objects.values("state", "category", "due_at").get(pk=closed.pk)
    asked = ask()
    decide_exclusion(asked, granted=True, reason="有法规依据", by=supervisor_du, at=at)
    assert Case.objects.values("state", "category", "due_at").get(pk=closed.pk) == state
    told = timeline(Case.objects.get(pk=closed.pk))
    labels = [one.label for one in told][-2:]
    assert labels == ["申请剔除", "同意剔除"]
    assert ("说明", "要求与消防法规不符") in told[-2].said
    assert [file.name for file in told[-2].files] == ["依据.csv"]
    assert ("理由", "有法规依据") in told[-1].said
    outside = timeline(Case.objects.get(pk=closed.pk), outside=True)
    assert not any("剔除" in one.label for one in outside)


def test_who_sees_requests(
    ask: Ask, clerk_tan: User, clerk_pan: User, supervisor_du: User, owner_wang: User,
    liaison_li: User, stranger_zhou: User, at: datetime,
) -> None:  # fmt: skip
    ask()
    for user, seen in [
        (clerk_tan, 1), (supervisor_du, 1), (liaison_li, 1), (clerk_pan, 0), (owner_wang, 0),
        (stranger_zhou, 0),
    ]:  # fmt: skip
        assert Exclusion.objects.visible_to(user, at).count() == seen, user


def titles(user: User) -> list[str]:
    inbox = Delivery.objects.inbox_of(user).order_by("pk")
    return [one.notice.title for one in inbox if "剔除" in one.notice.title]


def test_the_office_is_told_at_once_and_when_its_time_is_over(
    ask: Ask, closed: Case, clerk_tan: User, supervisor_du: User, at: datetime
) -> None:
    asked = ask()
    assert asked.due_at == at + timedelta(hours=72)
    run(at)
    assert titles(supervisor_du) == [f"{closed.number} 城管执法局申请从“解决率”中剔除，请审定"]
    run(at + timedelta(hours=71))
    assert len(titles(supervisor_du)) == 1
    late = at + timedelta(hours=73)
    run(late)
    assert titles(supervisor_du)[1] == f"{closed.number} 剔除申请超时未审定（城管执法局，解决率）"
    decide_exclusion(asked, granted=False, reason="依据不足", by=supervisor_du, at=late)
    run(late)
    run(late)
    assert titles(clerk_tan) == [f"{closed.number} 未同意从“解决率”中剔除"]
    assert len(titles(supervisor_du)) == 2


def test_a_former_holder_asks_and_only_its_own_figure_would_change(
    appeal: Case, dispatcher_he: User, clerk_tan: User, clerk_pan: User, supervisor_du: User,
    urban: Organisation, at: datetime,
) -> None:  # fmt: skip
    from furong.apps.cases.actions import answer
    from furong.apps.cases.actions import ask as put

    dispatch(appeal, by=dispatcher_he, at=at)
    back = put(
        appeal, "return", {"return_ground": "duty", "clause": "不在职责清单"}, by=clerk_tan, at=at
    )
    answer(back, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)
    appeal.refresh_from_db()
    dispatch(appeal, by=dispatcher_he, at=at, lead="police")
    asked = exclude(
        appeal, urban, rate="resolve", ground="outside", words="不归我们管", files=[paper(clerk_tan, at)],
        by=clerk_tan, at=at,
    )  # fmt: skip
    decide_exclusion(asked, granted=True, reason="职责清单未列", by=supervisor_du, at=at)
    made = figures("appeal", by="unit", at=at + timedelta(hours=30))
    assert made["police"].on_time["resolve"].taken_out == 0
    assert figures("appeal", at=at + timedelta(hours=30))[""].on_time["resolve"].taken_out == 0


def test_a_street_office_asks_by_the_grant_over_its_street(
    appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    street = person("jie", "街道经办", "clerk", ("zone", "990101001"), at=at)
    dispatch(appeal, by=dispatcher_he, at=at, lead="east-office")
    asked = exclude(
        appeal, Organisation.objects.get(code="east-office"), rate="contact", ground="no_contact",
        words="三次未接", files=[paper(street, at)], by=street, at=at,
    )  # fmt: skip
    assert asked.state == "pending"
