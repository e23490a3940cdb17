"""Several people and workers at one case: each effect once, the second gets a clear answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.timers import tick
from furong.apps.cases.actions import (
    AlreadyThere,
    InvalidTemplate,
    Wording,
    act,
    answer,
    ask,
    install_procedures,
    make_template,
    migrate,
    open_case,
)
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import (
    Assignment,
    Case,
    Event,
    ReplyTemplate,
    Step,
    Supervision,
    Telling,
)
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.notices.models import Notice
from furong.apps.registry.models import Subject
from tests.apps.base.together import together
from tests.apps.cases.conftest import dispatch
from tests.apps.cases.versions import install_second
from tests.apps.cast import EAST, EAST_CODE, firm, install_pack, person

pytestmark = pytest.mark.django_db(transaction=True)

RETURN = {"return_ground": "duty", "clause": "不归我管"}


@pytest.fixture(autouse=True)
def installed(folder: Path, at: datetime) -> None:
    install_procedures(install_pack(folder, at=at), by="test", at=at)


@pytest.fixture
def east(installed: None, at: datetime) -> Subject:
    return firm("东街停车服务有限公司", EAST, EAST_CODE, at=at)


@pytest.fixture
def he(east: Subject, at: datetime) -> User:
    return person("he", "何调度", "dispatcher", at=at)


@pytest.fixture
def tan(east: Subject, at: datetime) -> User:
    return person("tan", "谭经办", "clerk", (str(Grant.Scope.ORGANISATION), "urban"), at=at)


@pytest.fixture
def li(east: Subject, at: datetime) -> User:
    return person("li", "李联络", "liaison", (str(Grant.Scope.SUBJECT), str(east.pk)), at=at)


@pytest.fixture
def raised(east: Subject, li: User, at: datetime) -> Callable[..., Case]:
    def make(**more: Any) -> Case:
        words = {"title": "员工停车难"}
        return open_case("appeal", "collect", subject=east, answers=words, by=li, at=at, **more)

    return make


def ones[R](outcomes: list[R | Exception], kind: type) -> list[Any]:
    return [one for one in outcomes if isinstance(one, kind)]


def in_order(case: Case) -> None:
    case.refresh_from_db()
    sequences = [*Event.objects.filter(case=case).values_list("sequence", flat=True)]
    assert sorted(sequences) == [*range(1, case.revision + 1)]


def test_one_act_at_once_is_done_once(raised: Callable[..., Case], he: User, at: datetime) -> None:
    case = raised()
    outcomes = together(4, lambda _n: dispatch(case, by=he, at=at))
    assert len(ones(outcomes, Case)) == 1
    assert len(ones(outcomes, NotNow)) == 3, outcomes
    assert Assignment.objects.filter(case=case).count() == 1
    in_order(case)


def test_two_requests_at_once_are_one(
    raised: Callable[..., Case], he: User, tan: User, at: datetime
) -> None:
    case = raised()
    dispatch(case, by=he, at=at)
    outcomes = together(4, lambda _n: ask(case, "return", RETURN, by=tan, at=at))
    assert len(ones(outcomes, Refusal)) == 3, outcomes
    assert case.requests.count() == 1
    in_order(case)


def test_an_answer_and_the_end_of_its_time_meet(
    raised: Callable[..., Case], he: User, tan: User, at: datetime
) -> None:
    case = raised()
    dispatch(case, by=he, at=at)
    asked = ask(case, "return", RETURN, by=tan, at=at)
    late = at + timedelta(hours=2, minutes=1)

    def meet(number: int) -> object:
        if number == 0:
            return tick(late)
        return answer(asked, "granted", {"opinion": "同意"}, by=he, at=late)

    outcomes = together(3, meet)
    asked.refresh_from_db()
    assert asked.answer in {"granted", "refused"}
    assert asked.silent == (asked.answer == "refused")
    assert all(isinstance(one, int | Case | Refusal) for one in outcomes), outcomes
    answered = Event.objects.filter(case=case, act__startswith="answers.").count()
    assert answered == 1
    in_order(case)


def test_a_client_that_sends_again_opens_one_case(
    raised: Callable[..., Case], at: datetime
) -> None:
    mine = uuid4()
    outcomes = together(8, lambda _n: raised(client_id=mine))
    assert [one.pk for one in ones(outcomes, Case)] == [mine] * 8, outcomes
    assert Case.objects.get().number == "SQ202000001"
    assert raised().number == "SQ202000002", "the repetitions left no gap"


def test_a_letter_of_another_system_opens_one_case(
    raised: Callable[..., Case], at: datetime
) -> None:
    outcomes = together(8, lambda _n: raised(external=("12345", "HX1")))
    assert len(ones(outcomes, Case)) == 1
    assert len(ones(outcomes, AlreadyThere)) == 7, outcomes
    assert raised().number == "SQ202000002"


def test_numbers_have_no_gaps_and_no_doubles(raised: Callable[..., Case]) -> None:
    outcomes = together(8, lambda _n: [raised().number, raised().number])
    assert not ones(outcomes, Exception), outcomes
    assert sorted(Case.objects.values_list("number", flat=True)) == [
        f"SQ2020{n:05}" for n in range(1, 17)
    ]


def test_two_workers_do_what_is_due_once(
    raised: Callable[..., Case], he: User, tan: User, at: datetime
) -> None:
    cases = [raised() for _n in range(4)]
    for case in cases:
        dispatch(case, by=he, at=at)
    late = at + timedelta(hours=25)
    outcomes = together(3, lambda _n: tick(late))
    assert not ones(outcomes, Exception), outcomes
    tick(late)
    assert Supervision.objects.count() == 4
    assert len(set(Supervision.objects.values_list("number", flat=True))) == 4
    assert Step.objects.filter(clock__name="resolve").count() == 4 * 3
    assert not Telling.objects.filter(told_at=None).exists()
    told = [*Notice.objects.values_list("about_id", "title", "body")]
    assert len(told) == len(set(told)), "nobody is told twice"
    for case in cases:
        in_order(case)


def test_merging_both_ways_at_once_makes_no_circle(
    raised: Callable[..., Case], he: User, at: datetime
) -> None:
    for _time in range(5):
        pair = [raised(), raised()]

        def merge(number: int, pair: list[Case] = pair) -> Case:
            main = pair[1 - number].number
            return act(pair[number], "merge", {"main": main}, by=he, at=at)

        outcomes = together(2, merge)
        assert len(ones(outcomes, Case)) == 1, outcomes
        assert len(ones(outcomes, Refusal)) == 1


def test_work_on_many_cases_at_once_meets_no_deadlock(
    raised: Callable[..., Case], he: User, tan: User, at: datetime
) -> None:
    """Splitting, opening, dispatching and the worker, on the same series of numbers."""
    cases = [raised() for _n in range(6)]

    def work(number: int) -> object:
        match number % 4:
            case 0:
                return act(cases[number], "split", {"matters": "甲\n乙"}, by=he, at=at)
            case 1:
                return raised().number
            case 2:
                return tick(at)
            case _:
                return dispatch(cases[number], by=he, at=at)

    outcomes = together(6, work)
    assert not ones(outcomes, Exception), outcomes
    made = sorted(Case.objects.values_list("number", flat=True))
    assert made == [f"SQ2020{n:05}" for n in range(1, len(made) + 1)]


def test_two_migrations_and_a_handler_meet(
    raised: Callable[..., Case], folder: Path, he: User, at: datetime
) -> None:
    cases = [dispatch(raised(), by=he, at=at) for _number in range(2)]
    second = install_second(folder, at)

    def meet(number: int) -> object:
        if number == 0:
            return act(cases[1], "urge", by=he, at=at)
        return migrate(second, by="test", at=at)

    done, *moved = together(3, meet)
    assert isinstance(done, Case)
    assert sum(one.moved for one in moved) == 2, moved  # type: ignore[attr-defined]
    for case in cases:
        in_order(case)
        assert case.procedure == second
        assert Event.objects.filter(case=case, act="migration").count() == 1


def test_one_of_two_templates_has_the_name(tan: User, at: datetime) -> None:
    unit = Organisation.objects.get(code="urban")
    outcomes = together(2, lambda _n: make_template(unit, Wording("答复", "好"), by=tan, at=at))
    assert len(ones(outcomes, ReplyTemplate)) == 1
    (refused,) = ones(outcomes, InvalidTemplate)
    assert "已有同名的模板“答复”" in refused.problems["name"]
    assert ReplyTemplate.objects.count() == 1
