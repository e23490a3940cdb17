"""A unit without anybody: the case is nobody's, and the dispatchers hear of it."""

from datetime import datetime

import pytest

from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.apps.notices.models import Delivery
from tests.apps.cases.conftest import dispatch, run

pytestmark = pytest.mark.usefixtures("everybody")


def titles(user: User) -> list[str]:
    inbox = Delivery.objects.filter(channel=Delivery.Channel.INBOX, recipient=user)
    return [one.notice.title + one.notice.body for one in inbox.select_related("notice")]


def test_dispatchers_are_told_where_nobody_works_for_the_unit(
    appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at, lead="bank")
    parties = Parties(machine_of(case.procedure), case, at)
    assert not parties.holders(["handler"])
    assert parties.fallback() == [dispatcher_he]
    run(at)
    assert any("“承办单位经办人”没有在岗人员" in told for told in titles(dispatcher_he))


def test_they_are_left_alone_where_somebody_does(
    appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    run(at)
    assert not any("没有在岗人员" in told for told in titles(dispatcher_he))
