"""The server's clock is set back between two acts: the case stays watched, its clocks stay in order."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.models import Timer
from furong.apps.cases.actions import comment
from furong.apps.cases.models import Case, Clock
from furong.apps.directory.models import User
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cases.test_appeal import to_feedback

pytestmark = pytest.mark.usefixtures("everybody")


def test_a_case_stays_watched(appeal: Case, at: datetime) -> None:
    run(at - timedelta(minutes=20))
    run(at)
    waits = Timer.objects.waiting().filter(key=str(appeal.pk))
    assert waits.get().due_at == at + timedelta(minutes=24), "four fifths of the half hour"


def test_an_act_before_its_clock_started(appeal: Case, dispatcher_he: User, at: datetime) -> None:
    now = at + timedelta(hours=1)
    case = dispatch(appeal, by=dispatcher_he, at=now)
    comment(case, "先核实", by=dispatcher_he, at=now - timedelta(minutes=20))
    run(now - timedelta(minutes=10))
    resolve = Clock.objects.get(case=case, name="resolve")
    assert resolve.due_at == now + timedelta(hours=24)
    assert Timer.objects.waiting().filter(key=str(case.pk)).exists()


def test_intervals_stay_in_order(
    appeal: Case, dispatcher_he: User, clerk_tan: User, head_xu: User, at: datetime
) -> None:
    now = at + timedelta(hours=1)
    case = dispatch(appeal, by=dispatcher_he, at=now)
    to_feedback(case, clerk_tan, head_xu, now - timedelta(minutes=10))
    for clock in Clock.objects.filter(case=case):
        ran = [(one.started_at, one.stopped_at) for one in clock.intervals.all()]
        assert all(stop is None or start <= stop for start, stop in ran)
