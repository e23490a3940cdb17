"""Several at one letter: one decision, one grant."""

from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from furong.apps.directory.models import Grant, User
from furong.apps.handlers.actions import Settled, confirm, refuse
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.actions import merge
from furong.apps.registry.models import Subject
from tests.apps.base.together import together
from tests.apps.cast import (
    EAST,
    EAST_CODE,
    SAMPLE,
    WEST,
    WEST_CODE,
    firm,
    install_pack,
    person,
)
from tests.apps.handlers.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(settings: Settings, at: datetime) -> None:
    settings.FURONG_PACK = str(SAMPLE)
    install_pack(SAMPLE, at=at)


@pytest.fixture
def asked(district: None, ask: Ask, at: datetime) -> Authorisation:
    firm("东街停车服务有限公司", EAST, EAST_CODE, at=at)
    return ask(person("gu", "顾会计", at=at))


@pytest.fixture
def clerks(asked: Authorisation, at: datetime) -> list[User]:
    scope = (Grant.Scope.ZONE, EAST)
    return [person(f"clerk{n}", f"经办{n}", "clerk", scope, at=at) for n in range(4)]


def test_two_clerks_decide_at_once_and_one_does(
    asked: Authorisation, clerks: list[User], at: datetime
) -> None:
    def decide(n: int) -> Authorisation:
        if n % 2:
            return refuse(asked, reason="没有盖章", revision=1, by=clerks[n], at=at)
        return confirm(asked, revision=1, by=clerks[n], at=at)

    outcomes = together(4, decide)
    settled = [one for one in outcomes if isinstance(one, Settled)]
    assert len(settled) == 3, outcomes
    assert all("没有重复办理" in str(one) for one in settled)
    asked.refresh_from_db()
    assert Grant.objects.filter(capacity="owner").count() == (asked.state == "confirmed")


def test_one_person_asks_for_one_firm_once(district: None, ask: Ask, at: datetime) -> None:
    gu = person("gu", "顾会计", at=at)
    together(4, lambda _n: ask(gu))
    assert Authorisation.objects.count() == 1


def test_a_merge_and_a_decision_leave_no_grant_behind(
    asked: Authorisation, clerks: list[User], at: datetime
) -> None:
    west = firm("西街餐饮管理有限公司", WEST, WEST_CODE, at=at)
    east = Subject.objects.get(street__code=EAST)

    def act(n: int) -> object:
        if n:
            return merge(east, into=west, reason="重复登记", by="test", at=at)
        return confirm(asked, by=clerks[0], at=at)

    together(2, act)
    asked.refresh_from_db()
    assert asked.subject == west
    alive = Grant.objects.in_force(at).filter(capacity="owner")
    assert {one.scope_id for one in alive} <= {str(west.pk)}
